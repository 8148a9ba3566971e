"""Reads of held batches: who exactly gets one, in which languages, real samples of it, and whose word it waits for."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock
from portal.i18n import N_, language
from portal.lifecycles import MailState
from portal.mail.kinds import of_topic
from portal.mail.models import MOST_ALONE, TIED, BatchRelease, MailPreference, OutgoingMail, Suppression, Topic, Way
from portal.mail.queries import literal, visible_to
from portal.policies import Actor

MOST_SAMPLES = 5
# Accounts come after mail: of people this room knows the names alone.
_people = sa.table("people", *map(sa.column, ("id", "native_name", "latin_family", "latin_given")))
_latin = sa.func.trim(sa.func.upper(_people.c.latin_family) + " " + _people.c.latin_given)
NAMES = (_people.c.native_name, _latin.label("latin_name"))
_SHOWN = sa.case((sa.and_(OutgoingMail.language != "ko", _latin != ""), _latin), else_=_people.c.native_name)


@dataclass(frozen=True, slots=True)
class HeldBatch:
    """Drafts that belong together and wait for one release; `count` is 0 once nothing of it waits any more.

    `subject` is one of its subjects, in the language in use where it has that one.
    """

    batch: str
    edition_id: int
    count: int
    subject: str
    since: datetime

    @property
    def tied(self) -> bool:
        """Whether the batch leaves only with the announcement it tells of."""
        return self.batch.startswith(TIED)

    @property
    def needs_second(self) -> bool:
        """Whether it is too large to be let go by one person."""
        return self.count > MOST_ALONE


def held_batches(session: Session, actor: Actor) -> list[HeldBatch]:
    """The batches of which something waits for the actor, the oldest first."""
    waiting = _batches().where(visible_to(actor), OutgoingMail.state == MailState.DRAFT)
    return [HeldBatch(*row) for row in session.execute(waiting)]


def batch_named(session: Session, batch: str) -> HeldBatch | None:
    """One batch, also after it left."""
    row = session.execute(_batches().where(OutgoingMail.batch == batch)).first()
    return HeldBatch(*row) if row else None


def _batches() -> sa.Select[*tuple[Any, ...]]:
    waits = sa.func.count().filter(OutgoingMail.state == MailState.DRAFT)
    mine = sa.func.min(OutgoingMail.subject).filter(OutgoingMail.language == language())
    subject = sa.func.coalesce(mine, sa.func.min(OutgoingMail.subject))
    since = sa.func.min(OutgoingMail.created_at)
    place = (OutgoingMail.batch, OutgoingMail.edition_id)
    return (
        sa.select(*place, waits, subject, sa.type_coerce(since, OutgoingMail.created_at.type))
        .where(OutgoingMail.batch.is_not(None), OutgoingMail.edition_id.is_not(None))
        .group_by(*place)
        .order_by(since)
    )


# ── who gets it ────────────────────────────────────────────────────────


def drafts(of: HeldBatch | BatchRelease) -> tuple[sa.ColumnElement[bool], ...]:
    """Says of a mail that it waits in this batch."""
    return (*_inside(of), OutgoingMail.state == MailState.DRAFT)


def failures(of: HeldBatch | BatchRelease) -> tuple[sa.ColumnElement[bool], ...]:
    """Says of a mail of this batch that it has reached nobody for certain."""
    return (*_inside(of), OutgoingMail.state == MailState.FAILED, ~OutgoingMail.uncertain)


def _inside(of: HeldBatch | BatchRelease) -> tuple[sa.ColumnElement[bool], ...]:
    return OutgoingMail.batch == of.batch, OutgoingMail.edition_id == of.edition_id


def takes_no_mail() -> sa.ColumnElement[bool]:
    """Says of a mail that nothing is sent to its address any more."""
    return sa.exists().where(Suppression.address == OutgoingMail.recipient)


def wants_no_mail() -> sa.ColumnElement[bool]:
    """Says of a mail that its reader wants its topic in the daily letter or in the portal alone."""
    about = [sa.and_(MailPreference.topic == one, OutgoingMail.kind.in_(of_topic(one))) for one in Topic]
    address = MailPreference.address == OutgoingMail.recipient
    return sa.exists().where(address, MailPreference.way != Way.AT_ONCE, sa.or_(*about))


def fingerprint(rows: Iterable[sa.Row[int, str]]) -> str:
    """What a person's word is given for: SHA-256 over the ids and addresses of drafts, in the order of ids."""
    lines = "".join(f"{row.id} {row.recipient}\n" for row in rows)
    return hashlib.sha256(lines.encode()).hexdigest()


def waiting(of: HeldBatch | BatchRelease) -> sa.Select[int, str]:
    """(id, address) of its drafts in the order of ids, so that two who lock them never wait for each other."""
    return sa.select(OutgoingMail.id, OutgoingMail.recipient).where(*drafts(of)).order_by(OutgoingMail.id)


def shown(session: Session, held: HeldBatch) -> str:
    """The fingerprint of the recipients as a page shows them now."""
    return fingerprint(session.execute(waiting(held)))


def recipients(held: HeldBatch, search: str = "") -> sa.Select[*tuple[Any, ...]]:
    """Everybody who gets the batch, by address; of one that left, everybody who got it. Names where there is a person.

    `no_mail` says that the address takes none, `kept` that its reader wants a notice instead.
    """
    found = (
        sa.select(
            OutgoingMail.id,
            OutgoingMail.recipient,
            OutgoingMail.language,
            OutgoingMail.state,
            *NAMES,
            takes_no_mail().label("no_mail"),
            wants_no_mail().label("kept"),
        )
        .outerjoin(_people, _people.c.id == OutgoingMail.person_id)
        .where(*(drafts(held) if held.count else (*_inside(held), OutgoingMail.state != MailState.SUPERSEDED)))
        .order_by(OutgoingMail.recipient, OutgoingMail.id)
    )
    if search:
        wanted = f"%{literal(search)}%"
        columns = (OutgoingMail.recipient, _people.c.native_name, _latin)
        found = found.where(sa.or_(*(column.ilike(wanted, escape="\\") for column in columns)))
    return found


@dataclass(frozen=True, slots=True)
class Makeup:
    """What a batch is made of: mails by language, and how many will stay in the portal or take no mail."""

    languages: dict[str, int]
    kept: int
    no_mail: int


def makeup(session: Session, held: HeldBatch) -> Makeup:
    """The counts beside the recipients; one statement."""
    each = (
        sa.select(OutgoingMail.language, takes_no_mail().label("no_mail"), wants_no_mail().label("kept"))
        .where(*drafts(held))
        .subquery()
    )
    kept = sa.func.count().filter(each.c.kept, ~each.c.no_mail)
    counted = sa.select(each.c.language, sa.func.count(), kept, sa.func.count().filter(each.c.no_mail))
    rows = session.execute(counted.group_by(each.c.language).order_by(each.c.language.desc())).all()
    return Makeup({row[0]: row[1] for row in rows}, sum(row[2] for row in rows), sum(row[3] for row in rows))


def fates(session: Session, held: HeldBatch) -> dict[MailState, int]:
    """What became of a batch's mails."""
    became = (*_inside(held), OutgoingMail.state != MailState.SUPERSEDED)
    counted = sa.select(OutgoingMail.state, sa.func.count()).where(*became).group_by(OutgoingMail.state)
    return {row[0]: row[1] for row in session.execute(counted)}


# ── samples ────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Sample:
    """A real mail of the batch, and what it is shown for (msgids)."""

    mail: OutgoingMail
    reasons: list[str] = field(default_factory=list)


def samples(session: Session, held: HeldBatch) -> list[Sample]:
    """At most five real mails: the longest name, text and address, one of each language, then the first ones."""
    name = sa.func.coalesce(sa.func.length(_SHOWN), 0)
    longest = (
        (N_("The longest name"), name.desc(), name > 0),
        (N_("The longest text"), sa.func.length(OutgoingMail.text).desc(), sa.true()),
        (N_("The longest address"), sa.func.length(OutgoingMail.recipient).desc(), sa.true()),
        (N_("In Korean"), OutgoingMail.id, OutgoingMail.language == "ko"),
        (N_("In English"), OutgoingMail.id, OutgoingMail.language == "en"),
    )
    found: dict[int, Sample] = {}
    for reason, order, condition in longest:
        for mail in session.scalars(_sample(held).where(condition).order_by(order, OutgoingMail.id).limit(1)):
            found.setdefault(mail.id, Sample(mail)).reasons.append(reason)
    more = _sample(held).where(OutgoingMail.id.not_in(found)).order_by(OutgoingMail.id).limit(MOST_SAMPLES - len(found))
    return [*found.values(), *map(Sample, session.scalars(more))]


def _sample(held: HeldBatch) -> sa.Select[OutgoingMail]:
    return sa.select(OutgoingMail).outerjoin(_people, _people.c.id == OutgoingMail.person_id).where(*drafts(held))


# ── whose word it waits for ────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Word:
    """Somebody's word on a batch, with the names of who proposed and who confirmed it."""

    release: BatchRelease
    proposed_by: tuple[str, str] | None
    confirmed_by: tuple[str, str] | None

    @property
    def stands(self) -> bool:
        """Whether it has not ended."""
        return self.release.ended_at is None


def words(session: Session, held: Collection[HeldBatch]) -> dict[str, Word]:
    """The last word on each of the batches, whether it stands or has ended."""
    last = sa.select(sa.func.max(BatchRelease.id)).group_by(BatchRelease.batch, BatchRelease.edition_id)
    of_these = BatchRelease.batch.in_({one.batch for one in held})
    return {word.release.batch: word for word in _words(session, BatchRelease.id.in_(last.where(of_these)))}


def last_word(session: Session, held: HeldBatch) -> Word | None:
    """The same for one batch."""
    on_it = (BatchRelease.batch == held.batch, BatchRelease.edition_id == held.edition_id)
    return next(iter(_words(session, *on_it, most=1)), None)


def _words(session: Session, *conditions: sa.ColumnElement[bool], most: int | None = None) -> list[Word]:
    second = _people.alias()
    latin = sa.func.trim(sa.func.upper(second.c.latin_family) + " " + second.c.latin_given)
    rows = session.execute(
        sa.select(BatchRelease, *NAMES, second.c.native_name, latin)
        .outerjoin(_people, _people.c.id == BatchRelease.proposed_by_id)
        .outerjoin(second, second.c.id == BatchRelease.confirmed_by_id)
        .where(*conditions)
        .order_by(BatchRelease.id.desc())
        .limit(most)
    )
    return [Word(row[0], _name(row[1:3]), _name(row[3:5])) for row in rows]


def _name(parts: Sequence[str | None]) -> tuple[str, str] | None:
    native, latin = parts
    return None if native is None else (native, latin or "")


def due_releases(session: Session) -> Sequence[int]:
    """Ids of words whose hour has come and that need nobody else's."""
    whole = sa.or_(BatchRelease.expected <= MOST_ALONE, BatchRelease.confirmed_at.is_not(None))
    due = (BatchRelease.ended_at.is_(None), BatchRelease.send_at <= clock.now(), whole)
    return session.scalars(sa.select(BatchRelease.id).where(*due).order_by(BatchRelease.id).limit(500)).all()
