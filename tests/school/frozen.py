"""A class with a film that was signed off, its bytes in the storage, and a festival call it may go on to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal import clock
from portal.accounts.models import Person
from portal.calls.models import Call, CallKind, Edition
from portal.entries import queries, service
from portal.entries.classroom.queries import ClassFilm, class_film
from portal.entries.forms import DECLARATIONS
from portal.entries.models import Entry
from portal.media import storage
from portal.media.models import Asset, Fingerprint, Rendition, RenditionKind
from portal.media.probe import Film
from portal.policies import Actor, Role, Scope
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
