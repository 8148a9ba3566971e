"""What films owe, what is recognised, the test of a copy, and the lock; on real databases."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.audit import AuditRecord
from portal.calls.models import Edition
from portal.db import unit_of_work
from portal.entries.models import Entry
from portal.entries.service import ask_replacement, grant_replacement
from portal.errors import IllegalMove, Invalid, Stale
from portal.lifecycles import AssetState, MaterialState
from portal.media.models import Asset, Slot
from portal.policies import SYSTEM
from portal.programme.materials import copies, dues, features, owing, queries, recognition
from portal.programme.materials.copies import Watched
from portal.programme.materials.models import Material, MaterialKind, TestPlay
from portal.programme.models import Screening
from tests import builders
from tests.programme import rows
from workers.materials import materials as recognised
from workers.sweep import SWEEPS

_M = MaterialState
NEW = "e" * 64
SRT = b"1\n00:00:01,000 --> 00:00:02,000\nHello\n"
SignIn = Callable[[int], FlaskClient]


def things(session: Session, film: Entry) -> dict[MaterialKind, Material]:
    session.flush()
    session.expire_all()
    return {thing.kind: thing for thing in queries.owed_by(session, film.id)}


def selected(session: Session, **values: object) -> Entry:
    film = rows.film(session, rows.edition(session))
    for name, value in values.items():
        setattr(film, name, value)
    session.flush()
    return film


def shown(session: Session) -> tuple[Screening, Entry]:
    edition = rows.edition(session)
    film = rows.film(session, edition)
    rows.playable(session, film)
    return rows.screening(session, rows.package(session, edition, film), rows.hall(session, edition)), film


def replace(session: Session, film: Entry) -> Asset:
    """Another film takes the place of the one that plays."""
    session.execute(sa.update(Asset).where(Asset.entry_id == film.id).values(superseded_at=clock.now()))
    return rows.playable(session, film, sha256=NEW)


def test_due_days_are_counted_from_the_first_screening() -> None:
    first, early = datetime(2027, 2, 18, 10, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
    due = dues.default_due(MaterialKind.MASTER, first, now=early)
    assert due == datetime(2027, 1, 28, 14, 59, tzinfo=UTC)
    assert dues.days_left(due, now=early) == 88
    late = datetime(2027, 2, 17, tzinfo=UTC)
    assert dues.default_due(MaterialKind.MASTER, first, now=late) == datetime(2027, 2, 20, 14, 59, tzinfo=UTC)
    assert dues.days_left(due, now=late) < 0
    assert MaterialKind.SUBTITLES_KO not in dues.kinds_of("ko")
    assert len(dues.kinds_of("fr")) == len(MaterialKind)


def test_a_film_that_enters_a_package_owes_once_and_what_is_here_is_received(session: Session) -> None:
    film = selected(session, spoken_language="fr")
    rows.playable(session, film)
    rows.playable(session, film, sha256="1" * 64, slot=Slot.STILL)
    rows.package(session, session.get_one(Edition, film.edition_id), film)
    owed = things(session, film)
    assert set(owed) == set(MaterialKind)
    assert {kind for kind, one in owed.items() if one.state == _M.RECEIVED} == {
        MaterialKind.MASTER,
        MaterialKind.STILLS,
    }
    assert owing.owe(session, [film], by=SYSTEM) == 0


def test_files_that_come_later_are_found_by_the_sweep(session: Session, environment: object) -> None:
    film = selected(session)
    owing.owe(session, [film], by=SYSTEM)
    session.commit()
    assert SWEEPS["probe.materials"](session) == []
    rows.playable(session, film, slot=Slot.POSTER)
    subtitles = rows.playable(session, film, slot=Slot.SUBTITLE, state=AssetState.RECEIVED)
    session.commit()
    assert SWEEPS["probe.materials"](session) == [film.id]
    session.commit()
    recognised(film.id)
    assert things(session, film)[MaterialKind.POSTER].state == _M.RECEIVED
    assert things(session, film)[MaterialKind.SUBTITLES_EN].state == _M.AWAITED
    assert SWEEPS["probe.materials"](session) == []
    session.execute(sa.update(Asset).where(Asset.id == subtitles.id).values(state=AssetState.PLAYABLE))
    session.commit()
    recognised(film.id)
    assert things(session, film)[MaterialKind.SUBTITLES_EN].state == _M.RECEIVED


def test_an_accepted_film_that_is_replaced_waits_for_another_look(session: Session) -> None:
    screening, film = shown(session)
    master = things(session, film)[MaterialKind.MASTER]
    owing.settle(session, master, "accept", rev=master.rev, by=SYSTEM)
    owing.settle(session, master, "accept", rev=0, by=SYSTEM)  # the same button twice is once
    before = screening.ends_at
    replace(session, film)
    film.runtime_s += 600
    session.flush()
    recognition.recognise(session, film.id)
    assert things(session, film)[MaterialKind.MASTER].state == _M.RECEIVED
    session.refresh(screening)
    assert screening.ends_at - before == timedelta(minutes=10)


def test_a_refusal_has_a_reason_and_an_old_page_is_stale(session: Session) -> None:
    film = selected(session)
    rows.playable(session, film)
    owing.owe(session, [film], by=SYSTEM)
    master = things(session, film)[MaterialKind.MASTER]
    with pytest.raises(Invalid, match="reason"):
        owing.settle(session, master, "refuse", rev=master.rev, by=SYSTEM)
    owing.settle(session, master, "refuse", reason="소리가 없어요", rev=master.rev, by=SYSTEM)
    recognition.recognise(session, film.id)
    assert master.state == _M.REFUSED  # the same file stays refused
    with pytest.raises(Stale):
        owing.settle(session, master, "waive", reason="DCP", rev=master.rev - 1, by=SYSTEM)
    replace(session, film)
    recognition.recognise(session, film.id)
    assert (master.state, master.reason) == (_M.RECEIVED, "")
    poster = things(session, film)[MaterialKind.POSTER]
    with pytest.raises(IllegalMove):
        owing.settle(session, poster, "accept", rev=poster.rev, by=SYSTEM)


def test_a_copy_that_travels_is_written_down(session: Session) -> None:
    film = selected(session)
    owing.owe(session, [film], by=SYSTEM)
    master = things(session, film)[MaterialKind.MASTER]
    for _ in range(2):
        owing.hand_in(session, master, " DCP, 택배 ", by=SYSTEM)
    assert (master.state, master.reference) == (_M.RECEIVED, "DCP, 택배")
    recognition.recognise(session, film.id)
    assert master.state == _M.RECEIVED
    card = things(session, film)[MaterialKind.LABEL_CARD]
    with pytest.raises(Invalid, match="declaration"):
        owing.hand_in(session, card, "인쇄물", by=SYSTEM)
    owing.settle(session, master, "accept", rev=master.rev, by=SYSTEM)
    with pytest.raises(Invalid, match="settled"):
        owing.hand_in(session, master, "다른 DCP", by=SYSTEM)


def test_due_days_change_for_many_and_never_to_the_past(session: Session) -> None:
    films = [selected(session), selected(session)]
    owing.owe(session, films, by=SYSTEM)
    ids, later = [film.id for film in films], clock.now() + timedelta(days=90)
    assert owing.set_due(session, ids, [MaterialKind.MASTER, MaterialKind.POSTER], later, by=SYSTEM) == 4
    assert owing.set_due(session, ids, [MaterialKind.MASTER], later, by=SYSTEM) == 0
    with pytest.raises(Invalid):
        owing.set_due(session, ids, [MaterialKind.MASTER], clock.now(), by=SYSTEM)


def test_the_matrix_tells_what_is_missing_overdue_and_here(session: Session) -> None:
    screening, film = shown(session)
    poster = things(session, film)[MaterialKind.POSTER]
    poster.due_at = clock.now() - timedelta(days=2)
    session.flush()
    [line] = queries.matrix(session, film.edition_id)
    assert (line.missing, line.overdue, line.arrived) == (4, 1, 1)
    assert line.packages == ("AI 단편 1",)
    assert line.cells[MaterialKind.POSTER].left == -2
    assert screening.package_id


def test_a_test_of_another_copy_does_not_count(session: Session) -> None:
    screening, film = shown(session)
    with pytest.raises(Invalid, match="wrong"):
        copies.sign_off(session, screening, film, Watched(rows.FILM, passed=False), by=SYSTEM)
    for _ in range(2):
        copies.sign_off(session, screening, film, Watched(rows.FILM, passed=True), by=SYSTEM)
    [copy] = queries.copies(session, screening)
    assert (copy.fit, copy.stale, copy.differs_s) == (True, False, 0)
    assert session.scalar(sa.select(sa.func.count(TestPlay.id))) == 1
    replace(session, film).duration_ms = (film.runtime_s + 12) * 1000
    session.flush()
    [copy] = queries.copies(session, screening)
    assert (copy.fit, copy.stale, copy.differs_s) == (False, True, 12)
    with pytest.raises(Stale):
        copies.sign_off(session, screening, film, Watched(rows.FILM, passed=True), by=SYSTEM)
    copies.sign_off(session, screening, film, Watched(NEW, passed=False, note="자막이 늦어요"), by=SYSTEM)
    [copy] = queries.copies(session, screening)
    assert (copy.fit, copy.stale) == (False, False)


def test_a_locked_copy_is_not_replaced_until_it_is_unlocked(session: Session) -> None:
    screening, film = shown(session)
    cut = rows.playable(session, film, sha256=NEW, slot=Slot.REPLACEMENT)
    asked = ask_replacement(session, film, cut, "색을 고쳤어요", by=SYSTEM)
    with pytest.raises(Stale):
        features.lock_copy(session, film, NEW, by=SYSTEM)
    for _ in range(2):
        features.lock_copy(session, film, rows.FILM, by=SYSTEM)
    with pytest.raises(Invalid, match="locked") as refused:
        grant_replacement(session, asked, "", by=SYSTEM)
    assert refused.value.field == "answer"
    with pytest.raises(Invalid, match="locked"):
        ask_replacement(session, film, cut, "또", by=SYSTEM)
    assert queries.copies(session, screening)[0].locked_sha256 == rows.FILM
    features.unlock_copy(session, film, by=SYSTEM)
    assert ask_replacement(session, film, cut, "색을 고쳤어요", by=SYSTEM) is asked
    session.commit()
    verbs = session.scalars(sa.select(AuditRecord.verb).where(AuditRecord.verb.like("feature.%"))).all()
    assert sorted(verbs) == ["feature.locked", "feature.unlocked"]


def test_a_test_while_the_film_is_replaced_is_of_the_copy_it_names(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        screening, film = shown(session)
        screening_id, film_id = screening.id, film.id

    def test(_: int) -> str:
        try:
            with unit_of_work(sessions) as session:
                there, entry = session.get_one(Screening, screening_id), session.get_one(Entry, film_id)
                copies.sign_off(session, there, entry, Watched(rows.FILM, passed=True), by=SYSTEM)
        except Stale:
            return "stale"
        return "noted"

    def swap(_: int) -> str:
        with unit_of_work(sessions) as session:
            session.execute(sa.select(Entry.id).where(Entry.id == film_id).with_for_update())
            replace(session, session.get_one(Entry, film_id))
        return "swapped"

    with ThreadPoolExecutor(6) as pool:
        said = list(pool.map(lambda n: swap(n) if n == 3 else test(n), range(6)))
    with sessions() as session:
        [copy] = queries.copies(session, session.get_one(Screening, screening_id))
        noted = session.scalar(sa.select(sa.func.count(TestPlay.id)))
    assert copy.sha256 == NEW
    assert not copy.fit
    assert noted == (1 if "noted" in said else 0)


def test_two_who_ask_at_once_ask_once(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        ids = [selected(session).id for _ in range(2)]

    def ask(n: int) -> int:
        with unit_of_work(sessions) as session:
            films = [session.get_one(Entry, one) for one in (ids if n % 2 else ids[::-1])]
            return owing.owe(session, films, by=SYSTEM)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(ask, range(4))) == [0, 0, 0, 10]


def test_makers_see_what_they_owe_and_bring_it_themselves(session: Session, sign_in: SignIn) -> None:
    _, film = shown(session)
    owed = things(session, film)
    subtitles, master = owed[MaterialKind.SUBTITLES_EN], owed[MaterialKind.MASTER]
    number, owner, other = film.number, film.owner_id, builders.person(session).id
    film_id, code, whole = film.id, subtitles.code, master.code
    session.commit()
    mine, stranger = sign_in(owner), sign_in(other)
    page = mine.get(f"/ko/entries/{number}/materials")
    assert "영어 자막" in page.text
    assert stranger.get(f"/ko/entries/{number}/materials").status_code == 404
    reference = f"/ko/entries/materials/{code}"
    assert stranger.post(reference, data={"reference": "https://…"}).status_code == 404
    assert mine.post(f"{reference}/file", data={}).status_code == 422
    sent = mine.post(f"{reference}/file", data={"file": (io.BytesIO(SRT), "en.srt")})
    assert sent.status_code == 303
    session.rollback()
    arrived = session.scalars(sa.select(Asset).where(Asset.slot == Slot.SUBTITLE)).one()
    assert (arrived.entry_id, arrived.file_name, arrived.size) == (film_id, "en.srt", len(SRT))
    session.rollback()
    refused = mine.post(f"/ko/entries/materials/{whole}/file", data={"file": (io.BytesIO(SRT), "film.mp4")})
    assert refused.status_code == 422
    assert mine.post(reference, data={"reference": "택배로 보냈어요"}).status_code == 303
    assert "택배로 보냈어요" in mine.get(f"/ko/entries/{number}/materials").text


def test_the_desk_accepts_locks_and_tests_and_the_makers_are_told(session: Session, sign_in: SignIn) -> None:
    screening, film = shown(session)
    master = things(session, film)[MaterialKind.MASTER]
    edition = session.get_one(Edition, film.edition_id)
    who, owner, number, code = rows.programmer(session, edition).id, film.owner_id, film.number, screening.code
    accept, thing = {"how": "accept", "rev": master.rev}, f"/ko/ops/materials/things/{master.code}"
    test = {"film": film.id, "sha256": rows.FILM, "verdict": "fault", "note": ""}
    session.commit()
    desk, mine, copies_page = sign_in(who), sign_in(owner), f"/ko/ops/screenings/{code}/copies"
    assert desk.post(thing, data={**accept, "rev": 0}).status_code == 409
    assert desk.post(thing, data=accept).status_code == 303
    refused = desk.post(copies_page, data=test)
    assert refused.status_code == 422
    assert "어떤 문제" in refused.text
    assert desk.post(copies_page, data={**test, "verdict": "passed"}).status_code == 303
    assert "시사 통과" in desk.get(copies_page).text
    assert desk.post(f"/ko/ops/materials/{number}/lock", data={"sha256": NEW}).status_code == 409
    assert desk.post(f"/ko/ops/materials/{number}/lock", data={"sha256": rows.FILM}).status_code == 303
    assert "상영본이 잠겼어요" in mine.get(f"/ko/entries/{number}/replacement").text
    overdue = desk.get("/ko/ops/materials?show=overdue").text
    assert number not in overdue
    assert number in desk.get("/ko/ops/materials?show=missing").text
