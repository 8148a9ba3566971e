"""The words of mails at the organizers' desk: whose they are, the editor with its preview, versions, what changed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from flask import Response, abort, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.errors import Invalid, InvalidMany, Stale
from portal.i18n import LANGUAGES, N_, _, translate
from portal.mail import phrases
from portal.mail.forms import WordingForm
from portal.mail.models import Wording
from portal.mail.preview import content_policy, framed
from portal.mail.render import Rendered
from portal.mail.views.outbox import bp
from portal.mail.wordings import builtin, diff, preview, queries, service
from portal.mail.wordings.placeholders import EDITABLE, MEANINGS
from portal.mail.wordings.queries import Chosen
from portal.mail.wordings.samples import SAMPLE_NAMES, Sample
from portal.mail.wordings.service import BODY_MOST, Seen, Texts
from portal.web import current, headers
from portal.web.access import guard
from portal.web.filters import static_url
from portal.web.forms import tidy
from portal.web.pages import page

FIELDS = {
    "subject_ko": (N_("Subject in Korean"), "ko"),
    "subject_en": (N_("Subject in English"), "en"),
    "body_ko": (N_("Words in Korean"), "ko"),
    "body_en": (N_("Words in English"), "en"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """What one field says now and said before."""

    label: str
    language: str
    pieces: list[diff.Piece]


@dataclass(frozen=True, slots=True)
class Step:
    """A version in the history, with what it changed in the one before."""

    version: queries.Version
    in_force: bool
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class Desk:
    """A kind's words at one edition: the portal's, the versions, and the one in force."""

    edition_id: int
    kind: str
    builtin: Texts
    versions: list[queries.Version]

    @property
    def draft(self) -> Wording | None:
        """The draft of the next version, if one is being written."""
        newest = self.versions[0].wording if self.versions else None
        return newest if newest is not None and newest.published_at is None else None

    @property
    def in_force(self) -> Wording | None:
        """The newest published version; None while the portal's words are in force."""
        return next((one.wording for one in self.versions if one.wording.published_at is not None), None)

    @property
    def texts(self) -> Texts:
        """What the editor starts from."""
        newest = self.draft or self.in_force
        return Texts.of(newest) if newest is not None else self.builtin

    def history(self) -> list[Step]:
        """Every version, the newest first, each beside the one before; the first one beside the portal's words."""
        befores = [Texts.of(one.wording) for one in self.versions[1:]] + [self.builtin]
        return [
            Step(one, one.wording is self.in_force, changes(before, Texts.of(one.wording)))
            for one, before in zip(self.versions, befores, strict=False)
        ]


def changes(before: Texts, after: Texts) -> list[Change]:
    """The fields that differ, word by word."""
    old, new = asdict(before), asdict(after)
    return [
        Change(translate(label), language, diff.pieces(old[name], new[name]))
        for name, (label, language) in FIELDS.items()
        if old[name] != new[name]
    ]


def _edition() -> int:
    found = queries.desk_edition(current.session(), current.actor())
    return found if found is not None else abort(404)


def _desk(kind: str) -> Desk:
    if kind not in EDITABLE:
        abort(404)
    edition_id = _edition()
    return Desk(
        edition_id, kind, builtin.texts(kind, current.links()), queries.versions(current.session(), edition_id, kind)
    )


@bp.get("/ops/mail/wordings")
@guard(policies.enter_office)
def wordings() -> ResponseReturnValue:
    """The kinds whose words the edition may choose, and whose words each has now."""
    own = queries.newest(current.session(), _edition())
    rows = [
        {
            "kind": kind,
            "name": phrases.kind_name(kind),
            "draft": next((one for one in own.get(kind, []) if one.wording.published_at is None), None),
            "in_force": next((one for one in own.get(kind, []) if one.wording.published_at is not None), None),
        }
        for kind in EDITABLE
    ]
    return page("mail/wordings.html", rows=rows)


@bp.get("/ops/mail/wordings/<kind>")
@guard(policies.enter_office)
def wording(kind: str) -> ResponseReturnValue:
    """The editor: both languages side by side, what may stand in braces, the preview, the versions."""
    desk = _desk(kind)
    return _editor(desk, WordingForm.of(desk.texts), Seen.of(desk.draft))


@bp.post("/ops/mail/wordings/<kind>")
@guard(policies.enter_office)
def save_wording(kind: str) -> ResponseReturnValue:
    """Keep the draft, and publish it where that was wanted; both or nothing."""
    desk, form, seen = _desk(kind), WordingForm(), _seen()
    try:
        if not form.sent_and_valid():
            return _editor(desk, form, seen, status=422)
        sentence = _keep(desk, form.texts(), seen)
    except (Invalid, InvalidMany) as problem:
        form.blame(problem)
        return _editor(desk, form, seen, status=422)
    except Stale:
        current.session().rollback()
        return _clash(kind, form)
    flash(sentence, "ok")
    return redirect(url_for("mail.wording", kind=kind), 303)


def _keep(desk: Desk, texts: Texts, seen: Seen) -> str:
    session, actor = current.session(), current.actor()
    draft = service.save(session, desk.edition_id, desk.kind, texts, seen=seen, by=actor)
    if request.form.get("then") != "publish":
        return _("Draft saved.")
    service.publish(session, desk.edition_id, desk.kind, seen=Seen.of(draft), by=actor)
    return _("Published. Mails written from now on say this.")


def _clash(kind: str, form: WordingForm) -> ResponseReturnValue:
    """What was typed stays in the fields; what somebody else wrote meanwhile stands above, word by word."""
    desk = _desk(kind)
    theirs = desk.versions[0] if desk.versions else None
    clash = {"theirs": theirs, "changes": changes(form.texts(), desk.texts)}
    return _editor(desk, form, Seen.of(desk.draft), status=409, clash=clash)


def _editor(
    desk: Desk, form: WordingForm, seen: Seen, *, status: int = 200, clash: dict[str, Any] | None = None
) -> ResponseReturnValue:
    sample, words = _sample(), queries.chosen(current.session(), desk.edition_id, desk.kind)
    texts = form.texts()
    return page(
        "mail/wording.html",
        block="previews",
        status=status,
        desk=desk,
        name=phrases.kind_name(desk.kind),
        form=form,
        seen=f"{seen.version}.{seen.rev}",
        clash=clash,
        longest=BODY_MOST,
        placeholders=_placeholders(desk.kind, sample, words),
        samples=[(one.value, translate(name)) for one, name in SAMPLE_NAMES.items()],
        sample=sample.value,
        previews={language: _shown(desk.kind, texts, sample, language, words) for language in LANGUAGES},
        last=queries.last_mail(current.session(), desk.edition_id, desk.kind),
    )


def _placeholders(kind: str, sample: Sample, words: Chosen) -> list[tuple[str, str, str, bool]]:
    """Name in braces, meaning, what it becomes in the sample, and whether the words need it."""
    values, needed = preview.values(kind, sample, links=current.links(), words=words), EDITABLE[kind].needed
    return [(f"{{{name}}}", translate(MEANINGS[name]), values[name], name in needed) for name in sorted(values)]


def _shown(kind: str, texts: Texts, sample: Sample, language: str, words: Chosen) -> Rendered:
    return preview.shown(kind, texts, sample, language, links=current.links(), words=words)


@bp.post("/ops/mail/wordings/<kind>/preview")
@guard(policies.enter_office)
def preview_wording(kind: str) -> ResponseReturnValue:
    """The mail with what is being typed, unsaved."""
    return _editor(_desk(kind), WordingForm(), _seen())


@bp.get("/ops/mail/wordings/<kind>/html/<language>")
@guard(policies.enter_office)
def wording_html(kind: str, language: str) -> Response:
    """The HTML of the kept words, for the frame in their page."""
    desk = _desk(kind)
    return _frame(desk, desk.texts, language)


@bp.post("/ops/mail/wordings/<kind>/html/<language>")
@guard(policies.enter_office)
def typed_html(kind: str, language: str) -> Response:
    """The same with what is being typed, unsaved."""
    return _frame(_desk(kind), WordingForm().texts(), language)


def _frame(desk: Desk, texts: Texts, language: str) -> Response:
    if language not in LANGUAGES:
        abort(404)
    words = queries.chosen(current.session(), desk.edition_id, desk.kind)
    made = _shown(desk.kind, texts, _sample(), language, words)
    response = make_response(framed(made.html, headers.nonce(), fonts=static_url("css/fonts.css")))
    response.headers["Content-Security-Policy"] = content_policy(headers.nonce())
    return response


@bp.post("/ops/mail/wordings/<kind>/start")
@guard(policies.enter_office)
def start_wording(kind: str) -> ResponseReturnValue:
    """A new draft of an earlier version's words, or of the portal's."""
    desk, wanted = _desk(kind), tidy(request.form.get("version"))
    found = next((one.wording for one in desk.versions if str(one.wording.version) == wanted), None)
    texts = Texts.of(found) if found is not None else desk.builtin
    source = str(found.version) if found is not None else "builtin"
    service.start_over(current.session(), desk.edition_id, kind, texts, source=source, by=current.actor())
    flash(_("A new draft. Publish it to put it in force."), "ok")
    return redirect(url_for("mail.wording", kind=kind), 303)


@bp.post("/ops/mail/wordings/<kind>/discard")
@guard(policies.enter_office)
def discard_wording(kind: str) -> ResponseReturnValue:
    """Throw the draft away; what is in force stays."""
    desk = _desk(kind)
    service.throw_away(current.session(), desk.edition_id, kind, seen=_seen(), by=current.actor())
    flash(_("The draft is gone. What was in force stays."), "ok")
    return redirect(url_for("mail.wording", kind=kind), 303)


def _seen() -> Seen:
    version, _dot, rev = tidy(request.form.get("seen")).partition(".")
    small = all(part.isdecimal() and len(part) < 10 for part in (version, rev))
    return Seen(int(version), int(rev)) if small else Seen()


def _sample() -> Sample:
    wanted = request.values.get("sample", "")
    return Sample(wanted) if wanted in set(Sample) else Sample.USUAL
