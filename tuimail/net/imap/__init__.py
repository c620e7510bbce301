"""IMAP over our own byte transport."""
