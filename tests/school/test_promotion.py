"""A class's frozen film goes on to the festival: the same bytes and words, once, whoever clicks; the class's stays."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.calls.models import Call, Category
from portal.disclosure import queries as disclosures
from portal.disclosure.codes import ConsentStatus, Likeness, Medium, PerformerKind
from portal.disclosure.consent import requests
from portal.disclosure.consent.offers import Offer
from portal.disclosure.models import Consent, Hold, Performer
from portal.entries import queries, service
from portal.entries.classroom import promotion
from portal.entries.classroom.models import Promotion
from portal.entries.classroom.queries import ClassFilm, class_film
from portal.entries.forms import DECLARATIONS
from portal.entries.models import Entry
from portal.errors import Invalid
from portal.lifecycles import ConsentState, EntryState
from portal.mail.models import OutgoingMail
from portal.media import queries as media
from portal.media import service as files
from portal.media import storage
from portal.media.models import Likeness as Alike
from portal.media.models import Rendition, Slot
from portal.policies import VISITOR, Actor
from tests import builders
from tests.entries import made
from tests.school import frozen
from tests.school.frozen import Class

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def film(session: Session, where: Class) -> ClassFilm:
    return frozen.handed_in(session, where, where.students[1])


def place(session: Session, where: Class) -> tuple[Call, Category]:
    call = queries.call_of(session, where.festival.id)
    session.refresh(call, ["edition"])
    return call, session.scalars(sa.select(Category).filter_by(call_id=call.id).order_by(Category.id)).first()


def promote(session: Session, where: Class, film: ClassFilm, by: Actor) -> Entry:
    entry = promotion.promote(session, film, *place(session, where), by=by, at=clock.now())
    session.commit()
    return made.found(session, entry.number)


def test_everything_goes_along_and_only_the_declarations_are_asked(
    session: Session, where: Class, film: ClassFilm
) -> None:
    source, leader = film.entry, where.students[0]
    receipt = queries.latest_receipt(session, source.id)
    uploader = frozen.files_of(session, source)[0].uploaded_by_id
    room = media.bytes_of(session, uploader)
    assert room > 0
    rev, before = source.rev, frozen.files_of(session, source)
    entry = promote(session, where, film, made.by(leader))
    assert (entry.state, entry.owner_id, entry.member_ids) == (
        EntryState.DRAFT,
        leader.id,
        frozenset({leader.id, where.students[1].id}),
    )
    assert (entry.title_ko, entry.synopsis_en, entry.cohort_id) == (
        source.title_ko,
        source.synopsis_en,
        where.cohort.id,
    )
    after = frozen.files_of(session, entry)
    assert media.bytes_of(session, uploader) == room
    assert [(one.slot, one.sha256) for one in after] == [(one.slot, one.sha256) for one in before]
    assert after[0].sha256 == receipt.film_sha256
    store = storage.of(session)
    for old, new in zip(before, after, strict=True):
        assert new.storage_key != old.storage_key
        assert store.path(new.storage_key).samefile(store.path(old.storage_key))
    assert after[0].probe["rule"]["max_seconds"] == 1200
    assert media.to_examine(session) == media.to_transcode(session) == []
    handed = service.submit(session, entry, list(DECLARATIONS), by=made.by(leader), at=clock.now())
    assert handed is not None
    assert handed.film_sha256 == receipt.film_sha256
    session.commit()
    fresh = made.found(session, source.number)
    assert (fresh.state, fresh.rev) == (EntryState.SUBMITTED, rev)
    told = session.scalars(sa.select(OutgoingMail.recipient).filter_by(kind="promoted")).all()
    assert told == [where.students[1].email]


def test_the_film_is_never_found_alike_to_itself_and_outlives_the_other_name(
    session: Session, where: Class, film: ClassFilm
) -> None:
    entry = promote(session, where, film, where.by())
    own = next(one for one in frozen.files_of(session, entry) if one.slot == Slot.FILM)
    assert session.scalars(sa.select(Alike.asset_id).where(Alike.dismissed_at.is_(None))).all() == []
    assert session.scalars(sa.select(Alike.asset_id)).all() == [own.id]
    assert media.to_compare(session) != []
    old = frozen.files_of(session, film.entry)[0]
    storage.of(session).delete(old.storage_key)
    assert storage.of(session).head(own.storage_key)
    assert files.tidy_up(session, by=VISITOR) == 0
    assert session.scalar(sa.select(sa.func.count()).where(Rendition.asset_id == own.id)) == 1


def test_owner_and_leader_who_promote_at_once_make_one_entry(
    sessions: sessionmaker[Session], session: Session, where: Class, film: ClassFilm
) -> None:
    number, people = film.entry.number, [where.students[0].id, where.students[1].id] * 2
    call_id = where.festival.id
    session.commit()

    def click(person_id: int) -> str:
        with sessions.begin() as own:
            found = class_film(own, number)
            return promotion.promote(
                own, found, *place(own, where), by=Actor("person", person_id), at=clock.now()
            ).number

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(click, people))) == 1
    session.expire_all()
    assert session.scalar(sa.select(sa.func.count()).select_from(Promotion)) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(Entry).where(Entry.call_id == call_id)) == 1


def test_a_signature_goes_along_and_its_withdrawal_reaches_both_films(session: Session, where: Class) -> None:
    owner = where.students[0]
    film = frozen.handed_in(session, where, owner)
    declared = disclosures.disclosure_of(session, film.entry.id)
    signed = _signed(session, declared.id, film.entry.number)
    _asked(session, declared.id)
    session.commit()
    session.expire_all()
    entry = promote(session, where, class_film(session, film.entry.number), made.by(owner))
    carried = disclosures.disclosure_of(session, entry.id).performers
    assert [(one.name, one.consent_status, len(one.consents)) for one in carried] == [
        ("김순례", ConsentStatus.VERIFIED, 1),
        ("박도윤", ConsentStatus.PENDING, 0),
    ]
    assert carried[0].consents[0].digest != signed.digest
    link = disclosures.consent_behind(session, "the link")
    requests.revoke(session, link, reason="", at=clock.now(), by=VISITOR)
    session.commit()
    held = session.scalars(sa.select(Hold.entry_id).order_by(Hold.entry_id)).all()
    assert held == [film.entry.id, entry.id]


def _signed(session: Session, disclosure_id: int, number: str) -> Consent:
    return _consent(session, disclosure_id, "김순례", ConsentState.SIGNED, ConsentStatus.VERIFIED, "the link")


def _asked(session: Session, disclosure_id: int) -> Consent:
    return _consent(session, disclosure_id, "박도윤", ConsentState.REQUESTED, ConsentStatus.PENDING, "another")


def _consent(session: Session, disclosure_id: int, name: str, state: ConsentState, status: ConsentStatus, token: str):
    from portal import signing

    part = {"kind": PerformerKind.REP_IND, "name": name, "likeness": ["FACE"], "appear_s": 60, "synth_s": 20}
    person = Performer(disclosure_id=disclosure_id, consent_status=status, **part)
    session.add(person)
    session.flush()
    offer = Offer(
        number="T", title_ko="작품", maker="한서윤", name=name, part="", kind=PerformerKind.REP_IND,
        likeness=(Likeness.FACE,), appear_s=60, synth_s=20, media=(Medium.FESTIVAL,), text="얼굴을 다시 만들어요.",
    )  # fmt: skip
    asked = {"email": f"{token[:3]}@pan.example", "expires_at": clock.now() + timedelta(days=9)}
    consent = Consent(
        performer_id=person.id, state=state, digest=signing.digest(token), offer=offer.to_json(),
        media=["FESTIVAL"], signer_name=name, answered_at=clock.now(), **asked,
    )  # fmt: skip
    session.add(consent)
    session.flush()
    return consent


def test_what_stands_in_the_way_is_said(session: Session, where: Class, film: ClassFilm) -> None:
    call, fits = place(session, where)
    short = builders.category(session, call, max_seconds=60)
    school_call = queries.call_of(session, where.cohort.call_id)
    session.commit()

    def refused(film: ClassFilm, call: Call, category: Category, *, at=None) -> str:
        with pytest.raises(Invalid) as caught:
            promotion.promote(session, film, call, category, by=where.by(), at=at or clock.now())
        session.rollback()
        return caught.value.field

    assert refused(film, call, short) == "category"
    assert refused(film, school_call, fits) == "category"
    assert refused(film, call, fits, at=call.closes_at) == "main"
    call.entry_limit = 1
    taken = builders.entry(session, call, where.students[0])
    session.commit()
    assert refused(film, call, fits) == "category"
    session.delete(session.get_one(Entry, taken.id))
    where.cohort.minors = True
    session.commit()
    assert refused(film, call, fits) == "main"
    where.cohort.minors = False
    session.commit()
    service.withdraw(session, made.found(session, film.entry.number), "", by=where.by(1))
    session.commit()
    assert refused(class_film(session, film.entry.number), call, fits) == "main"


def test_the_page_offers_what_fits_and_both_entries_name_each_other(
    session: Session, where: Class, film: ClassFilm, sign_in: SignIn
) -> None:
    call, fits = place(session, where)
    short = builders.category(session, call, max_seconds=60, name_ko="초단편")
    sha = queries.latest_receipt(session, film.entry.id).film_sha256[:16]
    source, call_id, fit, unfit = film.entry.number, call.id, str(fits.id), str(short.id)
    leader, owner, mate, mentor = (one.id for one in (*where.students, where.mentor))
    session.commit()
    browser, path = sign_in(leader), f"/ko/entries/{source}/promote"
    assert sign_in(mate).get(path).status_code == 404
    page = browser.get(path).text
    assert f'value="{fit}"' in page
    assert f'value="{unfit}"' not in page
    assert "초단편" in page
    answers = [browser.post(path, data={"category": chosen}) for chosen in (fit, fit, unfit)]
    assert {one.status_code for one in answers} == {302}
    (there,) = {one.headers["Location"] for one in answers}
    number = session.scalars(sa.select(Entry.number).where(Entry.call_id == call_id)).one()
    session.commit()
    assert there.endswith(f"/{number}/review")
    browser = sign_in(owner)
    for one, other in ((number, source), (source, number)):
        text = browser.get(f"/ko/entries/{one}").text
        assert other in text
        assert sha in text
    assert browser.get(f"/ko/entries/{number}").text.count("그대로 옮김") == 14  # in the rail and in the list
    assert number in sign_in(mentor).get("/ko/school").text


def test_a_category_whose_rule_is_not_met_takes_the_film_into_a_draft_that_asks_just_that(
    session: Session, where: Class, film: ClassFilm, sign_in: SignIn
) -> None:
    call, _ = place(session, where)
    rule = {"code": "P01", "severity": "FAIL", "min_bp": 5000, "on": "V"}
    ruled = builders.category(session, call, ai_rules=[rule], name_ko="온통 AI")
    source, wanted, leader, call_id = film.entry.number, ruled.id, where.students[0].id, call.id
    session.commit()
    browser, path = sign_in(leader), f"/ko/entries/{source}/promote"
    assert "초안에서 마저 답할 것" in browser.get(path).text
    there = browser.post(path, data={"category": wanted}).headers["Location"]
    number = session.scalars(sa.select(Entry.number).where(Entry.call_id == call_id)).one()
    session.commit()
    assert there.endswith(f"/{number}/ai")
    assert "안 맞음" in browser.get(there).text
