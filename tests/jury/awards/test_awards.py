"""Awards: one holder at a time, two people, a window to object, and the next in rank where one is revoked."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.entries.models import Entry
from portal.errors import Invalid
from portal.jury.awards import queries, service
from portal.jury.awards.models import Award, AwardGrant, Objection
from portal.jury.awards.service import AwardDraft, Giving
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.models import Round
from portal.jury.results.models import Result
from portal.lifecycles import AwardState, DecisionState, EntryState
from portal.mail.models import OutgoingMail
from portal.policies import Role, Scope
from tests import builders
from tests.jury.conftest import Jury

Warp = Callable[[timedelta], None]


@pytest.fixture
def prize(jury: Jury, session: Session) -> Award:
    """A prize of an edition whose six films are ranked, selected and on the public list."""
    for n, film in enumerate(jury.films, start=1):
        film.title_ko, film.title_en = f"작품 {n}", f"Film {n}"
        figures = {"mean": 9.0 - n, "score": 9.0 - n, "low": 8.0 - n, "high": 10.0 - n, "p_top": 0.5}
        session.add(Result(round_id=jury.round.id, entry_id=film.id, n=3, rank=n, place=n, **figures))
        told = {"state": DecisionState.ANNOUNCED, "outcome": Outcome.SELECTED, "announced_at": clock.now()}
        session.add(Decision(round_id=jury.round.id, entry_id=film.id, **told))
    session.flush()
    session.execute(sa.update(Round).values(listed_at=clock.now()))
    jury.edition.published_at = clock.now()
    made = service.add(session, jury.edition, AwardDraft("대상", "Grand Prize"), by=jury.actor(jury.chair))
    session.commit()
    return made


@pytest.fixture
def warp(monkeypatch: pytest.MonkeyPatch) -> Warp:
    """Lets time pass."""

    def later(by: timedelta) -> None:
        moment: datetime = clock.now() + by
        monkeypatch.setattr(clock, "now", lambda: moment)

    return later


def given(session: Session, jury: Jury, prize: Award, film: int = 0, **how: object) -> AwardGrant:
    """Given by the chair after the ranking."""
    values = {"round_id": jury.round.id, **how}
    made = service.give(session, prize, jury.films[film], Giving(**values), by=jury.actor(jury.chair))
    session.commit()
    found = queries.grant(session, made.code)
    assert found is not None
    session.commit()
    return found


def announced(session: Session, jury: Jury, prize: Award) -> AwardGrant:
    """The same, announced by the organizer."""
    grant = given(session, jury, prize)
    service.announce(session, grant, by=jury.actor(jury.organizer, Role.ORGANIZER))
    session.commit()
    return grant


def kinds(session: Session) -> list[str]:
    """The mails about awards."""
    wanted = sa.select(OutgoingMail.kind).where(OutgoingMail.kind.startswith("award_")).order_by(OutgoingMail.id)
    found = list(session.scalars(wanted))
    session.commit()
    return found


def test_an_award_follows_the_ranking_or_a_reason(jury: Jury, prize: Award, session: Session) -> None:
    chair = jury.actor(jury.chair)
    with pytest.raises(Invalid) as refused:
        service.give(session, prize, jury.films[1], Giving(), by=chair)
    assert refused.value.field == "given_reason"
    session.rollback()
    assert given(session, jury, prize, 1).rank == 2
    with pytest.raises(Invalid, match="Another film holds"):
        service.give(session, prize, jury.films[2], Giving(reason="좋아서"), by=chair)


@pytest.mark.parametrize("days", [4, 11, 0, -7])
def test_the_window_is_five_to_ten_days(jury: Jury, prize: Award, session: Session, days: int) -> None:
    with pytest.raises(Invalid) as refused:
        service.give(session, prize, jury.films[0], Giving(jury.round.id, days=days), by=jury.actor(jury.chair))
    assert refused.value.field == "days"


def test_two_people_at_once_give_it_once(
    jury: Jury, prize: Award, session: Session, sessions: sessionmaker[Session]
) -> None:
    together, chair, round_id = Barrier(2), jury.actor(jury.chair), jury.round.id
    ids = [film.id for film in jury.films]

    def give(n: int) -> str:
        together.wait()
        with sessions() as own:
            try:
                award, film = own.get_one(Award, prize.id), own.get_one(Entry, ids[n])
                service.give(own, award, film, Giving(round_id), by=chair)
                own.commit()
            except Invalid as refused:
                return refused.code
            return "given"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(give, (0, 1)))
    assert answers == ["Another film holds this award.", "given"]
    assert session.scalar(sa.select(sa.func.count()).select_from(AwardGrant)) == 1


@pytest.mark.parametrize("column", ["settled_by_id", "announced_by_id"])
def test_the_database_asks_for_a_second_person(jury: Jury, prize: Award, session: Session, column: str) -> None:
    grant = given(session, jury, prize)
    with pytest.raises(IntegrityError):
        session.execute(sa.update(AwardGrant).values({column: grant.given_by_id}))
    session.rollback()


def test_the_way_to_a_final_award(jury: Jury, prize: Award, session: Session, warp: Warp) -> None:
    grant, second = given(session, jury, prize), jury.actor(jury.organizer, Role.ORGANIZER)
    with pytest.raises(Invalid, match="second person"):
        service.announce(session, grant, by=jury.actor(jury.chair))
    with pytest.raises(Invalid, match="Announce the award"):
        service.make_final(session, grant, by=second)
    warp(timedelta(days=3))
    service.announce(session, grant, by=second)
    assert grant.objections_until - clock.now() == timedelta(days=7), "the window starts with the announcement"
    with pytest.raises(Invalid, match="until"):
        service.make_final(session, grant, by=second)
    assert session.get_one(Award, prize.id).entry_id is None
    warp(timedelta(days=7))
    with pytest.raises(Invalid, match="second person"):
        service.make_final(session, grant, by=jury.actor(jury.chair))
    for _ in range(2):
        service.make_final(session, grant, by=second)
        session.commit()
    assert (grant.state, session.get_one(Award, prize.id).entry_id) == (AwardState.FINAL, jury.films[0].id)
    assert kinds(session) == ["award_provisional", "award_final"]


def test_a_film_on_no_list_is_not_announced(jury: Jury, prize: Award, session: Session) -> None:
    grant = given(session, jury, prize)
    session.execute(sa.update(Round).values(listed_at=None))
    with pytest.raises(Invalid, match="no public list"):
        service.announce(session, grant, by=jury.actor(jury.organizer))


def test_a_revoked_award_goes_to_the_next_in_rank(jury: Jury, prize: Award, session: Session) -> None:
    grant, second = announced(session, jury, prize), jury.actor(jury.organizer)
    with pytest.raises(Invalid) as refused:
        service.revoke(session, grant, "", by=second)
    assert refused.value.field == "reason"
    with pytest.raises(Invalid, match="second person"):
        service.revoke(session, grant, "표절", by=jury.actor(jury.chair))
    service.revoke(session, grant, "다른 영화제와의 약속", by=second)
    session.execute(sa.update(Entry).where(Entry.id == jury.films[1].id).values(state=EntryState.DISQUALIFIED))
    session.commit()
    assert [row.rank for row in queries.next_in_rank(session, prize, jury.round.id)] == [3, 4, 5, 6]
    assert kinds(session) == ["award_provisional", "award_revoked"]


def test_an_exclusive_award_passes_over_who_holds_another(jury: Jury, prize: Award, session: Session) -> None:
    chair = jury.actor(jury.chair)
    given(session, jury, prize)
    other = service.add(session, jury.edition, AwardDraft("우수상", "Second Prize", exclusive=True), by=chair)
    assert queries.next_in_rank(session, other, jury.round.id)[0].rank == 2
    with pytest.raises(Invalid, match="cannot go to this film"):
        service.give(session, other, jury.films[0], Giving(jury.round.id), by=chair)


def test_nothing_is_public_before_the_announcement(
    jury: Jury, prize: Award, session: Session, client: FlaskClient, warp: Warp
) -> None:
    grant, second = given(session, jury, prize), jury.actor(jury.organizer)
    assert "Grand Prize" not in client.get("/en/awards").text
    service.announce(session, grant, by=second)
    session.commit()
    page = client.get("/en/awards").text
    assert "Grand Prize" in page
    assert "Provisional" in page
    warp(timedelta(days=8))
    service.make_final(session, grant, by=second)
    session.commit()
    assert "Provisional" not in client.get("/en/awards").text
    session.execute(sa.update(Entry).where(Entry.id == jury.films[0].id).values(state=EntryState.WITHDRAWN))
    session.commit()
    assert "Film 1" not in client.get("/en/awards").text


# ── objections ─────────────────────────────────────────────────────────


def test_a_maker_objects_once_and_the_office_answers(
    jury: Jury, prize: Award, session: Session, sign_in: Callable[..., FlaskClient], warp: Warp
) -> None:
    grant, second = announced(session, jury, prize), jury.actor(jury.organizer, Role.ORGANIZER)
    maker, organizer = sign_in(jury.maker.id), sign_in(jury.organizer.id)
    address = f"/en/awards/{grant.code}/objection"
    assert maker.post(address, data={"text": " "}).status_code == 422
    assert maker.post(address, data={"text": "이 작품은 2024년에 상을 받았어요."}).status_code == 303
    assert "objected already" in maker.post(address, data={"text": "또"}).text
    objection = queries.objection(session, session.scalars(sa.select(Objection.code)).one())
    assert objection is not None
    warp(timedelta(days=8))
    with pytest.raises(Invalid, match="Answer every objection"):
        service.make_final(session, grant, by=second)
    code, grant_code = objection.code, grant.code
    session.rollback()
    bare = organizer.post(f"/en/ops/awards/objections/{code}", data={"answer": "확인했어요."})
    assert "Say whether the objection is upheld." in bare.text
    sent = {"answer": "확인했어요.", "upheld": "yes"}
    assert organizer.post(f"/en/ops/awards/objections/{code}", data=sent).status_code == 303
    assert organizer.post(f"/en/ops/awards/objections/{code}", data=sent).status_code == 422
    assert "확인했어요." in maker.get(address).text
    found = queries.grant(session, grant_code)
    assert found is not None
    with pytest.raises(Invalid, match="upheld"):
        service.make_final(session, found, by=second)
    session.rollback()
    assert kinds(session) == ["award_provisional", "award_objection_answered"]


def test_after_the_window_nobody_objects(jury: Jury, prize: Award, session: Session, warp: Warp) -> None:
    grant = announced(session, jury, prize)
    warp(timedelta(days=7))
    with pytest.raises(Invalid, match="is over"):
        service.raise_objection(session, grant, "늦었어요.", by=jury.actor(jury.maker))


def test_who_has_no_stake_finds_no_page(
    jury: Jury, prize: Award, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    grant, stranger = given(session, jury, prize), builders.person(session)
    session.commit()
    address = f"/en/awards/{grant.code}/objection"
    assert sign_in(jury.maker.id).get(address).status_code == 404, "not announced"
    service.announce(session, grant, by=jury.actor(jury.organizer))
    session.commit()
    assert sign_in(jury.maker.id).get(address).status_code == 200
    assert sign_in(stranger.id).get(address).status_code == 404
    assert sign_in(jury.people[0].id).post(address, data={"text": "x"}).status_code == 404


def test_the_desk_of_awards_is_the_chairs_alone(
    jury: Jury, prize: Award, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    grant = announced(session, jury, prize)
    foreign = builders.person(session)
    builders.grant(session, foreign, Role.ORGANIZER, Scope.EDITION, builders.edition(session).id)
    session.commit()
    for person in (jury.people[0], jury.maker, foreign):
        browser = sign_in(person.id)
        assert browser.get(f"/en/ops/awards/{prize.id}").status_code == 404
        for act in ("final", "revoke", "announce"):
            assert browser.post(f"/en/ops/awards/grants/{grant.code}/{act}").status_code == 404
        assert browser.post(f"/en/ops/awards/{prize.id}/give", data={"number": "X"}).status_code == 404


def test_the_desk_gives_and_proposes(
    jury: Jury, prize: Award, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    chair, address = sign_in(jury.chair.id), f"/en/ops/awards/{prize.id}"
    page = chair.get(address).text
    assert f'value="{jury.films[0].number}"' in page, "the first in rank is proposed"
    wrong = chair.post(f"{address}/give", data={"number": "NOPE", "days": "7", "citation_ko": "빛나요"})
    assert "No film has this number." in wrong.text
    assert "빛나요" in wrong.text, "what was typed is kept"
    sent = {"number": jury.films[0].number, "days": "5", "round": jury.round.code}
    assert chair.post(f"{address}/give", data=sent).status_code == 303
    assert "Given, not announced" in chair.get("/en/ops/awards").text
    refused = chair.post(f"/en/ops/awards/grants/{_code(session)}/announce")
    assert "a second person must do this" in refused.text


def _code(session: Session) -> str:
    code = session.scalars(sa.select(AwardGrant.code)).one()
    session.commit()
    return code
