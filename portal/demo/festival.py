"""Loads the demo once, in one transaction, and throws it away again."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, db
from portal.accounts.models import Person
from portal.calls.models import Call, Edition
from portal.db import sessions, unit_of_work
from portal.demo import cast, clips, edition, evening, films, judging, ledgers, reception
from portal.disclosure.models import Disclosure
from portal.entries.models import Entry
from portal.entries.search import search_text
from portal.lifecycles import DisclosureState
from portal.media.volume import Volume
from portal.policies import SYSTEM
from portal.settings import Settings
from portal.upgrade import downgrade, upgrade

SEED = 2027


def load(settings: Settings, *, say: Callable[[str], None]) -> bool:
    """Make the demo festival unless the database already has an edition; whether it was made."""
    factory = sessions(settings)
    with factory() as session:
        if session.scalar(sa.select(Edition.id).limit(1)) is not None:
            return False
    begun = time.monotonic()
    say("Making the demo festival: films, people, scores, a programme …")
    made = clips.make(settings.data / "media" / "demo")
    with unit_of_work(factory) as session:
        _fill(session, settings, made)
    say(f"The demo festival is ready ({time.monotonic() - begun:.0f} s).")
    return True


def _fill(session: Session, settings: Settings, made: list[clips.Clip]) -> None:
    rng = random.Random(SEED)
    shelf = clips.Shelf(Volume(settings.data / "media"))
    this, festival, school = edition.make(session)
    people = cast.fill(session, rng, this.id, school.id)
    films.fill(session, rng, festival, people, made, shelf)
    early = judging.fill(session, rng, festival, people)
    evening.fill(session, rng, this, early, people)
    reception.fill(session, this, people)
    _own_drafts(session, rng, festival, school, people)
    audit.record(session, SYSTEM, "demo.loaded", this, seed=SEED)


def _own_drafts(session: Session, rng: random.Random, festival: Call, school: Call, people: cast.Cast) -> None:
    """A draft for the visitor to finish, and a student's one."""
    for call, owner_id, cohort_id, team_id, title in (
        (festival, people.creators[0], None, None, ("편지를 쓰는 기계들", "The Machines That Write Letters")),
        (school, people.students[0], people.cohort_id, people.teams[0], ("3학년 2반 창가", "By the Window, Class 3-2")),
    ):
        owner = session.get_one(Person, owner_id)
        number = f"{festival.edition.prefix}-{'DRAFT' if cohort_id is None else 'CLASS'}"
        entry = Entry(
            number=number,
            edition_id=call.edition_id,
            call_id=call.id,
            category_id=call.categories[0].id,
            owner_id=owner_id,
            cohort_id=cohort_id,
            team_id=team_id,
            title_ko=title[0],
            title_en=title[1],
            search_text=search_text([number, *title, owner.native_name]),
        )
        session.add(entry)
        session.flush()
        invented = ledgers.invent(rng, title[0], 300)
        session.add(Disclosure(entry_id=entry.id, state=DisclosureState.DRAFT, **invented.columns))
    session.flush()


def reset(settings: Settings, *, say: Callable[[str], None]) -> None:
    """Delete the local data and load the demo afresh. A given database is emptied by migrating it down and up."""
    if settings.database_url.startswith("sqlite"):
        db.engine_for(settings.database_url).dispose()
    else:
        downgrade(settings.database_url, "base")
    for name in ("portal.sqlite3", "portal.sqlite3-wal", "portal.sqlite3-shm"):
        (settings.data / name).unlink(missing_ok=True)
    for name in ("media", "mailbox", "valkey", "log"):
        shutil.rmtree(settings.data / name, ignore_errors=True)
    upgrade(settings.database_url)
    load(settings, say=say)
