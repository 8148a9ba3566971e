"""A class with a film that was signed off, its bytes in the storage, and a festival call it may go on to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal import clock
from portal.accounts.models import Person
from portal.calls.models import Call, CallKind, Edition
from portal.entries import queries, service
from portal.entries.classroom.queries import ClassFilm, class_film
from portal.entries.forms import DECLARATIONS
from portal.entries.models import Entry, Member
from portal.media import storage
from portal.media.models import Asset, Fingerprint, Rendition, RenditionKind
from portal.media.probe import Film
from portal.policies import Actor, Role, Scope
from portal.school.guardians import service as guardians
from portal.school.guardians.models import GuardianConsent
from portal.school.models import Cohort, Enrolment, Team
from tests import builders
from tests.entries import made


@dataclass
class Class:
    """A class of a school's call with one team, its mentor, and an open festival call of the same edition."""

    edition: Edition
    cohort: Cohort
    team: Team
    students: list[Person]
    mentor: Person
    festival: Call

    def by(self, n: int = 0) -> Actor:
        """A student as an actor."""
        return made.by(self.students[n])


def school(session: Session, *, students: int = 3, **values: Any) -> Class:
    """Everything, with the first student leading the team."""
    edition = builders.edition(session)
    call = builders.call(session, edition, kind=CallKind.SCHOOL, name_en="School call")
    today = clock.now().date()
    days = {"starts_on": today - timedelta(days=60), "ends_on": today + timedelta(days=60)}
    cohort = Cohort(edition_id=edition.id, call_id=call.id, name_ko="3기", name_en="Class 3", **days | values)
    session.add(cohort)
    session.flush()
    people = [builders.person(session) for _ in range(students)]
    team = Team(cohort_id=cohort.id, name="낮달", leader_id=people[0].id)
    session.add(team)
    session.flush()
    for person in people:
        session.add(Enrolment(cohort_id=cohort.id, person_id=person.id, team_id=team.id))
        builders.grant(session, person, Role.STUDENT, Scope.COHORT, cohort.id)
    mentor = builders.person(session)
    builders.grant(session, mentor, Role.MENTOR, Scope.COHORT, cohort.id)
    return Class(edition, cohort, team, people, mentor, builders.call(session, edition))


def handed_in(session: Session, where: Class, owner: Person, **values: Any) -> ClassFilm:
    """A film of the class that its mentor signed off."""
    call = queries.call_of(session, where.cohort.call_id)
    entry = made.whole(session, call, owner, **{"cohort_id": where.cohort.id, "team_id": where.team.id} | values)
    store_film(session, entry)
    entry = made.found(session, entry.number)
    service.submit(session, entry, list(DECLARATIONS), by=made.by(owner), at=clock.now())
    service.approve(session, entry, "", by=made.by(where.mentor), at=clock.now())
    session.commit()
    found = class_film(session, entry.number)
    assert found is not None
    return found


def another_team(session: Session, where: Class) -> Person:
    """The last student leaves for a team of their own."""
    team = Team(cohort_id=where.cohort.id, name="새벽")
    session.add(team)
    session.flush()
    place_of(session, where.students[-1]).team_id = team.id
    session.flush()
    return where.students[-1]


def place_of(session: Session, person: Person) -> Enrolment:
    """Where somebody studies, with the class and the person."""
    loaded = (joinedload(Enrolment.cohort), joinedload(Enrolment.person))
    return session.scalars(sa.select(Enrolment).filter_by(person_id=person.id).options(*loaded)).one()


def joined(session: Session, entry: Entry, person: Person) -> None:
    """Somebody who has accepted the invitation to work on an entry."""
    said = {"email": person.email, "name": person.native_name, "digest": "d" * 64, "person_id": person.id}
    session.add(Member(entry_id=entry.id, expires_at=clock.now(), accepted_at=clock.now(), **said))
    session.flush()
    session.expire(entry, ["members"])


def under_age(session: Session, where: Class, *young: Person) -> None:
    """Everybody of the class is grown up but these."""
    where.cohort.minors = True
    for place in session.scalars(sa.select(Enrolment).filter_by(cohort_id=where.cohort.id)):
        place.born_on = date(2015, 5, 1) if place.person_id in [one.id for one in young] else date(1990, 5, 1)
    session.flush()


def consented(session: Session, where: Class, student: Person) -> GuardianConsent:
    """A guardian's consent on paper."""
    place = place_of(session, student)
    return guardians.note_paper(session, place, name="보호자", note="서랍", by=made.by(where.mentor))


def store_film(session: Session, entry: Entry) -> None:
    """Bytes, a review copy and facts for the files of an entry that was made without them."""
    for asset in queries.living_assets(session, entry.id):
        asset.storage_key = stored(session, asset.file_name.encode())
    film = queries.film_of(queries.living_assets(session, entry.id))
    assert film is not None
    seconds = (film.duration_ms or 0) / 1000
    facts = Film("mp4", "h264", "yuv420p", seconds, 1920, 1080, 0, "25", False, "aac", 2, seconds)
    film.probe = {"film": facts.to_json(), "sound": None, "edges": None, "rule": {"max_seconds": 9000}}
    film.sha256 = hashlib.sha256(film.file_name.encode()).hexdigest()
    entry.watched_sha256 = film.sha256
    made.disclosed(session, entry, film.sha256)
    key = stored(session, b"review copy")
    copy = Rendition(kind=RenditionKind.SCREENER, storage_key=key, content_type="video/mp4", size=11)
    copy.asset_id = film.id
    session.add_all([copy, Fingerprint(asset_id=film.id, picture=b"p" * 80, sound=b"")])
    session.flush()


def stored(session: Session, content: bytes) -> str:
    """The key of a file with this content."""
    store = storage.of(session)
    store.jobs.mkdir(parents=True, exist_ok=True)
    path = store.jobs / "made"
    path.write_bytes(content)
    return store.adopt(path)


def files_of(session: Session, entry: Entry) -> list[Asset]:
    """The living files of an entry, by slot and name."""
    return sorted(queries.living_assets(session, entry.id), key=lambda one: (one.slot, one.file_name))
