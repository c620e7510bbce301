"""The authorization server (oidc-provider in Node) and the knobs that a test turns on it while it runs."""

import json
import subprocess
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.real.bed.certificates import Pair
from tests.real.bed.people import EVERYBODY, Person
from tests.real.bed.ports import listens
from tests.real.bed.programs import NODE
from tests.real.bed.waiting import wait_until

CLIENT_ID = "bed-native"
TOKEN = "/token"  # noqa: S105 - the path of an endpoint
INTROSPECTION = "/token/introspection"
REVOCATION = "/token/revocation"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedToken:
    """A token that the server gave out, in the order of giving."""

    kind: str
    """`AccessToken` or `RefreshToken`."""
    value: str
    scope: str
    grant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something the token or revocation endpoint did."""

    event: str
    grant_type: str = ""
    scope: str = ""
    error: str = ""
    path: str = ""


class AuthorizationServer:
    """One running server; its knobs go back to normal with `reset`."""

    def __init__(self, folder: Path, *, port: int, control_port: int) -> None:
        self.issuer = f"https://localhost:{port}"
        self.introspection_id, self.introspection_secret = "dovecot", "only-for-this-run"
        self.port = port
        self.log = folder / "oidc.log"
        self._control = f"http://127.0.0.1:{control_port}"
        self._control_port = control_port
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self, certificate: Pair) -> None:
        """Start the process; it is usable once `wait` returns."""
        settings = {
            "port": self.port,
            "controlPort": self._control_port,
            "key": str(certificate.key),
            "certificate": str(certificate.certificate),
            "introspection": {"id": self.introspection_id, "secret": self.introspection_secret},
            "people": [asdict(one) for one in EVERYBODY],
        }
        script = Path(__file__).with_name("oidc_server.mjs")
        with self.log.open("wb") as output:
            self._process = subprocess.Popen([NODE, script, json.dumps(settings)], stdout=output, stderr=output)

    def wait(self) -> None:
        """Return when both ports answer."""
        wait_until(lambda: listens(self.port) and listens(self._control_port), f"oidc-provider listens; see {self.log}")

    def stop(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)

    def reset(self) -> None:
        """Normal behaviour again, and nothing remembered of tokens and events."""
        self._order("reset")

    def live_access_tokens_for(self, seconds: int) -> None:
        """Access tokens given out from now on live this long."""
        self._order("set", accessTokenSeconds=seconds)

    def make_unavailable(self, *paths: str) -> None:
        """These endpoints answer 503 from now on; none: all work."""
        self._order("set", unavailable=list(paths))

    def expire_access_tokens(self) -> None:
        """No access token given out so far is valid any longer; clients still believe in theirs."""
        self._order("destroy", kinds=["AccessToken"])

    def end_all_grants(self) -> None:
        """Neither access nor refresh tokens work any longer, as after a password change."""
        self._order("destroy", kinds=["AccessToken", "RefreshToken"])

    def mint(self, person: Person, scope: str, *, seconds: int = 3600) -> str:
        """An access token without any sign-in."""
        return str(self._order("mint", address=person.address, scope=scope, seconds=seconds))

    def issued(self) -> list[IssuedToken]:
        """All tokens given out since the last reset."""
        return [IssuedToken(**token) for token in json.loads(self._request("issued"))]

    def events(self) -> list[Event]:
        """What the token endpoint and the revocation endpoint did since the last reset."""
        return [
            Event(**{key: value for key, value in event.items() if value is not None})
            for event in json.loads(self._request("events"))
        ]

    def _order(self, order: str, **arguments: object) -> object:
        answer: object = json.loads(self._request(order, **arguments))
        return answer

    def _request(self, order: str, **arguments: object) -> bytes:
        request = urllib.request.Request(f"{self._control}/{order}", data=json.dumps(arguments).encode())  # noqa: S310 - our own http address
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - our own http address
            body: bytes = response.read()
        return body
