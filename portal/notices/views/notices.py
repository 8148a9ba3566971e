"""What one was told: the list, one notice, and that it was read."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Response, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import i18n, policies
from portal.i18n import _, ngettext
from portal.mail import phrases, preview
from portal.mail.models import OutgoingMail
from portal.mail.notices import title
from portal.notices import queries, service
from portal.notices.queries import Enclosed
from portal.notices.views.blueprint import bp
from portal.web import current, headers
from portal.web.access import guard
from portal.web.filters import static_url
from portal.web.pages import download, page, wants_fragment
from portal.web.pagination import paged, wanted

_SIZE = 30


@bp.get("/me/notices")
@guard(policies.signed_in)
def index() -> ResponseReturnValue:
    """One's notices by day, the newest first; `unread=1` shows those alone."""
    unread = request.args.get("unread") == "1"
    found = paged(
        current.session(),
        queries.rows(current.actor(), unread=unread),
        number=wanted(request.args.get("page")),
        size=_SIZE,
    )
    days = [(day, list(rows)) for day, rows in groupby(found.rows, key=lambda row: i18n.korean_day(row.told_at))]
    return page(
        "notices/index.html",
        found=found,
        days=days,
        unread=unread,
        newest=queries.newest(current.session(), current.actor()),
        name_of=current.links().notice_token,
        kind_name=phrases.kind_name,
        title=title,
    )


@bp.get("/me/notices/<token>")
@guard(policies.own_notice, load=queries.notice)
def show(mail: OutgoingMail) -> ResponseReturnValue:
    """One notice: what was written, and the one thing to do."""
    kind = phrases.kind_name(mail.kind)
    return page("notices/show.html", mail=mail, title=title(mail.subject), token=_token(mail), kind=kind)


@bp.get("/me/notices/<token>/html")
@guard(policies.own_notice, load=queries.notice)
def body(mail: OutgoingMail) -> Response:
    """Its words as they were mailed, for the frame in its page; links open in the whole window."""
    response = make_response(
        preview.framed(mail.html, headers.nonce(), fonts=static_url("css/fonts.css"), open_links=True)
    )
    response.headers["Content-Security-Policy"] = preview.content_policy(headers.nonce(), open_links=True)
    return response


@bp.get("/me/notices/<token>/files/<int:number>")
@guard(policies.own_notice, load=queries.enclosed)
def file(found: Enclosed) -> Response:
    """A file that came with it, to save: who gets no mails has it from here alone."""
    return download(found.body, name=found.name, content_type=found.content_type)


@bp.post("/me/notices/<token>/read")
@guard(policies.own_notice, load=queries.notice)
def read(mail: OutgoingMail) -> ResponseReturnValue:
    """Note that it was opened; with the script the page does so itself, and the bell follows."""
    was_unread = service.read(current.session(), mail)
    if wants_fragment():
        return page("notices/show.html", block="standing", **_standing(mail, was_unread))
    return redirect(url_for("notices.show", token=_token(mail)), 303)


def _standing(mail: OutgoingMail, was_unread: bool) -> dict[str, Any]:
    me = current.me()
    assert me is not None
    return {"mail": mail, "token": _token(mail), "bell_now": me.unread - was_unread}


@bp.post("/me/notices/read")
@guard(policies.signed_in)
def read_all() -> ResponseReturnValue:
    """Note that all of them were seen, up to the newest that the page showed."""
    up_to = queries.behind(current.session(), request.form.get("newest", ""))
    read_now = service.read_all(current.session(), current.actor(), up_to=up_to)
    if read_now:
        flash(ngettext("{n} notice marked as read.", "{n} notices marked as read.", read_now).format(n=read_now), "ok")
    else:
        flash(_("Nothing was unread."), "ok")
    return redirect(url_for("notices.index"), 303)


def _token(mail: OutgoingMail) -> str:
    return current.links().notice_token(mail.id)
