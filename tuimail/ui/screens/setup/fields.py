"""What the assistant's form calls its fields, and says of each while the cursor is in it."""

from collections.abc import Mapping

from msgspec import Struct

from tuimail.domain.account import SignInMethod
from tuimail.domain.setup import ClientNeed
from tuimail.ui.screens.setup.form import READ_AND_SEND, READ_ONLY


class Field(Struct, frozen=True, kw_only=True):
    """One row of the form."""

    label: str
    about: str
    """A sentence for somebody who sets a mail program up for the first time."""
    placeholder: str = ""
    is_detail: bool = False
    """Whether it is shown only where something is missing, or to whoever asks."""


_SERVER = "its name, its port, and tls or starttls."
FIELDS: Mapping[str, Field] = {
    "name": Field(
        label="Your name",
        about="As others see it in the mail you send. It may stay empty.",
        placeholder="as others see it in your mail",
    ),
    "address": Field(label="Address", about="The address of this account."),
    "account": Field(
        label="Called here", about="What tuimail calls this account, on its screens and in the profile: one short word."
    ),
    "provider": Field(
        label="Provider", about="Who has your mail. ← and → choose; of another one its servers are filled in."
    ),
    "sign_in": Field(
        label="Sign-in",
        about="In the browser your password stays with the provider, and the access can be limited and ended."
        " ← and → choose.",
    ),
    "permissions": Field(
        label="tuimail may", about="For an account that is only read, tuimail never asks to be allowed to send."
    ),
    "login": Field(
        label="Sign-in name",
        about="Only where the provider knows you by a name that is not your address.",
        placeholder="the address",
        is_detail=True,
    ),
    "imap": Field(
        label="Incoming mail",
        about=f"The server that your mail is read from (IMAP): {_SERVER}",
        placeholder="imap.example.org 993 tls",
    ),
    "smtp": Field(
        label="Outgoing mail",
        about=f"The server that your mail is sent by (SMTP): {_SERVER}",
        placeholder="smtp.example.org 465 tls",
    ),
    "issuer": Field(
        label="Sign-in server",
        about="Where the provider lets programs sign in; its documents call it the OAuth issuer.",
        is_detail=True,
    ),
    "client_id": Field(
        label="Client id",
        about="The name under which the provider knows this program. Empty: the next screen helps you to one.",
        is_detail=True,
    ),
    "read": Field(
        label="Scopes: read",
        about="What the provider calls the permission to read your mail; several with spaces between them.",
        is_detail=True,
    ),
    "send": Field(label="Scopes: send", about="What the provider calls the permission to send as you.", is_detail=True),
    "identity": Field(
        label="Scopes: identity",
        about="What the provider calls the permission to tell tuimail which account this is.",
        is_detail=True,
    ),
    "ca_file": Field(
        label="Own CA file",
        about="The path of a certificate that is trusted beside the system's, for a server of your own.",
        placeholder="none",
        is_detail=True,
    ),
}
SIGN_INS = (
    (SignInMethod.OAUTH.value, "in your browser (OAuth), the safer way"),
    (SignInMethod.APP_PASSWORD.value, "app password, the weaker way: opens all your mail"),
)
PERMISSIONS = ((READ_AND_SEND, "read and send"), (READ_ONLY, "read only"))
NEXT = {
    ClientNeed.REGISTERS: "Next: your consent, then your browser. The server registers tuimail by itself.",
    ClientNeed.OWN: "Next: a guide to the client id that the provider wants of every program. You need it once.",
    ClientNeed.NONE: "Next: a guide to an app password, which is made for tuimail alone.",
}
"""What comes when the form is done, by where the client id comes from."""
