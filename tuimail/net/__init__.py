"""Connections to mail servers: SASL, TLS, IMAP, SMTP."""
