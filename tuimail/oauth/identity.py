"""Who signed in: the id_token, checked (OpenID Connect Core section 3.1.3.7) before a word of it counts."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from msgspec import Struct

from tuimail.domain.clean import clean_line, clean_quote
from tuimail.domain.errors import AuthError, ErrorKind, Remedy
from tuimail.domain.token import Secret
from tuimail.oauth.http import OAuthHttp
from tuimail.oauth.metadata import Metadata
from tuimail.oauth.refusals import unreachable

_LEEWAY_S = 120


class IdentityClaims(Struct, frozen=True, kw_only=True):
    """What the provider signed about the person."""

    subject: str
    email: str | None = None
    """Cleaned; None where the provider does not say."""


class KeyRing:
    """The provider's public keys, fetched when first needed, and once more when a key is not among them."""

    def __init__(self, http: OAuthHttp, metadata: Metadata) -> None:
        self._http = http
        self._kept: KeySet | None = None
        self.metadata = metadata

    def verified(self, token: str) -> Mapping[str, object]:
        """The claims under a signature of the provider's. Raises joserfc's errors."""
        algorithms = list(self.metadata.id_token_algorithms)
        if self._kept is not None:
            with contextlib.suppress(InvalidKeyIdError):  # the provider has new keys
                return jwt.decode(token, self._kept, algorithms=algorithms).claims
        self._kept = self._fetch()
        return jwt.decode(token, self._kept, algorithms=algorithms).claims

    def _fetch(self) -> KeySet:
        host = self.metadata.host
        if self.metadata.jwks_uri is None:
            raise _bad(host, "publishes no keys")
        answer = self._http.get(self.metadata.jwks_uri)
        if answer.is_overload:
            raise unreachable(host, f"HTTP {answer.status}", retry_after_s=answer.retry_after_s)
        keys = answer.document.get("keys") if answer.document else None
        if not answer.is_success or not isinstance(keys, list):
            raise _bad(host, "publishes no keys")
        return KeySet.import_key_set({"keys": [key for key in keys if isinstance(key, dict)]})


def read_id_token(
    token: Secret, keys: KeyRing, *, client_id: str, nonce: Secret | None, now: Callable[[], float] | None = None
) -> IdentityClaims:
    """The claims, if signature, issuer, audience, time and nonce are right. Raises ``AuthError`` BAD_ID_TOKEN."""
    issuer = keys.metadata.issuer
    if issuer is None:
        raise _bad(keys.metadata.host, "has no issuer in the profile")
    asked: jwt.ClaimsOption = {"essential": True, "value": nonce.reveal()} if nonce is not None else {}
    registry = jwt.JWTClaimsRegistry(
        now=int((now or time.time)()),
        leeway=_LEEWAY_S,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        exp={"essential": True},
        sub={"essential": True},
        nonce=asked,
    )
    with _translating(keys.metadata.host):
        claims = keys.verified(token.reveal())
        registry.validate(dict(claims))
    if claims.get("azp", client_id) != client_id:
        raise _bad(keys.metadata.host, "names another program")
    email = claims.get("email")
    return IdentityClaims(
        subject=clean_quote(str(claims["sub"]), limit=255),
        email=(clean_line(email) or None) if isinstance(email, str) else None,
    )


@contextlib.contextmanager
def _translating(host: str) -> Iterator[None]:
    """Map what joserfc raises to ``AuthError``."""
    try:
        yield
    except JoseError as error:
        raise _bad(host, "cannot be verified", clean_quote(str(error))) from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        # Malformed base64, keys or numbers inside; the text of such an error may quote the token.
        raise _bad(host, "cannot be read", type(error).__name__) from None


def _bad(host: str, what: str, detail: str = "") -> AuthError:
    words = (
        f"{host} {what}" if what.startswith(("publishes", "has")) else f"What {host} says about who signed in {what}"
    )
    return AuthError(ErrorKind.BAD_ID_TOKEN, f"{words}, so it was not used.", remedy=Remedy.TELL, detail=detail)
