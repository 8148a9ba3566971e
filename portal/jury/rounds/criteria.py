"""A panel's criteria: asked, weighed, explained, ordered, removed while the round is set up; weights make 100."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from portal import audit
from portal.errors import Invalid, InvalidMany
from portal.i18n import N_
from portal.jury.models import Criterion, Panel, Round
from portal.jury.rounds import anchor_lines, editing
from portal.jury.rounds.panels import code_problem, make_room, named, number, reorder, to_whole
from portal.jury.rounds.weights import WHOLE
from portal.policies import Actor


@dataclass(frozen=True, slots=True)
class CriterionDraft:
    """What is typed about a criterion; the anchors as lines."""

    code: str
    name_ko: str
    name_en: str
    question_ko: str
    question_en: str
    anchors_ko: str = ""
    anchors_en: str = ""


def save_weights(
    session: Session,
    round_: Round,
    panel: Panel,
    weights: Mapping[int, int | None],
    *,
    rev: int,
    by: Actor,
    without: int | None = None,
) -> None:
    """Weigh a panel's criteria; `without` is one that goes, its share going to the others."""
    editing.hold(session, round_, rev)
    editing.expect_setup(round_)
    kept = [one for one in panel.criteria if one.id != without]
    if not kept:
        raise Invalid("criteria", N_("A panel needs at least one criterion."))
    _check(kept, weights)
    shares = [weights[one.id] or 0 for one in kept]
    for one, share in zip(kept, to_whole(shares, going=without is not None), strict=True):
        one.weight = share
    if without is not None:
        _remove(session, panel, without)
    _finish(session, round_, panel, "panel.weighed" if without is None else "panel.criterion_removed", by)


def move_criterion(session: Session, round_: Round, panel: Panel, criterion_id: int, places: int, *, by: Actor) -> None:
    """Move a criterion up (-1) or down (+1); the round is held already."""
    if reorder(panel.criteria, criterion_id, places):
        _finish(session, round_, panel, "panel.ordered", by)


def add_criterion(
    session: Session, round_: Round, panel: Panel, draft: CriterionDraft, weight: int | None, *, rev: int, by: Actor
) -> None:
    """A further question; the others give it its weight in proportion."""
    editing.hold(session, round_, rev)
    editing.expect_setup(round_)
    values = _checked(panel, draft, number("weight", weight, WHOLE))
    make_room(panel.criteria, weight or 0)
    position = 1 + max((one.position for one in panel.criteria), default=-1)
    panel.criteria.append(Criterion(weight=weight, position=position, **values))
    _finish(session, round_, panel, "panel.criterion_added", by)


def edit_criterion(
    session: Session, round_: Round, panel: Panel, criterion: Criterion, draft: CriterionDraft, *, rev: int, by: Actor
) -> None:
    """Change what a criterion asks and what its scores mean."""
    editing.hold(session, round_, rev)
    editing.expect_setup(round_)
    for name, value in _checked(panel, draft, [], but=criterion).items():
        setattr(criterion, name, value)
    _finish(session, round_, panel, "panel.criterion_edited", by)


def _checked(
    panel: Panel, draft: CriterionDraft, problems: list[Invalid], *, but: Criterion | None = None
) -> dict[str, object]:
    """A criterion's columns; raises InvalidMany with everything that is wrong."""
    taken = {one.code for one in panel.criteria if one is not but}
    problems = [*code_problem(draft.code, taken), *named("", draft.name_ko, draft.name_en), *problems]
    for field, text in (("question_ko", draft.question_ko), ("question_en", draft.question_en)):
        if not 1 <= len(text) <= 200:
            problems.append(Invalid(field, N_("Write a question of up to 200 characters.")))
    anchors: anchor_lines.Anchors = {}
    try:
        anchors = anchor_lines.read(draft.anchors_ko, draft.anchors_en)
    except Invalid as problem:
        problems.append(problem)
    if problems:
        raise InvalidMany(problems)
    values = {name: getattr(draft, name) for name in ("code", "name_ko", "name_en", "question_ko", "question_en")}
    return {**values, "anchors": anchors}


def _check(kept: list[Criterion], weights: Mapping[int, int | None]) -> None:
    problems = [one for row in kept for one in number(f"criterion-{row.id}-weight", weights.get(row.id), WHOLE)]
    if problems:
        raise InvalidMany(problems)


def _remove(session: Session, panel: Panel, criterion_id: int) -> None:
    going = next((one for one in panel.criteria if one.id == criterion_id), None)
    if going is None:
        return
    session.execute(
        sa.delete(Criterion).where(Criterion.id == criterion_id).execution_options(synchronize_session=False)
    )
    session.expunge(going)
    set_committed_value(panel, "criteria", [one for one in panel.criteria if one.id != criterion_id])


def _finish(session: Session, round_: Round, panel: Panel, verb: str, by: Actor) -> None:
    editing.touch(session, round_)
    after = {one.code: [one.weight, one.position] for one in panel.criteria}
    audit.record(session, by, verb, panel, round=round_.code, criteria=after)
