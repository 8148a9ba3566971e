"""How one wants to be told: by topic, and on which devices."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.errors import Invalid
from portal.i18n import _
from portal.mail import preferences
from portal.mail.models import Topic, Way
from portal.notices import phrases, topics
from portal.notices.forms import DeviceForm, PreferencesForm
from portal.notices.models import PushSubscription
from portal.notices.push import devices, keys
from portal.notices.views.blueprint import bp
from portal.web import cookies, current
from portal.web.access import guard
from portal.web.forms import Form
from portal.web.pages import page


@bp.get("/me/notices/settings")
@guard(policies.signed_in)
def settings() -> ResponseReturnValue:
    """A way for each topic, and the devices."""
    return _page(_known())


@bp.post("/me/notices/settings")
@guard(policies.signed_in)
def save_settings() -> ResponseReturnValue:
    """Keep what was chosen."""
    form = PreferencesForm().about(_topics(preferences.chosen(current.session(), _address())))
    if not form.sent_and_valid():
        return _page(form, status=422)
    preferences.choose(current.session(), _address(), form.ways(), by=current.actor())
    flash(_("Saved."), "ok")
    return redirect(url_for("notices.settings"), 303)


@bp.post("/me/push")
@guard(policies.signed_in)
def add_device() -> ResponseReturnValue:
    """Tell this browser, too."""
    form = DeviceForm()
    try:
        if not form.sent_and_valid():
            return _refused(form)
        found = form.subscription(devices.device_name(request.user_agent.string))
        devices.add(current.session(), found, token=cookies.token(), by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _refused(form)
    flash(_("From now on you are told on this device."), "ok")
    return redirect(url_for("notices.settings", _anchor="devices"), 303)


@bp.post("/me/push/<code>/remove")
@guard(policies.own_device, load=devices.by_code)
def remove_device(device: PushSubscription) -> ResponseReturnValue:
    """Tell nothing there any more."""
    devices.remove(current.session(), device, by=current.actor())
    flash(_("Nothing is told on that device any more."), "ok")
    return redirect(url_for("notices.settings", _anchor="devices"), 303)


def _address() -> str:
    me = current.me()
    assert me is not None
    return me.email


def _topics(ways: Mapping[Topic, Way]) -> list[Topic]:
    return topics.offered(current.actor(), ways)


def _known() -> PreferencesForm:
    """The form about one's topics as it was filled in before."""
    ways = preferences.chosen(current.session(), _address())
    return PreferencesForm.of(ways).about(_topics(ways))


def _refused(form: DeviceForm) -> ResponseReturnValue:
    return _page(_known(), refused=form, status=422)


def _page(form: PreferencesForm, *, refused: Form | None = None, status: int = 200) -> ResponseReturnValue:
    pair, actor = keys.vapid(current.settings()), current.actor()
    return page(
        "notices/settings.html",
        form=form,
        problems=form.problems() + (refused.problems() if refused else []),
        topics=[(one.value, phrases.topic_name(one), phrases.topic_hint(one)) for one in Topic if one.value in form],
        ways=phrases.ways(),
        devices=[(one, devices.mark(one)) for one in devices.of(current.session(), actor.person_id)],
        key=pair.application if pair else "",
        renewal=current.links().push_token(devices.sign_in_of(current.session(), cookies.token())) if pair else "",
        status=status,
    )
