"""Devices that are told: which addresses are taken, what is sealed for a browser, once, and who is told no more."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Barrier, Thread
from typing import Any

import jwt
import pytest
import sqlalchemy as sa
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import clock, db, links
from portal.accounts.models import Person
from portal.accounts.service import end_session, start_session
from portal.accounts.service.sessions import SESSION_LASTS
from portal.errors import Invalid
from portal.lifecycles import MailState
from portal.mail import kinds
from portal.mail.models import OutgoingMail
from portal.notices.models import PushSubscription
from portal.notices.push import delivery, devices, keys, lockscreen
from portal.notices.push.endpoints import accepted
from portal.policies import Actor
from portal.settings import PUSH_SERVICES, Settings
from tests import builders
from tests.notices.letters import write
from tests.scene_notices import AUTH, P256DH

SignIn = Callable[[int], FlaskClient]


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@dataclass
class Browser:
    """A browser with its own keys, and the push service it listens to; opens what it gets as RFC 8291 says."""

    url: str = ""
    status: int = 201
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def subscription(self, name: str = "one") -> PushSubscription:
        endpoint = f"{self.url}/push/{name}"
        return PushSubscription(
            endpoint=endpoint, p256dh=encoded(self.point), auth=encoded(self.auth), device="Firefox"
        )

    def opened(self, body: bytes) -> dict[str, str]:
        salt, length = body[:16], body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
        secret = HKDF(SHA256(), 32, self.auth, b"WebPush: info\0" + self.point + theirs).derive(shared)
        content_key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(secret)
        nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(secret)
        found: dict[str, str] = json.loads(AESGCM(content_key).decrypt(nonce, sealed, None).rstrip(b"\0")[:-1])
        return found


@pytest.fixture
def browser() -> Iterator[Browser]:
    """One, with a real HTTP service on this machine."""
    mine = Browser()

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            mine.got.append((dict(self.headers), body))
            self.send_response(mine.status)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    mine.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield mine
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def settings(settings: Settings, browser: Browser) -> Settings:
    """An installation that knows the browser's service."""
    return replace(settings, push_services=(browser.url,))


@pytest.fixture
def work(settings: Settings) -> Callable[[], AbstractContextManager[Session]]:
    """The worker's unit of work."""
    return partial(db.unit_of_work, db.sessions(settings))


def told_in(session: Session, browser: Browser, name: str = "one", **values: Any) -> tuple[Person, str]:
    """Somebody who is told in the browser, and the token of that sign-in; committed."""
    person = builders.person(session, **values)
    token = start_session(session, person.id)
    devices.add(session, browser.subscription(name), token=token, by=Actor("person", person.id))
    session.commit()
    return person, token


def deliver(session: Session, work: Callable[[], AbstractContextManager[Session]]) -> int:
    """What the sweep rings for is told."""
    waiting = delivery.waiting(session)
    session.rollback()
    return sum(delivery.deliver(work, mail_id) for mail_id in waiting)


@pytest.mark.parametrize(
    ("endpoint", "taken"),
    [
        ("https://fcm.googleapis.com/fcm/send/x:y", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/abc", True),
        ("https://fcm.googleapis.com:443/fcm/send/x", True),
        ("http://fcm.googleapis.com/fcm/send/x", False),
        ("https://fcm.googleapis.com:8443/x", False),
        ("https://fcm.googleapis.com.evil.example/x", False),
        ("https://evilpush.apple.com.example/", False),
        ("https://notify.windows.com@127.0.0.1/x", False),
        ("https://fcm.googleapis.com\\@127.0.0.1/x", False),
        ("https://127.0.0.1/latest/meta-data", False),
        ("https://fcm.googleapis.com/\nx", False),
        ("https://[::1", False),
        ("https://fcm.googleapis.com:99999/", False),
        ("https://fcm.googleapis.com/" + "x" * 700, False),
        ("", False),
    ],
)
def test_only_known_services_are_knocked_at(endpoint: str, taken: bool) -> None:
    assert accepted(endpoint, PUSH_SERVICES) is taken


def test_a_notice_is_sealed_for_its_readers_browser_and_told_once(
    session: Session, browser: Browser, settings: Settings, work: Callable[[], AbstractContextManager[Session]]
) -> None:
    person, _ = told_in(session, browser)
    mail = write(session, person, "고래")
    assert deliver(session, work) == 1
    assert deliver(session, work) == 0
    ((headers, body),) = browser.got
    message = browser.opened(body)
    assert message["title"] == "우리 기수 소식이 있어요"
    assert message["path"].startswith("/ko/me/notices/")
    assert (headers["content-encoding"], headers["ttl"]) == ("aes128gcm", "14400")
    pair = keys.vapid(settings)
    assert pair is not None
    scheme, _, fields = headers["authorization"].partition(" ")
    signed = dict(part.strip().split("=", 1) for part in fields.split(","))
    assert (scheme, signed["k"]) == ("vapid", pair.application)
    claims = jwt.decode(signed["t"], pair.public, algorithms=["ES256"], audience="http://127.0.0.1")
    assert claims["sub"] == "mailto:no-reply@pan.example"
    session.refresh(mail)
    assert mail.pushed_at is not None


def test_what_is_not_told(
    session: Session, browser: Browser, work: Callable[[], AbstractContextManager[Session]]
) -> None:
    with time_machine.travel("2027-02-19T01:00:00Z", tick=False) as time:
        person, token = told_in(session, browser)
        write(session, person, "old")
        time.shift(3601)
        write(session, person, "held", hold=True)
        write(session, person, "link", kind="sign_in", token="t", until=clock.now())
        for name, values in (("seen", {"read_at": clock.now()}), ("kept", {"state": MailState.KEPT})):
            session.execute(sa.update(OutgoingMail).where(OutgoingMail.id == _id(session, person, name)).values(values))
        session.commit()
        assert deliver(session, work) == 0
        write(session, person, "after signing out")
        end_session(session, token, by=Actor("person", person.id))
        session.commit()
        assert devices.of(session, person.id) == []
        assert deliver(session, work) == 0
        other, _ = told_in(session, browser, "run-out")
        time.shift(SESSION_LASTS.total_seconds())
        write(session, other, "after the sign-in ran out")
        assert deliver(session, work) == 0
        assert (devices.forget(session), devices.forget(session)) == (2, 0)
    assert browser.got == []


def test_at_night_only_what_cannot_wait_is_told(
    session: Session, browser: Browser, settings: Settings, work: Callable[[], AbstractContextManager[Session]]
) -> None:
    session.info["settings"] = replace(settings, quiet_hours=(21, 8))
    with time_machine.travel("2027-02-19T22:00:00+09:00", tick=False) as time:
        person, _ = told_in(session, browser)
        write(session, person, "in the morning")
        write(session, person, "now", kind="withdrawn")
        assert len(delivery.waiting(session)) == 1
        session.rollback()
        time.move_to("2027-02-20T08:00:00+09:00")
        session.execute(sa.update(OutgoingMail).values(sent_at=clock.now()))
        assert len(delivery.waiting(session)) == 2


def test_two_workers_tell_once(
    session: Session, browser: Browser, work: Callable[[], AbstractContextManager[Session]]
) -> None:
    person, _ = told_in(session, browser)
    mail, together = write(session, person), Barrier(2)

    def tell() -> int:
        together.wait()
        return delivery.deliver(work, mail.id)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(one.result() for one in [pool.submit(tell), pool.submit(tell)]) == [0, 1]
    assert len(browser.got) == 1


def _id(session: Session, person: Person, name: str) -> int:
    return write(session, person, name).id


@pytest.mark.parametrize(("status", "left", "failures"), [(410, 0, 0), (404, 0, 0), (500, 1, 1), (302, 1, 1)])
def test_a_browser_that_is_gone_is_asked_no_more(
    session: Session,
    browser: Browser,
    work: Callable[[], AbstractContextManager[Session]],
    status: int,
    left: int,
    failures: int,
) -> None:
    person, _ = told_in(session, browser)
    browser.status = status
    write(session, person)
    assert deliver(session, work) == 0
    assert len(browser.got) == 1, "a redirection is not followed"
    session.expire_all()
    assert [one.failures for one in devices.of(session, person.id)] == [failures] * left


def test_ten_silent_times_are_enough(
    session: Session, browser: Browser, work: Callable[[], AbstractContextManager[Session]]
) -> None:
    person, _ = told_in(session, browser)
    session.execute(sa.update(PushSubscription).values(failures=delivery.MOST_FAILURES - 1))
    browser.status = 503
    write(session, person)
    deliver(session, work)
    session.expire_all()
    assert devices.of(session, person.id) == []


def test_a_browser_tells_whoever_asked_last(session: Session, browser: Browser) -> None:
    first, _ = told_in(session, browser)
    second, _ = told_in(session, browser)
    told_in_another, _ = told_in(session, browser, "another")
    assert [len(devices.of(session, one.id)) for one in (first, second, told_in_another)] == [0, 1, 1]


def test_a_browser_is_added_and_removed_by_its_owner_alone(session: Session, browser: Browser, sign_in: SignIn) -> None:
    person, stranger = builders.person(session), builders.person(session)
    session.commit()
    mine, theirs = sign_in(person.id), sign_in(stranger.id)
    asked = browser.subscription()
    form = {"endpoint": asked.endpoint, "p256dh": asked.p256dh, "auth": asked.auth}
    agent = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
    assert mine.post("/ko/me/push", data=form, headers={"User-Agent": agent}).status_code == 303
    page = mine.get("/ko/me/notices/settings").text
    assert "Chrome · Windows" in page
    (code,) = [one.code for one in devices.of(session, person.id)]
    session.rollback()
    assert theirs.post(f"/ko/me/push/{code}/remove").status_code == 404
    assert mine.post("/ko/me/push", data={**form, "endpoint": "https://127.0.0.1/x"}).status_code == 422
    assert mine.post("/ko/me/push", data={**form, "p256dh": encoded(b"4" * 65)}).status_code == 422
    assert mine.post(f"/ko/me/push/{code}/remove").status_code == 303
    assert devices.of(session, person.id) == []


def test_ten_browsers_are_the_most(session: Session, browser: Browser) -> None:
    person, token = told_in(session, browser)
    me = Actor("person", person.id)
    for n in range(devices.MOST - 1):
        devices.add(session, browser.subscription(str(n)), token=start_session(session, person.id), by=me)
    with pytest.raises(Invalid):
        devices.add(session, browser.subscription("eleventh"), token=start_session(session, person.id), by=me)
    devices.add(session, browser.subscription("instead"), token=token, by=me)
    told = {one.endpoint.rpartition("/")[2] for one in devices.of(session, person.id)}
    assert (len(told), told & {"one", "instead"}) == (devices.MOST, {"instead"})


def test_a_worker_says_the_new_address_of_its_own_browser_alone(
    session: Session, browser: Browser, client: FlaskClient
) -> None:
    person, token = told_in(session, browser)
    stranger, _ = told_in(session, browser, "theirs")
    mine = f"/push-worker/{links.of(session).push_token(devices.sign_in_of(session, token))}"
    session.rollback()

    def said(address: str, name: str, **other: str) -> int:
        new = browser.subscription(name)
        keys_too = {"endpoint": new.endpoint, "p256dh": new.p256dh, "auth": new.auth}
        return client.post(address, data={**keys_too, **other}).status_code

    assert [said(mine, "new"), said(mine, "new")] == [204, 204]
    assert said(mine, "new", endpoint="https://127.0.0.1/x") == said(mine, "newer", auth="") == 422
    assert said(f"{mine}x", "new") == said("/push-worker/none", "new") == 401
    session.expire_all()
    assert [[one.endpoint for one in devices.of(session, who.id)] for who in (person, stranger)] == [
        [browser.subscription("new").endpoint],
        [browser.subscription("theirs").endpoint],
    ]
    end_session(session, token, by=Actor("person", person.id))
    session.commit()
    assert said(mine, "newest") == 401, "who has signed out there is told nothing"


def test_without_a_key_it_is_not_offered(settings: Settings) -> None:
    production = replace(settings, mode="production", vapid_key="")
    assert keys.vapid(production) is None
    assert keys.vapid(replace(production, vapid_key="ab" * 32)) is not None
    assert keys.usable(P256DH, AUTH)


def test_a_locked_screen_says_nothing_of_decisions() -> None:
    assert set(kinds.KINDS) >= lockscreen.SPOKEN
    subject = "[P.A.N] 선정: 고래의 편지"
    silent = [kind for kind in kinds.KINDS if kind not in lockscreen.SPOKEN]
    assert [kind for kind in silent if "고래" in lockscreen.title(kind, subject)] == []
    assert lockscreen.title("decision_selected", subject) == lockscreen.title("decision_not_selected", subject)
    assert lockscreen.title("seat_offer", "[P.A.N] 자리가 났어요") == "자리가 났어요"


def test_the_worker_script_reaches_every_page(client: FlaskClient) -> None:
    with client.get("/push-worker.js") as answer:
        assert answer.mimetype == "text/javascript"
        assert answer.headers["Cache-Control"] == "no-cache"
