"""Letters to many: everybody of an audience once, in their language, held until the outbox lets them go."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email import message_from_bytes, policy
from html.parser import HTMLParser
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal import links
from portal.accounts.models import Person
from portal.broadcasts import queries, service
from portal.broadcasts.models import Broadcast
from portal.broadcasts.queries import Fates
from portal.broadcasts.service import Draft
from portal.calls.models import Edition
from portal.db import unit_of_work
from portal.entries.models import Member
from portal.errors import Invalid, Stale
from portal.lifecycles import BroadcastState, MailState
from portal.mail import batches, message, releasing
from portal.mail import service as single
from portal.mail.models import MailPreference, OutgoingMail, Suppression, Topic, Way
from portal.mail.outbox import Recipient
from portal.policies import Actor, Role, Scope, write_broadcast
from tests import builders
from tests.scene_outbox import LETTER
from workers.sweep import SWEEPS

SignIn = Callable[[int], FlaskClient]
DRAFTS = replace(
    LETTER, audience="drafts", body_ko="{name} 님께\n\nhttp://portal.test/ko/entries 에서 이어서 써 주세요."
)
HOSTILE = (
    "줄\r\nBcc: everybody@evil.example\r\n\r\n바꿈",
    '<script>alert(1)</script><img src=x onerror="alert(1)">',
    "http://evil.example/login www.evil.example",
    "{{ 7*7 }} {festival} {name.__class__} %s",
    "긴" * 1000,
)


def desk(session: Session) -> tuple[Edition, Person, Actor]:
    """An edition with its organizer."""
    edition, organizer = builders.edition(session), builders.person(session)
    builders.grant(session, organizer, Role.ORGANIZER, Scope.EDITION, edition.id)
    session.flush()
    return edition, organizer, builders.actor(organizer)


def makers(session: Session, edition: Edition, *people: Person) -> None:
    """A draft of each."""
    call = builders.call(session, edition)
    for person in people:
        builders.entry(session, call, person)


def written(session: Session, edition: Edition, by: Actor, draft: Draft = DRAFTS) -> Broadcast:
    """A letter as the office keeps it."""
    return service.write(session, edition, draft, by=by)


def prepared(session: Session, broadcast: Broadcast, by: Actor, draft: Draft = DRAFTS) -> int:
    return service.prepare(session, broadcast, draft, rev=broadcast.rev, by=by)


def mails(session: Session) -> list[OutgoingMail]:
    return list(session.scalars(sa.select(OutgoingMail).order_by(OutgoingMail.recipient)))


def release(session: Session, broadcast: Broadcast, by: Actor) -> None:
    """Let it go as the outbox does."""
    held = batches.batch_named(session, queries.batch_of(broadcast))
    assert held is not None
    releasing.propose(session, held, recipients=batches.shown(session, held), by=by)
    session.flush()


def test_everybody_gets_one_in_their_language_whatever_else_they_are(session: Session) -> None:
    edition, _, by = desk(session)
    korean = builders.person(session, native_name="한서윤")
    english = builders.person(session, language="en", latin_family="Moreau", latin_given="Claire")
    gone = builders.person(session, disabled_at=edition.published_at)
    makers(session, edition, korean, korean, english, gone)
    entry_id = session.scalar(sa.text("SELECT max(id) FROM entries"))
    # Twice in the audience: owner of two drafts, and on the team of a third.
    session.add(
        Member(
            entry_id=entry_id,
            email=korean.email,
            name="한서윤",
            digest="0" * 64,
            person_id=korean.id,
            expires_at=edition.published_at,
        )
    )
    broadcast = written(session, edition, by)
    assert prepared(session, broadcast, by) == 2
    first, second = sorted(mails(session), key=lambda mail: mail.language)
    assert (first.recipient, first.subject) == (english.email, "[P.A.N] How to come to the festival")
    assert first.text.startswith("Dear MOREAU Claire,")
    assert (second.recipient, second.subject) == (korean.email, "[P.A.N] 영화제 오시는 길")
    assert "한서윤 님께" in second.text
    assert '<a href="http://portal.test/ko/entries"' in second.html
    assert {mail.state for mail in (first, second)} == {MailState.DRAFT}
    assert {mail.kind for mail in (first, second)} == {"broadcast.news"}


def test_a_missing_translation_blocks_only_where_somebody_reads_it(session: Session) -> None:
    edition, _, by = desk(session)
    makers(session, edition, builders.person(session))
    korean_only = replace(DRAFTS, subject_en="", body_en="")
    broadcast = written(session, edition, by, korean_only)
    assert prepared(session, broadcast, by, korean_only) == 1
    service.reopen(session, broadcast, rev=broadcast.rev, by=by)
    makers(session, edition, builders.person(session, language="en"))
    with pytest.raises(Invalid, match="subject_en"):
        prepared(session, broadcast, by, korean_only)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("body_ko", "{name.__class__}"),
        ("body_ko", "{{ 7*7 }}"),
        ("subject_ko", "{film}"),
        ("subject_en", "{name"),
        ("body_en", "See https://evil.example/login"),
        ("body_en", "http://portal.test@evil.example/"),
        ("body_en", "www.evil.example"),
        ("body_en", "http://portal.test/{name}"),
        ("place", "nowhere"),
        ("audience", "everybody"),
    ],
)
def test_only_placeholders_own_addresses_and_known_audiences(session: Session, field: str, text: str) -> None:
    edition, _, by = desk(session)
    with pytest.raises(Invalid, match=field):
        written(session, edition, by, replace(DRAFTS, **{field: text}))


class _Links(HTMLParser):
    """Where a mail's HTML leads, and which elements it has."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


def test_hostile_names_make_one_message_to_one_recipient(session: Session) -> None:
    edition, _, by = desk(session)
    people = [builders.person(session, native_name=name[:200]) for name in HOSTILE]
    makers(session, edition, *people)
    draft = replace(DRAFTS, subject_ko="{name} 님께")
    broadcast = written(session, edition, by, draft)
    assert prepared(session, broadcast, by, draft) == len(HOSTILE)
    for mail in mails(session):
        row = {column.key: getattr(mail, column.key) for column in mail.__table__.columns}
        raw = message.as_bytes(session.info["settings"], {**row, "message_id": "<1@portal.test>"})
        parsed = message_from_bytes(raw, policy=policy.default)
        assert parsed.get_all("To") == [mail.recipient]
        assert parsed["Bcc"] is None
        assert "\n" not in parsed["Subject"]
        text = parsed.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        html = _Links()
        html.feed(parsed.get_body(("html",)).get_content())  # type: ignore[union-attr]
        assert all(link.startswith("http://portal.test/") for link in html.links)
        assert not html.tags & {"script", "img"}
        assert "://evil" not in text
        assert "www.evil" not in text
        assert "AI 필름 판" not in text, "a name's own placeholders stay as they are"


def test_prepared_twice_at_once_is_prepared_once(session: Session, sessions: sessionmaker[Session]) -> None:
    edition, _, by = desk(session)
    makers(session, edition, *[builders.person(session) for _ in range(3)])
    broadcast_id, rev = written(session, edition, by).id, 1
    session.commit()
    gate = Barrier(3)

    def one(_: int) -> int:
        gate.wait()
        with unit_of_work(sessions) as other:
            return service.prepare(other, other.get_one(Broadcast, broadcast_id), DRAFTS, rev=rev, by=by)

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(one, range(3))) == [3, 3, 3]
    assert len(mails(session)) == 3


def test_taken_back_and_prepared_again_nobody_gets_two(session: Session) -> None:
    edition, _, by = desk(session)
    makers(session, edition, *[builders.person(session) for _ in range(3)])
    broadcast = written(session, edition, by)
    prepared(session, broadcast, by)
    gone, *_ = mails(session)
    gone.state = MailState.SENT
    with pytest.raises(Invalid):
        service.edit(session, broadcast, DRAFTS, rev=broadcast.rev, by=by)
    for _again in range(2):
        service.reopen(session, broadcast, rev=broadcast.rev, by=by)
    with pytest.raises(Stale):
        service.edit(session, broadcast, replace(DRAFTS, name="다른 이름"), rev=1, by=by)
    assert prepared(session, broadcast, by) == 2
    states = sorted(mail.state for mail in mails(session))
    assert states == [*["draft"] * 2, "sent", *["superseded"] * 2]


def test_what_failed_when_it_was_prepared_is_written_anew_too(session: Session) -> None:
    edition, _, by = desk(session)
    back, reader = builders.person(session), builders.person(session)
    makers(session, edition, back, reader)
    session.add(Suppression(address=back.email, reason="550 unknown"))
    broadcast = written(session, edition, by)
    assert prepared(session, broadcast, by) == 1
    service.reopen(session, broadcast, rev=broadcast.rev, by=by)
    assert {mail.state for mail in mails(session)} == {MailState.SUPERSEDED}, "nobody can send the old words"
    session.execute(sa.delete(Suppression))
    assert prepared(session, broadcast, by, replace(DRAFTS, subject_ko="새 제목")) == 2
    waiting = [mail.subject for mail in mails(session) if mail.state == MailState.DRAFT]
    assert waiting == ["[P.A.N] 새 제목"] * 2


def test_a_letter_is_sent_once_its_batch_left(session: Session) -> None:
    edition, _, by = desk(session)
    readers = [builders.person(session) for _ in range(2)]
    makers(session, edition, *readers)
    session.add(MailPreference(address=readers[0].email, topic=Topic.NEWS, way=Way.OFF))
    broadcast = written(session, edition, by)
    prepared(session, broadcast, by)
    sweep = SWEEPS["mail.settle_broadcast"]
    assert sweep(session) == []
    release(session, broadcast, by)
    assert sweep(session) == [broadcast.id]
    service.settle(session, broadcast.id)
    assert (broadcast.state, broadcast.sent_at is not None, sweep(session)) == (BroadcastState.SENT, True, [])
    assert sorted(mail.state for mail in mails(session)) == ["kept", "queued"]
    with pytest.raises(Stale):
        service.reopen(session, broadcast, rev=broadcast.rev, by=by)


def test_a_letter_that_reached_nobody_says_so_at_once(session: Session, sign_in: SignIn) -> None:
    edition, organizer, by = desk(session)
    makers(session, edition, builders.person(session))
    broadcast = written(session, edition, by)
    prepared(session, broadcast, by)
    mails(session)[0].state = MailState.FAILED
    session.commit()
    browser = sign_in(organizer.id)
    for address in ("/en/ops/broadcasts", f"/en/ops/broadcasts/{broadcast.code}"):
        assert "Reached nobody" in browser.get(address).text


def test_a_test_of_a_letter_unsubscribes_its_tester_alone(session: Session) -> None:
    edition, organizer, by = desk(session)
    reader = builders.person(session)
    makers(session, edition, reader)
    broadcast = written(session, edition, by)
    prepared(session, broadcast, by)
    (held,) = mails(session)
    to = Recipient(organizer.email, "en", "Organizer")
    test = single.send_test(session, held, to=to, by=by)
    theirs, own = (links.of(session).unsubscribe(one.email, Topic.NEWS) for one in (reader, organizer))
    assert theirs in held.text
    for face in (test.text, test.html):
        assert own in face
        assert theirs not in face
    assert test.subject == f"[Test] {held.subject}"


def test_whoever_writes_a_letter_gets_a_test_in_each_language_it_has(session: Session, sign_in: SignIn) -> None:
    edition, organizer, by = desk(session)
    makers(session, edition, organizer, builders.person(session))
    broadcast = written(session, edition, by)
    session.commit()
    typed = {name: getattr(DRAFTS, name) for name in Draft.__dataclass_fields__} | {
        "topic": "news",
        "rev": broadcast.rev,
    }
    browser, page = sign_in(organizer.id), f"/en/ops/broadcasts/{broadcast.code}"
    for _again in range(2):
        assert browser.post(f"{page}/test", data={**typed, "subject_en": "Anew"}).status_code == 303
    korean, english = sorted(mails(session), key=lambda mail: mail.language, reverse=True)
    assert {one.recipient for one in (korean, english)} == {organizer.email}
    assert (english.subject, english.state) == ("[Test] [P.A.N] Anew", MailState.QUEUED)
    assert "님께" in korean.text
    session.commit()
    refused = browser.post(f"{page}/test", data={**typed, "rev": 2, "subject_en": "", "body_ko": ""})
    assert refused.status_code == 422
    assert "in one language at least" in refused.text
    assert queries.fates(session, [broadcast])[broadcast.id] == Fates(), "a test counts for nothing"
    assert prepared(session, broadcast, by, replace(DRAFTS, subject_en="Anew")) == 2, "and its tester is a reader, too"


def test_a_batch_cancelled_in_the_outbox_cancels_its_letter(session: Session) -> None:
    edition, _, by = desk(session)
    makers(session, edition, builders.person(session))
    broadcast = written(session, edition, by)
    prepared(session, broadcast, by)
    held = batches.batch_named(session, queries.batch_of(broadcast))
    assert held is not None
    releasing.cancel(session, held, by=by)
    service.settle(session, broadcast.id)
    assert broadcast.state == BroadcastState.CANCELLED


def test_the_desk_writes_prepares_and_is_led_to_the_outbox(session: Session, sign_in: SignIn) -> None:
    edition, organizer, _ = desk(session)
    makers(session, edition, builders.person(session))
    elsewhere, stranger, _ = desk(session)
    # The desk works on the newest edition.
    edition.starts_on = elsewhere.ends_on
    session.commit()
    browser = sign_in(organizer.id)
    typed = {**{name: getattr(DRAFTS, name) for name in Draft.__dataclass_fields__}, "topic": "news"}
    counted = browser.get("/ko/ops/broadcasts/new?audience=drafts&place=", headers={"HX-Request": "true"})
    assert "1명" in counted.text
    assert "<html" not in counted.text
    long = {"name": "이름" * 101, "subject_ko": "제목" * 61, "body_ko": "글" * 5001}
    refused = browser.post("/ko/ops/broadcasts/new", data={**typed, **long})
    assert refused.status_code == 422
    assert refused.text.count("자까지 쓸 수 있어요. 지금은") >= 3
    assert all(text in refused.text for text in long.values()), "what was pasted is all there"
    assert "maxlength" not in refused.text.partition('id="letter"')[2].partition("</form>")[0], "no browser cuts it"
    refused = browser.post("/ko/ops/broadcasts/new", data={**typed, "body_ko": "{film}"})
    assert refused.status_code == 422
    assert "{film}" in refused.text
    made = browser.post("/ko/ops/broadcasts/new", data=typed)
    assert browser.post("/ko/ops/broadcasts/new", data=typed).location == made.location
    assert "한국어" in browser.get(made.location).text
    assert "영화제" in browser.get(f"{made.location}/preview/ko").text
    assert browser.post(made.location, data={**typed, "rev": 99, "name": "X"}).status_code == 409
    assert browser.post(made.location, data={**typed, "rev": 99}).status_code == 303, "nothing is lost by it"
    there = browser.post(f"{made.location}/prepare", data={**typed, "rev": 1})
    assert "/ops/mail/batches/broadcast:" in there.location
    assert "1명에게 보내기" in browser.get(there.location).text
    for path in (made.location, there.location):
        assert sign_in(stranger.id).get(path).status_code == 404


def test_visible_to_agrees_with_the_policy(session: Session) -> None:
    edition, organizer, by = desk(session)
    broadcast = written(session, edition, by)
    for role in Role:
        actor = Actor("person", organizer.id, frozenset({builders.Grant(role, Scope.EDITION, edition.id)}))
        seen = session.scalars(sa.select(Broadcast).where(queries.visible_to(actor))).all()
        assert (broadcast in seen) == write_broadcast(actor, broadcast)
