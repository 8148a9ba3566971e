"""The bytes of a mail: its content, made once when it is queued, and the four lines that come first when it leaves.

The same row always has the same content: nothing in it is drawn by chance, as a boundary would be. All parts travel as
base64, so no line is too long, none begins with a dot, and no text can hold a boundary.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode, encodebytes
from collections.abc import Iterable, Mapping
from email.header import Header
from email.headerregistry import Address
from email.utils import encode_rfc2231, format_datetime, formataddr, parseaddr, quote
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from portal import clock, i18n
from portal.links import Links
from portal.mail import unsubscribe
from portal.settings import Settings

_END = "\r\n"
PARTS = ("kind", "recipient", "language", "subject", "text", "html", "attachments")
"""The columns of a mail that its content is made of."""
# What needs no parser to be told for an address: next to all of them.
_PLAIN = re.compile(r"[A-Za-z0-9_%+-]+(\.[A-Za-z0-9_%+-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


def message_id(settings: Settings, mail_id: int) -> str:
    """The same for every try of the same mail, so that a receiver can tell a repetition; tells nothing else."""
    name = hmac.new(settings.secret_key.encode(), f"mail {mail_id}".encode(), hashlib.sha256).hexdigest()[:32]
    return f"<{name}@{urlsplit(settings.base_url).hostname or 'localhost'}>"


def as_bytes(settings: Settings, mail: Mapping[str, Any]) -> bytes:
    """The whole message, made of the mail's PARTS and its Message-ID; raises ValueError for an impossible address."""
    lines = (
        f"From: {_sender(settings.mail_sender)}",
        f"To: {_address(mail['recipient'])}",
        f"Date: {format_datetime(clock.now())}",
        f"Message-ID: {mail['message_id']}",
        "",
    )
    return _END.join(lines).encode("ascii") + content(settings, mail)


def content(settings: Settings, mail: Mapping[str, Any]) -> bytes:
    """The message but for who writes to whom, when, and its number: the same at every try."""
    charset = "us-ascii" if mail["subject"].isascii() else "utf-8"
    lines = (
        f"Subject: {Header(mail['subject'], charset, header_name='Subject').encode(linesep=_END)}",
        f"Content-Language: {mail['language']}",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        "",
    )
    with i18n.using(mail["language"]):
        button = unsubscribe.headers(Links(settings.base_url, settings.secret_key), mail["kind"], mail["recipient"])
    return button + _END.join(lines).encode("ascii") + _body(mail)


def _body(mail: Mapping[str, Any]) -> bytes:
    faces = _multipart("alternative", [_text("plain", mail["text"]), _text("html", mail["html"])])
    if not mail["attachments"]:
        return faces
    return _multipart("mixed", [faces, *(_attachment(**file) for file in mail["attachments"])])


def _multipart(subtype: str, parts: Iterable[bytes]) -> bytes:
    boundary = f"=_{subtype}"
    start, end = f"--{boundary}{_END}".encode(), f"{_END}--{boundary}--{_END}".encode()
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"{_END}{_END}'
    return head.encode() + b"".join(start + part for part in parts) + end


def _text(subtype: str, text: str) -> bytes:
    return _part((f"Content-Type: text/{subtype}; charset=utf-8",), text.replace("\n", _END).encode())


def _attachment(name: str, type: str, base64: str) -> bytes:  # noqa: A002 - as the row's JSON calls it
    shown = f'filename="{quote(name)}"' if name.isascii() else f"filename*={encode_rfc2231(name, 'utf-8')}"
    return _part((f"Content-Type: {type}", f"Content-Disposition: attachment; {shown}"), b64decode(base64))


def _part(headers: tuple[str, ...], body: bytes) -> bytes:
    head = _END.join((*headers, "Content-Transfer-Encoding: base64", "", ""))
    return head.encode("ascii") + encodebytes(body).replace(b"\n", b"\r\n")


def _address(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    if not text.isascii():
        raise ValueError("only servers that know SMTPUTF8 take such an address")
    return str(Address(addr_spec=text))


def sender_address(settings: Settings) -> str:
    """The bare address mails are sent from."""
    return _bare(settings.mail_sender)


@cache
def _bare(text: str) -> str:
    return parseaddr(text)[1]


@cache
def _sender(text: str) -> str:
    return formataddr(parseaddr(text))
