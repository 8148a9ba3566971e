"""A round's own settings. Whoever was second to change them is told; what jurors have seen stays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from portal import audit, clock
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.jury.models import Round
from portal.lifecycles import RoundState
from portal.policies import Actor

# What may change at any time: it cannot change a score.
FREE = ("name_ko", "name_en", "due_at")
SETTINGS = ("kind", "hidden", "visibility", "band_bp", "floor_bp", "kappa_bp", "places", "seed")


def hold(session: Session, round_: Round, rev: int) -> None:
    """Keep others from changing the round until the end; raises Stale where somebody has since `rev` was read."""
    now = session.scalar(sa.select(Round.rev).where(Round.id == round_.id).with_for_update())
    if not now == rev == round_.rev:
        raise Stale


def being_set_up(round_: Round) -> bool:
    """Whether everything may still change: no plan is made or shown."""
    return round_.state == RoundState.SETUP


def expect_setup(round_: Round) -> None:
    """Raises Invalid with what stands in the way."""
    if round_.opened_at is not None:
        raise Invalid("main", N_("Jurors have seen this round. Only its names and its due date can still change."))
    if not being_set_up(round_):
        raise Invalid("main", N_("A plan has been made for this round. Take it back before you change its set-up."))


def edit_round(session: Session, round_: Round, values: Mapping[str, Any], *, rev: int, by: Actor) -> None:
    """Change settings of a round; raises Stale, and Invalid where one may not change any more."""
    hold(session, round_, rev)
    before = {name: getattr(round_, name) for name, value in values.items() if getattr(round_, name) != value}
    if set(before) - set(FREE):
        expect_setup(round_)
    if "due_at" in before and values["due_at"] <= clock.now():
        raise Invalid("due_on", N_("Choose a due date in the future."))
    for name in before:
        setattr(round_, name, values[name])
    session.flush()
    if before:
        after = {name: values[name] for name in before}
        audit.record(session, by, "round.edited", round_, before=before, after=after)


def touch(session: Session, round_: Round) -> None:
    """Rows that belong to the round have changed: its own revision has to say so."""
    flag_modified(round_, "name_ko")
    session.flush()
