"""What stands behind the ranking: the jurors' scales, one film's scores, and the whole table to take away."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from portal import policies
from portal.i18n import _, pick
from portal.jury import queries as rounds
from portal.jury.models import Round
from portal.jury.results import phrases, queries, tables
from portal.jury.results.judged import JudgedFilm, film_of
from portal.web import current
from portal.web.access import guard
from portal.web.pages import attach, page
from portal.web.sheets import csv_download

bp = Blueprint("scores", __name__, url_prefix="/ops/results")


@bp.get("/<code>/jurors")
@guard(policies.chair_round, load=rounds.round_by_code)
def jurors(round_: Round) -> ResponseReturnValue:
    """How generous or strict each juror is, in plain words, and whom to ask."""
    return page(
        "jury/severity.html",
        judging=round_,
        jurors=queries.severities(current.session(), round_.id),
        light=phrases.light(round_.results_note),
        levels=_levels(round_),
        words=phrases,
    )


def _levels(round_: Round) -> list[tuple[str, float]]:
    """How far each panel scores above the others, where there are several."""
    found = round_.results_note.get("panels") or {}
    return [(head.name, found[head.code]) for head in tables.panels_of(round_) if head.code in found]


@bp.get("/<code>/films/<number>")
@guard(policies.see_film_scores, load=film_of)
def film(found: JudgedFilm) -> ResponseReturnValue:
    """One film: who gave what, who did not and why, what happened when, what each juror's scores do to its place."""
    from portal.jury.results.without import without_each  # brings numpy, which no other page of a chair needs

    session, round_, entry = current.session(), found.round, found.entry
    sheets = queries.sheets_of(session, round_.id, entry.id)
    return page(
        "jury/film_scores.html",
        judging=round_,
        film=entry,
        result=queries.result_of(session, round_.id, entry.id),
        sheets=sheets,
        levels=round_.results_note.get("panels") or {},
        without=without_each(session, round_.id, entry.id),
        history=queries.history_of(session, round_.id, entry.id),
        discussion=queries.discussed(session, round_.id, entry.id),
        names={one.code: pick(one.name_ko, one.name_en) for panel in round_.panels for one in panel.criteria},
        words=phrases,
    )


@bp.get("/<code>.csv")
@guard(policies.chair_round, load=rounds.round_by_code)
def export(round_: Round) -> ResponseReturnValue:
    """The result table as CSV."""
    panels = tables.panels_of(round_)
    rows = current.session().execute(queries.everything(round_.id)).all()
    name = f"{_('Results')} {round_.code}.csv"
    return csv_download(name, tables.header(panels), [tables.cells(row, panels) for row in rows])


@bp.get("/<code>.json")
@guard(policies.chair_round, load=rounds.round_by_code)
def data(round_: Round) -> ResponseReturnValue:
    """The result table and the jurors' scales as JSON."""
    session = current.session()
    films = session.execute(queries.everything(round_.id)).all()
    told = tables.as_data(round_, films, queries.severities(session, round_.id))
    return attach(jsonify(told), f"{_('Results')} {round_.code}.json")
