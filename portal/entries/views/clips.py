"""Clips straight from the generators, what the entry's files say of where they come from, and its makers' answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.disclosure import queries as disclosures
from portal.disclosure.crosscheck import queries as crosschecks
from portal.disclosure.crosscheck import service as findings
from portal.disclosure.crosscheck.models import CrossFinding
from portal.disclosure.crosscheck.words import FILE_STATES, source_in_words, spoken
from portal.entries import queries, service
from portal.entries.checklist import Task
from portal.entries.models import Entry
from portal.entries.views import frame
from portal.entries.views.blueprint import bp
from portal.entries.views.files import Pile, Status, box, label_of, original, own_file, status_of, taken
from portal.errors import Invalid
from portal.i18n import N_, translate
from portal.lifecycles import AssetState, EntryState, FindingState
from portal.media import queries as media
from portal.media import service as files
from portal.media.models import Asset, Slot
from portal.media.tickets import MOST_FILES
from portal.web import current
from portal.web.access import guard, require
from portal.web.forms import tidy
from portal.web.pages import page

_ = translate


@bp.get("/entries/<number>/clips")
@guard(policies.own_entry, load=queries.entry_by_number)
def clips(entry: Entry) -> Response:
    """The clips there are with the tool each comes from, the box for more, and what the files say."""
    return _page(entry, block="piles")


@bp.post("/entries/<number>/clips")
@guard(policies.own_entry, load=queries.entry_by_number)
def send_clip(entry: Entry) -> ResponseReturnValue:
    """One that came in its form, or one taken away."""
    session, code = current.session(), request.form.get("remove")
    try:
        service.hold_clips(session, entry, at=current.arrived_at())
        if code:
            files.remove(session, own_file(entry, code, (Slot.EVIDENCE,)), by=current.actor())
            flash(_("Removed."), "success")
        else:
            taken(entry, Slot.EVIDENCE, Slot.EVIDENCE.value)
    except Invalid as problem:
        return _page(entry, status=422, problem=("evidence-up-file", problem.message))
    return _back(entry)


@bp.post("/entries/<number>/clips/<code>/tool")
@guard(policies.own_entry, load=queries.entry_beside)
def name_tool(entry: Entry) -> ResponseReturnValue:
    """Which of the declared tools a clip came out of."""
    session, name = current.session(), tidy(request.form.get("tool"))
    clip = own_file(entry, (request.view_args or {})["code"], (Slot.EVIDENCE,))
    try:
        service.hold_clips(session, entry, at=current.arrived_at())
        if name and name not in _tools(entry):
            raise Invalid("tool", N_("Choose a tool of your form."))
    except Invalid as problem:
        return _page(entry, status=422, problem=(f"tool-{clip.code}", problem.message))
    service.name_tool(session, entry, clip, name, by=current.actor())
    flash(_("Saved."), "success")
    return _back(entry)


@bp.post("/entries/<number>/findings/<code>")
@guard(policies.own_entry, load=queries.entry_beside)
def answer_finding(entry: Entry) -> ResponseReturnValue:
    """Correct the form, explain, or say that the file is wrong."""
    session, finding = current.session(), finding_here(entry)
    words, chosen = tidy(request.form.get("answer")), request.form.get("choice", "")
    try:
        if entry.state == EntryState.DRAFT:
            service.hold_clips(session, entry, at=current.arrived_at())
        if finding.severity in findings.TOLD_ONLY:
            raise Invalid("answer", N_("There is nothing to answer here."))
        to = next((one for one in findings.ANSWERS if one == chosen), FindingState.OPEN)
        findings.answer(session, finding, to, words, by=current.actor())
        if to is FindingState.ACCEPTED:
            return _to_the_form(entry, finding)
    except Invalid as problem:
        return _page(entry, status=422, problem=(f"answer-{finding.code}", problem.message))
    flash(_("Your answer is with the festival office."), "success")
    return _back(entry)


def finding_here(entry: Entry) -> CrossFinding:
    """The entry's finding behind the code in the address."""
    found = crosschecks.finding_by_code(current.session(), entry.id, (request.view_args or {})["code"])
    require(found is not None)
    assert found is not None
    return found


def _to_the_form(entry: Entry, finding: CrossFinding) -> ResponseReturnValue:
    """On to the form, open for a change, with the tool already added where the file names one."""
    session, actor = current.session(), current.actor()
    if entry.state in service.AMENDABLE:
        service.start_amendment(session, entry, "CROSSCHECK", "", by=actor)
    if tool := finding.found.get("tool") if "add" in request.form else None:
        service.add_tool(session, entry, tool, by=actor, at=current.arrived_at())
        flash(_("Added to your tools: {tool}. Look at the form and sign it again.").format(tool=tool), "success")
    return redirect(url_for("entries.ai", number=entry.number, _anchor="tools"))


def _back(entry: Entry) -> ResponseReturnValue:
    return redirect(url_for("entries.clips", number=entry.number))


def _tools(entry: Entry) -> list[str]:
    disclosure = disclosures.disclosure_of(current.session(), entry.id)
    parts = disclosure.ledger.get("parts", ()) if disclosure else ()
    return list(dict.fromkeys(tool["name"] for part in parts for tool in part.get("tools", ()) if tool.get("name")))


def _page(
    entry: Entry, *, status: int = 200, block: str | None = None, problem: tuple[str, str] | None = None
) -> Response:
    session = current.session()
    held = [one for one in media.living(session, entry.id, Slot.EVIDENCE) if one.received_at is not None]
    pile = _pile(entry, held)
    return page(
        "entries/clips.html",
        block=block,
        status=status,
        entry=entry,
        rail=frame.rail(entry, frame.items_of(entry), None),
        problem=problem,
        pile=pile,
        most=MOST_FILES[Slot.EVIDENCE],
        tools=[("", _("Not said")), *((name, name) for name in _tools(entry))],
        said=[said_by(one) for one in queries.examined_files(session, entry.id)],
        findings=[spoken(row) for row in crosschecks.findings(session, entry.id)],
        told_only=findings.TOLD_ONLY,
        answer_choices=answer_choices(),
        typed={"choice": request.form.get("choice", ""), "answer": request.form.get("answer", "")},
    )


def answer_choices() -> list[tuple[str, str, None]]:
    """What a creator may answer, in the language in use."""
    return [
        (FindingState.ACCEPTED.value, _("The file is right; I correct the form"), None),
        (FindingState.EXPLAINED.value, _("Both are right; I explain"), None),
        (FindingState.DISPUTED.value, _("The file is wrong"), None),
    ]


def _pile(entry: Entry, held: Sequence[Asset]) -> Pile:
    shown = [(one, _status(one), original(one)) for one in held]
    editable = frame.may_edit(entry, Task.AI)
    return Pile(Slot.EVIDENCE.value, label_of(Slot.EVIDENCE), box(entry, Slot.EVIDENCE), shown, editable)


def _status(clip: Asset) -> Status:
    # Nobody plays a clip here: what counts is that somebody has looked where it comes from.
    status = status_of(clip)
    return replace(status, title=_("Examined")) if clip.state == AssetState.PLAYABLE else status


def said_by(asset: Asset) -> dict[str, Any]:
    """What one file says of itself, for a table: its state in words, and the names it gives."""
    facts = queries.file_facts(asset)
    found = (asset.probe.get("provenance") or {}).get("tags") or {}
    tags = {**found.get("keys", {}), **found.get("aigc", {})}
    return {
        "asset": asset,
        "state": _(FILE_STATES.get(facts.state, FILE_STATES["ERROR"])),
        "kind": {"TRUSTED": "ok", "BROKEN": "bad", "REVOKED": "bad"}.get(facts.state, ""),
        "signer": facts.signer,
        "names": ", ".join(dict.fromkeys(filter(None, (facts.generator, *facts.agents, *facts.systems)))),
        "sources": [source_in_words(code) for code in sorted(facts.sources | facts.tag_sources)],
        "tags": sorted(tags.items()),
    }
