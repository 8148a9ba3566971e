"""A maker with an entry, and complete answers to bend for one test."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.disclosure import queries, service
from portal.disclosure.answers import Answers, PersonShown, SharePicked, ToolUse, stamp
from portal.disclosure.codes import Base, Degree, Likeness, Medium, PerformerKind, Scope, ShareMethod, SignerCapacity
from portal.disclosure.consent import requests as consents
from portal.disclosure.consent.public_view import kept_back
from portal.disclosure.label import PublicLabel
from portal.disclosure.models import Consent, Disclosure, Performer
from portal.disclosure.publication import published
from portal.disclosure.rows import answers_of
from portal.entries.models import Entry
from portal.policies import Actor
from tests import builders

STATEMENT = (
    "편지 스물세 통을 한 해 동안 옮겨 적으며 대본을 썼고, 장면마다 구도를 먼저 손으로 그린 뒤 골라서 다시 붙였어요."
)
WORDS = "2–9번 장면의 얼굴과 목소리를 이틀 동안 찍은 자료로 만들었고, 어떤 모델의 학습에도 쓰지 않아요."
ACTRESS = PersonShown(
    "ACTRESS234", PerformerKind.REP_EMP, "김순례", "할머니", (Likeness.FACE, Likeness.VOICE), 410, 381
)
SOUND = Answers(
    base=(Base.LIVE,),
    degrees=dict.fromkeys(Scope, Degree.N) | {Scope.VID: Degree.G},
    picture_s=840,
    share=SharePicked(ShareMethod.TIMECODES, 300, 60),
    tools=(ToolUse("Kling", "2.6", (Scope.VID,)),),
    realistic=False,
    human_statement=STATEMENT,
    attested=True,
)


def public_holds(session: Session, entry_ids: list[int]) -> set[int]:
    """The entries among these that no public page may show."""
    return set(session.scalars(sa.select(Entry.id).where(Entry.id.in_(entry_ids), kept_back(Entry.id))))


@dataclass(frozen=True)
class Desk:
    """Somebody's entry, and the actor they are."""

    entry: Entry
    owner: Person
    by: Actor


def desk(session: Session, **values: Any) -> Desk:
    """A maker with a draft entry."""
    owner = builders.person(session, native_name="한서윤")
    call = builders.call(session, builders.edition(session))
    entry = builders.entry(session, call, owner, **values)
    return Desk(entry, owner, builders.actor(owner))


def save(session: Session, desk: Desk, answers: Answers, *, rev: str | None = None, film: str | None = None) -> None:
    """Keep answers as a form would that was drawn just now, or with the stamp `rev`."""
    disclosure = service.of_entry(session, desk.entry.id)
    seen = stamp(answers_of(disclosure)) if rev is None else rev
    service.save_draft(session, disclosure, answers, rev=seen, by=desk.by, film_sha256=film)


def declare(session: Session, desk: Desk, **changes: Any) -> Disclosure:
    """Sound answers, changed as told, kept and committed."""
    save(session, desk, replace(SOUND, **changes))
    session.commit()
    return stored(session, desk)


def stored(session: Session, desk: Desk) -> Disclosure:
    """The disclosure as anybody else would read it now; no transaction stays open, which would lock SQLite."""
    found = queries.disclosure_of(session, desk.entry.id)
    assert found is not None
    queries.refreshed(session, found)
    session.commit()
    return found


FILM = consents.Film("P1-ABCDE", "편지를 쓰는 기계", "The Letter Machine", "한서윤")
WISH = consents.Wish("sunrye@example.com", "ko", SignerCapacity.SELF, (Medium.FESTIVAL, Medium.TRAILER), WORDS)


def ask(session: Session, desk: Desk, wish: consents.Wish = WISH, code: str = ACTRESS.code) -> Consent:
    """A request to the performer, committed; the newest one the form knew of is the stored one."""
    disclosure = stored(session, desk)
    row = performer(disclosure, code)
    seen = row.consents[-1].id if row.consents else 0
    consent = consents.request(session, disclosure, row, wish, film=FILM, seen=seen, by=desk.by)
    session.commit()
    return consent


def performer(disclosure: Disclosure, code: str = ACTRESS.code) -> Performer:
    """A performer's row."""
    return next(row for row in disclosure.performers if row.code == code)


def at_once(*jobs: Callable[[], object]) -> list[object]:
    """What the jobs return, or raise, when they run at the same time."""

    def settled(job: Callable[[], object]) -> object:
        try:
            return job()
        except Exception as error:  # noqa: BLE001 - the losing side of a race is what the test looks at
            return error

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(settled, jobs))


def label_of(session: Session, entry_id: int) -> PublicLabel | None:
    """The label that everybody reads of an entry now."""
    found = published(session, entry_id)
    return found.label if found else None
