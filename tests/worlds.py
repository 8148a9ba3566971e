"""Two installations that differ in one hidden value, visited in step: what anybody can fetch is compared byte for byte.

World B is a copy of world A in which one value was changed. Both stand still at the same moment, the same cookies open
both, and an application of its own serves each, so that nothing kept in memory passes from one to the other. A visit
follows every link, picture, file and form address of the pages themselves, as far as the limit allows.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal import clock, db
from tests import scene
from tests.scene import Scene

Change = Callable[[Session], None]

# Random by themselves in every answer, whatever the database holds.
_RANDOM = [
    re.compile(rb"nonce-[\w-]+"),
    re.compile(rb'nonce="[\w-]+"'),
    re.compile(rb'data-ticket="[^"]+"'),
    re.compile(rb"/viewings/[\w-]+=*"),
    re.compile(rb'name="(?:once|number)" value="[^"]+"'),
]
# A body's length is compared with the body, the cookie holds what the visitor holds.
_TOLD_BY_OTHERS = ("Set-Cookie", "Content-Length")
# A new second step is drawn at random whenever its page is asked for.
_DRAWN = re.compile(r"/me/device\b")
_ADDRESS = re.compile(r"""(?:href|src|srcset|action|poster|data-src|data-stream|data-hls|hx-get)=["']([^"'#\s]+)""")
_IN_PLAYLIST = re.compile(r'URI="([^"]+)"|^([^#\s][^\s]*)$', re.MULTILINE)
_ENDS_IT = re.compile(r"/(?:logout|sign-out)\b")


@dataclass(frozen=True)
class Answer:
    """What a visitor can see of an answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @classmethod
    def of(cls, response: TestResponse) -> Answer:
        """An answer without what is random in itself."""
        with closing(response):
            told = [(name, _header(name, value)) for name, value in response.headers if name not in _TOLD_BY_OTHERS]
            return cls(response.status_code, tuple(told), _plain(response.get_data()))


def _header(name: str, value: str) -> str:
    if name == "ETag":  # ends in a sum over the file's path, and the two worlds lie in two folders
        return value.rpartition("-")[0] or value
    return _plain(value.encode()).decode()


def _plain(content: bytes) -> bytes:
    for pattern in _RANDOM:
        content = pattern.sub(b"-", content)
    return content


@dataclass(frozen=True)
class Worlds:
    """The two, and the moment at which they stand still."""

    a: Scene
    b: Scene
    at: datetime

    def compare(self, who: str, starts: Iterable[str], *, further: int = 0) -> list[str]:
        """Visit these addresses as somebody, and so many `further` ones that they lead to; all answered alike."""
        cookie = self.a.cookie(who)
        waiting, seen, answered = deque(starts), set[str](), list[str]()
        limit = len(waiting) + further
        with time_machine.travel(self.at, tick=False):
            one, other = (self._browser(world, cookie) for world in (self.a, self.b))
            while waiting and len(answered) < limit:
                address = waiting.popleft()
                if address in seen or _ENDS_IT.search(address) or _DRAWN.search(address):
                    continue
                seen.add(address)
                found = self._same(one, other, address, who)
                answered.append(address)
                for after in _addresses(address, found):
                    # Files first: a list of a hundred films would otherwise keep the last rung of a stream out.
                    (waiting.appendleft if after.startswith("/media/") else waiting.append)(after)
        return answered

    def _browser(self, world: Scene, cookie: str) -> FlaskClient:
        browser = world.app.test_client()
        browser.set_cookie("pan", cookie)
        return browser

    def _same(self, one: FlaskClient, other: FlaskClient, address: str, who: str) -> Answer:
        first, second = Answer.of(one.get(address)), Answer.of(other.get(address))
        assert first.status < 500, f"{address} answers {first.status}"
        assert first == second, f"{who or 'a visitor'} can tell the worlds apart by {address}: {_where(first, second)}"
        return first


def _addresses(base: str, answer: Answer) -> Iterator[str]:
    kind = dict(answer.headers).get("Content-Type", "")
    text = answer.body.decode("utf-8", "replace") if "text" in kind or "mpegurl" in kind else ""
    found = [one or other for one, other in _IN_PLAYLIST.findall(text)] if "mpegurl" in kind else _ADDRESS.findall(text)
    found += [value for name, value in answer.headers if name == "Location"]
    for address in found:
        parts = urlsplit(urljoin(f"http://localhost{base}", address.replace("&amp;", "&")))
        if parts.netloc in ("localhost", "portal.test", "127.0.0.1:8000") and not parts.path.startswith("/static/"):
            yield f"{parts.path}?{parts.query}" if parts.query else parts.path


def _where(first: Answer, second: Answer) -> str:
    if first.status != second.status:
        return f"{first.status} and {second.status}"
    if first.headers != second.headers:
        return str(set(first.headers) ^ set(second.headers))
    at = next((n for n, (x, y) in enumerate(zip(first.body, second.body, strict=False)) if x != y), 0)
    return f"…{first.body[max(0, at - 80) : at + 80]!r}… and …{second.body[max(0, at - 80) : at + 80]!r}…"


@contextmanager
def apart(original: Scene, folder: Path, people: Iterable[str], change: Change) -> Iterator[Worlds]:
    """Two copies of a stage, of which the second was changed; `people` have signed in to both."""
    for name in "ab":
        (folder / name).mkdir()
        (folder / name / "media").symlink_to(original.settings.data / "media")
    a = scene.copied(original, folder / "a")
    cookies = {who: _with_token(a, a.cookie(who) if who else "") for who in ("", *people)}
    b = scene.copied(a, folder / "b")
    with db.unit_of_work(b.sessions) as session:
        change(session)
    known = [SignedIn(world.settings, cookies) for world in (a, b)]
    yield Worlds(*known, at=clock.now())
    for world in known:
        db.engine_for(world.settings.database_url).dispose()


def _with_token(world: Scene, cookie: str) -> str:
    """The same cookie with the token of forms in it, which is drawn at random on the first page otherwise."""
    browser = world.app.test_client()
    if cookie:
        browser.set_cookie("pan", cookie)
    with browser.session_transaction() as kept:
        kept["csrf_token"] = "0" * 40
    found = browser.get_cookie("pan")
    assert found is not None
    return found.value


@dataclass(frozen=True)
class SignedIn(Scene):
    """A stage whose people carry cookies that were given out before it was copied."""

    cookies: dict[str, str]

    def cookie(self, who: str) -> str:
        return self.cookies[who]
