"""The Actor-IP pack for a team: read the licence, accept it, take the material with the team's mark."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import i18n, policies
from portal.disclosure.packs import queries as packs
from portal.disclosure.packs import service as lending
from portal.disclosure.packs.models import Pack, PackFile, PackTeam
from portal.entries import queries, service
from portal.entries.checklist import Task
from portal.entries.forms import AcceptForm
from portal.entries.models import Entry
from portal.entries.views import frame
from portal.entries.views.blueprint import bp
from portal.errors import Invalid, Stale
from portal.i18n import translate
from portal.lifecycles import EntryState
from portal.media import storage
from portal.media.service.pack_files import Copy, marked
from portal.web import current
from portal.web.access import guard
from portal.web.pages import attach, page

_ = translate


@bp.get("/entries/<number>/pack")
@guard(policies.own_entry, load=queries.entry_by_number)
def pack(entry: Entry) -> Response:
    """What the category lends, on what terms, and what the team took of it."""
    return _page(entry, _offered(entry), AcceptForm(formdata=None))


@bp.post("/entries/<number>/pack")
@guard(policies.lead_entry, load=queries.entry_by_number)
def accept_pack(entry: Entry) -> ResponseReturnValue:
    """The owner accepts the licence for the team, in the version they read."""
    found, form = _offered(entry), AcceptForm()
    if form.validate():
        version = int(form.version.data) if form.version.data.isdecimal() else 0
        try:
            _require_in_time(entry)
            lending.accept(current.session(), found, entry.id, version, today=queries.today(), by=current.actor())
        except Stale:
            form.form_errors.append(_("The licence has changed. Read the new version."))
        except Invalid as problem:
            form.blame(problem)
        else:
            flash(_("Accepted. The material is yours to use in this film."), "success")
            return redirect(url_for("entries.pack", number=entry.number), 303)
    return _page(entry, found, form, status=422)


@bp.get("/entries/<number>/pack/<code>")
@guard(policies.own_entry, load=queries.entry_beside, writes=True)
def pack_file(entry: Entry) -> Response:
    """One file with the team's mark; who takes it is noted before the first byte."""
    session, found = current.session(), _offered(entry)
    team = packs.team_of(session, found.id, entry.id)
    code = (request.view_args or {})["code"]
    file = next((one for one in packs.given_out(found) if one.code == code), None)
    if file is None or team is None or not packs.living(found, team, queries.today()):
        abort(404)
    lending.note_use(session, team, file, at=current.arrived_at(), by=current.actor())
    copy = Copy(file.storage_key or "", marked(file.file_name, team.code), _licence(entry, found, team, file))
    response = Response(copy.pieces(storage.of(session)), content_type="application/zip")
    response.headers["Cache-Control"] = "private, no-store"
    return attach(response, f"{copy.name}.zip")


def _require_in_time(entry: Entry) -> None:
    """A draft whose call has closed changes no more; a team that handed in accepts new versions all the same."""
    if entry.state == EntryState.DRAFT:
        service.hold_for(current.session(), entry, Task.RIGHTS, at=current.arrived_at())


def _offered(entry: Entry) -> Pack:
    found = packs.of_category(current.session(), entry.category_id)
    if found is None or found.published_at is None:
        abort(404)
    return found


def _licence(entry: Entry, pack: Pack, team: PackTeam, file: PackFile) -> str:
    """The text beside the file: whose copy this is and on what terms, in both languages."""
    lines = [
        f"{pack.name_en} / {pack.name_ko} — {pack.owner}",
        f"Copy {team.code} for {entry.number}, taken {i18n.moment(current.arrived_at(), year=True)} KST",
        f"{file.file_name}  SHA-256 {file.sha256}",
        f"Licence version {team.licence.version}, until {pack.ends_on.isoformat()}",
    ]
    return "\n\n".join(["\n".join(lines), team.licence.text_ko, team.licence.text_en]) + "\n"


def _page(entry: Entry, found: Pack, form: AcceptForm, *, status: int = 200) -> Response:
    session = current.session()
    team = packs.team_of(session, found.id, entry.id)
    return page(
        "entries/pack.html",
        status=status,
        entry=entry,
        title=frame.title_of(entry),
        pack=found,
        licence=packs.in_force(found),
        files=packs.given_out(found),
        team=team,
        form=form,
        lead=policies.lead_entry(current.actor(), entry),
        **_standing(found, team),
        log=packs.uses(session, found.id, team_id=team.id) if team else [],
    )


def _standing(found: Pack, team: PackTeam | None) -> dict[str, Any]:
    living = packs.living(found, team, queries.today())
    over = queries.today() > found.ends_on
    may_accept = not living and not over and (team is None or team.ended_at is None)
    return {"living": living, "over": over, "may_accept": may_accept}
