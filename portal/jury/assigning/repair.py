"""A running round's plan mended: what was lost is filled, a late juror's films go to others, all else stays."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.errors import Invalid
from portal.i18n import N_
from portal.jury.assigning import service
from portal.jury.assigning.models import AssignmentRun
from portal.jury.assigning.wishes import Wish
from portal.jury.models import Juror, Round
from portal.policies import Actor


def request(
    session: Session, round_: Round, *, without: Juror | None = None, by: Actor, kappa_bp: int | None = None
) -> AssignmentRun:
    """Ask for a plan that fills what is lost; `without` gives this juror's unfinished films to others.

    The round stays as it is; the plan waits for its publication. Raises Invalid where the round is not running.
    """
    if round_.state not in service.RUNNING:
        raise Invalid("main", N_("Only a running round can be repaired."))
    wish = Wish(without=without.id) if without is not None else Wish()
    return service.request_assignment(session, round_, by=by, wish=wish, kappa_bp=kappa_bp)
