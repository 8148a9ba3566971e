"""The meeting of a round, and its minutes as a paper."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock, i18n, pdf, policies
from portal.errors import Invalid
from portal.i18n import _
from portal.jury import queries
from portal.jury.decisions import meetings, minutes, record
from portal.jury.models import Round
from portal.web import current
from portal.web.access import guard
from portal.web.forms import tidy
from portal.web.pages import download, page

bp = Blueprint("minutes", __name__, url_prefix="/ops/results")


@bp.get("/<code>/minutes")
@guard(policies.chair_round, load=queries.round_by_code)
def show(round_: Round) -> ResponseReturnValue:
    """When and where one met, who was there, what was said; and the paper."""
    return _page(round_, {name: round_.meeting.get(name, "") for name in meetings.LIMITS})


def _page(
    round_: Round, typed: dict[str, str], *, status: int = 200, error: Invalid | None = None
) -> ResponseReturnValue:
    return page("jury/minutes.html", judging=round_, typed=typed, limits=meetings.LIMITS, error=error, status=status)


@bp.post("/<code>/minutes")
@guard(policies.chair_round, load=queries.round_by_code)
def save(round_: Round) -> ResponseReturnValue:
    """Keep what was written about the meeting."""
    typed = {name: tidy(request.form.get(name)) for name in meetings.LIMITS}
    try:
        meetings.write(current.session(), round_, typed, by=current.actor())
    except Invalid as problem:
        return _page(round_, typed, status=422, error=problem)
    flash(_("Saved."), "ok")
    return redirect(url_for("minutes.show", code=round_.code), 303)


@bp.get("/<code>/minutes.pdf")
@guard(policies.chair_round, load=queries.round_by_code)
def paper(round_: Round) -> ResponseReturnValue:
    """The minutes as they stand now, in the reader's language."""
    found = record.gather(current.session(), round_)
    title = minutes.title(found)
    made = pdf.document(minutes.paragraphs(found), title=title, language=i18n.language(), made_at=clock.now())
    return download(made, name=f"{title}.pdf".replace(":", ""), content_type="application/pdf")
