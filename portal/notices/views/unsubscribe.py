"""The link in a mail's foot and the button of mail programs (RFC 8058).

Opening the link changes nothing: mail scanners open every link there is.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import links, policies
from portal.mail import preferences
from portal.mail import unsubscribe as rules
from portal.mail.models import Topic, Way
from portal.notices import phrases
from portal.notices.forms import UnsubscribeForm
from portal.signing import BadToken
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page

bp = Blueprint("unsubscribe", __name__)


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever holds a mail's link: its address, and the topic it spoke of (or the daily letter)."""

    token: str
    address: str
    subject: str


def _reader(session: Session, token: str) -> Reader | None:
    try:
        address, subject = links.of(session).unsubscribing(token)
    except BadToken:
        return None
    return Reader(token, address, subject) if subject in {*Topic, rules.DAILY} else None


@bp.get("/mail/unsubscribe/<token>")
@guard(policies.subject_of, load=_reader)
def show(reader: Reader) -> ResponseReturnValue:
    """What the address has chosen, as a form."""
    return _page(reader, UnsubscribeForm(formdata=None, data={"was": request.args.get("was", "")}))


@bp.post("/mail/unsubscribe/<token>")
@guard(policies.subject_of, load=_reader)
def choose(reader: Reader) -> ResponseReturnValue:
    """Keep the choice: a mail program's one click ends the letters, the page's form says any way."""
    form = UnsubscribeForm()
    one_click = request.form.get("List-Unsubscribe") == "One-Click"
    if not one_click and not form.sent_and_valid():
        return _page(reader, form, status=422)
    way = Way.OFF if one_click else Way(form.way.data)
    topics = _topics(reader, form)
    preferences.choose(current.session(), reader.address, dict.fromkeys(topics, way), by=current.actor())
    if one_click:  # RFC 8058: no redirection
        return _page(reader, UnsubscribeForm(formdata=None))
    was = ".".join(topics) if reader.subject == rules.DAILY else None
    return redirect(url_for("unsubscribe.show", token=reader.token, was=was), 303)


def _topics(reader: Reader, form: UnsubscribeForm) -> tuple[Topic, ...]:
    before = form.topics_before() if reader.subject == rules.DAILY else ()
    return before or rules.topics(reader.subject, preferences.chosen(current.session(), reader.address))


def _page(reader: Reader, form: UnsubscribeForm, *, status: int = 200) -> ResponseReturnValue:
    ways = preferences.chosen(current.session(), reader.address)
    topics = _topics(reader, form)
    response = page(
        "notices/unsubscribe.html",
        reader=reader,
        form=form,
        subject=phrases.subject_name(reader.subject),
        topics=[phrases.topic_name(topic) for topic in topics],
        was=".".join(topics) if reader.subject == rules.DAILY else "",
        now=ways[topics[0]] if topics else None,
        ways=phrases.ways(),
        status=status,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.record_once
def _without_form_token(state: BlueprintSetupState) -> None:
    # The secret in the address does what a form's token does, and mail programs know no other.
    state.app.extensions["csrf"].exempt(bp)
