"""Commands and their answers over a link: tags, literals, response lines, limits.

Commands go straight over the link. imaplib and imapclient let a value's line ends through as further commands, write
mail to the log at DEBUG, lose the sign-in challenge, and raise a dozen kinds of exception on hostile answers; here
each command is checked in one place and each answer is read once, by one reader with limits.
"""

import itertools
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager

from msgspec import Struct

from tuimail.domain.account import Server
from tuimail.domain.errors import ErrorKind, NetworkError, ServerError
from tuimail.net.errors import Garbled, translating
from tuimail.net.imap.arguments import Argument, Literal, refuse_line_ends
from tuimail.net.imap.link import Link
from tuimail.net.imap.translate import NUL_MARK, Response, Status, read_status
from tuimail.net.imap.verdicts import farewell, refusal

MAX_LITERAL = 64 * 1024 * 1024
MAX_RESPONSES = 500_000
_MAX_LITERALS_IN_ONE = 200
_TOGETHER = 32
"""Commands written before the first answer is read; more could fill both directions and block."""
_LITERAL_SIZE = re.compile(rb"\{(\d{1,40})\+?\}$")
_STATUS_WORDS = {b"OK", b"NO", b"BAD", b"BYE", b"PREAUTH"}


Take = Callable[[bytes], bool]
"""Reads a line that begins with an asterisk, and what belongs to it, straight off the link; False: not its kind."""


class Answer(Struct, frozen=True, kw_only=True):
    """What a command brought: every untagged response in order, and its OK."""

    responses: list[Response]
    status: Status


class Flight(Struct, frozen=True, kw_only=True):
    """What commands brought that were written in one go.

    A server may answer them in any order and even side by side (RFC 9051 section 5.5), so only the kind of a response
    says whose it is.
    """

    responses: list[Response]
    statuses: list[Status]
    """In the order of the commands, refusals among them."""


class Exchange:
    """One connection's commands. After NetworkError, or ServerError of kind SERVER_UNREADABLE, it is closed."""

    def __init__(self, link: Link, server: Server) -> None:
        self.link = link
        self.server = server
        self.capabilities: frozenset[str] = frozenset()
        """In upper case, as last told by the server."""
        self.has_qresync = False
        """Whether ENABLE QRESYNC was accepted."""
        self.may_enable = True
        """Whether nobody has tried to yet, on this connection."""
        self.takes_parameters = True
        """Whether no SELECT was refused for what stood behind the name."""
        self.has_introduced = False
        """Whether ID was sent."""
        self._tags = itertools.count(1)

    def run(self, *arguments: Argument, literal_limit: int = MAX_LITERAL, take: Take | None = None) -> Answer:
        """Run one command. Raises Refused for NO and BAD; the connection is then still good."""
        answer = self._ask(arguments, literal_limit=literal_limit, take=take)
        if answer.status.verdict != "OK":
            raise refusal(self.server.host, answer.status)
        return answer

    def run_together(self, commands: Sequence[Sequence[bytes]]) -> list[Response]:
        """Run commands without waiting between them; the responses of all. Refusals are left out."""
        responses: list[Response] = []
        for start in range(0, len(commands), _TOGETHER):
            responses += self.fly(commands[start : start + _TOGETHER]).responses
        return responses

    def fly(self, commands: Sequence[Sequence[Argument]], *, take: Take | None = None) -> Flight:
        """Write a few commands in one go, then read all their answers. None of them may change what another means."""
        if not all(self._fits_one_write(command) for command in commands):
            # The server must be asked before each literal.
            answers = [self._ask(command, take=take) for command in commands]
            responses = [response for answer in answers for response in answer.responses]
            return Flight(responses=responses, statuses=[answer.status for answer in answers])
        responses = []
        with self.guard():
            tags = self.write_ahead(commands)
            ended: dict[bytes, Status] = {}
            while len(ended) < len(tags):
                tag, status = self.read_end([tag for tag in tags if tag not in ended], responses, take=take)
                ended[tag] = status
                self.note_capabilities(status, responses)
        return Flight(responses=responses, statuses=[ended[tag] for tag in tags])

    def write_ahead(self, commands: Sequence[Sequence[Argument]]) -> list[bytes]:
        """Write commands in one go; the tags by which ``read_end`` knows their ends. Within ``guard``."""
        tags = [self._next_tag() for _ in commands]
        lines = [b" ".join((tag, *map(_inline, command))) for tag, command in zip(tags, commands, strict=True)]
        self.link.begin()
        self.link.send(b"".join(line + b"\r\n" for line in lines))
        return tags

    def read_end(
        self,
        tags: Collection[bytes],
        responses: list[Response],
        *,
        literal_limit: int = MAX_LITERAL,
        take: Take | None = None,
    ) -> tuple[bytes, Status]:
        """Read on to the end of one of the commands under way: its tag and how it ended."""
        outcome = self._read_on(tags, responses, literal_limit=literal_limit, take=take)
        if isinstance(outcome, bytes):
            raise Garbled("a question that nobody expects")
        return outcome

    def write(self, arguments: Sequence[Argument], responses: list[Response]) -> tuple[bytes, Status | None]:
        """Write a command: its tag, and its end where the server refused before all was written."""
        # Checked before the first byte goes out: a command must not be left half written.
        for argument in arguments:
            if isinstance(argument, bytes):
                refuse_line_ends(argument)
        self.link.begin()
        tag = line = self._next_tag()
        for argument in arguments:
            if isinstance(argument, bytes):
                line += b" " + argument
                continue
            waits = "LITERAL+" not in self.capabilities
            self.link.send(line + b" {%d%s}\r\n" % (len(argument.data), b"" if waits else b"+"))
            if waits and isinstance(outcome := self.read_outcome(tag, responses), Status):
                return tag, outcome
            self.link.send(argument.data)
            line = b""
        self.link.send(line + b"\r\n")
        return tag, None

    def read_outcome(self, tag: bytes, responses: list[Response], literal_limit: int = MAX_LITERAL) -> Status | bytes:
        """Read on to the command's end, or to a continuation request, given as its text."""
        outcome = self._read_on((tag,), responses, literal_limit=literal_limit)
        return outcome if isinstance(outcome, bytes) else outcome[1]

    def _read_on(
        self, tags: Collection[bytes], responses: list[Response], *, literal_limit: int, take: Take | None = None
    ) -> tuple[bytes, Status] | bytes:
        read_line = self.link.read_line
        while True:
            line = read_line()
            if line.startswith(b"* "):
                if take is not None and take(line):
                    continue
                responses.append(self._finish_response(line[2:], literal_limit))
                if len(responses) > MAX_RESPONSES:
                    raise Garbled("an answer without an end")
                continue
            tag, _, rest = line.partition(b" ")
            if tag in tags and rest:
                return tag, read_status(rest)
            if line.startswith(b"+"):
                return line[1:].strip()
            if line:
                raise Garbled("a line that is no response")

    def read_response(self) -> Response:
        """Read one untagged response, outside any command's answer."""
        line = self.link.read_line()
        if not line.startswith(b"* "):
            raise Garbled("a line that is no response")
        return self._finish_response(line[2:], MAX_LITERAL)

    def note_capabilities(self, status: Status, responses: Sequence[Response]) -> None:
        """Take over a list of capabilities, wherever in an answer it stands."""
        lists = [response.text[11:] for response in responses if response.text[:11].upper() == b"CAPABILITY "]
        if status.code == "CAPABILITY":
            lists.append(status.arguments)
        if lists:
            self.capabilities = frozenset(lists[-1].decode("ascii", "replace").upper().split())

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Our errors for everything below, and no connection left whose position in the stream is unknown."""
        try:
            with translating(self.server.host):
                yield
        except NetworkError:
            self.link.close()
            raise
        except ServerError as error:
            if error.kind is ErrorKind.SERVER_UNREADABLE:
                self.link.close()
            raise

    def _fits_one_write(self, command: Sequence[Argument]) -> bool:
        return "LITERAL+" in self.capabilities or not any(isinstance(argument, Literal) for argument in command)

    def _ask(
        self, arguments: Sequence[Argument], *, literal_limit: int = MAX_LITERAL, take: Take | None = None
    ) -> Answer:
        with self.guard():
            responses: list[Response] = []
            tag, status = self.write(arguments, responses)
            if status is None:
                _, status = self.read_end((tag,), responses, literal_limit=literal_limit, take=take)
            self.note_capabilities(status, responses)
            return Answer(responses=responses, status=status)

    def _next_tag(self) -> bytes:
        return b"t%d" % next(self._tags)

    def _finish_response(self, line: bytes, literal_limit: int) -> Response:
        """Read the literals that a response's line announces, and the rest of its lines. Raises for a BYE."""
        # Only data holds literals; the words of an OK may end in a brace by chance.
        if not line.endswith(b"}") or line.partition(b" ")[0].upper() in _STATUS_WORDS:
            if line[:3].upper() == b"BYE":
                self.link.close()
                raise farewell(self.server.host, read_status(line))
            return Response(line.replace(NUL_MARK, b"") if NUL_MARK in line else line)
        pieces: list[bytes] = []
        literals: list[bytes] = []
        while match := _LITERAL_SIZE.search(line):
            size = int(match[1])
            if size > literal_limit or len(literals) >= _MAX_LITERALS_IN_ONE:
                raise Garbled("a part larger than anything asked for")
            pieces.append(line[: match.start()].replace(NUL_MARK, b""))
            literals.append(self.link.read_block(size))
            line = self.link.read_line()
        pieces.append(line.replace(NUL_MARK, b""))
        return Response(NUL_MARK.join(pieces), tuple(literals))


def _inline(argument: Argument) -> bytes:
    """An argument as it goes out where nobody waits for the server to ask for a literal (RFC 7888)."""
    if isinstance(argument, bytes):
        return refuse_line_ends(argument)
    return b"{%d+}\r\n" % len(argument.data) + argument.data
