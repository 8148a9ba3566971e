"""Turns a stored mail into the bytes that travel: text and HTML side by side, attachments, one recipient."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import urlsplit

from portal import clock
from portal.mail.models import OutgoingMail
from portal.settings import Settings


def message_id(settings: Settings, mail_id: int) -> str:
    """The same for every try of the same mail, so that a receiver can tell a repetition; tells nothing else."""
    name = hmac.new(settings.secret_key.encode(), f"mail {mail_id}".encode(), hashlib.sha256).hexdigest()[:32]
    return f"<{name}@{urlsplit(settings.base_url).hostname or 'localhost'}>"


def as_bytes(settings: Settings, mail: OutgoingMail) -> bytes:
    """The message; raises ValueError for an address no header can hold."""
    message = EmailMessage(policy=SMTP)
    message["From"] = _sender(settings.mail_sender)
    message["To"] = Address(addr_spec=mail.recipient)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = mail.language
    message.set_content(mail.text, cte="base64")
    message.add_alternative(mail.html, subtype="html", cte="base64")
    for attachment in mail.attachments:
        maintype, _, subtype = attachment["type"].partition("/")
        body = b64decode(attachment["base64"])
        message.add_attachment(body, maintype=maintype, subtype=subtype, filename=attachment["name"])
    return message.as_bytes()


def sender_address(settings: Settings) -> str:
    """The bare address mails are sent from."""
    return parseaddr(settings.mail_sender)[1]


def _sender(text: str) -> Address:
    name, address = parseaddr(text)
    return Address(display_name=name, addr_spec=address)
