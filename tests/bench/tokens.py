"""A process that gives out tokens over HTTPS and tells Dovecot over HTTP whose they are; the least that OAuth needs.

Run as ``python -m tests.bench.tokens CERTIFICATE KEY``: prints both ports as JSON. A refresh token ``refresh-NAME``
brings the access token ``access-NAME``, which is good for the mailbox NAME@bench.test.
"""

import json
import ssl
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs

DOMAIN = "bench.test"
SCOPES = ("openid", "mail.read", "mail.send")


class _Desk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
        answer = _introspected(form) if self.path == "/introspect" else _issued(form)
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
        pass


def _issued(form: dict[str, list[str]]) -> dict[str, object]:
    name = form["refresh_token"][0].removeprefix("refresh-")
    return {"access_token": f"access-{name}", "token_type": "Bearer", "expires_in": 3600, "scope": " ".join(SCOPES)}


def _introspected(form: dict[str, list[str]]) -> dict[str, object]:
    token = form.get("token", [""])[0]
    name = token.removeprefix("access-")
    return {"active": name != token, "scope": "mail.read", "email": f"{name}@{DOMAIN}"}


class Tokens:
    """The process, as the benchmark sees it."""

    def __init__(self, certificate: Path, key: Path) -> None:
        command = [sys.executable, "-m", "tests.bench.tokens", str(certificate), str(key)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 (a module of our own)
        assert self._process.stdout is not None
        self.https_port, self.http_port = json.loads(self._process.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


def _serve(certificate: str, key: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    secure, plain = (ThreadingHTTPServer(("127.0.0.1", 0), _Desk) for _ in range(2))
    secure.socket = context.wrap_socket(secure.socket, server_side=True, do_handshake_on_connect=False)
    sys.stdout.write(json.dumps([secure.server_port, plain.server_port]) + "\n")
    sys.stdout.flush()
    threading.Thread(target=plain.serve_forever, daemon=True).start()
    secure.serve_forever()


if __name__ == "__main__":
    _serve(*sys.argv[1:3])
