"""Rows of a small festival for the tests of programme and audience: halls, announced films, packages, screenings."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal import clock
from portal.accounts.models import Person
from portal.calls.models import Call, Edition
from portal.disclosure.models import Disclosure
from portal.entries.models import Credit, CreditRole, Entry
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.models import Round
from portal.lifecycles import AssetState, DecisionState, DisclosureState, EntryState
from portal.media.models import Asset, Slot
from portal.policies import SYSTEM, Role, Scope
from portal.programme import queries, service
from portal.programme.models import Hall, Package, QASession, Screening
from tests import builders

SOON = timedelta(days=30)
# Clocks in Paris jump from 02:00 to 03:00 on this night, at 01:00 UTC.
SPRING = date(2027, 3, 28)
# The film every label here was signed for.
FILM = "f" * 64


def evening(days: int = 0, *, hour: int = 19, minute: int = 0) -> datetime:
    """A time of day in Seoul about a month from now."""
    start = (clock.now() + SOON + timedelta(days=days)).astimezone(queries.desk.ZONE)
    return start.replace(hour=hour, minute=minute, second=0, microsecond=0)


def edition(session: Session, **values: Any) -> Edition:
    """A published edition that runs for four days from a month on."""
    first = evening().date()
    return builders.edition(session, **{"starts_on": first, "ends_on": first + timedelta(days=3), **values})


def programmer(session: Session, edition: Edition) -> Person:
    """Somebody who may plan the edition."""
    person = builders.person(session)
    builders.grant(session, person, Role.PROGRAMMER, Scope.EDITION, edition.id)
    return person


def hall(session: Session, edition: Edition, name: str = "1관", seats: int = 300) -> Hall:
    """A hall of the edition's one cinema."""
    venue = service.add_venue(
        session, edition, service.VenueDraft("판 극장", "P.A.N Cinema", "을지로 1", ""), by=SYSTEM
    )
    return service.add_hall(session, venue, service.HallDraft(name, f"Hall {name[0]}", seats), by=SYSTEM)


def film(session: Session, edition: Edition, *, minutes: int = 14, announced: bool = True, **owner: Any) -> Entry:
    """A selected film with its director; `announced` says whether anybody may know."""
    call = session.query(Call).filter_by(edition_id=edition.id).first() or builders.call(session, edition)
    person = builders.person(session, **owner)
    entry = builders.entry(session, call, person, runtime_s=minutes * 60, state=EntryState.ELIGIBLE)
    session.add(
        Credit(
            entry_id=entry.id, position=0, role=CreditRole.DIRECTOR, native_name=person.native_name, latin_name="SARAM"
        )
    )
    state = DecisionState.ANNOUNCED if announced else DecisionState.PENDING
    told = {"state": state, "outcome": Outcome.SELECTED, "announced_at": clock.now() - SOON}
    decision = Decision(round_id=_round(session, call).id, entry_id=entry.id, **told)
    session.add(decision)
    session.add(green_label(entry))
    session.flush()
    return entry


def green_label(entry: Entry, **values: Any) -> Disclosure:
    """What its makers declared and signed."""
    signed = {"state": DisclosureState.SUBMITTED, "attested_at": clock.now(), "film_sha256": FILM}
    return Disclosure(**{"entry_id": entry.id, "tier": 2, "phases": {"picture": 2}, **signed, **values})


def playable(session: Session, entry: Entry, sha256: str = FILM, **values: Any) -> Asset:
    """A film that plays."""
    made = Asset(
        **{
            "entry_id": entry.id,
            "slot": Slot.FILM,
            "state": AssetState.PLAYABLE,
            "file_name": "film.mp4",
            "sha256": sha256,
            "duration_ms": entry.runtime_s * 1000,
            "received_at": clock.now(),
            **values,
        }
    )
    session.add(made)
    session.flush()
    return made


def _round(session: Session, call: Call) -> Round:
    found = session.query(Round).filter_by(call_id=call.id).first()
    if found is None:
        found = Round(
            edition_id=call.edition_id,
            call_id=call.id,
            name_ko="본심",
            name_en="Final",
            due_at=clock.now() + SOON,
            listed_at=clock.now(),
        )
        session.add(found)
        session.flush()
    return found


def package(session: Session, edition: Edition, *films: Entry, title: str = "AI 단편 1", **values: Any) -> Package:
    """A package of these films, loaded with them."""
    draft = service.PackageDraft(title, f"{title} (en)", bumper_s=60, **values)
    code = service.create_package(session, edition, draft, by=SYSTEM).code
    made = queries.package_by_code(session, code)
    assert made is not None
    for entry in films:
        service.add_film(session, made, entry, by=SYSTEM)
    return made


def screening(session: Session, package: Package, hall: Hall, starts_at: datetime | None = None) -> Screening:
    """The package in the hall one evening."""
    return service.place(session, package, hall, starts_at or evening(), by=SYSTEM)


def on_sale(session: Session, *, seats: int = 300, films: int = 1) -> Screening:
    """A published screening whose booking is open."""
    found = edition(session)
    entries = [film(session, found) for _ in range(films)]
    made = screening(session, package(session, found, *entries), hall(session, found, seats=seats))
    service.confirm(session, made, by=SYSTEM)
    service.release(session, found, base=0, by=SYSTEM)
    return made


def on_the_night_clocks_change(session: Session) -> list[Screening]:
    """Two public screenings, half an hour before Paris leaves winter time and half an hour after."""
    found = edition(session, starts_on=SPRING, ends_on=SPRING)
    room, made = hall(session, found), []
    for n in (0, 1):
        starts = datetime(SPRING.year, SPRING.month, SPRING.day, n, 30, tzinfo=UTC)
        made.append(screening(session, package(session, found, film(session, found), title=f"묶음 {n}"), room, starts))
        service.confirm(session, made[-1], by=SYSTEM)
    service.release(session, found, base=0, by=SYSTEM)
    session.commit()
    return made


def talk(session: Session, screening: Screening, *guests: str, minutes: int = 25, **plan: Any) -> QASession:
    """A talk after the screening with guests by the first part of their address, loaded with everything."""
    service.plan_talk(session, screening, **{"minutes": minutes, "moderator": "최민경", "by": SYSTEM, **plan})
    found = queries.talk_by_code(session, screening.code)
    assert found is not None
    for name in guests:
        service.invite(session, found, service.Invited(name, f"{name}@example.test"), by=SYSTEM)
    return found


def called_off(session: Session, screening: Screening, reason: str = "영사기 고장") -> None:
    """A public screening cancelled by two people; the next release tells."""
    one, other = (programmer(session, session.get_one(Edition, screening.edition_id)) for _ in range(2))
    service.ask_cancellation(session, screening, reason=reason, by=builders.actor(one))
    service.confirm_cancellation(session, screening, by=builders.actor(other))
