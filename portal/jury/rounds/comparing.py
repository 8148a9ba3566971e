"""The round planner's side of pages: a comparison is asked for, worked out by the worker, and put to use.

It stands in Round.comparison: what was asked, and once it is done the forecasts. A worker's own marks go past the
round's revision, so that nobody who edits the set-up meanwhile is told of a change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, claims, clock, doorbell
from portal.errors import Invalid
from portal.i18n import N_
from portal.jury.models import Round
from portal.jury.rounds import editing
from portal.jury.rounds.panels import MOST_JURORS
from portal.jury.rounds.weights import scaled
from portal.lifecycles import RoundState
from portal.policies import Actor

LEASE = timedelta(minutes=2)
LONGEST_ERROR = 2000
MOST_HOURS = 100_000
NAMED = ("nips", "cannes")
# The hold on a round serves its plan first.
READY = (Round.comparison["state"].as_string() == "wanted", Round.state != RoundState.ASSIGNING)


def ask(session: Session, round_: Round, *, hours: float, jurors: int, basis: str, by: Actor) -> None:
    """Ask the worker which plan makes the most of these hours; asking the same twice while it works changes nothing."""
    if not 0 < hours <= MOST_HOURS:
        raise Invalid("hours", N_("Write a number from {least} to {most}."), least=1, most=MOST_HOURS)
    if not 1 <= jurors <= 1000:
        raise Invalid("jurors", N_("Write a number from {least} to {most}."), least=1, most=1000)
    asked = {"hours": hours, "jurors": jurors, "basis": basis}
    if round_.comparison.get("state") == "wanted" and round_.comparison.get("asked") == asked:
        return
    stage = {"stage": round_.comparison["stage"]} if "stage" in round_.comparison else {}
    round_.comparison = {"state": "wanted", "asked": asked, "at": clock.now().isoformat(), **stage}
    round_.attempts, round_.last_error = 0, None
    audit.record(session, by, "round.comparison_asked", round_, **asked)
    doorbell.after_commit(session, "jury.compare", round_.id)


def waiting(session: Session) -> Sequence[int]:
    """Rounds whose comparison has been asked for and that nobody holds."""
    return claims.waiting(session, Round, *READY)


def take(session: Session, round_id: int) -> bool:
    """Claim a round whose comparison waits; False when it is not to be had, or was tried as often as may be."""
    round_ = claims.claim(session, Round, round_id, *READY, lease=LEASE)
    if round_ is None:
        return False
    if round_.attempts <= claims.MAX_ATTEMPTS:
        return True
    reason = round_.last_error or "the worker ended in the middle of it"
    settle(session, round_id, {**round_.comparison, "state": "failed", "error": reason})
    return False


def settle(session: Session, round_id: int, comparison: Mapping[str, Any]) -> None:
    """Keep what a comparison came to, and give the round back with all its tries."""
    done = {"lease_until": None, "last_error": None, "attempts": 0, "comparison": dict(comparison)}
    session.execute(sa.update(Round).where(Round.id == round_id).values(done))


def give_back(session: Session, round_id: int, error: str) -> None:
    """Let it be tried again by whoever comes next."""
    values = {"lease_until": None, "last_error": error[:LONGEST_ERROR]}
    session.execute(sa.update(Round).where(Round.id == round_id, *READY).values(values))


def stages(round_: Round, index: int) -> list[list[int]]:
    """[films, further jurors] stage by stage of a forecast; raises Invalid where there is none."""
    forecasts = round_.comparison.get("forecasts", [])
    if not 0 <= index < len(forecasts):
        raise Invalid("plan", N_("Choose one of the plans of the table."))
    found: list[list[int]] = forecasts[index]["stages"]
    return found


def spread(round_: Round, each: int, field: str = "plan") -> dict[int, int]:
    """How many jurors of each panel see a film, by the panels' weights; every panel sees every film."""
    panels = round_.panels
    if each < len(panels):
        raise Invalid(
            field,
            N_("This plan gives a film {n} jurors, but each of {panels} panels has to see it. Begin with one panel."),
            n=each,
            panels=len(panels),
        )
    if each > MOST_JURORS:
        raise Invalid(field, N_("At most {n} jurors can see a film."), n=MOST_JURORS)
    shares = scaled([panel.weight for panel in panels], each)
    return {panel.id: share for panel, share in zip(panels, shares, strict=True)}


def use(session: Session, round_: Round, index: int, *, rev: int, by: Actor) -> None:
    """Set the panels' demands to a plan's first stage; its further stages are rounds that follow this one."""
    editing.hold(session, round_, rev)
    editing.expect_setup(round_)
    first = stages(round_, index)[0]
    demands = spread(round_, first[1])
    for panel in round_.panels:
        panel.demand = demands[panel.id]
    round_.jurors_per_film = first[1]
    round_.comparison = {**round_.comparison, "used": index}
    session.flush()
    audit.record(session, by, "round.plan_used", round_, stages=stages(round_, index))
