"""The OAuth 2.0 protocol: flow, discovery, token requests, loopback listener, browser."""
