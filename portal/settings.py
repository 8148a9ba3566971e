"""Typed, frozen settings; the only reader of the environment."""

from __future__ import annotations

import hmac
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

LOCAL, PRODUCTION = "local", "production"
_256_BITS = re.compile(r"[0-9a-f]{64}")
SENDER = "P.A.N <no-reply@pan.example>"
# Where the browsers there are have their messages brought: Chrome and its kin, Firefox, Edge, Safari.
PUSH_SERVICES = (
    "fcm.googleapis.com",
    "*.push.services.mozilla.com",
    "*.notify.windows.com",
    "*.push.apple.com",
)


class Misconfigured(Exception):
    """The environment asks for something unsafe or impossible; the message names the variable."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that may differ between two installations."""

    mode: str = LOCAL
    data: Path = Path("var")
    database_url: str = ""
    broker_url: str = ""
    secret_key: str = field(default="", repr=False)
    base_url: str = "http://127.0.0.1:8000"
    smtp_url: str = ""
    mailbox_port: int = 8025
    mail_sender: str = SENDER
    quiet_hours: tuple[int, int] | None = None
    mail_pace: tuple[tuple[str, int], ...] = ()
    timezone: str = "Asia/Seoul"
    ffmpeg: str = ""
    trust: str = ""
    quota_bytes: int = 20 * 10**9
    trusted_proxies: int = 0
    second_step: bool = False
    accel_redirect: str = ""
    s3_url: str = field(default="", repr=False)
    papers_key: str = field(default="", repr=False)
    papers_keep_days: int = 180
    mails_keep_days: int = 365
    vapid_key: str = field(default="", repr=False)
    push_services: tuple[str, ...] = PUSH_SERVICES

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read `PORTAL_*` variables; `NAME_FILE` names a file holding the value. Raises Misconfigured."""
        read = _Reader(os.environ if env is None else env)
        data = Path(read("DATA", "var")).resolve()
        settings = cls(
            mode=read("ENV", LOCAL),
            data=data,
            database_url=read("DATABASE_URL", f"sqlite:///{data / 'portal.sqlite3'}"),
            broker_url=read("BROKER_URL", ""),
            secret_key=read("SECRET_KEY", ""),
            base_url=read("BASE_URL", "http://127.0.0.1:8000").rstrip("/"),
            smtp_url=read("SMTP_URL", ""),
            mailbox_port=int(read("MAILBOX_PORT", "8025")),
            mail_sender=read("MAIL_SENDER", SENDER),
            quiet_hours=_hours(read("QUIET_HOURS", "off" if read("ENV", LOCAL) == LOCAL else "21-8")),
            mail_pace=_pace(read("MAIL_PACE", "")),
            timezone=read("TIMEZONE", "Asia/Seoul"),
            ffmpeg=read("FFMPEG", ""),
            trust=read("TRUST", ""),
            quota_bytes=int(read("QUOTA_BYTES", str(20 * 10**9))),
            trusted_proxies=int(read("TRUSTED_PROXIES", "0")),
            second_step=read("SECOND_STEP", "off" if read("ENV", LOCAL) == LOCAL else "on") == "on",
            accel_redirect=read("ACCEL_REDIRECT", ""),
            s3_url=read("S3_URL", ""),
            papers_key=read("PAPERS_KEY", ""),
            papers_keep_days=int(read("PAPERS_KEEP_DAYS", "180")),
            mails_keep_days=int(read("MAILS_KEEP_DAYS", "365")),
            vapid_key=read("VAPID_KEY", ""),
            push_services=tuple(read("PUSH_SERVICES", " ".join(PUSH_SERVICES)).split()),
        )
        return settings.checked()

    def checked(self) -> Settings:
        """Refuse what would be unsafe in production; give a local installation its own secret."""
        ZoneInfo(self.timezone)
        if self.s3_url:
            s3_endpoint(self.s3_url)
        if self.vapid_key and not _256_BITS.fullmatch(self.vapid_key):
            raise Misconfigured("PORTAL_VAPID_KEY must be 64 hexadecimal digits")
        if self.mode == LOCAL:
            return self if self.secret_key else self._with_local_secret()
        if len(self.secret_key) < 32:
            raise Misconfigured("PORTAL_SECRET_KEY needs at least 32 characters in production")
        if not _256_BITS.fullmatch(self.papers_key):
            raise Misconfigured("PORTAL_PAPERS_KEY must be 64 hexadecimal digits in production: consent papers need it")
        if not self.base_url.startswith("https://"):
            raise Misconfigured("PORTAL_BASE_URL must be an https address in production")
        if not self.smtp_url:
            raise Misconfigured("PORTAL_SMTP_URL is needed in production: notices must reach people")
        if any(service.startswith("http://") for service in self.push_services):
            raise Misconfigured("PORTAL_PUSH_SERVICES must be reached by https in production")
        return self

    @property
    def local(self) -> bool:
        """Whether this is somebody's own machine: the mailbox page is open, cookies need no TLS."""
        return self.mode == LOCAL

    @property
    def trust_folder(self) -> Path:
        """Where the certificates lie that may vouch for where a file came from; none are shipped."""
        return Path(self.trust) if self.trust else self.data / "trust"

    @property
    def files_origin(self) -> str:
        """The origin browsers are sent to for large files; empty while the portal gives them out itself."""
        return s3_endpoint(self.s3_url) if self.s3_url else ""

    @property
    def papers_key_bytes(self) -> bytes:
        """The AES-256 key of consent papers; a local installation makes it of its own secret."""
        if self.papers_key:
            return bytes.fromhex(self.papers_key)
        return hmac.digest(self.secret_key.encode(), b"consent papers", "sha256")

    @property
    def vapid_key_bytes(self) -> bytes | None:
        """256 bits the portal signs its messages to browsers by; without them they are not offered.

        A local installation makes them of its own secret.
        """
        if self.vapid_key:
            return bytes.fromhex(self.vapid_key)
        return hmac.digest(self.secret_key.encode(), b"web push", "sha256") if self.local else None

    @property
    def zone(self) -> ZoneInfo:
        """The festival's time zone."""
        return ZoneInfo(self.timezone)

    def _with_local_secret(self) -> Settings:
        self.data.mkdir(parents=True, exist_ok=True)
        path = self.data / "secret.key"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48), encoding="ascii")
        return replace(self, secret_key=path.read_text(encoding="ascii").strip())


def s3_endpoint(url: str) -> str:
    """The origin of the store in `s3://KEY:SECRET@host[:port]/bucket[?tls=0]`; raises Misconfigured."""
    parts = urlsplit(url)
    bucket = parts.path.strip("/")
    if parts.scheme != "s3" or not (parts.hostname and parts.username and parts.password) or "/" in (bucket or "/"):
        raise Misconfigured("PORTAL_S3_URL must read s3://KEY:SECRET@host/bucket?region=…")
    scheme = "http" if "tls=0" in parts.query.split("&") else "https"
    return f"{scheme}://{parts.netloc.rpartition('@')[2]}"


def _hours(text: str) -> tuple[int, int] | None:
    """`21-8`: from nine in the evening until eight in the morning; `off` for none."""
    if text == "off":
        return None
    found = re.fullmatch(r"(\d\d?)-(\d\d?)", text)
    begin, end = (int(hour) for hour in found.groups()) if found else (0, 0)
    if begin == end or max(begin, end) > 23:
        raise Misconfigured("PORTAL_QUIET_HOURS must name two hours, as in 21-8, or be off")
    return begin, end


def _pace(text: str) -> tuple[tuple[str, int], ...]:
    """`naver.com=120 *=600`: mails a minute to each domain, `*` for every other one."""
    words = [word.rpartition("=") for word in text.lower().split()]
    if not all(domain and count.isdecimal() and int(count) for domain, _, count in words):
        raise Misconfigured("PORTAL_MAIL_PACE must read naver.com=120 *=600: mails a minute, at least one")
    return tuple((domain, int(count)) for domain, _, count in words)


class _Reader:
    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env

    def __call__(self, name: str, default: str) -> str:
        path = self._env.get(f"PORTAL_{name}_FILE")
        if path:
            return Path(path).read_text(encoding="utf-8").strip()
        return self._env.get(f"PORTAL_{name}") or default
