"""Host names as they go on the wire (RFC 5891)."""


def ascii_host(host: str) -> str:
    """The name in its ASCII form; ValueError where it has none.

    Python's own codec is that of RFC 3490, which turns ß into ss: mail would go to another domain.
    """
    if host.isascii():
        return host
    import idna  # noqa: PLC0415 (17 ms, for names beyond ASCII alone)

    return idna.encode(host, uts46=True).decode("ascii")
