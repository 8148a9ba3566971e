"""The service worker that shows what a device is told; its scope is every page, of which it fetches none.

Browsers change the address a worker is reached by when they like, without a page: the worker then says the new one
itself, by the token it was registered with.
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, make_response
from flask.blueprints import BlueprintSetupState

from portal import policies
from portal.errors import Invalid
from portal.notices.forms import DeviceForm
from portal.notices.models import PushSubscription
from portal.notices.push import devices
from portal.web import current
from portal.web.access import guard

bp = Blueprint("push_worker", __name__)


@bp.get("/push-worker.js")
@guard(policies.anyone)
def script() -> Response:
    """The script."""
    response = make_response(current_app.send_static_file("js/push-worker.js"))
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.post("/push-worker/<token>")
@guard(policies.subject_of, load=devices.by_renewal)
def renew(device: PushSubscription) -> Response:
    """Tell the browser at the address it has now: 204, or 422 and why; the worker shows neither."""
    form = DeviceForm()
    try:
        if form.sent_and_valid():
            devices.renew(current.session(), device, form.subscription(device.device))
            return Response(status=204)
    except Invalid as problem:
        form.blame(problem)
    return Response("\n".join(sentence for _, sentence in form.problems()), 422, mimetype="text/plain")


@bp.record_once
def _without_form_token(state: BlueprintSetupState) -> None:
    # The secret in the address does what a form's token does, and a worker has no page to read one from.
    state.app.extensions["csrf"].exempt(bp)
