"""A released selection: two films invited, three in reserve, one not selected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal import clock
from portal.jury.decisions import queries as decisions
from portal.jury.decisions import service as deciding
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.invitations.models import FilmInvitation
from portal.jury.models import Round
from portal.lifecycles import RoundState
from portal.policies import Actor
from tests.jury.conftest import Jury

WISHES = [Outcome.SELECTED] * 2 + [Outcome.RESERVE] * 3 + [Outcome.NOT_SELECTED]


@dataclass
class Selection:
    """The round with its people; whoever decided may not release."""

    jury: Jury
    session: Session

    @property
    def chair(self) -> Actor:
        return self.jury.actor(self.jury.chair)

    @property
    def second(self) -> Actor:
        return self.jury.actor(self.jury.organizer)

    @property
    def maker(self) -> Actor:
        return Actor("person", self.jury.maker.id)

    @property
    def round(self) -> Round:
        return self.session.get_one(Round, self.jury.round.id)

    def invitation(self, n: int) -> FilmInvitation:
        found = sa.select(FilmInvitation).where(FilmInvitation.entry_id == self.jury.films[n].id)
        again = found.options(joinedload(FilmInvitation.entry)).execution_options(populate_existing=True)
        return self.session.scalars(again).one()

    def decision(self, n: int) -> Decision:
        found = decisions.decision_on(self.session, self.round, self.jury.films[n].number)
        assert found is not None
        self.session.refresh(found)
        return found


@pytest.fixture
def decided(jury: Jury, session: Session) -> Selection:
    """Everything decided by the chair, nothing released."""
    session.execute(sa.update(Round).values(state=RoundState.CLOSED))
    session.refresh(jury.round)
    made = Selection(jury, session)
    for n, (film, outcome) in enumerate(zip(jury.films, WISHES, strict=True)):
        film.title_en = f"Film {n}"
        deciding.decide(session, jury.round, film, outcome, by=made.chair)
    session.commit()
    return made


@pytest.fixture
def released(decided: Selection, session: Session) -> Selection:
    """The same, announced by the organizer."""
    deciding.release(session, decided.round, by=decided.second)
    session.commit()
    return decided


@pytest.fixture
def later(released: Selection, monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The clock, an hour after the day to answer has gone by."""
    moment = released.invitation(0).answer_by + timedelta(hours=1)
    released.session.commit()
    monkeypatch.setattr(clock, "now", lambda: moment)
    return moment
