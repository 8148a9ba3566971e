"""What each juror's scores do to one film's place, from the scores that count."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.jury.calibration.leaving import LeftOut, left_out
from portal.jury.results import queries
from portal.jury.results.service import scores


def without_each(session: Session, round_id: int, entry_id: int) -> dict[int, LeftOut]:
    """By juror id: the film as it would stand without that juror's scores."""
    found = left_out(scores(queries.counted(session, round_id)), str(entry_id))
    return {int(one.juror): one for one in found}
