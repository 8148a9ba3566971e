"""Entries in the states tests need: whole ones, handed in, of a class."""

from __future__ import annotations

import hashlib
import itertools
from typing import Any

from sqlalchemy.orm import Session

from portal import clock
from portal.accounts.models import Person
from portal.calls.models import Call
from portal.disclosure import service as disclosures
from portal.disclosure.answers import Answers, stamp
from portal.disclosure.codes import Base, ConsentStatus, Degree, PerformerKind, Scope
from portal.disclosure.models import Consent, Disclosure, Performer
from portal.disclosure.rows import answers_of
from portal.entries import queries, service
from portal.entries.forms import DECLARATIONS
from portal.entries.models import Credit, CreditRole, Entry, Member, Receipt
from portal.lifecycles import AssetState, ConsentState
from portal.media.models import Asset, Slot
from portal.policies import Actor
from tests import builders

_count = itertools.count(1)
STATEMENT = (
    "할머니가 남긴 편지 스물세 통을 한 해 동안 옮겨 적으며 대본을 쓰고 모든 장면을 직접 찍었어요. 편집도 했어요."
)
TEXTS = {
    "logline_ko": "편지를 쓰는 기계 이야기.",
    "logline_en": "A machine that writes letters.",
    "synopsis_ko": "할머니의 편지를 옮겨 적던 기계가 답장을 쓰기 시작한다.",
    "synopsis_en": "A machine that copies letters begins to answer them.",
    "genre": "drama",
    "country": "KR",
}


def by(person: Person) -> Actor:
    """The person as an actor without roles."""
    return Actor("person", person.id)


def asset(session: Session, entry: Entry, slot: Slot, **values: Any) -> Asset:
    """A file that has arrived and is playable."""
    n = next(_count)
    made = Asset(
        **{
            "entry_id": entry.id,
            "slot": slot,
            "state": AssetState.PLAYABLE,
            "uploaded_by_id": entry.owner_id,
            "file_name": f"file{n}",
            "size": 1000,
            "sha256": hashlib.sha256(f"file {n}".encode()).hexdigest(),
            "storage_key": f"key{n}",
            "alt_ko": "책상 위의 타자기",
            "received_at": clock.now(),
            "settled_at": clock.now(),
        }
        | values
    )
    session.add(made)
    session.flush()
    return made


def film(session: Session, entry: Entry, **values: Any) -> Asset:
    """A playable film of fourteen minutes."""
    return asset(session, entry, Slot.FILM, **{"duration_ms": 840_000, "width": 1920, "height": 1080} | values)


def disclosed(session: Session, entry: Entry, film_sha256: str | None, *, picture_s: int = 840) -> None:
    """The declaration that no AI was used, signed for a film."""
    answers = Answers(
        base=(Base.LIVE,),
        degrees=dict.fromkeys(Scope, Degree.N),
        picture_s=picture_s,
        human_statement=STATEMENT,
        attested=True,
    )
    found = disclosures.of_entry(session, entry.id)
    actor = Actor("person", entry.owner_id)
    seen = stamp(answers_of(found))
    disclosures.save_draft(session, found, answers, rev=seen, by=actor, film_sha256=film_sha256)


def whole(session: Session, call: Call, owner: Person, **values: Any) -> Entry:
    """A draft with every task done, loaded as views load it."""
    entry = builders.entry(session, call, owner, **TEXTS | {"music_cleared": True, "fonts_cleared": True} | values)
    session.add(Credit(entry_id=entry.id, position=0, role=CreditRole.DIRECTOR, native_name="한서윤"))
    master = film(session, entry)
    asset(session, entry, Slot.POSTER)
    asset(session, entry, Slot.STILL)
    entry.watched_sha256 = master.sha256
    disclosed(session, entry, master.sha256)
    session.flush()
    return found(session, entry.number)


def crowded(session: Session, entry: Entry, size: int) -> Entry:
    """The same entry with as many more names, stills, members and people who play in it."""
    declared = disclosures.of_entry(session, entry.id)
    for n in range(size):
        friend = builders.person(session)
        joined = {"person_id": friend.id, "expires_at": clock.now(), "accepted_at": clock.now()}
        session.add(Member(entry_id=entry.id, email=friend.email, name="벗", digest=f"{entry.id}-{n}", **joined))
        session.add(Credit(entry_id=entry.id, position=n + 1, role=CreditRole.CAST, native_name=f"배우 {n}"))
        asset(session, entry, Slot.STILL)
        _played(session, declared, n)
    session.commit()
    return entry


def _played(session: Session, declared: Disclosure, n: int) -> None:
    """Somebody invented, whose request of earlier days, when they were not, has run out."""
    person = Performer(disclosure_id=declared.id, kind=PerformerKind.SYN, name="", appear_s=9, synth_s=9)
    person.code, person.consent_status, person.likeness = f"{declared.id}X{n}", ConsentStatus.NOT_REQ, ["FACE"]
    session.add(person)
    session.flush()
    asked = {"digest": f"{person.id}", "email": "a@pan.example", "expires_at": clock.now()}
    session.add(Consent(performer_id=person.id, state=ConsentState.EXPIRED, **asked))


def found(session: Session, number: str) -> Entry:
    """An entry with everything policies ask of it, fresh from the database."""
    session.flush()
    session.expire_all()
    entry = queries.entry_by_number(session, number)
    assert entry is not None
    return entry


def submitted(session: Session, call: Call, owner: Person, **values: Any) -> tuple[Entry, Receipt]:
    """An entry that has been handed in."""
    entry = whole(session, call, owner, **values)
    receipt = service.submit(session, entry, list(DECLARATIONS), by=by(owner), at=clock.now())
    assert receipt is not None
    return entry, receipt
