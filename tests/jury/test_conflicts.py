"""Conflicts the portal sees by itself, and the chair's word on them."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.disclosure.packs import service as packs
from portal.entries.models import Credit, CreditRole
from portal.errors import Invalid
from portal.jury.conflicts import service as conflicts
from portal.jury.conflicts.models import Conflict, ConflictSource, ConflictState
from tests import builders
from tests.jury.conftest import Jury


def _reasons(session: Session) -> list[str]:
    return sorted(session.scalars(sa.select(Conflict.reason)))


def test_a_juror_who_made_a_film_is_found(jury: Jury, session: Session) -> None:
    jury.films[0].owner_id = jury.people[0].id
    session.flush()
    assert conflicts.compute(session, jury.round, by=jury.actor(jury.chair)) > 0
    found = session.scalars(sa.select(Conflict).where(Conflict.juror_id == jury.jurors[0].id)).all()
    assert [(one.entry_id, one.reason) for one in found if one.reason == "same person"] == [
        (jury.films[0].id, "same person")
    ]


def test_the_same_mail_domain_hints_but_a_public_provider_does_not(jury: Jury, session: Session) -> None:
    jury.maker.email = "maker@studio.kr"
    jury.people[0].email = "juror@studio.kr"
    for n, person in enumerate(jury.people[1:]):
        person.email = f"juror{n}@naver.com"
    session.flush()
    conflicts.compute(session, jury.round, by=jury.actor(jury.chair))
    assert set(_reasons(session)) == {"mail domain studio.kr"}
    assert session.scalar(sa.select(sa.func.count(sa.distinct(Conflict.juror_id)))) == 1
    assert conflicts.domain("a@gmail.com") is None


def test_a_name_in_the_credits_is_found(jury: Jury, session: Session) -> None:
    _apart(jury, session)
    session.add(
        Credit(entry_id=jury.films[3].id, position=0, role=CreditRole.COMPOSER, native_name=jury.people[2].native_name)
    )
    session.flush()
    conflicts.compute(session, jury.round, by=jury.actor(jury.chair))
    found = session.scalars(sa.select(Conflict)).one()
    assert (found.juror_id, found.entry_id) == (jury.jurors[2].id, jury.films[3].id)


def test_who_works_for_the_owner_of_the_material_is_recused_for_certain(jury: Jury, session: Session) -> None:
    _apart(jury, session)
    draft = packs.PackDraft(
        "얼굴", "Face", "Starlight", date(2099, 1, 1), ("starlight.example",), ("agent@else.example",)
    )
    packs.save(session, jury.films[0].category_id, draft, by=jury.actor(jury.chair))
    jury.people[0].email, jury.people[1].email = "casting@starlight.example", "agent@else.example"
    session.flush()
    conflicts.compute(session, jury.round, by=jury.actor(jury.chair))
    found = session.scalars(sa.select(Conflict).where(Conflict.source == ConflictSource.IP_OWNER)).all()
    lent = {film.id for film in jury.films if film.category_id == jury.films[0].category_id}
    expected = {(juror.id, film_id) for juror in jury.jurors[:2] for film_id in lent}
    assert {(one.juror_id, one.entry_id) for one in found} == expected
    assert {one.status for one in found} == {ConflictState.CONFIRMED}


def test_looking_again_finds_nothing_new_and_keeps_what_was_settled(jury: Jury, session: Session) -> None:
    _apart(jury, session)
    jury.films[0].owner_id = jury.people[0].id
    session.flush()
    chair = jury.actor(jury.chair)
    conflicts.compute(session, jury.round, by=chair)
    found = session.scalars(sa.select(Conflict)).one()
    with pytest.raises(Invalid):
        conflicts.settle(session, found, confirmed=False, reason="", by=chair)
    conflicts.settle(session, found, confirmed=False, reason="다른 사람", by=chair)
    session.flush()
    assert conflicts.compute(session, jury.round, by=chair) == 0
    assert session.scalars(sa.select(Conflict.status)).one() == ConflictState.DISMISSED


def test_the_same_conflict_told_twice_is_one_row(jury: Jury, session: Session) -> None:
    for reason in ("형제", "형제예요"):
        conflicts.declare(
            session,
            jury.jurors[0],
            jury.films[0],
            source=ConflictSource.ENTRANT,
            reason=reason,
            by=builders.actor(jury.maker),
        )
        session.flush()
    assert _reasons(session) == ["형제예요"]


def _apart(jury: Jury, session: Session) -> None:
    """Give everybody a mail domain of their own, so that only the planted reason is left."""
    for n, person in enumerate([*jury.people, jury.maker]):
        person.email = f"person@domain{n}.kr"
    session.flush()
