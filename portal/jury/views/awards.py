"""The desk of awards: the prizes, to whom they are given, objections; and the page where makers object."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock, policies
from portal.calls import queries as calls
from portal.calls.models import Edition
from portal.entries import queries as entries
from portal.errors import Invalid
from portal.i18n import N_, _
from portal.jury.awards import phrases, queries, service
from portal.jury.awards.models import Award, AwardGrant, Objection
from portal.jury.awards.queries import Stake
from portal.jury.views.award_forms import AwardForm, GiveForm
from portal.web import current
from portal.web.access import guard
from portal.web.forms import tidy
from portal.web.pages import page

bp = Blueprint("awards", __name__)
bp.context_processor(lambda: {"award_state": phrases.award_state})


@bp.get("/ops/awards")
@guard(policies.chair_edition, load=calls.current_edition)
def index(edition: Edition) -> ResponseReturnValue:
    """Every prize with the film that holds it, and a form for another one."""
    return _index(edition, AwardForm(_categories(edition.id), None))


def _categories(edition_id: int) -> Any:
    return queries.categories(current.session(), edition_id)


def _index(edition: Edition, form: AwardForm, *, status: int = 200) -> ResponseReturnValue:
    rows = queries.of_edition(current.session(), edition.id)
    return page("jury/awards.html", edition=edition, rows=rows, form=form, status=status)


@bp.post("/ops/awards")
@guard(policies.chair_edition, load=calls.current_edition)
def add(edition: Edition) -> ResponseReturnValue:
    """Another prize."""
    form = AwardForm(_categories(edition.id))
    try:
        if not form.sent_and_valid():
            return _index(edition, form, status=422)
        service.add(current.session(), edition, form.draft(), by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _index(edition, form, status=422)
    flash(_("Award added."), "ok")
    return redirect(url_for("awards.index"), 303)


@bp.get("/ops/awards/<int:award_id>")
@guard(policies.give_award, load=queries.award)
def show(award: Award) -> ResponseReturnValue:
    """One prize: who holds it, who is next in rank, what was objected."""
    return _show(award)


def _show(
    award: Award,
    *,
    status: int = 200,
    form: AwardForm | None = None,
    giving: GiveForm | None = None,
    error: Invalid | None = None,
) -> ResponseReturnValue:
    session = current.session()
    grants = queries.grants(session, award.id)
    chosen = queries.own_rounds(session, award.edition_id, request.values.get("round", ""))
    rounds = queries.rounds(session, award.edition_id)
    followed = chosen or _followed(grants, rounds)
    return page(
        "jury/award.html",
        status=status,
        award=award,
        grants=grants,
        holder=next((one for one in grants if one.state in queries.STANDING), None),
        objections=queries.objections(session, award.id),
        rounds=rounds,
        chosen=followed,
        proposed=queries.next_in_rank(session, award, followed.id) if followed else [],
        form=form or AwardForm.of(award, _categories(award.edition_id)),
        giving=giving or GiveForm(None),
        may_answer=award.edition_id in current.actor().places(policies.Scope.EDITION, policies.Role.ORGANIZER),
        now=clock.now(),
        error=error,
    )


def _followed(grants: Any, rounds: Any) -> Any:
    """The round whose ranking the last giving followed, or the edition's last one with results."""
    last = next((one.round_id for one in grants if one.round_id is not None), None)
    return next((row for row in rounds if row.id == last), rounds[0] if rounds else None)


@bp.post("/ops/awards/<int:award_id>")
@guard(policies.give_award, load=queries.award)
def edit(award: Award) -> ResponseReturnValue:
    """Keep what changed."""
    form = AwardForm(_categories(award.edition_id))
    try:
        if not form.sent_and_valid():
            return _show(award, form=form, status=422)
        service.edit(current.session(), award, form.draft(), by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _show(award, form=form, status=422)
    return _back(award.id, _("Saved."))


@bp.post("/ops/awards/<int:award_id>/give")
@guard(policies.give_award, load=queries.award)
def give(award: Award) -> ResponseReturnValue:
    """Give the award for now."""
    session, form = current.session(), GiveForm()
    try:
        if not form.sent_and_valid():
            return _show(award, giving=form, status=422)
        entry = entries.entry_by_number(session, form.number.data or "")
        if entry is None:
            raise Invalid("number", N_("No film has this number."))
        followed = queries.own_rounds(session, award.edition_id, form.round.data or "")
        service.give(session, award, entry, form.giving(followed.id if followed else None), by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _show(award, giving=form, status=422)
    return _back(award.id, _("Given for now. Nobody outside the desk knows before it is announced."))


def _back(award_id: int, sentence: str) -> ResponseReturnValue:
    flash(sentence, "ok")
    return redirect(url_for("awards.show", award_id=award_id), 303)


# ── settling ───────────────────────────────────────────────────────────


@bp.post("/ops/awards/grants/<code>/announce")
@guard(policies.settle_award, load=queries.grant)
def announce(grant: AwardGrant) -> ResponseReturnValue:
    """Show it as provisional; the objection window starts."""
    try:
        service.announce(current.session(), grant, by=current.actor())
    except Invalid as problem:
        return _show(grant.award, status=422, error=problem)
    return _back(grant.award_id, _("Announced as provisional. Its makers get a mail."))


@bp.post("/ops/awards/grants/<code>/final")
@guard(policies.settle_award, load=queries.grant)
def make_final(grant: AwardGrant) -> ResponseReturnValue:
    """Settle it for good."""
    try:
        service.make_final(current.session(), grant, by=current.actor())
    except Invalid as problem:
        return _show(grant.award, status=422, error=problem)
    return _back(grant.award_id, _("The award is final. Its makers get a mail."))


@bp.post("/ops/awards/grants/<code>/revoke")
@guard(policies.settle_award, load=queries.grant)
def revoke(grant: AwardGrant) -> ResponseReturnValue:
    """Take it away with a reason; the next in rank is proposed."""
    try:
        service.revoke(current.session(), grant, tidy(request.form.get("reason")), by=current.actor())
    except Invalid as problem:
        return _show(grant.award, status=422, error=problem)
    return _back(grant.award_id, _("The award is revoked. The next in rank is proposed below."))


@bp.post("/ops/awards/objections/<code>")
@guard(policies.answer_objection, load=queries.objection)
def answer(objection: Objection) -> ResponseReturnValue:
    """The office's word on an objection."""
    text, verdict = tidy(request.form.get("answer")), request.form.get("upheld", "")
    upheld = {"yes": True, "no": False}.get(verdict)
    try:
        service.answer(current.session(), objection, text, upheld=upheld, by=current.actor())
    except Invalid as problem:
        return _show(objection.grant.award, status=422, error=problem)
    return _back(objection.grant.award_id, _("Answered. Whoever objected gets a mail."))


# ── makers ─────────────────────────────────────────────────────────────


@bp.get("/awards/<code>/objection")
@guard(policies.object_to_award, load=queries.stake)
def objection(stake: Stake) -> ResponseReturnValue:
    """What one may say against an award, or what one said and was answered."""
    return _objection(stake)


def _objection(stake: Stake, *, status: int = 200, text: str = "", error: Invalid | None = None) -> ResponseReturnValue:
    mine = queries.own_objection(current.session(), stake.grant.id, current.actor().person_id)
    open_ = stake.grant.state == "provisional" and clock.now() < stake.grant.objections_until
    return page("jury/objection.html", grant=stake.grant, mine=mine, open=open_, text=text, error=error, status=status)


@bp.post("/awards/<code>/objection")
@guard(policies.object_to_award, load=queries.stake)
def object_to(stake: Stake) -> ResponseReturnValue:
    """Object once."""
    text = tidy(request.form.get("text"))
    try:
        service.raise_objection(current.session(), stake.grant, text, by=current.actor())
    except Invalid as problem:
        return _objection(stake, status=422, text=text, error=problem)
    flash(_("The office has your objection and answers by mail."), "ok")
    return redirect(url_for("awards.objection", code=stake.grant.code), 303)
