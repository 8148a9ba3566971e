"""One SMTP connection for many mails, and an exact answer for each: sent, later, refused, or unknown.

Unknown is the one case SMTP leaves open: the line broke after the mail was handed over and before the server said so.
"""

from __future__ import annotations

import smtplib
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from urllib.parse import parse_qs, unquote, urlsplit

import structlog

log = structlog.get_logger()
_PATIENCE_SECONDS = 25
_SUBMISSION = 587
_FRESH_SECONDS = 5


class Fate(Enum):
    """What became of a mail."""

    SENT = "sent"
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
    """Where mails are handed over: `smtp://user:password@host:port?starttls=1`, or `smtps://` for TLS at once."""

    host: str
    port: int
    user: str
    password: str
    tls: bool
    starttls: bool

    @classmethod
    def from_url(cls, url: str) -> Server:
        """Read the address; what is missing gets the usual value."""
        parts = urlsplit(url)
        return cls(
            host=parts.hostname or "localhost",
            port=parts.port or _SUBMISSION,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            tls=parts.scheme == "smtps",
            starttls=parse_qs(parts.query).get("starttls", ["0"])[0] == "1",
        )

    def connect(self) -> smtplib.SMTP:
        """An open, greeted, signed-in connection; raises OSError or SMTPException."""
        context = ssl.create_default_context()
        if self.tls:
            line: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=_PATIENCE_SECONDS, context=context)
        else:
            line = smtplib.SMTP(self.host, self.port, timeout=_PATIENCE_SECONDS)
        line.ehlo_or_helo_if_needed()
        if self.starttls:
            line.starttls(context=context)
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
            self._smtp = None
        return self._smtp is not None

    def _alive(self, smtp: smtplib.SMTP) -> bool:
        return time.monotonic() - self._used < _FRESH_SECONDS or smtp.noop()[0] == 250

    def hand_over(self, sender: str, recipient: str, message: bytes) -> Answer:
        """Give one mail to the server."""
        if self._smtp is None:
            return Answer(Fate.LATER, "not connected")
        self._used = time.monotonic()
        answer = self._envelope(self._smtp, sender, recipient) or self._content(self._smtp, message)
        if answer.fate in (Fate.LATER, Fate.REFUSED) and self._smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.rset()
        return answer

    def _envelope(self, smtp: smtplib.SMTP, sender: str, recipient: str) -> Answer | None:
        """Nothing has been handed over yet: a broken line here is only a delay."""
        try:
            for command, address in ((smtp.mail, sender), (smtp.rcpt, recipient)):
                code, words = command(address)
                if code not in (250, 251):
                    return _refusal(code, words)
        except (OSError, smtplib.SMTPException) as error:
            self._smtp = None
            return Answer(Fate.LATER, str(error))
        return None

    def _content(self, smtp: smtplib.SMTP, message: bytes) -> Answer:
        try:
            code, words = smtp.data(message)
        except smtplib.SMTPDataError as error:
            return _refusal(error.smtp_code, error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            self._smtp = None
            return Answer(Fate.UNKNOWN, str(error))
        return Answer(Fate.SENT) if code == 250 else _refusal(code, words)


def _refusal(code: int, words: bytes | str) -> Answer:
    said = words.decode(errors="replace") if isinstance(words, bytes) else words
    return Answer(Fate.REFUSED if code >= 500 else Fate.LATER, f"{code} {said}")
