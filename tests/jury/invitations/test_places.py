"""A place that became free goes to the next reserve: made ready by the portal once, announced by a second person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import clock, i18n
from portal.entries import service as entries
from portal.entries.models import Entry
from portal.entries.queries.entry import parts
from portal.errors import Invalid
from portal.jury.decisions import listing
from portal.jury.decisions import queries as decisions
from portal.jury.decisions import service as deciding
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.invitations import inviting, service, terms
from portal.jury.invitations.models import FilmInvitation
from portal.lifecycles import DecisionState, EntryState, MailState
from portal.mail.models import OutgoingMail
from portal.programme.queries import readiness
from portal.programme.queries.readiness import Gap
from tests.jury.invitations.conftest import Selection


def _decline(selection: Selection, n: int) -> None:
    service.decline(selection.session, selection.invitation(n), by=selection.maker)
    selection.session.commit()


def _withdraw(selection: Selection, n: int) -> None:
    film = selection.jury.films[n].id
    selection.session.execute(sa.update(Entry).where(Entry.id == film).values(state=EntryState.WITHDRAWN))
    selection.session.commit()


def _fill(selection: Selection) -> int:
    made = service.fill_places(selection.session, selection.round.id)
    selection.session.commit()
    return made


def test_the_next_reserve_is_made_ready_once_and_told_by_a_second_person(released: Selection, session: Session) -> None:
    _decline(released, 0)
    assert service.waiting(session) == [released.round.id]
    assert (_fill(released), _fill(released)) == (1, 0)
    ready = released.decision(2)
    assert (ready.state, ready.replaces_id) == (DecisionState.PENDING, released.invitation(0).decision_id)
    assert ready.decided_by_id == released.jury.chair.id, "whoever made it a reserve is its first person"
    assert deciding.tally(session, released.round).mails == 1
    with pytest.raises(Invalid, match="Somebody else must release"):
        deciding.release(session, released.round, by=released.chair)
    session.rollback()
    assert deciding.release(session, released.round, by=released.second) == 1
    session.commit()
    assert released.invitation(2).answer_by > clock.now() + terms.LEAST
    assert decisions.vacancies(session, released.round.id) == []


def test_two_persons_remain_two_where_the_first_is_gone(
    released: Selection, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    _decline(released, 0)
    _fill(released)
    session.execute(sa.update(Decision).values(decided_by_id=None))
    session.commit()
    number = released.jury.films[2].number
    with pytest.raises(Invalid, match="has no account any more"):
        deciding.release(session, released.round, by=released.second)
    session.rollback()
    # Whoever says so again is its first person, by the same button, and cannot release it alone either.
    address, chair = f"/en/ops/results/{released.round.code}/decide", released.jury.chair.id
    session.rollback()
    assert sign_in(chair).post(address, data={"number": number, "outcome": "selected"}).status_code == 303
    assert released.decision(2).decided_by_id == chair
    with pytest.raises(Invalid, match="Somebody else must release"):
        deciding.release(session, released.round, by=released.chair)
    session.rollback()
    assert deciding.release(session, released.round, by=released.second) == 1


def test_films_that_left_are_passed_over_and_the_end_is_said(
    released: Selection, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    _withdraw(released, 2)
    _decline(released, 0)
    _withdraw(released, 1)
    assert _fill(released) == 2, "a withdrawn film frees its place likewise"
    assert [released.decision(n).replaces_id is not None for n in (2, 3, 4)] == [False, True, True]
    _withdraw(released, 3)
    assert service.waiting(session) == [released.round.id]
    assert _fill(released) == 0
    assert released.decision(3).replaces_id is None
    assert service.waiting(session) == []
    code = released.round.code
    session.commit()
    office = sign_in(released.jury.organizer.id)
    assert "No reserve is left." in office.get(f"/en/ops/rounds/{code}/invitations").text
    today = office.get("/en/ops").text
    assert "2 places in the selection are free" in today, "one has no reserve, one waits for its release"
    assert f"/en/ops/rounds/{code}/invitations" in today


def test_a_withdrawal_rings_and_the_place_is_filled_without_waiting_for_the_sweep(
    released: Selection, session: Session, environment: object
) -> None:
    film = session.scalars(sa.select(Entry).where(Entry.id == released.jury.films[0].id).options(*parts())).one()
    entries.withdraw(session, film, "", by=released.maker)
    rung = session.info["doorbell.pending"]
    assert ("jury.fill_places", ()) in rung
    session.commit()
    from workers.jury import fill_places

    fill_places()
    assert released.decision(2).replaces_id == released.invitation(0).decision_id


def test_a_release_passes_over_who_left_meanwhile(released: Selection, session: Session) -> None:
    _decline(released, 0)
    _fill(released)
    _withdraw(released, 2)
    assert deciding.release(session, released.round, by=released.second) == 0
    session.commit()
    assert _fill(released) == 1
    assert released.decision(3).replaces_id == released.invitation(0).decision_id


def test_what_the_desk_puts_back_is_not_offered_again(released: Selection, session: Session) -> None:
    _decline(released, 0)
    _fill(released)
    deciding.decide(session, released.round, released.jury.films[2], Outcome.RESERVE, by=released.second)
    session.commit()
    assert (_fill(released), service.waiting(session)) == (0, [])


def test_a_film_that_does_not_come_is_off_the_public_list(released: Selection, session: Session) -> None:
    session.execute(sa.update(OutgoingMail).values(state=MailState.SENT))
    session.commit()
    assert listing.show(session, released.round, by=released.second) == 2
    session.commit()
    _decline(released, 0)
    films = [film.id for film in released.jury.films[:2]]
    assert [listing.is_listed(session, film_id) for film_id in films] == [False, True]
    open_points = readiness.gaps(session, films)
    assert Gap.DECLINED in open_points[films[0]]
    assert Gap.NOT_ANNOUNCED not in open_points[films[0]]
    assert Gap.UNCONFIRMED in open_points[films[1]], "a soft mark: nobody has answered yet"
    service.confirm(session, released.invitation(1), by=released.maker)
    assert Gap.UNCONFIRMED not in readiness.gaps(session, films)[films[1]]


def test_a_new_day_writes_the_waiting_mails_anew(decided: Selection, session: Session) -> None:
    round_ = decided.round
    with pytest.raises(Invalid, match="Give the makers"):
        inviting.set_answer_by(session, round_, terms.end_of(clock.now().date()), rev=round_.rev, by=decided.second)
    session.rollback()
    usual, day = round_.answer_by, terms.end_of(clock.now().date() + timedelta(days=20))
    assert usual is not None
    for moment in (day, usual, day):
        assert inviting.set_answer_by(session, round_, moment, rev=round_.rev, by=decided.second) == 2
    session.commit()
    waiting = sa.select(OutgoingMail).where(
        OutgoingMail.kind == "decision_selected", OutgoingMail.state == MailState.DRAFT
    )
    texts = [mail.text for mail in session.scalars(waiting)]
    with i18n.using("ko"):
        assert [i18n.moment(day, year=True) in text for text in texts] == [True, True]
    deciding.release(session, round_, by=decided.second)
    assert set(session.scalars(sa.select(FilmInvitation.answer_by))) == {day}


def test_a_release_too_late_for_its_day_says_so(
    decided: Selection, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = clock.now() + timedelta(days=8)
    monkeypatch.setattr(clock, "now", lambda: moment)
    with pytest.raises(Invalid) as refused:
        deciding.release(session, decided.round, by=decided.second)
    assert refused.value.field == "answer_by"
