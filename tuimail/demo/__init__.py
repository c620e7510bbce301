"""An embedded provider for the demo: OAuth server, IMAP and SMTP on loopback."""
