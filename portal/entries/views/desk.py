"""The organizers' list of entries, and one entry with its material, checks and log."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from portal import policies
from portal.disclosure.publication import published
from portal.entries import fields, queries, service, stages
from portal.entries.checks import checks_of
from portal.entries.models import Entry
from portal.entries.queries import Filters
from portal.entries.views import frame
from portal.entries.views.blueprint import bp
from portal.entries.views.files import reel_of
from portal.i18n import N_, translate
from portal.lifecycles import EntryState
from portal.mail import returned
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page
from portal.web.pagination import paged, wanted

_ = translate
TABS = {
    "material": N_("Material"),
    "films": N_("Film and cuts"),
    "checks": N_("Checks"),
    "disclosure": N_("Disclosure"),
    "holds": N_("Consents and holds"),
    "provenance": N_("Files and form"),
    "log": N_("Log"),
}

# Tabs that are pages with forms of their own.
_PAGES = {
    "films": "entries.desk_films",
    "disclosure": "entries.desk_disclosure",
    "holds": "entries.desk_holds",
    "provenance": "entries.desk_provenance",
}


@bp.get("/ops/entries")
@guard(policies.enter_desk)
def desk() -> Response:
    """Fifty entries a page: searched by number, title and people, filtered by category and state, sorted."""
    session, actor, filters = current.session(), current.actor(), _filters()
    rows = paged(session, queries.desk_rows(actor, filters), number=wanted(request.args.get("page")))
    return page(
        "entries/desk.html",
        block="rows",
        found=rows,
        filters=filters,
        counts=queries.state_counts(session, actor),
        categories=queries.desk_categories(session, actor),
        states=stages.STATES,
        sort_url=_sort_url,
        may_review=policies.enter_office(actor),
    )


def _filters() -> Filters:
    args = request.args
    state, category = args.get("state", ""), args.get("category", "")
    sort = args.get("sort", "-submitted")
    return Filters(
        words=args.get("q", "")[:100],
        category_id=int(category) if category.isdecimal() and len(category) < 10 else None,
        state=next((one for one in EntryState if one == state), None),
        sort=sort.lstrip("-"),
        descending=sort.startswith("-"),
        review=args.get("review") == "1",
    )


def _sort_url(name: str, filters: Filters) -> str:
    kept: dict[str, Any] = {key: request.args.get(key) or None for key in ("q", "category", "state", "review")}
    down = filters.sort == name and not filters.descending
    return url_for("entries.desk", **kept, sort=f"-{name}" if down else name)


@bp.get("/ops/entries/<number>")
@guard(policies.desk_entry, load=queries.entry_by_number)
def desk_entry(entry: Entry) -> Response:
    """One entry: what was handed in, what the checks say, what happened to it."""
    tab = request.args.get("tab", "material")
    shown = tab if tab in _CONTENT else "material"
    return desk_page(entry, shown, **_CONTENT[shown](entry))


def desk_page(entry: Entry, tab: str, *, status: int = 200, **content: Any) -> Response:
    """One tab of an entry inside the frame all of them share."""
    return page(f"entries/desk_{tab}.html", status=status, **_frame(entry, tab), **content)


def _tab_address(entry: Entry, tab: str) -> str:
    if tab in _PAGES:
        return url_for(_PAGES[tab], number=entry.number)
    return url_for("entries.desk_entry", number=entry.number, tab=tab)


def _frame(entry: Entry, tab: str) -> dict[str, Any]:
    session, may_check = current.session(), policies.check_eligibility(current.actor(), entry)
    shown = (name for name in TABS if may_check or name != "provenance")
    tabs = [(_tab_address(entry, name), _(TABS[name]), name == tab) for name in shown]
    return {
        "entry": entry,
        "title": frame.title_of(entry),
        "tabs_of": tabs,
        "standing": stages.standing(entry.state),
        "proposal": queries.open_verdict(session, entry.id),
        "on_hold": queries.stands_on_hold(session, entry.id),
        "needs_review": may_check and queries.needs_review(session, entry.id),
        "may_check": may_check,
        "came_back": returned.returned(session, queries.maker_ids(entry.id)).values(),
    }


def _material(entry: Entry) -> dict[str, Any]:
    session = current.session()
    return {
        "reel": reel_of(entry),
        "disclosed": published(session, entry.id),
        "answers": fields.answers_of(entry),
        "credits": service.credit_lines(session, entry.id),
        "people": queries.people_of(session, entry),
        "receipt": queries.latest_receipt(session, entry.id),
    }


def _checks(entry: Entry) -> dict[str, Any]:
    session = current.session()
    verdicts = queries.verdicts(session, entry.id)
    return {"checks": checks_of(session, entry), "verdicts": verdicts, "outcomes": stages.OUTCOMES}


def _log(entry: Entry) -> dict[str, Any]:
    return {"records": queries.log_of(current.session(), entry)}


_CONTENT = {"material": _material, "checks": _checks, "log": _log}
