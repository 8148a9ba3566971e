"""A call for entries: its rules, dates and categories, before anybody signs in."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import abort, request
from flask.typing import ResponseReturnValue

from portal import clock, i18n, policies
from portal.calls import queries
from portal.calls.models import Call
from portal.public.cards import countdown
from portal.public.rules import ai_rules
from portal.public.views.blueprint import bp
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page


@bp.get("/calls/<slug>")
@guard(policies.see_call, load=queries.call_by_slug)
def call(call: Call) -> ResponseReturnValue:
    """Who may enter what until when; `version` shows the regulations as they once were."""
    versions = queries.regulations(current.session(), call.id)
    wanted = request.args.get("version", str(versions[0].version) if versions else "")
    shown = next((one for one in versions if str(one.version) == wanted), None)
    if versions and shown is None:
        abort(404)
    now = clock.now()
    return page(
        "public/call.html",
        call=call,
        is_open=call.opens_at <= now < call.closes_at,
        is_early=now < call.opens_at,
        until=countdown(call),
        there=_own_time(call),
        categories=[(category, ai_rules(category.ai_rules)) for category in call.categories],
        versions=versions,
        shown=shown,
    )


def _own_time(call: Call) -> str:
    """The deadline in the reader's own zone, where that is another one than Seoul's."""
    me = current.me()
    if me is None or me.timezone == i18n.SEOUL:
        return ""
    local = call.closes_at.astimezone(ZoneInfo(me.timezone))
    return f"{me.timezone.rpartition('/')[2].replace('_', ' ')} {i18n.day(local.date())} {local:%H:%M}"
