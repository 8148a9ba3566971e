"""A round that has been judged: closed, with nothing decided yet."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.jury.models import Round
from portal.lifecycles import RoundState
from tests.jury.conftest import Jury


@pytest.fixture
def judged(jury: Jury, session: Session) -> Jury:
    """Six films in a closed round; nobody's scores matter here."""
    session.execute(sa.update(Round).values(state=RoundState.CLOSED))
    session.refresh(jury.round)
    session.commit()
    return jury
