"""What a class does with its films, on the stage: one to vote for with notes, one that may go on, a prompt log."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock
from portal.accounts.models import Person
from portal.disclosure.models import Disclosure
from portal.entries.classroom.models import PeerNote, Prompt
from portal.entries.models import Entry, Receipt
from portal.lifecycles import AssetState, DisclosureState, EntryState
from portal.media import storage
from portal.media.models import Asset, Slot
from portal.media.probe import Film
from portal.school.models import Enrolment

PEER, ONWARD = "PAN27-PEERS", "PAN27-ONWRD"
_PROMPT = "창가에 선 아이, 저녁 빛, 35mm"
_SHA = "5" * 64
_FACTS = Film("mp4", "h264", "yuv420p", 300.0, 1920, 1080, 0, "25", False, "aac", 2, 300.0)


def with_a_showcase(session: Session, draft: Entry) -> None:
    """`draft` is the student's own entry of the class."""
    mate = session.scalars(
        sa.select(Enrolment)
        .where(Enrolment.cohort_id == draft.cohort_id, Enrolment.team_id != draft.team_id)
        .order_by(Enrolment.id)
    ).first()
    assert mate is not None
    peer = _handed_in(
        session, draft, number=PEER, title_ko="비 오는 옥상", owner_id=mate.person_id, team_id=mate.team_id
    )
    for person_id, text in ((draft.owner_id, "마지막 장면의 소리가 좋아요."), (mate.person_id, "고마워요!")):
        session.add(PeerNote(entry_id=peer.id, person_id=person_id, text=text))
    session.add(Prompt(entry_id=draft.id, person_id=draft.owner_id, tool="Runway", text=_PROMPT, outcome="세 번째 컷"))
    onward = _handed_in(session, draft, number=ONWARD, title_ko="문 밖의 여름")
    receipt = {"snapshot": "{}", "digest": _SHA, "film_sha256": _SHA, "regulations_version": 1, "sequence": 1}
    session.add(Receipt(entry_id=onward.id, number=f"{ONWARD}-7K3QXA", **receipt))
    session.flush()


def _handed_in(session: Session, like: Entry, **changed: Any) -> Entry:
    """The same entry once more as it was signed off, with its film and disclosure."""
    values = {column.name: getattr(like, column.name) for column in Entry.__table__.columns if column.name != "id"}
    handed = {"state": EntryState.SUBMITTED, "submitted_at": clock.now(), "runtime_s": 300, "watched_sha256": _SHA}
    session.execute(sa.insert(Entry).values(**values | handed | changed))
    entry = session.scalars(sa.select(Entry).filter_by(number=changed["number"])).one()
    store = storage.of(session)
    store.jobs.mkdir(parents=True, exist_ok=True)
    (store.jobs / "film").write_bytes(b"film")
    film = Asset(entry_id=entry.id, slot=Slot.FILM, state=AssetState.PLAYABLE, file_name="film.mp4", size=4)
    film.sha256, film.storage_key = _SHA, store.adopt(store.jobs / "film")
    film.duration_ms, film.uploaded_by_id, film.frozen_at = 300_000, entry.owner_id, clock.now()
    film.probe = {"film": _FACTS.to_json(), "sound": None, "edges": None}
    declared = session.scalars(sa.select(Disclosure).filter_by(entry_id=like.id)).one()
    columns = ("ledger", "tier", "phases", "badges", "generated_bp", "altered_bp", "human_statement")
    said = {name: getattr(declared, name) for name in columns}
    session.add_all([film, Disclosure(entry_id=entry.id, state=DisclosureState.SUBMITTED, film_sha256=_SHA, **said)])
    session.flush()
    return entry


def things(session: Session) -> dict[str, Any]:
    """What addresses name of it."""
    notes = sa.select(PeerNote.code).join(Person, Person.id == PeerNote.person_id).order_by(PeerNote.id)
    return {
        "peer_note": session.scalars(notes.limit(1)).one(),
        "prompt": session.scalars(sa.select(Prompt.code).filter_by(text=_PROMPT)).one(),
    }
