"""The wall in the hall: read alone, opened on any machine by a signed link, kept up to date by server-sent events.

Why events and how they are kept short and few: docs/decisions/0021-stage-by-sse.md.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any

from flask import Response, current_app, request
from flask.typing import ResponseReturnValue
from jinja2 import Template
from sqlalchemy.orm import Session, sessionmaker

from portal import clock, i18n, links, policies
from portal.audience.tickets import qr_svg
from portal.live.questions import boards, phases, queries
from portal.live.questions.queries import News
from portal.live.views.blueprint import bp
from portal.live.views.floor import is_unlocked, talk_of
from portal.programme.models import Screening
from portal.programme.queries import showing_of
from portal.signing import BadToken
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page

STREAMS, LASTS_S, LOOKS_EVERY_S, BEATS_EVERY_S = 4, 50.0, 1.0, 15.0
_open = BoundedSemaphore(STREAMS)


class _Stream:
    """One of the few; given back when it ends, or when the browser leaves before it began."""

    def __init__(self) -> None:
        self._held = _open.acquire(blocking=False)

    def __bool__(self) -> bool:
        return self._held

    def close(self) -> None:
        """Give it back, once."""
        if self._held:
            self._held = False
            _open.release()


def _by_token(session: Session, token: str) -> Screening | None:
    try:
        code = links.of(session).opened(links.STAGE, token)
    except BadToken:
        return None
    return queries.floor_by_code(session, code)


@bp.get("/stage/<token>")
@guard(policies.subject_of, load=_by_token)
def stage(screening: Screening) -> ResponseReturnValue:
    """The wall; without JavaScript it comes again by itself."""
    token = (request.view_args or {})["token"]
    return page("live/stage.html", block="wall", token=token, **_wall(current.session(), screening))


def _wall(session: Session, screening: Screening) -> dict[str, Any]:
    talk = talk_of(screening)
    phase = phases.phase(talk.state, screening.state)
    shown = is_unlocked(screening) and not phase.over
    on_stage, following = boards.wall(session, screening.id, talk.pick_rule) if shown else (None, [])
    address = links.of(session).short(screening.code)
    return {
        "screening": screening,
        "showing": showing_of(session, screening),
        "phase": phase,
        "on_stage": on_stage,
        "following": following,
        "titles": boards.film_names(screening),
        "qr": qr_svg(links.of(session).live(screening.code)),
        "short": address.split("://", 1)[-1],
        "stamp": _stamp(session, screening.code),
    }


def _stamp(session: Session, code: str) -> str:
    found = queries.news(session, code, "")
    return _told(found) if found else ""


def _told(news: News) -> str:
    over = phases.unlocked(news.talk, news.state, news.ends_at, clock.now())
    return hashlib.sha256(repr((news, over, i18n.language())).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Watch:
    """What a stream needs once its request is answered; it outlives that, and so uses nothing of it."""

    sessions: sessionmaker[Session]
    template: Template
    language: str
    code: str

    def look(self, last: str) -> tuple[str, str]:
        """The present stamp, and the wall where it is another than `last`; one short reading."""
        with i18n.using(self.language), self.sessions() as session:
            stamp = _stamp(session, self.code)
            screening = None if stamp == last else queries.floor_by_code(session, self.code)
            return stamp, self.template.render(**_wall(session, screening)) if screening else ""


@bp.get("/stage/<token>/events")
@guard(policies.subject_of, load=_by_token)
def stage_events(screening: Screening) -> ResponseReturnValue:
    """The wall as events for most of a minute, then the browser asks again; 503 while too many are watching."""
    code, last = screening.code, request.headers.get("Last-Event-ID", request.args.get("v", ""))
    current.release_database()
    stream = _Stream()
    if not stream:
        return Response(status=503, headers={"Retry-After": "5"})
    watch = Watch(
        current.kernel().reading, current_app.jinja_env.get_template("live/_wall.html"), i18n.language(), code
    )
    response = Response(_events(watch, last, stream), content_type="text/event-stream; charset=utf-8")
    response.call_on_close(stream.close)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _events(watch: Watch, last: str, stream: _Stream) -> Iterator[str]:
    """Changes alone, each from a short reading of its own; a beat keeps the line open in between."""
    began = beat = time.monotonic()
    yield "retry: 1000\n\n"
    while time.monotonic() - began < LASTS_S:
        stamp, html = watch.look(last)
        if html:
            yield event(stamp, html)
            last, beat = stamp, time.monotonic()
        elif time.monotonic() - beat >= BEATS_EVERY_S:
            yield ": still here\n\n"
            beat = time.monotonic()
        time.sleep(LOOKS_EVERY_S)
    stream.close()


def event(stamp: str, html: str) -> str:
    """One event: its id, then its lines."""
    lines = "".join(f"data: {line}\n" for line in html.splitlines() if line.strip())
    return f"event: wall\nid: {stamp}\n{lines}\n"
