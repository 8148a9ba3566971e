"""Who was selected before there were invitations is asked by the office's press, once, and by the reminders."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.audit import AuditRecord
from portal.db import unit_of_work
from portal.jury.decisions.models import Decision
from portal.jury.invitations import inviting, queries, terms
from portal.jury.invitations.models import FilmInvitation
from portal.jury.models import Round
from portal.lifecycles import InvitationState
from portal.reminders.kinds import film_invitations
from tests.jury.invitations.conftest import Selection


def _before_there_were_any(selection: Selection) -> None:
    """As an announcement of twenty days ago left it."""
    selection.session.execute(sa.delete(FilmInvitation))
    selection.session.execute(sa.update(Decision).values(announced_at=clock.now() - timedelta(days=20)))
    selection.session.commit()


def test_the_office_invites_them_and_the_reminders_ask(
    released: Selection, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    _before_there_were_any(released)
    address = f"/en/ops/rounds/{released.round.code}/invitations"
    organizer, day = released.jury.organizer.id, (clock.now() + timedelta(days=12)).date().isoformat()
    session.rollback()
    office = sign_in(organizer)
    assert "Invite 2 films" in office.get(address).text
    assert office.post(f"{address}/ask", data={"answer_by": "2020-01-01"}).status_code == 422
    for _ in range(2):
        assert office.post(f"{address}/ask", data={"answer_by": day}).status_code == 303
    assert "Invite 2 films" not in office.get(address).text
    states = session.scalars(sa.select(FilmInvitation.state)).all()
    assert list(states) == [InvitationState.INVITED] * 2
    invited = sa.select(sa.func.count()).where(AuditRecord.verb == "film_invitation.invited")
    assert session.scalar(invited) == 4, "two by the release, two by hand, none by the second press"
    due = [one for one in film_invitations.KIND.wanted(session, now=clock.now()) if one.due_at <= clock.now()]
    assert {one.object_id for one in due} == set(session.scalars(sa.select(FilmInvitation.id)))


def test_two_who_press_at_once_invite_each_film_once(
    released: Selection, session: Session, sessions: sessionmaker[Session]
) -> None:
    _before_there_were_any(released)
    round_id, gate = released.round.id, Barrier(2)
    session.commit()

    def press(_: int) -> int:
        gate.wait(10)
        with unit_of_work(sessions) as own:
            day = terms.usual(clock.now())
            return inviting.ask_rest(own, own.get_one(Round, round_id), day, by=released.second)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, range(2))) == [0, 2]
    assert session.scalars(queries.unasked(round_id)).all() == []
