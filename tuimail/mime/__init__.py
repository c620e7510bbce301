"""Bytes of a mail to values and back; pure."""
