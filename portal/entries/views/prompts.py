"""A team's prompt log: written by the team, read by its mentors and the office, and by nobody else."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.entries.classroom import promptlist, prompts, queries
from portal.entries.classroom.models import Prompt
from portal.entries.classroom.promptlist import Line
from portal.entries.classroom.queries import ClassFilm
from portal.entries.forms import PromptForm, PromptListForm
from portal.entries.views import frame
from portal.entries.views.blueprint import bp
from portal.errors import Invalid
from portal.i18n import N_, ngettext, translate
from portal.school import roster
from portal.web import current
from portal.web.access import guard, require
from portal.web.pages import download, page
from portal.web.sheets import csv_download

_ = translate
_MOST_BYTES = 2_000_000


@bp.get("/entries/<number>/prompts")
@guard(policies.see_prompts, load=queries.class_film)
def prompt_log(film: ClassFilm) -> Response:
    """The log, with the forms to add to it while the entry has not been signed off."""
    return _log_page(film)


@bp.post("/entries/<number>/prompts")
@guard(policies.write_prompts, load=queries.class_film)
def add_prompt(film: ClassFilm) -> ResponseReturnValue:
    """One more line."""
    form = PromptForm()
    if not form.validate():
        return _log_page(film, form=form, status=422)
    try:
        prompts.add(current.session(), film.entry, [_line(form)], by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _log_page(film, form=form, status=422)
    flash(_("Added to the log."), "success")
    return _back(film)


@bp.post("/entries/<number>/prompts/import")
@guard(policies.write_prompts, load=queries.class_film)
def import_prompts(film: ClassFilm) -> ResponseReturnValue:
    """Many lines at once, from a file or pasted; nothing is kept where one of them is wrong."""
    form = PromptListForm()
    if not form.validate():
        return _log_page(film, many=form, status=422)
    text = _sent_text(form)
    found = promptlist.read(text, form.tool.data or "") if text is not None else None
    if found is None or found.mistakes:
        wrong = found.mistakes if found else [roster.Mistake(0, N_("Save the list as CSV in UTF-8."))]
        return _log_page(film, many=form, text=text, mistakes=wrong, status=422)
    try:
        added = prompts.add(current.session(), film.entry, found.lines, by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _log_page(film, many=form, text=text, status=422)
    flash(ngettext("{n} prompt added.", "{n} prompts added.", added).format(n=added), "success")
    return _back(film)


def _sent_text(form: PromptListForm) -> str | None:
    """What was chosen or pasted; None for a file that is no text."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return form.lines.data or ""
    with sent.stream as stream:
        return roster.decoded(stream.read(_MOST_BYTES))


@bp.get("/entries/<number>/prompts/<code>/edit")
@guard(policies.write_prompts, load=queries.class_film)
def edit_prompt(film: ClassFilm) -> Response:
    """One of the own lines, to be changed or taken away."""
    row = _own(film)
    require(row is not None and film.entry.state in prompts.OPEN)
    assert row is not None
    data = {"tool": row.tool, "prompt": row.text, "outcome": row.outcome}
    return _edit_page(film, row, PromptForm(formdata=None, data=data), row.rev)


@bp.post("/entries/<number>/prompts/<code>/edit")
@guard(policies.write_prompts, load=queries.class_film)
def change_prompt(film: ClassFilm) -> ResponseReturnValue:
    """Write the line anew."""
    row, form = _own(film), PromptForm()
    require(row is not None)
    assert row is not None
    seen = request.form.get("rev", "")
    version = int(seen) if seen.isascii() and seen.isdecimal() else 0
    if not form.validate():
        return _edit_page(film, row, form, version, status=422)
    try:
        prompts.change(current.session(), film.entry, row, _line(form), seen=version, by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _edit_page(film, row, form, version, status=422)
    flash(_("Saved."), "success")
    return _back(film)


@bp.post("/entries/<number>/prompts/<code>/delete")
@guard(policies.write_prompts, load=queries.class_film)
def remove_prompt(film: ClassFilm) -> ResponseReturnValue:
    """Take the line away."""
    row = _own(film)
    if row is not None:
        prompts.remove(current.session(), film.entry, row, by=current.actor())
    flash(_("Deleted."), "success")
    return _back(film)


@bp.get("/entries/<number>/prompts.<any(csv,md):kind>")
@guard(policies.see_prompts, load=queries.class_film)
def prompt_file(film: ClassFilm) -> Response:
    """The log to take away: a table no spreadsheet runs, or a document."""
    rows = queries.prompts(current.session(), film.entry.id)
    names = queries.writers(current.session(), rows)
    name = f"{film.entry.number}-prompts"
    if (request.view_args or {})["kind"] == "csv":
        table = [(one.tool, one.text, one.outcome, names.get(one.person_id or 0, "")) for one in rows]
        return csv_download(f"{name}.csv", (*promptlist.COLUMNS, "who"), table)
    lines = [(Line(one.tool, one.text, one.outcome), names.get(one.person_id or 0, "")) for one in rows]
    text = promptlist.markdown(frame.title_of(film.entry), lines)
    return download(text, name=f"{name}.md", content_type="text/markdown; charset=utf-8")


def _line(form: PromptForm) -> Line:
    return Line(form.tool.data or "", form.prompt.data or "", form.outcome.data or "")


def _own(film: ClassFilm) -> Prompt | None:
    row = queries.prompt_by_code(current.session(), film.entry.id, (request.view_args or {})["code"])
    require(row is None or row.person_id == current.actor().person_id)
    return row


def _back(film: ClassFilm) -> ResponseReturnValue:
    return redirect(url_for("entries.prompt_log", number=film.entry.number))


def _log_page(
    film: ClassFilm,
    *,
    form: PromptForm | None = None,
    many: PromptListForm | None = None,
    text: str | None = None,
    mistakes: Sequence[roster.Mistake] = (),
    status: int = 200,
) -> Response:
    session, actor = current.session(), current.actor()
    rows = queries.prompts(session, film.entry.id)
    return page(
        "school/prompts.html",
        status=status,
        entry=film.entry,
        title=frame.title_of(film.entry),
        rows=rows,
        names=queries.writers(session, rows),
        actor=actor,
        open=film.entry.state in prompts.OPEN and policies.write_prompts(actor, film),
        maker=policies.own_entry(actor, film.entry),
        form=form or PromptForm(formdata=None),
        many=many or PromptListForm(formdata=None),
        columns=promptlist.COLUMNS,
        text=text,
        mistakes=mistakes,
    )


def _edit_page(film: ClassFilm, row: Prompt, form: PromptForm, rev: int, *, status: int = 200) -> Response:
    title = frame.title_of(film.entry)
    return page("school/prompt.html", status=status, entry=film.entry, title=title, row=row, form=form, rev=rev)
