"""Days filled from the tray: asked for, worked out by a worker, looked at, then taken over whole or dropped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, claims, clock, doorbell
from portal.calls.models import Edition
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.lifecycles import PlacingState, advance
from portal.policies import SYSTEM, Actor
from portal.programme.days import between
from portal.programme.models import Hall, Package
from portal.programme.placing.building import instance_of
from portal.programme.placing.instance import ENGINE, Instance, Solved
from portal.programme.placing.models import Placing
from portal.programme.placing.reasons import faults, reason
from portal.programme.queries.desk import ZONE, waiting_packages
from portal.programme.service.screenings import place

LEASE = timedelta(minutes=3)
LONGEST_TALK = 60
LONGEST_ERROR = 2000
LIVING = (PlacingState.WANTED, PlacingState.SOLVED)


def want(session: Session, edition: Edition, days: Sequence[str], talk_min: int, *, by: Actor) -> Placing:
    """Ask for days to be filled, every day where none is named; asked again while it is worked out, it is the same.

    A plan that was found and not taken over is dropped. Raises Invalid.
    """
    session.execute(sa.select(Edition.id).where(Edition.id == edition.id).with_for_update())
    living = session.scalar(
        sa.select(Placing)
        .where(Placing.edition_id == edition.id, Placing.state.in_(LIVING))
        .execution_options(populate_existing=True)
    )
    if living is not None and living.state == PlacingState.WANTED:
        return living
    known = [day.isoformat() for day in between(edition.starts_on, edition.ends_on)]
    chosen = [day for day in known if day in days or not days]
    if not set(days) <= set(known):
        raise Invalid("days", N_("Choose days of the festival."))
    if not 0 <= talk_min <= LONGEST_TALK:
        raise Invalid("talk_min", N_("Keep 0 to {n} minutes for a talk."), n=LONGEST_TALK)
    if not waiting_packages(session, edition.id):
        raise Invalid("days", N_("Every package has its place."))
    if living is not None:
        drop(session, living, by=by)
    wanted = Placing(edition_id=edition.id, days=chosen, instance={"talk_min": talk_min}, wanted_by_id=by.person_id)
    session.add(wanted)
    session.flush()
    audit.record(session, by, "placing.wanted", wanted, days=chosen, talk_min=talk_min)
    doorbell.after_commit(session, "jury.fill_days", wanted.id)
    return wanted


def drop(session: Session, placing: Placing, *, by: Actor) -> None:
    """Take the question or its plan back; twice is once. Raises Invalid for what was taken over."""
    _hold(session, placing)
    if placing.state in (PlacingState.DROPPED, PlacingState.FAILED):
        return
    if placing.state == PlacingState.APPLIED:
        raise Invalid("main", N_("This plan has been taken over already."))
    advance(session, placing, PlacingState.DROPPED, by=by)
    placing.settled_at = clock.now()
    session.flush()


def apply(session: Session, placing: Placing, *, by: Actor) -> int:
    """Put every block of the plan on the timetable, planned; how many. Twice is once.

    Raises Stale when tray, halls, screenings or engagements of these days have changed since it was worked out.
    """
    _hold(session, placing)
    spots = placing.outcome.get("spots", [])
    if placing.state == PlacingState.APPLIED:
        return len(spots)
    if placing.state != PlacingState.SOLVED:
        raise Invalid("main", N_("There is no plan to take over."))
    if _question(session, placing).fingerprint != placing.report["fingerprint"]:
        raise Stale
    codes = [one["code"] for one in spots]
    packages = {one.code: one for one in session.scalars(sa.select(Package).where(Package.code.in_(codes)))}
    for one in spots:
        starts_at = moment(one["day"], one["start"])
        hall = session.get_one(Hall, one["hall"])
        place(session, packages[one["code"]], hall, starts_at, slot_min=one["length"], by=by)
    advance(session, placing, PlacingState.APPLIED, by=by, placed=len(spots))
    placing.settled_at = clock.now()
    session.flush()
    return len(spots)


def moment(day: str, minute: int) -> datetime:
    """A minute of a festival day."""
    return datetime.combine(date.fromisoformat(day), time(), ZONE) + timedelta(minutes=minute)


def _hold(session: Session, placing: Placing) -> None:
    session.flush()
    session.refresh(placing, with_for_update=True)


def _question(session: Session, placing: Placing) -> Instance:
    return instance_of(session, placing.edition_id, placing.days, placing.instance["talk_min"])


# ── the worker's side ──────────────────────────────────────────────────


def waiting(session: Session) -> Sequence[int]:
    """Questions that nobody works on."""
    return claims.waiting(session, Placing, Placing.state == PlacingState.WANTED)


def take(session: Session, placing_id: int) -> Instance | None:
    """Claim a question; None when it is not to be had, or was tried as often as may be."""
    placing = claims.claim(session, Placing, placing_id, Placing.state == PlacingState.WANTED, lease=LEASE)
    if placing is None:
        return None
    if placing.attempts > claims.MAX_ATTEMPTS:
        claims.settle(placing, error=placing.last_error or "the worker ended in the middle of it")
        placing.settled_at = clock.now()
        advance(session, placing, PlacingState.FAILED, by=SYSTEM, reason=placing.last_error)
        return None
    return _question(session, placing)


def store(session: Session, placing_id: int, instance: Instance, solved: Solved) -> None:
    """Keep the plan with its proof and its reasons, if it is still asked for. Raises ValueError for an unsound plan."""
    if broken := faults(instance, solved):
        raise ValueError("; ".join(broken))
    placing = session.get_one(Placing, placing_id, with_for_update=True, populate_existing=True)
    if placing.state != PlacingState.WANTED:
        return
    placing.instance = {**placing.instance, "question": instance.as_json()}
    placing.outcome = _outcome(instance, solved)
    placing.report = _report(instance, solved)
    placing.solved_at = clock.now()
    claims.settle(placing)
    advance(session, placing, PlacingState.SOLVED, by=SYSTEM, placed=len(solved.spots))


def give_back(session: Session, placing_id: int, error: str) -> None:
    """Let it be tried again by whoever comes next."""
    placing = session.get_one(Placing, placing_id, with_for_update=True, populate_existing=True)
    if placing.state == PlacingState.WANTED:
        claims.settle(placing, error=error[:LONGEST_ERROR])


def _outcome(instance: Instance, solved: Solved) -> dict[str, Any]:
    spots = [
        {
            "code": instance.parcels[number].code,
            "title": instance.parcels[number].title,
            "gel": instance.parcels[number].gel,
            "films": instance.parcels[number].films,
            "length": instance.parcels[number].length,
            "day": instance.days[spot.day],
            "hall": instance.places[spot.place].id,
            "start": spot.start,
        }
        for number, spot in solved.spots.items()
    ]
    left = []
    for number, parcel in enumerate(instance.parcels):
        if number not in solved.spots:
            why, params = reason(instance, parcel, proven=solved.status == "optimal")
            left.append({"code": parcel.code, "title": parcel.title, "why": why, "params": params})
    return {"spots": sorted(spots, key=lambda one: (one["day"], one["start"], one["hall"])), "left": left}


def _report(instance: Instance, solved: Solved) -> dict[str, Any]:
    return {
        "engine": ENGINE,
        "fingerprint": instance.fingerprint,
        "status": solved.status,
        "objective": round(solved.objective, 2),
        "bound": round(solved.bound, 2),
        "gap": round(solved.gap, 6),
        "seconds": round(solved.seconds, 2),
        "columns": solved.columns,
        "rows": solved.rows,
    }
