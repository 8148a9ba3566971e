"""The Actor-IP pack on the desk: the material and its licence, the teams that took it, and the log of its use."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.calls import queries as calls
from portal.calls.models import Category
from portal.disclosure.packs import queries as packs
from portal.disclosure.packs import service as lending
from portal.disclosure.packs.models import Pack
from portal.entries import queries
from portal.entries.forms import LicenceForm, PackForm
from portal.entries.views.blueprint import bp
from portal.entries.views.files import sent
from portal.errors import Invalid
from portal.i18n import translate
from portal.media.service import pack_files
from portal.web import current
from portal.web.access import guard
from portal.web.forms import tidy
from portal.web.pages import page

_ = translate


@bp.get("/ops/categories/<int:category_id>/pack")
@guard(policies.edit_category, load=calls.category)
def pack_desk(category: Category) -> Response:
    """The category's pack, or an empty form for one."""
    found = packs.of_category(current.session(), category.id)
    return _page(category, found, _filled(found), _licence(found))


@bp.post("/ops/categories/<int:category_id>/pack")
@guard(policies.edit_category, load=calls.category)
def save_pack(category: Category) -> ResponseReturnValue:
    """What is lent, until when, and who works for its owner."""
    form = PackForm()
    found = packs.of_category(current.session(), category.id)
    if not form.validate():
        return _page(category, found, form, _licence(found), status=422)
    lending.save(current.session(), category.id, form.draft(), by=current.actor())
    return _back(category, _("Saved."))


@bp.post("/ops/categories/<int:category_id>/pack/licence")
@guard(policies.edit_category, load=calls.category)
def write_licence(category: Category) -> ResponseReturnValue:
    """A new version of the licence."""
    found, form = _stored(category), LicenceForm()
    if not form.validate():
        return _page(category, found, _filled(found), form, status=422)
    lending.write_licence(current.session(), found, form.text_ko.data, form.text_en.data, by=current.actor())
    return _back(category, _("The licence is in force."))


@bp.post("/ops/categories/<int:category_id>/pack/files")
@guard(policies.edit_category, load=calls.category)
def change_pack_files(category: Category) -> ResponseReturnValue:
    """One more file, or one taken away."""
    found, session = _stored(category), current.session()
    if code := request.form.get("remove"):
        file = next((one for one in found.files if one.code == code), None) or abort(404)
        pack_files.take_away(session, file, by=current.actor())
        return _back(category, _("Removed."))
    try:
        with sent("file") as (name, stream, length):
            pack_files.add(session, found, name, stream, length, by=current.actor())
    except Invalid as problem:
        return _refused(category, found, problem)
    return _back(category, _("Added."))


@bp.post("/ops/categories/<int:category_id>/pack/publish")
@guard(policies.edit_category, load=calls.category)
def publish_pack(category: Category) -> ResponseReturnValue:
    """Offer the material; from now on the category takes licensed teams alone."""
    found = _stored(category)
    try:
        lending.publish(current.session(), found, by=current.actor())
    except Invalid as problem:
        return _refused(category, found, problem)
    return _back(category, _("Published. Only teams that accept the licence hand in here now."))


@bp.post("/ops/categories/<int:category_id>/pack/end")
@guard(policies.edit_category, load=calls.category)
def end_licence(category: Category) -> ResponseReturnValue:
    """End a team's licence, with the reason it reads."""
    found, session = _stored(category), current.session()
    team = packs.team_by_code(session, found.id, request.form.get("team", "")) or abort(404)
    try:
        lending.end(session, team, tidy(request.form.get("reason"))[:300], by=current.actor())
    except Invalid as problem:
        return _refused(category, found, problem)
    return _back(category, _("The licence of this team is over."))


def _stored(category: Category) -> Pack:
    return packs.of_category(current.session(), category.id) or abort(404)


def _back(category: Category, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("entries.pack_desk", category_id=category.id), 303)


def _refused(category: Category, found: Pack, problem: Invalid) -> Response:
    problems = [(problem.field, problem.message)]
    return _page(category, found, _filled(found), _licence(found), problems=problems, status=422)


def _filled(found: Pack | None) -> PackForm:
    if found is None:
        return PackForm(formdata=None)
    lists = {"domains": "\n".join(found.domains), "people": "\n".join(found.people)}
    names = {"name_ko": found.name_ko, "name_en": found.name_en, "owner": found.owner}
    return PackForm(formdata=None, data={**names, "ends_on": found.ends_on.isoformat(), **lists})


def _licence(found: Pack | None) -> LicenceForm:
    last = packs.in_force(found) if found else None
    return LicenceForm(formdata=None, data={"text_ko": last.text_ko, "text_en": last.text_en} if last else {})


def _page(
    category: Category,
    found: Pack | None,
    form: PackForm,
    licence: LicenceForm,
    *,
    problems: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> Response:
    session = current.session()
    return page(
        "entries/pack_desk.html",
        status=status,
        category=category,
        pack=found,
        form=form,
        licence_form=licence,
        problems=problems or form.problems() or licence.problems(),
        files=packs.given_out(found) if found else [],
        newest=packs.in_force(found) if found else None,
        teams=queries.pack_teams(session, found.id) if found else [],
        log=packs.uses(session, found.id) if found else [],
    )
