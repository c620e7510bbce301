"""The page on which the demo's person allows or denies: one static document, no script, nothing fetched."""

from html import escape

from tuimail.demo.authorization import Person

# Browsers hold a form's redirect to form-action too, so the app's listener must be in it.
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; "
        "form-action 'self' http://127.0.0.1:* http://localhost:*"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_WORDS = {
    "mail.read": ("Read, sort, flag and delete the mail", "List folders, show mail, mark and move it."),
    "mail.send": ("Send mail as {name}", "Hand over the mail that is written in tuimail, when it is sent."),
    "email": ("See the address of this account", "To check that the right account has signed in."),
    "offline_access": ("Stay signed in", "Until tuimail signs out. The demo forgets everything when it ends."),
}
_ORDER = ("mail.read", "mail.send", "email", "offline_access")

_STYLE = """
:root { color-scheme: light dark; --ink:#1d2733; --soft:#5b6878; --line:#e1e6ec; --page:#eef2f6; --card:#fff;
  --accent:#0b6e75; --accent-ink:#fff; --tint:#e3f1f1; }
@media (prefers-color-scheme: dark) { :root { --ink:#e8edf3; --soft:#a3afbd; --line:#303a46; --page:#11161c;
  --card:#1a212a; --accent:#5cc4c2; --accent-ink:#06282a; --tint:#17333a; } }
* { box-sizing:border-box }
body { margin:0; min-height:100vh; display:grid; place-items:center; padding:24px 16px; background:var(--page);
  color:var(--ink); font:16px/1.5 system-ui, sans-serif }
main { width:100%; max-width:29rem; background:var(--card); border:1px solid var(--line); border-radius:18px;
  padding:32px; box-shadow:0 12px 40px rgb(0 0 0 / .08) }
.brand { display:flex; align-items:center; gap:10px; color:var(--soft); font-size:.92rem }
.brand b { color:var(--ink) }
h1 { font-size:1.45rem; line-height:1.25; margin:20px 0 16px; text-wrap:balance }
.who { display:flex; align-items:center; gap:12px; padding:10px 14px; border:1px solid var(--line);
  border-radius:12px }
.who span { width:38px; height:38px; border-radius:50%; background:var(--accent); color:var(--accent-ink);
  display:grid; place-items:center; font-weight:600 }
.who small { display:block; color:var(--soft) }
ul { list-style:none; margin:22px 0; padding:0; display:grid; gap:14px }
li { display:grid; grid-template-columns:26px 1fr; gap:10px }
li::before { content:"\\2713"; width:24px; height:24px; border-radius:50%; background:var(--tint); color:var(--accent);
  display:grid; place-items:center; font-size:.8rem; font-weight:700 }
li p { margin:0; color:var(--soft); font-size:.92rem }
code { font-size:.8rem; color:var(--soft) }
form { display:grid; grid-template-columns:1fr 1fr; gap:12px }
button { font:inherit; font-weight:600; padding:12px; border-radius:12px; border:1px solid var(--line);
  background:transparent; color:var(--ink); cursor:pointer }
button.allow { background:var(--accent); border-color:var(--accent); color:var(--accent-ink) }
button:hover { filter:brightness(1.08) }
button:focus-visible { outline:3px solid var(--accent); outline-offset:2px }
.note { margin:22px 0 0; padding-top:16px; border-top:1px solid var(--line); color:var(--soft); font-size:.85rem }
"""

_MARK = (
    '<svg width="30" height="30" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" '
    'fill="var(--accent)"/><path d="M7 11h18v11H7zM7 11l9 7 9-7" fill="none" stroke="var(--accent-ink)" '
    'stroke-width="2" stroke-linejoin="round"/></svg>'
)


def consent_page(*, person: Person, scopes: tuple[str, ...], ticket: str) -> bytes:
    """The question. ``ticket`` ties the answer to the request that was asked."""
    lines = "".join(_line(scope, person) for scope in _ORDER if scope in scopes)
    body = f"""
<div class="brand">{_MARK}<span><b>Demo Mail</b><br>on this machine</span></div>
<h1>Allow <em>tuimail</em> to use this account?</h1>
<div class="who"><span>{escape(person.name[:1])}</span>
<div>{escape(person.name)}<small>{escape(person.address)}</small></div></div>
<ul>{lines}</ul>
<form method="post" action="/authorize">
<input type="hidden" name="ticket" value="{escape(ticket)}">
<button name="decision" value="deny">Deny</button>
<button class="allow" name="decision" value="allow" autofocus>Allow</button>
</form>
<p class="note">This page, the account and its mail exist on this computer alone and are gone when the demo ends.
No password is asked for. tuimail never sees this page.</p>"""
    return _document("Allow access? - Demo Mail", body)


def message_page(title: str, sentence: str) -> bytes:
    """A page that only says something, such as why a request was refused."""
    body = f"""
<div class="brand">{_MARK}<span><b>Demo Mail</b><br>on this machine</span></div>
<h1>{escape(title)}</h1><p>{escape(sentence)}</p>"""
    return _document(f"{title} - Demo Mail", body)


def _line(scope: str, person: Person) -> str:
    title, reason = _WORDS[scope]
    first_name = person.name.split()[0]
    return f"<li><div>{escape(title.format(name=first_name))} <code>{scope}</code><p>{escape(reason)}</p></div></li>"


def _document(title: str, body: str) -> bytes:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    ).encode()
