"""The pages that the browser shows at the end of a sign-in. Constant: nothing of a request is ever in them."""

import base64
import hashlib
from enum import Enum

_STYLE = (
    ":root{color-scheme:light dark;font:1.1rem/1.6 system-ui,sans-serif}"
    "body{max-width:34rem;margin:18vh auto;padding:0 1.5rem}h1{font-size:1.5rem}p{opacity:.85}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Connection": "close",
}


class Page(Enum):
    """A page: status, title and text. All but NOT_OURS end the wait."""

    RETURN = (200, "You can return to the terminal", "tuimail has what it needs. This window can be closed.")
    # Said before the code was exchanged, so it does not claim that the sign-in worked.
    REFUSED = (200, "Not signed in", "The sign-in was not completed. tuimail says why; nothing was stored.")
    EXPIRED = (410, "This sign-in is over", "It was cancelled or took too long. Start it again in tuimail.")
    NOT_OURS = (404, "Nothing here", "This address does not belong to a sign-in that tuimail is waiting for.")

    @property
    def ends_the_wait(self) -> bool:
        """Whether the listener has its answer."""
        return self is not Page.NOT_OURS

    def as_response(self) -> bytes:
        """The whole HTTP response."""
        status, title, text = self.value
        body = (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title} - tuimail</title>'
            f"<style>{_STYLE}</style><h1>{title}</h1><p>{text}</p></html>\n"
        ).encode()
        reason = {200: "OK", 404: "Not Found", 410: "Gone"}[status]
        fields = {**_HEADERS, "Content-Length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"HTTP/1.1 {status} {reason}\r\n{head}\r\n".encode() + body
