"""SMTP connections for many mails each, and an exact answer for every mail.

What a server says before it was told for whom a mail is speaks of the server, or of us: no mail is refused for that.
Unknown is the one case SMTP leaves open: the line broke after the mail was handed over and before the server said so.
"""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from urllib.parse import parse_qs, unquote, urlsplit

import structlog

log = structlog.get_logger()
_PATIENCE_SECONDS = 25
_SUBMISSION = 587
_FRESH_SECONDS = 5
_LINES = 10
_FINE, _CLOSING, _BROKEN = (250, 251, 252), 421, -1


class Fate(Enum):
    """What became of a mail; AWAY is none of its own tries, as the server takes no mail at all just now."""

    SENT = "sent"
    AWAY = "away"
    LATER = "later"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """The server's answer, with its words where it said no."""

    fate: Fate
    words: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    """Where mails are handed over: `smtp://user:password@host:port?starttls=1`, or `smtps://` for TLS at once.

    `lines` is over how many connections one delivery may speak to it.
    """

    host: str
    port: int
    user: str
    password: str
    tls: bool = False
    starttls: bool = False
    lines: int = _LINES

    @classmethod
    def from_url(cls, url: str) -> Server:
        """Read the address; what is missing gets the usual value."""
        parts = urlsplit(url)
        wanted = parse_qs(parts.query)
        return cls(
            host=parts.hostname or "localhost",
            port=parts.port or _SUBMISSION,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            tls=parts.scheme == "smtps",
            starttls=wanted.get("starttls", ["0"])[0] == "1",
            lines=max(1, int(wanted.get("lines", [str(_LINES)])[0])),
        )

    def connect(self) -> smtplib.SMTP:
        """An open, greeted, signed-in connection; raises OSError or SMTPException."""
        if self.tls:
            context = ssl.create_default_context()
            line: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=_PATIENCE_SECONDS, context=context)
        else:
            line = smtplib.SMTP(self.host, self.port, timeout=_PATIENCE_SECONDS)
        line.ehlo_or_helo_if_needed()
        if self.starttls:
            line.starttls(context=ssl.create_default_context())
        if self.user:
            line.login(self.user, self.password)
        return line


class Line:
    """A connection that opens when it is needed and opens again when it broke."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None
        self._used = 0.0

    def __enter__(self) -> Line:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
            self._smtp.close()

    def ready(self) -> bool:
        """Whether the server takes mails now; asked before a mail is marked as being sent."""
        try:
            if self._smtp is None or not self._alive(self._smtp):
                self._smtp = self._server.connect()
                self._used = time.monotonic()
        except (OSError, smtplib.SMTPException) as error:
            log.warning("mail.server_away", host=self._server.host, error=str(error))
            self._drop()
        return self._smtp is not None

    def _alive(self, smtp: smtplib.SMTP) -> bool:
        return time.monotonic() - self._used < _FRESH_SECONDS or smtp.noop()[0] == 250

    def hand_over(self, sender: str, recipient: str, message: bytes) -> Answer:
        """Give one mail to the server."""
        answer = self._begin(sender)
        if answer is not None and answer.fate is Fate.AWAY and self.ready():
            answer = self._begin(sender)  # servers close a line that rested or brought much; a new one is as good
        answer = answer or self._name(recipient) or self._content(message)
        self._used = time.monotonic()
        if answer.fate is not Fate.SENT and self._smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.rset()
        return answer

    def _begin(self, sender: str) -> Answer | None:
        """Say who writes; a no is not about any one mail."""
        code, words = self._say("mail", sender)
        return None if code in _FINE else Answer(Fate.AWAY, words)

    def _name(self, recipient: str) -> Answer | None:
        """Say for whom; nothing has been handed over yet, so a broken line is only a delay."""
        code, words = self._say("rcpt", recipient)
        return None if code in _FINE else _no(code, words)

    def _content(self, message: bytes) -> Answer:
        code, words = self._say("data", message)
        if code == _BROKEN:
            return Answer(Fate.UNKNOWN, words)
        return Answer(Fate.SENT) if code in _FINE else _no(code, words)

    def _say(self, command: str, argument: str | bytes) -> tuple[int, str]:
        """The server's code and words; _BROKEN for a line that broke, which is dropped as one that is being closed."""
        if self._smtp is None:
            return _BROKEN, "not connected"
        try:
            code, words = getattr(self._smtp, command)(argument)
        except smtplib.SMTPDataError as error:
            code, words = error.smtp_code, error.smtp_error
        except (OSError, smtplib.SMTPException) as error:
            code, words = _BROKEN, str(error)
        if code in (_BROKEN, _CLOSING):
            self._drop()
        said = words.decode(errors="replace") if isinstance(words, bytes) else words
        return code, f"{code} {said}" if code > 0 else said

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None


@contextmanager
def lines(server: Server) -> Iterator[list[Line]]:
    """As many lines to a server as it is given, none of them open before it is needed."""
    with ExitStack() as stack:
        yield [stack.enter_context(Line(server)) for _ in range(server.lines)]


def _no(code: int, words: str) -> Answer:
    return Answer(Fate.REFUSED if code >= 500 else Fate.LATER, words)
