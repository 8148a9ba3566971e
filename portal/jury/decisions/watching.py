"""What makers learn of the judging besides its outcome: in how many jurors' rooms their film was watched to the end.

Nothing before the round is closed: who judges how fast is nobody's business while it is judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.entries.models import Entry
from portal.jury import queries
from portal.jury.assigning.models import Assignment
from portal.jury.models import Round
from portal.lifecycles import RoundState

OVER = (RoundState.CLOSED, RoundState.DECIDED, RoundState.ANNOUNCED)
# A film counts as watched in full when at most this share of it is missing: the last seconds are often credits.
ENOUGH_PERCENT = 95


def viewings(session: Session, entry_id: int) -> Sequence[Any]:
    """(names of the round, how many jurors had the film, how many watched it in full) of the rounds that are over."""
    in_full = Assignment.watched_s * 100 >= Entry.runtime_s * ENOUGH_PERCENT
    return session.execute(
        sa.select(
            Round.name_ko,
            Round.name_en,
            sa.func.count().label("jurors"),
            sa.func.count().filter(in_full).label("watched"),
        )
        .select_from(Assignment)
        .join(Round, Round.id == Assignment.round_id)
        .join(Entry, Entry.id == Assignment.entry_id)
        .where(Assignment.entry_id == entry_id, Assignment.state.in_(queries.AT_WORK), Round.state.in_(OVER))
        .group_by(Round.id)
        .order_by(Round.position, Round.id)
    ).all()
