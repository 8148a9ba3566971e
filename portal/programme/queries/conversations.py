"""Talks after screenings: who is asked, who could be, who answered, who has to be reminded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from portal import links
from portal.accounts.models import Person
from portal.entries.models import Entry
from portal.lifecycles import GuestState, ScreeningState
from portal.programme.models import Guest, Hall, Package, PackageFilm, QASession, QASlot, Screening
from portal.signing import BadToken


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A director who could be invited: the owner of a film in the package."""

    entry_id: int
    person_id: int
    name: str
    email: str
    language: str
    timezone: str
    film_ko: str
    film_en: str


def directors_of(session: Session, screening: Screening) -> list[Suggestion]:
    """The people who entered the package's films and are not invited yet; one statement."""
    invited = (
        sa.select(Guest.email)
        .join(QASession, QASession.id == Guest.qa_session_id)
        .where(QASession.screening_id == screening.id)
    )
    query = (
        sa.select(Person, Entry.id, Entry.title_ko, Entry.title_en)
        .join(Entry, Entry.owner_id == Person.id)
        .join(PackageFilm, PackageFilm.entry_id == Entry.id)
        .where(PackageFilm.package_id == screening.package_id, Person.email.not_in(invited))
        .order_by(PackageFilm.position)
    )
    rows = session.execute(query)
    first: dict[str, Suggestion] = {}
    for person, entry_id, film_ko, film_en in rows:
        first.setdefault(person.email, _suggestion(person, entry_id, film_ko, film_en))
    return list(first.values())


def _suggestion(person: Person, entry_id: int, film_ko: str, film_en: str) -> Suggestion:
    return Suggestion(
        entry_id=entry_id,
        person_id=person.id,
        name=person.shown_in(person.language),
        email=person.email,
        language=person.language,
        timezone=person.timezone,
        film_ko=film_ko,
        film_en=film_en,
    )


_WHERE = (
    joinedload(QASession.screening).joinedload(Screening.hall).joinedload(Hall.venue),
    joinedload(QASession.screening).joinedload(Screening.package),
)
_PEOPLE = (
    selectinload(QASession.guests).joinedload(Guest.slot),
    selectinload(QASession.slots).joinedload(QASlot.guest),
)


def talk_by_code(session: Session, code: str) -> QASession | None:
    """The talk of a screening, by the screening's code, with guests, parts and place."""
    query = sa.select(QASession).join(QASession.screening).where(Screening.code == code)
    return session.scalar(query.options(*_WHERE, *_PEOPLE))


def screening_for_talk(session: Session, code: str) -> Screening | None:
    """A screening with everything a talk's desk and the run sheet show: films, inserts, guests with their parts."""
    talk = joinedload(Screening.qa_session)
    package = joinedload(Screening.package)
    films = package.selectinload(Package.films).joinedload(PackageFilm.entry)
    query = sa.select(Screening).where(Screening.code == code)
    return session.scalar(
        query.options(
            joinedload(Screening.hall).joinedload(Hall.venue),
            films.selectinload(Entry.credits),
            package.selectinload(Package.inserts),
            talk.selectinload(QASession.guests).joinedload(Guest.slot),
            talk.selectinload(QASession.slots).joinedload(QASlot.guest),
            talk.joinedload(QASession.screening),
        )
    )


def slot_by_code(session: Session, code: str, slot: str) -> QASlot | None:
    """A part of the talk of a screening."""
    query = sa.select(QASlot).join(QASlot.qa_session).join(QASession.screening)
    loaded = query.options(joinedload(QASlot.qa_session).joinedload(QASession.screening))
    return session.scalar(loaded.where(Screening.code == code, QASlot.code == slot))


def talks(session: Session, edition_id: int) -> Sequence[QASession]:
    """Every talk of an edition by time, with its guests."""
    query = (
        sa.select(QASession)
        .join(QASession.screening)
        .where(Screening.edition_id == edition_id, Screening.state != ScreeningState.CANCELLED)
        .order_by(Screening.starts_at, Screening.id)
    )
    return session.scalars(query.options(*_WHERE, *_PEOPLE)).all()


def guest_by_token(session: Session, token: str) -> Guest | None:
    """The guest a signed link stands for, with talk, parts, screening and place."""
    try:
        code = links.of(session).opened(links.GUEST, token)
    except BadToken:
        return None
    talk = joinedload(Guest.qa_session)
    screening = talk.joinedload(QASession.screening)
    return session.scalar(
        sa.select(Guest)
        .where(Guest.code == code)
        .options(
            joinedload(Guest.slot),
            talk.selectinload(QASession.slots),
            screening.joinedload(Screening.hall).joinedload(Hall.venue),
            screening.joinedload(Screening.package).selectinload(Package.films).joinedload(PackageFilm.entry),
        )
    )


def also_on_stage(session: Session, guest: Guest) -> Sequence[QASession]:
    """Other talks at the same time that somebody with this address was asked for and has not declined."""
    screening, talk = guest.qa_session.screening, guest.qa_session
    starts_at, ends_at = screening.starts_at, screening.ends_at + timedelta(minutes=talk.minutes)
    query = (
        sa.select(QASession)
        .join(QASession.screening)
        .join(QASession.guests)
        .where(
            Guest.email == guest.email,
            Guest.id != guest.id,
            Guest.state != GuestState.DECLINED,
            Screening.state != ScreeningState.CANCELLED,
            Screening.starts_at < ends_at,
            Screening.ends_at > starts_at - _LONGEST_TALK,
        )
        .order_by(Screening.starts_at)
    )
    found = session.scalars(query.options(*_WHERE)).all()
    return [one for one in found if one.screening.ends_at + timedelta(minutes=one.minutes) > starts_at]


_LONGEST_TALK = timedelta(minutes=180)
