"""The reactions report: one screening on the screen, as a table to take away and on paper; and all of an edition."""

from __future__ import annotations

from flask import Response
from flask.typing import ResponseReturnValue

from portal import policies
from portal.calls.models import Edition
from portal.calls.queries import current_edition
from portal.i18n import _, clock_time, moment, ngettext
from portal.live.ballots import terms, words
from portal.live.questions.words import short_text
from portal.live.reactions import queries, report
from portal.live.reactions.queries import Reactions
from portal.live.views.blueprint import bp
from portal.programme.models import Screening
from portal.programme.queries import screening_by_code, showing_of
from portal.programme.states import state_kind, state_text
from portal.web import charts, current
from portal.web.access import guard
from portal.web.pages import download, page
from portal.web.sheets import csv_download

# Of the five-minute steps on the axis of arrivals, about this many are named.
_NAMED = 6


@bp.get("/ops/reactions")
@guard(policies.programme_edition, load=current_edition)
def all_reactions(edition: Edition) -> ResponseReturnValue:
    """Every screening that has begun, with its key figures."""
    found = queries.held(current.session(), edition.id)
    return page("live/all_reactions.html", held=found, state_text=state_text, state_kind=state_kind, words=words)


@bp.get("/ops/reactions/<code>")
@guard(policies.read_reactions, load=screening_by_code)
def reactions(screening: Screening) -> ResponseReturnValue:
    """Who came, what they voted, what they asked."""
    session, at = current.session(), current.arrived_at()
    found = queries.reactions(session, screening, at=at)
    return page(
        "live/reactions.html",
        screening=screening,
        showing=showing_of(session, screening),
        found=found,
        arrivals=_arrivals(found),
        films={line.film.entry_id: line.film for line in found.films},
        is_open=terms.is_open(found.box, at),
        state_text=state_text,
        state_kind=state_kind,
        short_text=short_text,
        report=report,
        words=words,
        made_at=at,
    )


def _arrivals(found: Reactions) -> charts.Bars | None:
    """People let in, five minutes a bar."""
    if not found.arrivals:
        return None
    came = sum(people for _at, people in found.arrivals)
    busiest = max(range(len(found.arrivals)), key=lambda n: found.arrivals[n][1])
    at, most = found.arrivals[busiest]
    people = ngettext("{n} person came in", "{n} people came in", came).format(n=came)
    return charts.Bars(
        finding=_("{people}, most of them from {time}: {most} in five minutes.").format(
            people=people, time=clock_time(at), most=most
        ),
        items=[(clock_time(at), count, "") for at, count in found.arrivals],
        marked=busiest,
        every=-(-len(found.arrivals) // _NAMED),
    )


@bp.get("/ops/reactions/<code>.csv")
@guard(policies.read_reactions, load=screening_by_code)
def reactions_sheet(screening: Screening) -> Response:
    """Every figure on a line of its own; small groups are withheld."""
    found = queries.reactions(current.session(), screening, at=current.arrived_at())
    head = (_("Table"), _("Row"), _("Column"), _("Value"))
    return csv_download(f"reactions-{screening.code}.csv", head, list(report.csv_rows(found)))


@bp.get("/ops/reactions/<code>.pdf")
@guard(policies.read_reactions, load=screening_by_code)
def reactions_paper(screening: Screening) -> Response:
    """The same on paper."""
    session, at = current.session(), current.arrived_at()
    showing = showing_of(session, screening)
    found = queries.reactions(session, screening, at=at)
    lines = (moment(showing.starts_at, year=True), f"{showing.venue} · {showing.hall}")
    title = _("Reactions: {title}").format(title=showing.title)
    body = report.paper(found, title=title, lines=lines, made_at=at)
    return download(body, name=f"reactions-{screening.code}.pdf", content_type="application/pdf")
