"""A round's panels as one piece: from a preset or from an earlier round, and put in place of what was there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.jury.models import Criterion, Panel, Round
from portal.jury.rounds.anchors import ANCHORS
from portal.jury.rounds.presets import Preset

_PANEL = ("code", "name_ko", "name_en", "weight", "demand")
_CRITERION = ("code", "name_ko", "name_en", "question_ko", "question_en", "anchors", "weight")


@dataclass(frozen=True)
class PanelSpec:
    """A panel's columns and those of its criteria, in order."""

    values: dict[str, Any]
    criteria: tuple[dict[str, Any], ...]


def of_preset(preset: Preset) -> list[PanelSpec]:
    """The panels of a preset."""
    return [_of_preset(panel, preset.demand) for panel in preset.panels]


def _of_preset(panel: tuple[Any, ...], demand: int) -> PanelSpec:
    *head, criteria = panel
    values = dict(zip(("code", "name_ko", "name_en", "weight"), head, strict=True))
    keys = ("code", "name_ko", "name_en", "question_ko", "question_en", "weight")
    rows = [dict(zip(keys, one, strict=True)) for one in criteria]
    return PanelSpec({**values, "demand": demand}, tuple(row | {"anchors": ANCHORS[row["code"]]} for row in rows))


def of_round(round_: Round) -> list[PanelSpec]:
    """The panels a round has; they and their criteria must be loaded."""
    return [
        PanelSpec(
            {name: getattr(panel, name) for name in _PANEL},
            tuple({name: getattr(one, name) for name in _CRITERION} for one in panel.criteria),
        )
        for panel in round_.panels
    ]


def write(session: Session, round_: Round, specs: Sequence[PanelSpec]) -> None:
    """Put these panels in place of the round's own, on which nobody sits."""
    own = sa.select(Panel.id).where(Panel.round_id == round_.id)
    for gone in (sa.delete(Criterion).where(Criterion.panel_id.in_(own)), sa.delete(Panel).where(Panel.id.in_(own))):
        session.execute(gone.execution_options(synchronize_session="fetch"))
    for position, spec in enumerate(specs):
        panel = Panel(round_id=round_.id, position=position, **spec.values)
        session.add(panel)
        session.flush()
        session.add_all(Criterion(panel_id=panel.id, position=n, **values) for n, values in enumerate(spec.criteria))
    round_.jurors_per_film = sum(spec.values["demand"] for spec in specs)
    session.flush()
    session.expire(round_, ["panels"])
