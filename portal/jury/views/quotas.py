"""The quotas of a round, to be set before and while films are selected."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.entries.fields import countries
from portal.errors import Invalid
from portal.i18n import N_, _, language, pick
from portal.jury import queries
from portal.jury.decisions import bounds, phrases
from portal.jury.decisions import queries as reading
from portal.jury.decisions.models import QuotaKind
from portal.jury.decisions.queries import Kinds
from portal.jury.models import Round
from portal.web import current
from portal.web.access import guard, require
from portal.web.forms import tidy
from portal.web.pages import page

bp = Blueprint("quotas", __name__, url_prefix="/ops/results")
bp.context_processor(lambda: {"words": phrases})


@bp.get("/<code>/quotas")
@guard(policies.chair_round, load=queries.round_by_code)
def show(round_: Round) -> ResponseReturnValue:
    """The quotas with what the selection comes to now, and a form for another one."""
    return _page(round_)


def _page(round_: Round, *, status: int = 200, error: Invalid | None = None) -> ResponseReturnValue:
    session = current.session()
    kinds = reading.quota_kinds(session, round_)
    return page(
        "jury/quotas.html",
        status=status,
        judging=round_,
        quotas=reading.quota_standings(session, round_.id),
        kinds=kinds,
        choices=_choices(kinds),
        typed=request.form,
        error=error,
    )


def _choices(kinds: Kinds) -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be counted, in groups; a value is the kind and its key."""
    sections = [(f"category:{row.code}", pick(row.name_ko, row.name_en)) for row in kinds.categories]
    classes = [(f"school:{row.code}", pick(row.name_ko, row.name_en)) for row in kinds.schools]
    lands = [(f"country:{code}", name) for code, name in countries(language())]
    return [
        (_("In all"), [("minutes:", _("Minutes in all"))]),
        (_("Categories"), sections),
        (_("Classes"), [("school:", _("Films of any class")), *classes]),
        (_("Countries"), lands),
    ]


@bp.post("/<code>/quotas")
@guard(policies.chair_round, load=queries.round_by_code)
def save(round_: Round) -> ResponseReturnValue:
    """Set a quota, or change the one that counts the same."""
    try:
        kind, key = _counted(round_, request.form.get("what", ""))
        least, most = (_number(name) for name in ("at_least", "at_most"))
        bounds.set_quota(current.session(), round_, kind, key, at_least=least, at_most=most, by=current.actor())
    except Invalid as problem:
        return _page(round_, status=422, error=problem)
    return _back(round_, _("Saved."))


def _counted(round_: Round, text: str) -> tuple[QuotaKind, str]:
    known = {
        value for _group, values in _choices(reading.quota_kinds(current.session(), round_)) for value, _ in values
    }
    if text not in known:
        raise Invalid("what", N_("Choose what is counted."))
    kind, _colon, key = text.partition(":")
    return QuotaKind(kind), key


def _number(name: str) -> int | None:
    text = tidy(request.form.get(name))
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and int(text[:9]) <= bounds.MOST):
        raise Invalid(name, N_("Write a number from {least} to {most}."), least=0, most=bounds.MOST)
    return int(text)


@bp.post("/<code>/quotas/remove")
@guard(policies.chair_round, load=queries.round_by_code)
def remove(round_: Round) -> ResponseReturnValue:
    """Take a quota away."""
    text = request.form.get("quota_id", "")
    found = reading.quota(current.session(), round_.id, int(text)) if text.isdecimal() and len(text) < 10 else None
    require(found is not None)
    assert found is not None
    bounds.remove_quota(current.session(), found, by=current.actor())
    return _back(round_, _("The quota is gone."))


def _back(round_: Round, sentence: str) -> ResponseReturnValue:
    flash(sentence, "ok")
    return redirect(url_for("quotas.show", code=round_.code), 303)
