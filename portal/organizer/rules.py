"""The desk of a category's rules on AI use: written in a plain form, tried on the films there are, then published."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.calls import queries as calls
from portal.calls.models import Category
from portal.disclosure.rules import fields as rule_fields
from portal.disclosure.rules import versions as rule_versions
from portal.disclosure.rules.outcomes import Outcome
from portal.disclosure.rules.policies import read_policies
from portal.disclosure.rules.presets import PRESETS, name_of_preset
from portal.entries import simulation
from portal.errors import Invalid, Stale
from portal.i18n import N_, _, translate
from portal.web import current
from portal.web.access import guard
from portal.web.forms import tidy
from portal.web.pages import page

bp = Blueprint("rules", __name__, url_prefix="/ops")
MOST_SHOWN = 100
OUTCOMES = {
    Outcome.PASS: (N_("Passed"), "ok"),
    Outcome.WARN: (N_("Notice"), "warn"),
    Outcome.NEEDS_REVIEW: (N_("Look at it"), "info"),
    Outcome.FAIL: (N_("Failed"), "bad"),
}
Written = list[dict[str, Any]]


@bp.get("/categories/<int:category_id>/rules")
@guard(policies.edit_category, load=calls.category)
def show(category: Category) -> ResponseReturnValue:
    """The version in force, to start the next one from."""
    return _page(category, category.ai_rules)


@bp.post("/categories/<int:category_id>/rules")
@guard(policies.edit_category, load=calls.category)
def write(category: Category) -> ResponseReturnValue:
    """A small button keeps what is written and draws the form anew; the large one publishes."""
    if "publish" not in request.form:
        return _page(category, _stepped(_posted()), tried="try" in request.form)
    written = _posted()
    try:
        made = rule_versions.publish(
            current.session(), category, written, reason=_reason(), seen=_seen(), by=current.actor()
        )
    except Invalid as problem:
        return _page(category, written, problems=[_placed(problem)], status=422)
    except Stale:
        return _page(category, written, status=409)
    flash(_("Version {n} is in force.").format(n=made.version), "ok")
    return redirect(url_for("rules.show", category_id=category.id), 303)


def _posted() -> Written:
    return rule_fields.posted(request.form.to_dict(flat=False))


def _stepped(written: Written) -> Written:
    """What is written after one of the small buttons."""
    sent = request.form
    if "use" in sent and sent.get("preset") in PRESETS:
        return [dict(rule) for rule in PRESETS[sent["preset"]]]
    if "add" in sent and sent.get("new") in rule_fields.TITLES:
        return [*written, rule_fields.blank(sent["new"])]
    dropped = sent.get("drop", "")
    return [rule for place, rule in enumerate(written) if str(place) != dropped]


def _reason() -> str:
    return tidy(request.form.get("reason"))[:1000]


def _seen() -> int:
    text = request.form.get("seen", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def _placed(problem: Invalid) -> tuple[str, str]:
    """The field of this form a refusal speaks of; those of a policy stand beside the policy."""
    return ("rules" if problem.field.startswith("ai_rules") else problem.field, problem.message)


def _page(
    category: Category,
    written: Written,
    *,
    tried: bool = False,
    problems: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    rows = rule_fields.rows(written)
    wrong = [row.problem for row in rows if row.problem]
    others = [one for one in problems or () if one[0] != "rules"]
    return page(
        "organizer/rules.html",
        status=422 if tried and wrong else status,
        category=category,
        rows=rows,
        problems=[*(wrong if tried or problems else ()), *others],
        versions=rule_versions.versions(current.session(), category.id),
        policies=rule_fields.titles(),
        severities=rule_fields.severities(),
        presets=[(name, name_of_preset(name)) for name in PRESETS],
        reason=_reason(),
        seen=_seen() or category.rules_version,
        simulation=_simulated(category, written) if tried and not wrong else None,
        words=lambda outcome: (translate(OUTCOMES[outcome][0]), OUTCOMES[outcome][1]),
        most=MOST_SHOWN,
        stale=status == 409,
    )


def _simulated(category: Category, written: Written) -> simulation.Simulation:
    return simulation.simulate(current.session(), category, read_policies(written))
