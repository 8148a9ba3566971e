"""The seats of a screening by what they are kept for: quotas and holds with their clock, booking hours, guests."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock, policies, signing
from portal.audience import keeping, lists, queries
from portal.audience.forms import STALE, ListForm, QuotaForm, TermsForm
from portal.audience.models import Quota
from portal.audience.service import guestlist
from portal.audience.service import quotas as service
from portal.audience.views.blueprint import bp
from portal.errors import Invalid, Stale
from portal.i18n import N_, _, ngettext
from portal.programme.models import Hall, Screening
from portal.programme.queries import screening_by_code, showing_of
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page


@bp.get("/ops/seats/<code>/quotas")
@guard(policies.seat_screening, load=screening_by_code)
def quotas(screening: Screening) -> ResponseReturnValue:
    """What is kept for whom, until when, and what is left of it."""
    return _page(screening)


def _page(
    screening: Screening,
    *,
    form: QuotaForm | None = None,
    terms: TermsForm | None = None,
    changed: tuple[Quota, QuotaForm] | None = None,
    guests: ListForm | None = None,
    found: lists.People | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    session = current.session()
    kept = keeping.quotas_of(session, screening.id)
    forms = {quota.code: QuotaForm.of(quota) for quota in kept}
    if changed is not None:
        forms[changed[0].code] = changed[1]
    guests = guests or ListForm(formdata=None)
    return page(
        "audience/quotas.html",
        screening=screening,
        showing=showing_of(session, screening),
        count=queries.count(session, screening),
        quotas=[(quota, forms[quota.code]) for quota in kept],
        form=(form or QuotaForm(formdata=None)).offer(keeping.groups_in(session, screening.edition_id)),
        terms=terms or TermsForm.of(screening),
        planned=screening.seated or bool(session.get_one(Hall, screening.hall_id).plan),
        guests=guests,
        once=guests.once.data or signing.random_code(),
        found=found,
        text=lists.write(found.lines) if found else "",
        now=clock.now(),
        status=status,
    )


def _back(screening: Screening) -> ResponseReturnValue:
    return redirect(url_for("audience.quotas", code=screening.code), 303)


@bp.post("/ops/seats/<code>/quotas")
@guard(policies.seat_screening, load=screening_by_code)
def add_quota(screening: Screening) -> ResponseReturnValue:
    """Keep seats for a group, or for the house."""
    groups = keeping.groups_in(current.session(), screening.edition_id)
    form = QuotaForm().offer(groups)
    if not form.sent_and_valid():
        return _page(screening, form=form, status=422)
    try:
        service.add(current.session(), screening, form.draft(groups), by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _page(screening, form=form, status=422)
    flash(_("Seats kept."), "ok")
    return _back(screening)


@bp.post("/ops/seats/<code>/terms")
@guard(policies.seat_screening, load=screening_by_code)
def set_terms(screening: Screening) -> ResponseReturnValue:
    """The largest party, the hours of booking, and whether seats are numbered."""
    form = TermsForm()
    if not form.sent_and_valid():
        return _page(screening, terms=form, status=422)
    try:
        service.set_terms(current.session(), screening, form.terms(), rev=form.rev.data or 0, by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _page(screening, terms=form, status=422)
    except Stale:
        form.rev.data = screening.rev
        flash(_(STALE), "warn")
        return _page(screening, terms=form, status=409)
    flash(_("Saved."), "ok")
    return _back(screening)


@bp.post("/ops/quotas/<code>")
@guard(policies.seat_quota, load=keeping.quota_by_code)
def change_quota(quota: Quota) -> ResponseReturnValue:
    """Another size, name or clock; released now; or taken away: the pressed button says which."""
    session, screening, form = current.session(), quota.screening, QuotaForm().offer(())
    step, rev = request.form.get("step", ""), form.rev.data or 0
    try:
        if step == "release":
            _tell_freed(service.release(session, quota, by=current.actor()))
        elif step == "remove":
            service.remove(session, quota, rev=rev, by=current.actor())
            flash(_("The seats are free for everybody again."), "ok")
        elif not form.sent_and_valid():
            return _page(screening, changed=(quota, form), status=422)
        else:
            service.change(session, quota, form.of_same(quota), rev=rev, by=current.actor())
            flash(_("Saved."), "ok")
    except Invalid as problem:
        form.blame(problem)
        return _page(screening, changed=(quota, form), status=422)
    except Stale:
        flash(_(STALE), "warn")
        return _page(screening, changed=(quota, form), status=409)
    return _back(screening)


def _tell_freed(freed: int) -> None:
    text = ngettext(
        "{n} seat released; the waiting list comes first.", "{n} seats released; the waiting list comes first.", freed
    )
    flash(text.format(n=freed), "ok")


@bp.post("/ops/seats/<code>/guests")
@guard(policies.seat_screening, load=screening_by_code)
def add_guests(screening: Screening) -> ResponseReturnValue:
    """Look through a guest list, and once that is done give everybody on it their seats; or nobody."""
    session, form = current.session(), ListForm()
    found = form.read(needs_address=False) if form.sent_and_valid() else lists.People((), ())
    try:
        if not found.lines and not found.mistakes:
            raise Invalid("people", N_("Paste a list, or choose a CSV file."))
        if found.mistakes or not form.sure.data:
            return _page(screening, guests=form, found=found, status=422 if found.mistakes else 200)
        quota = keeping.quota_by_code(session, form.source.data) if form.source.data else None
        if form.source.data and (quota is None or quota.screening_id != screening.id):
            raise Invalid("source", N_("Choose where the seats come from."))
        once = form.once.data or signing.random_code()
        added = guestlist.add(session, screening, found.lines, quota=quota, once=once, by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _page(screening, guests=form, found=found if found.lines else None, status=422)
    flash(ngettext("{n} guest added.", "{n} guests added.", added).format(n=added), "ok")
    return _back(screening)
