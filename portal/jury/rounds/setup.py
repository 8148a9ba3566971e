"""A round with its three panels: AI craft, story and art, IP and market; seats for jurors."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock
from portal.calls.models import Call
from portal.errors import Invalid
from portal.i18n import N_
from portal.jury.models import Juror, Panel, Round
from portal.jury.rounds import writing
from portal.jury.rounds.presets import PRESETS
from portal.lifecycles import RoundState
from portal.policies import Actor


def make_round(session: Session, call: Call, *, name_ko: str, name_en: str, due_at: datetime, by: Actor) -> Round:
    """A round of a call with the three panels, ready for jurors; one of that name being set up is the same round."""
    if due_at <= clock.now():
        raise Invalid("due_at", N_("Choose a due date in the future."))
    session.execute(sa.select(Call.id).where(Call.id == call.id).with_for_update())
    same = sa.select(Round).filter_by(call_id=call.id, name_ko=name_ko, name_en=name_en, state=RoundState.SETUP)
    found = session.scalars(same).first()
    if found is not None:
        return found
    position = session.scalar(sa.select(sa.func.count()).where(Round.edition_id == call.edition_id)) or 0
    made = Round(
        edition_id=call.edition_id,
        call_id=call.id,
        name_ko=name_ko,
        name_en=name_en,
        position=position + 1,
        due_at=due_at,
    )
    session.add(made)
    session.flush()
    writing.write(session, made, writing.of_preset(PRESETS["three"]))
    audit.record(session, by, "round.made", made, name=name_en)
    return made


def seat_juror(
    session: Session,
    round_: Round,
    panel: Panel,
    person_id: int,
    *,
    languages: list[str],
    genres: list[str],
    by: Actor,
) -> Juror:
    """Give a person a seat on a panel; the label counts up and says nothing about the person."""
    found = session.scalar(sa.select(Juror).where(Juror.round_id == round_.id, Juror.person_id == person_id))
    if found is not None:
        return found
    count = session.scalar(sa.select(sa.func.count()).where(Juror.round_id == round_.id)) or 0
    juror = Juror(
        round_id=round_.id,
        panel_id=panel.id,
        person_id=person_id,
        label=f"J-{count + 1:02d}",
        languages=languages,
        genres=genres,
    )
    session.add(juror)
    session.flush()
    audit.record(session, by, "juror.seated", juror, panel=panel.code)
    return juror
