"""Parts of a talk at the desk: made, changed and taken away while they are free."""

from __future__ import annotations

from flask import abort, flash, request
from flask.typing import ResponseReturnValue

from portal import policies
from portal.errors import Invalid, Stale
from portal.i18n import N_, _
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
    form, code, status = SlotsForm(), talk.screening.code, 422
    try:
        if form.sent_and_valid():
            _make(talk, form)
            flash(_("Saved."), "ok")
            return again(code, anchor="slots")
    except Invalid as problem:
        form.blame(problem)
    except Stale:
        form.form_errors.append(_("Somebody else made parts meanwhile. Look at them, then decide."))
        status = 409
    return desk(queries.screening_for_talk(current.session(), code) or abort(404), slots_form=form, status=status)


def _make(talk: QASession, form: SlotsForm) -> None:
    service.make_slots(
        current.session(),
        talk,
        count=form.count.data,
        minutes=form.minutes.data,
        seen=form.seen.data,
        by=current.actor(),
    )


@bp.post("/ops/qa/<code>/slots/<slot>")
@guard(policies.programme_slot, load=queries.slot_by_code)
def change_slot(slot: QASlot) -> ResponseReturnValue:
    """Change a free part, or take it away; the pressed button says which."""
    code, part, form = slot.qa_session.screening.code, slot.code, SlotForm()
    removing = request.form.get("step") == "remove"
    if not removing and not form.sent_and_valid():
        return _refused(code, part, form, 422)
    try:
        if removing:
            service.remove_slot(current.session(), slot.qa_session, slot, by=current.actor())
        else:
            _edit(slot, form)
    except SlotTaken:
        return _refused(code, part, form, 409, N_("A guest has just taken this part."))
    except Stale:
        return _refused(code, part, form, 409, N_("This part was changed meanwhile. Look at it again, then decide."))
    except Invalid as problem:
        form.blame(problem)
        return _refused(code, part, form, 422)
    flash(_("Saved."), "ok")
    return again(code, anchor="slots")


def _edit(slot: QASlot, form: SlotForm) -> None:
    service.edit_slot(
        current.session(),
        slot.qa_session,
        slot,
        starts_after=form.starts_after.data,
        minutes=form.minutes.data,
        rev=form.rev.data,
        by=current.actor(),
    )


def _refused(code: str, part: str, form: SlotForm, status: int, sentence: str = "") -> ResponseReturnValue:
    """The page as the database has it now, with what was typed for the part."""
    session = current.session()
    session.rollback()
    session.expire_all()
    if sentence:
        form.form_errors.append(_(sentence))
    return desk(queries.screening_for_talk(session, code) or abort(404), part=(part, form), status=status)
