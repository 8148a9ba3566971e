"""Letters to many at the organizers' desk: written here, looked at and let go in the outbox."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import i18n, policies
from portal.accounts.models import Person
from portal.broadcasts import audiences, phrases, queries, service
from portal.broadcasts.audiences import AUDIENCES
from portal.broadcasts.forms import LONGEST_LETTER, LetterForm
from portal.broadcasts.models import Broadcast
from portal.calls.models import Edition
from portal.calls.queries import current_edition
from portal.errors import Invalid, Stale
from portal.i18n import _, ngettext
from portal.mail import preview
from portal.mail.models import Topic
from portal.mail.outbox import Recipient
from portal.mail.render import Rendered
from portal.notices.phrases import topic_name
from portal.web import current, headers
from portal.web.access import guard
from portal.web.filters import static_url
from portal.web.forms import tidy
from portal.web.pages import page
from portal.web.pagination import paged, wanted

bp = Blueprint("broadcasts", __name__)


@bp.get("/ops/broadcasts")
@guard(policies.organize, load=current_edition)
def index(edition: Edition) -> ResponseReturnValue:
    """The letters of one's editions, the newest first."""
    session = current.session()
    rows = paged(session, queries.rows(current.actor()), number=wanted(request.args.get("page")))
    return page(
        "broadcasts/index.html",
        rows=rows,
        fates=queries.fates(session, [row.Broadcast for row in rows.rows]),
        audience_name=lambda name: _(AUDIENCES[name].name) if name in AUDIENCES else name,
        phrases=phrases,
    )


@bp.get("/ops/broadcasts/new")
@guard(policies.organize, load=current_edition)
def new(edition: Edition) -> ResponseReturnValue:
    """An empty letter; with an audience in the address, how many people that is."""
    return _compose(edition.id, LetterForm(None, data=_asked()))


@bp.post("/ops/broadcasts/new")
@guard(policies.organize, load=current_edition)
def create(edition: Edition) -> ResponseReturnValue:
    """Keep a new letter as a draft."""
    form = LetterForm()
    try:
        if not form.sent_and_valid():
            return _compose(edition.id, form, status=422)
        made = service.write(current.session(), edition, form.draft(), by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _compose(edition.id, form, status=422)
    flash(_("Saved as a draft. Nobody gets it before it is prepared and sent."), "ok")
    return redirect(url_for("broadcasts.show", code=made.code), 303)


@bp.get("/ops/broadcasts/<code>")
@guard(policies.write_broadcast, load=queries.by_code)
def show(broadcast: Broadcast) -> ResponseReturnValue:
    """One letter: a draft to be edited, or what became of it."""
    form = LetterForm.of(broadcast)
    for name, value in _asked().items():
        form[name].data = value
    return _compose(broadcast.edition_id, form, broadcast)


@bp.post("/ops/broadcasts/<code>")
@guard(policies.write_broadcast, load=queries.by_code)
def edit(broadcast: Broadcast) -> ResponseReturnValue:
    """Keep what changed; a form older than the letter is told so and keeps what was typed."""
    form = LetterForm()
    try:
        if not form.sent_and_valid():
            return _compose(broadcast.edition_id, form, broadcast, status=422)
        service.edit(current.session(), broadcast, form.draft(), rev=form.rev.data or 0, by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _compose(broadcast.edition_id, form, broadcast, status=422)
    except Stale:
        return _compose(broadcast.edition_id, form, broadcast, status=409)
    flash(_("Saved."), "ok")
    return redirect(url_for("broadcasts.show", code=broadcast.code), 303)


def _readable(session: Session, code: str, language: str) -> Broadcast | None:
    return queries.by_code(session, code) if language in i18n.LANGUAGES else None


@bp.get("/ops/broadcasts/<code>/preview/<language>")
@guard(policies.write_broadcast, load=_readable)
def face(broadcast: Broadcast) -> Response:
    """The letter's HTML in one language, to oneself, for the frame in its page."""
    language = (request.view_args or {})["language"]
    made = _drawn(broadcast, language)
    response = make_response(preview.framed(made.html, headers.nonce(), fonts=static_url("css/fonts.css")))
    response.headers["Content-Security-Policy"] = preview.content_policy(headers.nonce())
    return response


def _drawn(broadcast: Broadcast, language: str) -> Rendered:
    return service.drawn(current.session(), broadcast, _myself(language))


def _myself(language: str) -> Recipient:
    me = current.session().get_one(Person, current.actor().person_id)
    return Recipient(me.email, language, me.shown_in(language), timezone=me.timezone)


@bp.post("/ops/broadcasts/<code>/test")
@guard(policies.write_broadcast, load=queries.by_code)
def send_tests(broadcast: Broadcast) -> ResponseReturnValue:
    """Save the letter and send it to oneself, in each language that it is written in."""
    session, form, edition_id = current.session(), LetterForm(), broadcast.edition_id
    to = {one: _myself(one) for one in i18n.LANGUAGES}
    try:
        if not form.sent_and_valid():
            return _compose(edition_id, form, broadcast, status=422)
        rev, by = form.rev.data or 0, current.actor()
        tests = service.send_tests(session, broadcast, form.draft(), to=to, rev=rev, by=by)
    except (Invalid, Stale) as problem:
        return _refused(edition_id, form, broadcast, problem)
    text = ngettext("{n} test is on its way to {address}.", "{n} tests are on their way to {address}.", tests)
    flash(text.format(n=tests, address=to["en"].email), "ok")
    return redirect(url_for("broadcasts.show", code=broadcast.code), 303)


# ── prepared and taken back ────────────────────────────────────────────


@bp.post("/ops/broadcasts/<code>/prepare")
@guard(policies.write_broadcast, load=queries.by_code)
def prepare(broadcast: Broadcast) -> ResponseReturnValue:
    """Save the letter and put one held mail for everybody of its audience into the outbox; go there to look at them."""
    session, form, edition_id = current.session(), LetterForm(), broadcast.edition_id
    try:
        if not form.sent_and_valid():
            return _compose(edition_id, form, broadcast, status=422)
        rev, by = form.rev.data or 0, current.actor()
        waiting = service.prepare(session, broadcast, form.draft(), rev=rev, by=by)
    except (Invalid, Stale) as problem:
        return _refused(edition_id, form, broadcast, problem)
    text = ngettext("{n} mail waits here for its release.", "{n} mails wait here for their release.", waiting)
    flash(text.format(n=i18n.number(waiting)), "ok")
    return redirect(url_for("mail.batch", batch=queries.batch_of(broadcast)), 303)


def _refused(edition_id: int, form: LetterForm, broadcast: Broadcast, problem: Invalid | Stale) -> ResponseReturnValue:
    current.session().rollback()
    if isinstance(problem, Invalid):
        form.blame(problem)
    return _compose(edition_id, form, broadcast, status=problem.status)


@bp.post("/ops/broadcasts/<code>/reopen")
@guard(policies.write_broadcast, load=queries.by_code)
def reopen(broadcast: Broadcast) -> ResponseReturnValue:
    """Take a prepared letter back, to change it."""
    service.reopen(current.session(), broadcast, rev=_rev(), by=current.actor())
    flash(_("Taken back. Nothing was sent."), "ok")
    return redirect(url_for("broadcasts.show", code=broadcast.code), 303)


@bp.post("/ops/broadcasts/<code>/discard")
@guard(policies.write_broadcast, load=queries.by_code)
def discard(broadcast: Broadcast) -> ResponseReturnValue:
    """Throw a draft away."""
    service.discard(current.session(), broadcast, rev=_rev(), by=current.actor())
    flash(_("The draft is thrown away."), "ok")
    return redirect(url_for("broadcasts.index"), 303)


def _rev() -> int:
    return wanted(request.form.get("rev"))


# ── the page ───────────────────────────────────────────────────────────


def _asked() -> dict[str, str]:
    """The audience that the address asks to count."""
    asked = {name: tidy(request.args.get(name))[:40] for name in ("audience", "place") if name in request.args}
    return asked if asked.get("audience", "drafts") in AUDIENCES else {}


def _compose(
    edition_id: int, form: LetterForm, broadcast: Broadcast | None = None, *, status: int = 200
) -> ResponseReturnValue:
    session = current.session()
    audience = form.audience.data if form.audience.data in AUDIENCES else "handed_in"
    places = audiences.places(session, edition_id, AUDIENCES[audience].narrowed)
    place = form.place.data if form.place.data in dict(places) else ""
    return page(
        "broadcasts/compose.html",
        block="reach",
        status=status,
        letter=broadcast,
        form=form,
        editable=broadcast is None or broadcast.state == "draft",
        stale=status == 409,
        address=url_for("broadcasts.show", code=broadcast.code) if broadcast else url_for("broadcasts.new"),
        audiences=[(name, _(one.name)) for name, one in AUDIENCES.items()],
        topics=[(topic.value, topic_name(topic)) for topic in Topic],
        places=places,
        reach=audiences.languages(session, edition_id, audience, place),
        language_name=lambda one: i18n.NAMES.get(one, one),
        fates=queries.fates(session, [broadcast])[broadcast.id] if broadcast else queries.Fates(),
        batch=queries.batch_of(broadcast) if broadcast else "",
        texts={one: _drawn(broadcast, one) for one in i18n.LANGUAGES} if broadcast else {},
        longest=LONGEST_LETTER,
        phrases=phrases,
    )
