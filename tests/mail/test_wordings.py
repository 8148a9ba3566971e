"""Words of an edition's own: closed placeholders, both languages, versions, two people at once, and the mail itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal import i18n
from portal.db import unit_of_work
from portal.errors import InvalidMany, Stale
from portal.lifecycles import MailState
from portal.mail import outbox
from portal.mail.models import OutgoingMail, Wording
from portal.mail.render import Words, render
from portal.mail.wordings import builtin, diff, queries, samples, service
from portal.mail.wordings.placeholders import EDITABLE
from portal.mail.wordings.samples import Sample
from portal.mail.wordings.service import Seen, Texts
from portal.policies import Role, Scope
from tests import builders
from tests.mail.contexts import BASE, LINKS

SignIn = Callable[[int], FlaskClient]
KIND = "enrolled"
BODIES = ("{name} 님, {festival}\n\n반가워요.", "Dear {name}, {festival}.")
TEXTS = Texts("어서 오세요: {class}", "Welcome: {class}", *BODIES)


def desk(session: Session) -> tuple[int, int]:
    """An edition and its organizer; ids, committed."""
    edition, person = builders.edition(session), builders.person(session)
    builders.grant(session, person, Role.ORGANIZER, Scope.EDITION, edition.id)
    session.commit()
    return edition.id, person.id


def welcome(session: Session, edition_id: int, language: str) -> OutgoingMail:
    """The mail that somebody enrolled gets."""
    person = builders.person(session, language=language)
    to = outbox.Recipient(person.email, language, "한서윤", person.id)
    names = {"name_ko": "5기", "name_en": "Class 5"}
    return outbox.queue(session, KIND, to=to, about=person, transition="x", edition_id=edition_id, **names)


def actor(session: Session, person_id: int) -> builders.Actor:
    """Who writes."""
    return builders.Actor("person", person_id)


def test_nothing_is_published_in_one_language_and_mails_note_the_version(session: Session) -> None:
    edition_id, person_id = desk(session)
    elsewhere, _ = desk(session)
    by = actor(session, person_id)
    assert welcome(session, edition_id, "ko").wording is None
    half = service.save(session, edition_id, KIND, replace(TEXTS, body_en="", subject_en=""), seen=Seen(), by=by)
    with pytest.raises(InvalidMany) as problem:
        service.publish(session, edition_id, KIND, seen=Seen.of(half), by=by)
    assert [one.field for one in problem.value.problems] == ["subject_en", "body_en"]
    assert "기수" in welcome(session, edition_id, "ko").text
    whole = service.save(session, edition_id, KIND, TEXTS, seen=Seen.of(half), by=by)
    seen = Seen.of(whole)
    service.publish(session, edition_id, KIND, seen=seen, by=by)
    service.publish(session, edition_id, KIND, seen=seen, by=by)
    korean, english = welcome(session, edition_id, "ko"), welcome(session, edition_id, "en")
    assert (korean.subject, korean.wording) == ("[P.A.N] 어서 오세요: 5기", 1)
    assert korean.text.startswith("한서윤 님, AI 필름 판\n\n반가워요.\n\n기수: 5기")
    assert "Dear 한서윤, AI Film P.A.N." in english.html
    assert welcome(session, elsewhere, "ko").wording is None


@pytest.mark.parametrize(
    ("field", "text", "named"),
    [
        ("body_ko", "{note.__class__} {film} {reason}", "{note.__class__}"),
        ("subject_en", "{{ 7*7 }}", "{ 7*7 }"),
        ("body_en", "Please change it. {film}", "{reason}"),
        ("body_ko", "{reason} https://evil.example/x", "https://evil.example/x"),
    ],
)
def test_what_no_mail_may_say_is_named(session: Session, field: str, text: str, named: str) -> None:
    edition_id, person_id = desk(session)
    with pytest.raises(InvalidMany) as problem:
        service.save(
            session, edition_id, "needs_fix", Texts(**{field: text}), seen=Seen(), by=actor(session, person_id)
        )
    assert [one.field for one in problem.value.problems] == [field]
    assert named in problem.value.problems[0].message
    own = Texts(body_ko=f"{{reason}} {BASE}/ko".replace(BASE, session.info["settings"].base_url))
    service.save(session, edition_id, "needs_fix", own, seen=Seen(), by=actor(session, person_id))


def test_two_people_write_one_draft_and_publish_one_version(session: Session, sessions: sessionmaker[Session]) -> None:
    edition_id, person_id = desk(session)
    both, by = Barrier(2), actor(session, person_id)

    def write(name: str, seen: Seen) -> str:
        try:
            with unit_of_work(sessions) as own:
                both.wait()
                service.save(own, edition_id, KIND, replace(TEXTS, subject_en=name), seen=seen, by=by)
        except Stale as stale:
            return f"saw {stale.theirs['subject_en']}"
        return "kept"

    def publish(seen: Seen) -> int:
        with unit_of_work(sessions) as own:
            both.wait()
            return service.publish(own, edition_id, KIND, seen=seen, by=by).version

    def now() -> tuple[str, Seen, int | None]:
        found = session.scalars(sa.select(Wording).execution_options(populate_existing=True)).one()
        told = (found.subject_en, Seen.of(found), found.published_by_id)
        session.rollback()
        return told

    with ThreadPoolExecutor(2) as pool:
        for seen, names in ((Seen(), ("One", "Two")), (Seen(1, 1), ("Three", "Four"))):
            done = list(pool.map(write, names, (seen, seen)))
            assert sorted(done) == ["kept", f"saw {now()[0]}"]
        assert list(pool.map(publish, [now()[1]] * 2)) == [1, 1]
    assert now()[2] == person_id


def test_the_same_form_twice_is_once_and_an_old_one_is_answered_with_both(session: Session, sign_in: SignIn) -> None:
    edition_id, person_id = desk(session)
    browser, path = sign_in(person_id), f"/ko/ops/mail/wordings/{KIND}"
    form = {**asdict(TEXTS), "seen": "0.0"}
    assert [browser.post(path, data=form).status_code for _ in range(2)] == [303, 303]
    assert browser.post(path, data={**form, "seen": "1.1", "body_ko": "다른 사람의 말"}).status_code == 303
    clash = browser.post(path, data={**form, "seen": "1.1", "body_ko": "내가 쓴 말"})
    assert clash.status_code == 409
    assert ">\n내가 쓴 말</textarea>" in clash.text
    assert "다른 사람" in clash.text
    assert 'name="seen" value="1.2"' in clash.text
    refused = browser.post(path, data={**form, "seen": "1.2", "then": "publish", "body_ko": ""})
    assert (refused.status_code, "한국어 문구가 비어 있어요" in refused.text) == (422, True)
    assert browser.post(path, data={**form, "seen": "1.2", "then": "publish"}).status_code == 303
    assert browser.post(f"{path}/start", data={"version": "portal"}).status_code == 303
    shown = browser.get(path).text
    assert "<del>" in shown
    assert "<ins>" in shown
    assert browser.post(f"{path}/discard", data={"seen": "2.1"}).status_code == 303
    session.rollback()
    assert [one.wording.version for one in queries.versions(session, edition_id, KIND)] == [1]
    session.rollback()
    framed = browser.post(f"{path}/html/en", data={**form, "body_en": "<b>{name}</b>", "sample": "long"})
    assert "&lt;b&gt;HAN Seo-yun HAN" in framed.text
    assert "sandbox" in framed.headers["Content-Security-Policy"]
    assert browser.get("/ko/ops/mail/wordings/sign_in").status_code == 404
    assert sign_in(desk(session)[1]).get(path).text.count("<del>") == 0


def _read(text: str) -> str:
    """Without what a signed link says of the second it was made in."""
    return re.sub(rf"{BASE}/[^\s\"<]+", BASE, text)


@pytest.mark.parametrize("kind", EDITABLE)
def test_the_portals_words_written_out_make_the_same_mail(kind: str) -> None:
    texts = builtin.texts(kind, LINKS)
    assert not EDITABLE[kind].lacking(texts.body_ko + texts.body_en)
    for sample in (Sample.USUAL, Sample.BARE):
        for language in i18n.LANGUAGES:
            with i18n.using(language):
                to = outbox.Recipient("a@pan.example", language, "")
                context = samples.context(kind, sample, links=LINKS, to=to, festival="판")
                own = {"ko": Words(texts.subject_ko, texts.body_ko), "en": Words(texts.subject_en, texts.body_en)}
                ours, theirs = render(kind, BASE, context), render(kind, BASE, context, own[language])
            assert theirs.subject == ours.subject
            assert _read(theirs.text) == _read(ours.text)
            assert _read("".join(theirs.html.split())) == _read("".join(ours.html.split()))


def test_of_one_film_the_words_of_many_are_right_too() -> None:
    texts, words = builtin.texts("jury_nudge", LINKS), EDITABLE["jury_nudge"]
    context = samples.context("jury_nudge", Sample.USUAL, links=LINKS, to=outbox.Recipient("", "en", ""), festival="")
    with i18n.using("en"):
        told = [words.line(texts.subject_en, {**context, "films": n}) for n in (1, 21)]
        assert words.line(texts.body_en, {**context, "films": 1}).endswith("missing for 1 film of First round.")
    assert told == ["Score 1 film by Fri 19 Feb", "Score 21 films by Fri 19 Feb"]


def test_a_difference_is_told_word_by_word() -> None:
    told = diff.pieces("작품이 {film} 선정되었어요.", "작품이 {film} 뽑혔어요!")
    assert told[0] == (diff.Fate.KEPT, "작품이 {film} ")
    assert "".join(text for fate, text in told if fate != diff.Fate.NEW) == "작품이 {film} 선정되었어요."
    assert "".join(text for fate, text in told if fate != diff.Fate.GONE) == "작품이 {film} 뽑혔어요!"


def test_a_mail_that_waits_keeps_the_words_it_was_written_with(session: Session) -> None:
    edition_id, person_id = desk(session)
    waiting = welcome(session, edition_id, "ko")
    draft = service.save(session, edition_id, KIND, TEXTS, seen=Seen(), by=actor(session, person_id))
    service.publish(session, edition_id, KIND, seen=Seen.of(draft), by=actor(session, person_id))
    session.refresh(waiting)
    assert (waiting.state, waiting.wording) == (MailState.QUEUED, None)
