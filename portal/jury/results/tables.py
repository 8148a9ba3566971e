"""The result table to take away: the same numbers as on the page, as rows of a sheet and as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.i18n import pick
from portal.jury.models import Round

COLUMNS = (
    *("rank", "number", "title", "category", "scores", "mean", "corrected", "low", "high", "p_top"),
    *("place", "raw_rank", "move", "best_rank", "worst_rank", "spread", "group", "contested"),
)
_PLAIN = (
    "rank",
    "raw_rank",
    "place",
    "best_rank",
    "worst_rank",
    "n",
    "mean",
    "score",
    "low",
    "high",
    "p_top",
    "spread",
)


@dataclass(frozen=True)
class PanelHead:
    """A panel as a column of the table."""

    code: str
    name: str
    weight: int


def panels_of(round_: Round) -> list[PanelHead]:
    """The round's panels in their order; none where there is a single one, for its mean is the film's."""
    heads = [PanelHead(one.code, pick(one.name_ko, one.name_en), one.weight) for one in round_.panels]
    return heads if len(heads) > 1 else []


def header(panels: Sequence[PanelHead]) -> list[str]:
    """The first line of the sheet."""
    return [*COLUMNS, *(f"panel_{one.code}" for one in panels)]


def cells(row: Any, panels: Sequence[PanelHead]) -> list[Any]:
    """One film as a line of the sheet, numbers as the page shows them."""
    title, category = pick(row.title_ko, row.title_en), pick(row.category_ko, row.category_en)
    numbers = [f"{value:.2f}" for value in (row.mean, row.score, row.low, row.high, row.p_top)]
    ranks = [_or_empty(value) for value in (row.place, row.raw_rank, row.move, row.best_rank, row.worst_rank)]
    means = [f"{row.panels[one.code]:.2f}" if one.code in row.panels else "" for one in panels]
    last = (f"{row.spread:.2f}", row.component + 1, "yes" if row.contested else "")
    return [_or_empty(row.rank), row.number, title, category, row.n, *numbers, *ranks, *last, *means]


def _or_empty(value: int | None) -> int | str:
    return "" if value is None else value


def as_data(round_: Round, films: Sequence[Any], jurors: Sequence[Any]) -> dict[str, Any]:
    """The whole result as plain data: how it was worked out, each film, each juror by label."""
    at = round_.results_at
    return {
        "round": round_.code,
        "places": round_.places,
        "seed": round_.seed,
        "worked_out_at": at.isoformat() if at else None,
        "method": round_.results_note,
        "films": [_film(row) for row in films],
        "jurors": [_juror(row) for row in jurors],
    }


def _film(row: Any) -> dict[str, Any]:
    told = {"number": row.number, "title_ko": row.title_ko, "title_en": row.title_en, "category": row.category}
    numbers = {name: getattr(row, name) for name in _PLAIN}
    return {**told, **numbers, "group": row.component + 1, "contested": bool(row.contested), "panels": row.panels}


def _juror(row: Any) -> dict[str, Any]:
    names = ("label", "panel", "n", "offset", "se", "shared", "difference", "difference_se", "slope", "noise", "alarm")
    return {**{name: getattr(row, name) for name in names}, "group": row.component + 1}
