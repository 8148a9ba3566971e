"""What is wrong with an installation, in one look: the database, the broker, mail, films, room, and work that waits.

Nothing passes by not being looked at: what could not be asked is said.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from celery import Celery
from kombu.exceptions import OperationalError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal import clock, db, upgrade
from portal.lifecycles import AssetState, MailState
from portal.mail import queries as mails
from portal.mail.models import OutgoingMail
from portal.mail.smtp import Line, Server
from portal.media import ffmpeg
from portal.media.models import Asset
from portal.reminders import queries as reminders
from portal.settings import Settings

_PATIENCE_SECONDS = 2.0
# A row that nobody took within these has been forgotten: the sweep rings every fifteen seconds.
_MAIL_WAITS, _FILM_WAITS = timedelta(minutes=3), timedelta(minutes=30)
_REMINDER_WAITS = timedelta(minutes=15)
_LEAST_ROOM = 5 * 10**9


class Health(StrEnum):
    """How a part of the installation is."""

    WELL = "well"
    NOTE = "note"
    ILL = "ill"


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that was looked at, and what was seen."""

    part: str
    health: Health
    words: str


def examine(settings: Settings) -> list[Sign]:
    """Everything about an installation; a database that does not answer is the last thing asked of it."""
    signs = [_broker(settings), _mail_server(settings), _films(settings), _room(settings)]
    try:
        with db.sessions(settings, read_only=True)() as session:
            schema = _schema(settings, session)
            rows = _waiting(session) if schema.health is Health.WELL else ()  # an older schema may lack their columns
            return [schema, *signs, *rows]
    except SQLAlchemyError as error:
        return [Sign("database", Health.ILL, f"does not answer: {_first_line(error)}"), *signs]


def _schema(settings: Settings, session: Session) -> Sign:
    newest = ScriptDirectory.from_config(upgrade.config(settings.database_url)).get_current_head()
    found = MigrationContext.configure(session.connection()).get_current_revision()
    if found != newest:
        return Sign("database", Health.ILL, f"is at migration {found}, this version needs {newest}: portal db upgrade")
    return Sign("database", Health.WELL, f"answers, at migration {found}")


def _broker(settings: Settings) -> Sign:
    if not settings.broker_url:
        return Sign("broker", Health.NOTE, "none is named; `portal run` starts its own")
    app = Celery("doctor", broker=settings.broker_url, set_as_current=False)
    app.conf.broker_transport_options = {"socket_connect_timeout": _PATIENCE_SECONDS, "socket_timeout": 5}
    try:
        with app.connection_for_read(connect_timeout=_PATIENCE_SECONDS) as line:
            line.ensure_connection(max_retries=1, interval_start=0, timeout=_PATIENCE_SECONDS)
    except (OperationalError, OSError) as error:
        return Sign("broker", Health.ILL, f"does not answer; rows wait until it does: {_first_line(error)}")
    return Sign("broker", Health.WELL, "answers")


def _mail_server(settings: Settings) -> Sign:
    if not settings.smtp_url:
        return Sign("mail server", Health.NOTE, "none is named; mails wait")
    with Line(Server.from_url(settings.smtp_url)) as line:
        takes = line.ready()
    return Sign(
        "mail server", *((Health.WELL, "takes mails") if takes else (Health.ILL, "does not answer; mails wait"))
    )


def _films(settings: Settings) -> Sign:
    try:
        return Sign("ffmpeg", Health.WELL, ffmpeg.binary(settings.ffmpeg))
    except (OSError, RuntimeError) as error:
        return Sign("ffmpeg", Health.ILL, f"not found: {_first_line(error)}")


def _room(settings: Settings) -> Sign:
    free = shutil.disk_usage(settings.data if settings.data.exists() else settings.data.parent).free
    words = f"{free / 10**9:.1f} GB free where the data lies"
    return Sign("disk", Health.WELL if free > _LEAST_ROOM else Health.ILL, words)


def _waiting(session: Session) -> Iterator[Sign]:
    now = clock.now()
    late = mails.overdue(session, _MAIL_WAITS)
    yield _late("mail", late, "waited longer than three minutes: does the worker run?")
    uncertain = sa.select(sa.func.count()).where(OutgoingMail.uncertain, OutgoingMail.state != MailState.SENT)
    yield _late("mail", session.scalar(uncertain) or 0, "may have been delivered and will be sent again")
    unsent = reminders.overdue(session, _REMINDER_WAITS)
    yield _late("reminders", unsent, "waited longer than a quarter of an hour: do beat and the worker run?")
    at_work = (AssetState.RECEIVED, AssetState.PROBING, AssetState.TRANSCODING)
    stuck = sa.select(sa.func.count()).where(
        Asset.state.in_(at_work),
        Asset.created_at < now - _FILM_WAITS,
        sa.or_(Asset.lease_until.is_(None), Asset.lease_until < now),
    )
    yield _late("films", session.scalar(stuck) or 0, "waited longer than half an hour with nobody at work on them")


def _late(part: str, count: int, words: str) -> Sign:
    return Sign(part, Health.ILL, f"{count} {words}") if count else Sign(part, Health.WELL, f"none {words}")


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]
