"""Consent papers with the entry and file they belong to; bytes are read elsewhere, under audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.calls.models import Edition
from portal.disclosure.codes import Channel, SignerCapacity
from portal.disclosure.models import Consent, Disclosure, Performer
from portal.disclosure.queries import with_disclosure
from portal.entries.models import Entry
from portal.lifecycles import ConsentState
from portal.media.models import Asset
from portal.policies import Actor, Role, Scope

MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class PaperCase:
    """A paper, its file and the film it is about, as policies ask for it."""

    consent: Consent
    performer: Performer
    asset: Asset
    number: str
    title_ko: str
    title_en: str
    edition_id: int


def paper_by_code(session: Session, code: str) -> PaperCase | None:
    """The sealed paper whose file has this code."""
    return _case(session, Asset.code == code)


def paper_of_entry(session: Session, number: str, code: str) -> PaperCase | None:
    """The same, for the entry it was brought for."""
    return _case(session, Asset.code == code, Entry.number == number)


def _case(session: Session, *conditions: sa.ColumnElement[bool]) -> PaperCase | None:
    wanted = (
        sa.select(Consent, Performer, Asset, Entry.number, Entry.title_ko, Entry.title_en, Entry.edition_id)
        .join(Performer, Performer.id == Consent.performer_id)
        .join(Asset, Asset.id == Consent.asset_id)
        .join(Entry, Entry.id == Asset.entry_id)
        .where(Consent.channel == Channel.PAPER, Asset.sealed_at.is_not(None), *conditions)
        .options(with_disclosure())
    )
    row = session.execute(wanted).first()
    return PaperCase(*row) if row else None


def paper_rows(session: Session, actor: Actor) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """The papers of the editions whose consent officer the actor is: waiting ones first, oldest on top."""
    waits = sa.case((Consent.state == ConsentState.OPENED, 0), else_=1)
    columns = (Consent.state, Consent.created_at, Consent.answered_at, Asset.code, Performer.name, Performer.minor)
    wanted = (
        _with_entry(sa.select(*columns, Entry.number, Entry.title_ko, Entry.title_en))
        .outerjoin(Asset, sa.and_(Asset.id == Consent.asset_id, Asset.sealed_at.is_not(None)))
        .where(Consent.channel == Channel.PAPER, Consent.state != ConsentState.REQUESTED)
        .where(Entry.edition_id.in_(actor.places(Scope.EDITION, Role.CONSENT_OFFICER)))
        .order_by(waits, Consent.created_at, Consent.id)
        .limit(MOST_ROWS)
    )
    return session.execute(wanted).all()


@dataclass(frozen=True, slots=True)
class GuardianCase:
    """A guardian's consent by link, and the edition whose officer checks it."""

    consent: Consent
    edition_id: int


def guardian_case(session: Session, consent_id: int) -> GuardianCase | None:
    """A guardian's signature by its row."""
    wanted = sa.select(Consent, Entry.edition_id).where(Consent.id == consent_id, *_BY_GUARDIANS)
    row = session.execute(_with_entry(wanted).options(with_disclosure())).first()
    return GuardianCase(row[0], row[1]) if row else None


def guardian_rows(session: Session, actor: Actor) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Guardians who signed by link for a minor and whom no officer has checked, the oldest first."""
    columns = (Consent.id, Consent.signer_name, Consent.email, Consent.answered_at, Performer.name)
    wanted = sa.select(*columns, Entry.number, Entry.title_ko, Entry.title_en).where(
        *_BY_GUARDIANS,
        Consent.officer_id.is_(None),
        Entry.edition_id.in_(actor.places(Scope.EDITION, Role.CONSENT_OFFICER)),
    )
    return session.execute(_with_entry(wanted).order_by(Consent.answered_at, Consent.id).limit(MOST_ROWS)).all()


_BY_GUARDIANS = (
    Consent.channel == Channel.LINK,
    Consent.state == ConsentState.SIGNED,
    Consent.signer_capacity == SignerCapacity.GUARDIAN.value,
    Performer.minor,
)


def _with_entry(wanted: sa.Select[*tuple[Any, ...]]) -> sa.Select[*tuple[Any, ...]]:
    return (
        wanted.join(Performer, Performer.id == Consent.performer_id)
        .join(Disclosure, Disclosure.id == Performer.disclosure_id)
        .join(Entry, Entry.id == Disclosure.entry_id)
    )


def outdated_papers(session: Session, today: date, keep_days: int) -> Sequence[Asset]:
    """The files of papers whose edition ended more than so many days ago."""
    wanted = (
        sa.select(Asset)
        .join(Consent, Consent.asset_id == Asset.id)
        .join(Entry, Entry.id == Asset.entry_id)
        .join(Edition, Edition.id == Entry.edition_id)
        .where(Consent.channel == Channel.PAPER, Edition.ends_on < today - timedelta(days=keep_days))
    )
    return session.scalars(wanted.order_by(Asset.id)).all()
