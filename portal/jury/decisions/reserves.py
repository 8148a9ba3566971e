"""The reserves: their order, and who takes over the place of a selected film that left.

A reserve that takes over is decided anew: its maker learns of it when a second person has released that, too.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from portal import audit, clock
from portal.entries.models import Entry
from portal.errors import Invalid
from portal.i18n import N_
from portal.jury.decisions import mails, queries
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.decisions.queries import Shown
from portal.jury.invitations import inviting
from portal.jury.invitations.models import FilmInvitation
from portal.jury.models import Round
from portal.lifecycles import DecisionState, EntryState, advance
from portal.policies import SYSTEM, Actor


def move(session: Session, round_: Round, decision: Decision, step: int, *, by: Actor) -> None:
    """Move a reserve up (-1) or down (1) in the order in which reserves take over."""
    ids = [row.decision_id for row in session.execute(queries.films(round_, Shown.RESERVE))]
    if decision.id not in ids:
        raise Invalid("order", N_("This film is not on the reserve list."))
    here = ids.index(decision.id)
    there = min(max(here + step, 0), len(ids) - 1)
    ids.insert(there, ids.pop(here))
    for position, decision_id in enumerate(ids, start=1):
        session.execute(sa.update(Decision).where(Decision.id == decision_id).values(position=position))
    audit.record(session, by, "round.reserves", round_, order=ids)
    session.expire(decision)


def promote(session: Session, round_: Round, decision: Decision, *, by: Actor) -> None:
    """Let a reserve take over the place of a selected film that left; one reserve for each such place."""
    free = queries.vacancies(session, round_.id)
    if not free:
        raise Invalid("reserve", N_("No place is free: every selected film is still in the running."))
    _promote(session, round_, decision, free[0], by=by)


def _promote(session: Session, round_: Round, decision: Decision, place: Any, *, by: Actor) -> None:
    if decision.state != DecisionState.ANNOUNCED or decision.outcome != Outcome.RESERVE:
        raise Invalid("reserve", N_("This film is not on the reserve list."))
    if decision.entry.state != EntryState.ELIGIBLE:
        raise Invalid("reserve", N_("This film is no longer in the running."))
    _hold(session, place)
    inviting.keep_fair(session, round_, by=by)
    decision.outcome, decision.replaces_id, decision.released_by_id = Outcome.SELECTED, place.decision_id, None
    if by.person_id is not None:
        decision.decided_by_id, decision.decided_at = by.person_id, clock.now()
    try:
        with session.begin_nested():
            advance(session, decision, DecisionState.PENDING, by=by, outcome="selected", replaces=place.number)
            session.flush()
    except IntegrityError:
        session.expire(decision)
        raise Invalid("reserve", N_("Somebody else has just filled this place.")) from None
    mails.queue(session, round_, decision.entry, decision)


def _hold(session: Session, place: Any) -> None:
    """Keep the place's own makers from answering until this is committed; refused when they just did."""
    if place.invitation_id is None:
        return
    held = session.execute(
        sa.update(FilmInvitation)
        .where(FilmInvitation.id == place.invitation_id, FilmInvitation.state == place.invitation_state)
        .values(offered_at=clock.now(), rev=FilmInvitation.rev + 1)
        .execution_options(synchronize_session=False)
    )
    if held.rowcount == 0:  # type: ignore[attr-defined]
        raise Invalid("reserve", N_("The place has just been answered for. Look at the list again."))


def put_back(session: Session, decision: Decision, *, by: Actor) -> None:
    """Take a promotion back before its release: the film stays on the reserve list, and its maker has seen nothing."""
    mails.supersede(session, decision, by)
    decision.outcome, decision.replaces_id = Outcome.RESERVE, None
    advance(session, decision, DecisionState.ANNOUNCED, by=by, outcome="reserve")
    session.flush()


def pass_over(session: Session, decision: Decision, *, by: Actor) -> None:
    """The same for a film that left the running meanwhile: its place is open to be offered to the next one."""
    place = decision.replaces_id
    put_back(session, decision, by=by)
    session.execute(
        sa.update(FilmInvitation)
        .where(FilmInvitation.decision_id == place)
        .values(offered_at=None, rev=FilmInvitation.rev + 1)
        .execution_options(synchronize_session=False)
    )


# ── the next reserve, made ready by the portal ─────────────────────────


def make_ready(session: Session, round_id: int) -> int:
    """Prepare the next reserve for each free place that was not offered yet; how many.

    Nobody is told before the desk's release. Its first person is whoever decided the film to be a reserve: the portal
    adds nothing to that decision but the place.
    """
    round_ = session.get_one(Round, round_id)
    made = 0
    for place in queries.vacancies(session, round_id):
        following = queries.reserves(session, round_)
        if place.invitation_id is None or place.offered_at is not None or not following:
            continue
        decision = queries.decision_on(session, round_, following[0].number)
        assert decision is not None
        try:
            _promote(session, round_, decision, place, by=SYSTEM)
        except Invalid:
            continue
        made += 1
    return made


def leavers() -> sa.Select[Decision]:
    """Reserves that left the running after they were made ready, and before anybody was told."""
    gone = (Decision.state == DecisionState.PENDING, Decision.replaces_id.is_not(None))
    return sa.select(Decision).join(Decision.entry).where(*gone, Entry.state != EntryState.ELIGIBLE)


def open_places() -> sa.Select[int]:
    """Ids of rounds with a free place that was not offered yet and a reserve who could have it."""
    reserve, film = aliased(Decision), aliased(Entry)
    somebody = sa.exists().where(
        reserve.round_id == Decision.round_id,
        reserve.state == DecisionState.ANNOUNCED,
        reserve.outcome == Outcome.RESERVE,
        film.id == reserve.entry_id,
        film.state == EntryState.ELIGIBLE,
    )
    unoffered = (FilmInvitation.offered_at.is_(None), somebody)
    return queries.free_places().with_only_columns(Decision.round_id).where(*unoffered).order_by(None)
