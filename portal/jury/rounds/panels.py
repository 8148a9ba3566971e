"""A round's panels: added, renamed, weighed, ordered, removed while it is set up; their weights always make 100."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from portal import audit
from portal.errors import Invalid, InvalidMany
from portal.i18n import N_
from portal.jury.models import Criterion, Juror, Panel, Round
from portal.jury.rounds import editing, writing
from portal.jury.rounds.presets import PRESETS
from portal.jury.rounds.weights import WHOLE, scaled
from portal.policies import Actor

MOST_JURORS = 9
_SHORT_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,23}")
# What a new panel asks until it is given its own questions.
_OVERALL = {
    "code": "overall",
    "name_ko": "전체",
    "name_en": "Overall",
    "question_ko": "이 심사단의 눈으로 볼 때 얼마나 좋은 영화인가요?",
    "question_en": "How good is this film with this panel's eyes?",
    "anchors": {},
    "weight": WHOLE,
}


@dataclass(frozen=True, slots=True)
class PanelDraft:
    """What is typed about a panel; a number that is none is None."""

    name_ko: str
    name_en: str
    weight: int | None
    demand: int | None


def save_panels(
    session: Session,
    round_: Round,
    drafts: Mapping[int, PanelDraft],
    *,
    rev: int,
    by: Actor,
    without: int | None = None,
) -> None:
    """Keep what is typed about every panel; `without` is one that goes, its share going to the others.

    Raises Stale, and InvalidMany with every field that is wrong.
    """
    editing.hold(session, round_, rev)
    editing.expect_setup(round_)
    kept = [panel for panel in round_.panels if panel.id != without]
    if not kept:
        raise Invalid("panels", N_("A round needs at least one panel."))
    _check_panels({panel.id: drafts[panel.id] for panel in kept if panel.id in drafts}, len(kept))
    _check_jurors(sum(drafts[panel.id].demand or 0 for panel in kept), "demands")
    typed = [(panel, drafts[panel.id].weight or 0) for panel in kept]
    weights = to_whole([weight for _, weight in typed], going=without is not None)
    if without is not None:
        _remove(session, round_, without)
    for (panel, _), weight in zip(typed, weights, strict=True):
        draft = drafts[panel.id]
        panel.name_ko, panel.name_en, panel.weight, panel.demand = (
            draft.name_ko,
            draft.name_en,
            weight,
            draft.demand or 1,
        )
    _finish(session, round_, "round.panels_edited" if without is None else "round.panel_removed", by)


def move_panel(session: Session, round_: Round, panel_id: int, places: int, *, by: Actor) -> None:
    """Move a panel up (-1) or down (+1); an end stays one. The round is held already."""
    if reorder(round_.panels, panel_id, places):
        _finish(session, round_, "round.panels_ordered", by)


def reorder(rows: list[Panel] | list[Criterion], row_id: int, places: int) -> bool:
    """Give the rows their new positions; False where there is nowhere to go."""
    order: list[Panel | Criterion] = sorted(rows, key=lambda one: (one.position, one.id))
    at = next((n for n, one in enumerate(order) if one.id == row_id), None)
    if at is None or not 0 <= at + places < len(order):
        return False
    order.insert(at + places, order.pop(at))
    for position, one in enumerate(order):
        one.position = position
    return True


def add_panel(session: Session, round_: Round, code: str, draft: PanelDraft, *, rev: int, by: Actor) -> None:
    """A further panel with one question; the others give it its weight in proportion."""
    editing.hold(session, round_, rev)
    editing.expect_setup(round_)
    problems = [*code_problem(code, {panel.code for panel in round_.panels}), *_problems("", draft)]
    if problems:
        raise InvalidMany(problems)
    _check_jurors(round_.jurors_per_film + (draft.demand or 0), "demand")
    make_room(round_.panels, draft.weight or 0)
    panel = Panel(
        round_id=round_.id,
        code=code,
        name_ko=draft.name_ko,
        name_en=draft.name_en,
        weight=draft.weight,
        demand=draft.demand,
        position=1 + max((panel.position for panel in round_.panels), default=-1),
    )
    panel.criteria = [Criterion(**_OVERALL)]
    round_.panels.append(panel)
    _finish(session, round_, "round.panel_added", by)


def use_preset(session: Session, round_: Round, name: str, *, rev: int, by: Actor) -> None:
    """Begin anew with a known set of panels."""
    _replace(session, round_, writing.of_preset(PRESETS[name]), rev=rev)
    audit.record(session, by, "round.preset", round_, preset=name)


def copy_setup(session: Session, round_: Round, source: Round, *, rev: int, by: Actor) -> None:
    """Take panels, criteria and settings of another round; names and date stay."""
    _replace(session, round_, writing.of_round(source), rev=rev)
    for name in editing.SETTINGS:
        setattr(round_, name, getattr(source, name))
    session.flush()
    audit.record(session, by, "round.copied", round_, source=source.code)


def _replace(session: Session, round_: Round, specs: list[writing.PanelSpec], *, rev: int) -> None:
    editing.hold(session, round_, rev)
    editing.expect_setup(round_)
    if _sits(session, Juror.round_id == round_.id):
        raise Invalid("main", N_("Jurors sit on the panels of this round. Their panels cannot be replaced."))
    writing.write(session, round_, specs)
    editing.touch(session, round_)


def _remove(session: Session, round_: Round, panel_id: int) -> None:
    going = next((panel for panel in round_.panels if panel.id == panel_id), None)
    if going is None:
        return
    if _sits(session, Juror.panel_id == panel_id):
        raise Invalid("panels", N_("Jurors sit on this panel. It cannot be removed."))
    session.execute(sa.delete(Panel).where(Panel.id == panel_id).execution_options(synchronize_session=False))
    for row in (going, *going.criteria):
        session.expunge(row)
    set_committed_value(round_, "panels", [panel for panel in round_.panels if panel.id != panel_id])


def _sits(session: Session, where: sa.ColumnElement[bool]) -> bool:
    return session.scalar(sa.select(Juror.id).where(where).limit(1)) is not None


def _finish(session: Session, round_: Round, verb: str, by: Actor) -> None:
    """The sum of demands is the round's own; the revision counts what changed below it."""
    round_.jurors_per_film = sum(panel.demand for panel in round_.panels)
    editing.touch(session, round_)
    after = {panel.code: [panel.weight, panel.demand, panel.position] for panel in round_.panels}
    audit.record(session, by, verb, round_, panels=after)


def _check_jurors(count: int, field: str) -> None:
    if count > MOST_JURORS:
        raise Invalid(field, N_("At most {n} jurors can see a film."), n=MOST_JURORS)


def make_room(rows: Sequence[Panel] | Sequence[Criterion], share: int) -> None:
    """Let the rows give a newcomer its share; raises Invalid where it would leave them nothing."""
    if not 1 <= share <= WHOLE - len(rows):
        raise Invalid("weight", N_("Write a number from {least} to {most}."), least=1, most=WHOLE - len(rows))
    shares = scaled([row.weight for row in rows], WHOLE - share)
    for n, weight in enumerate(shares):
        rows[n].weight = weight


def to_whole(weights: list[int], *, going: bool) -> list[int]:
    """The weights as typed; where one goes, the others share the whole. Raises Invalid where the sum is wrong."""
    if going:
        return scaled(weights, WHOLE)
    if sum(weights) != WHOLE:
        raise Invalid("weights", N_("The weights make {n} together. They have to make 100."), n=sum(weights))
    return weights


def _check_panels(drafts: Mapping[int, PanelDraft], expected: int) -> None:
    problems = [one for key, draft in drafts.items() for one in _problems(f"panel-{key}-", draft)]
    if len(drafts) != expected:
        problems.append(Invalid("panels", N_("Fill this in.")))
    if problems:
        raise InvalidMany(problems)


def _problems(prefix: str, draft: PanelDraft) -> list[Invalid]:
    return [
        *named(prefix, draft.name_ko, draft.name_en),
        *number(f"{prefix}weight", draft.weight, WHOLE),
        *number(f"{prefix}demand", draft.demand, MOST_JURORS),
    ]


def named(prefix: str, ko: str, en: str) -> list[Invalid]:
    """What is wrong with a name in two languages."""
    wrong = [name for name, text in (("name_ko", ko), ("name_en", en)) if not 1 <= len(text) <= 200]
    return [Invalid(prefix + name, N_("Write a name of up to 200 characters.")) for name in wrong]


def number(field: str, value: int | None, most: int) -> list[Invalid]:
    """What is wrong with a number from 1 on."""
    fits = value is not None and 1 <= value <= most
    return [] if fits else [Invalid(field, N_("Write a number from {least} to {most}."), least=1, most=most)]


def code_problem(code: str, taken: set[str]) -> list[Invalid]:
    """What is wrong with a short name."""
    if not _SHORT_NAME.fullmatch(code):
        return [Invalid("code", N_("Use up to 24 small letters, digits and hyphens."))]
    return [Invalid("code", N_("This short name is taken."))] if code in taken else []
