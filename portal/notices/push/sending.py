"""One sealed message to one browser, by its push service (RFC 8030)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

import structlog

from portal.mail.message import sender_address
from portal.notices.push.keys import Vapid
from portal.settings import Settings

_PATIENCE_SECONDS = 10
_KEPT_SECONDS = 4 * 3600
"""How long a service keeps a message for a device that is off; after that it would be no news."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes, and the browser's keys."""

    endpoint: str
    p256dh: str
    auth: str


def send(settings: Settings, pair: Vapid, target: Target, message: dict[str, str]) -> int:
    """The service's HTTP status; 0 where it could not be reached. A redirection is not followed."""
    try:
        return _post(target.endpoint, *_sealed(settings, pair, target, json.dumps(message, ensure_ascii=False)))
    except (OSError, HTTPException, ValueError) as error:
        log.warning("push.unreached", host=urlsplit(target.endpoint).hostname, error=type(error).__name__)
        return 0


def _sealed(settings: Settings, pair: Vapid, target: Target, text: str) -> tuple[bytes, dict[str, str]]:
    """The body only this browser can open, and the headers that say who sends it."""
    # With its models the library takes a tenth of a second and 15 MB, which only a process that sends shall pay.
    from webpush import WebPush, WebPushSubscription

    keys = {"p256dh": target.p256dh, "auth": target.auth}
    subscription = WebPushSubscription.model_validate({"endpoint": target.endpoint, "keys": keys})
    sealed = WebPush(pair.private, pair.public, sender_address(settings), ttl=_KEPT_SECONDS).get(text, subscription)
    return sealed.encrypted, {**sealed.headers}


def _post(endpoint: str, body: bytes, headers: dict[str, str]) -> int:
    parts = urlsplit(endpoint)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    line = kind(parts.hostname or "", parts.port, timeout=_PATIENCE_SECONDS)
    try:
        line.request("POST", parts._replace(scheme="", netloc="").geturl(), body, headers)
        return line.getresponse().status
    finally:
        line.close()
