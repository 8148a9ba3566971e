"""Parts of a talk at the desk: made, changed and taken away while they are free."""

from __future__ import annotations

from flask import abort, flash, request
from flask.typing import ResponseReturnValue

from portal import policies
from portal.errors import Invalid, Stale
from portal.i18n import _
from portal.programme import queries, service
from portal.programme.errors import SlotTaken
from portal.programme.forms import SlotForm, SlotsForm
from portal.programme.models import QASession, QASlot
from portal.programme.views.blueprint import bp
from portal.programme.views.talks import again, desk
from portal.web import current
from portal.web.access import guard


@bp.post("/ops/qa/<code>/slots")
@guard(policies.programme_talk, load=queries.talk_by_code)
def make_slots(talk: QASession) -> ResponseReturnValue:
    """So many parts of so many minutes."""
    form, code = SlotsForm(), talk.screening.code
    try:
        if form.sent_and_valid():
            service.make_slots(
                current.session(), talk, count=form.count.data, minutes=form.minutes.data, by=current.actor()
            )
            flash(_("Saved."), "ok")
            return again(code, anchor="slots")
    except Invalid as problem:
        form.blame(problem)
    return desk(queries.screening_for_talk(current.session(), code) or abort(404), slots_form=form, status=422)


@bp.post("/ops/qa/<code>/slots/<slot>")
@guard(policies.programme_slot, load=queries.slot_by_code)
def change_slot(slot: QASlot) -> ResponseReturnValue:
    """Change a free part, or take it away; the pressed button says which."""
    code = slot.qa_session.screening.code
    try:
        said = _change(slot)
    except SlotTaken:
        said = _("A guest has just taken this part.")
    except Stale:
        said = _("This part was changed meanwhile. Look at it again, then decide.")
    except Invalid as problem:
        said = problem.message
    flash(said or _("Saved."), "bad" if said else "ok")
    return again(code, anchor="slots")


def _change(slot: QASlot) -> str | None:
    session, by = current.session(), current.actor()
    if request.form.get("step") == "remove":
        service.remove_slot(session, slot.qa_session, slot, by=by)
        return None
    form = SlotForm()
    if not form.sent_and_valid():
        return form.problems()[0][1]
    service.edit_slot(
        session,
        slot.qa_session,
        slot,
        starts_after=form.starts_after.data,
        minutes=form.minutes.data,
        rev=form.rev.data,
        by=by,
    )
    return None
