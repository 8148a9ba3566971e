"""A film that a later round selects again keeps its one invitation: who has confirmed is asked nothing."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock, i18n
from portal.jury import queries as rounds
from portal.jury.decisions import listing
from portal.jury.decisions import queries as decisions
from portal.jury.decisions import service as deciding
from portal.jury.decisions.mails import AGAIN
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.invitations import inviting, service, terms
from portal.jury.invitations.models import FilmInvitation
from portal.jury.models import Round
from portal.jury.rounds import setup
from portal.lifecycles import InvitationState, MailState, RoundState
from portal.mail.models import OutgoingMail
from portal.policies import SYSTEM
from portal.programme.queries import readiness
from portal.programme.queries.readiness import Gap
from tests.jury.invitations.conftest import Selection


def _final(selection: Selection, *, films: int = 2) -> Round:
    """A second round of the call in which the chair has selected the first films once more, by a later day."""
    session, due_at = selection.session, clock.now() + timedelta(days=7)
    made = setup.make_round(session, selection.jury.call, name_ko="결선", name_en="Final", due_at=due_at, by=SYSTEM)
    made.state = RoundState.CLOSED
    made.answer_by = terms.end_of(clock.now().date() + timedelta(days=30))
    session.flush()
    code = made.code
    session.expire(made)
    round_ = rounds.round_by_code(session, code)
    assert round_ is not None
    for film in selection.jury.films[:films]:
        deciding.decide(session, round_, film, Outcome.SELECTED, by=selection.chair)
    session.commit()
    return round_


def _announce(selection: Selection, round_: Round) -> None:
    deciding.release(selection.session, round_, by=selection.second)
    selection.session.commit()


def _told(session: Session, round_: Round) -> list[str]:
    """The kinds of the mails that left with a round, in the order of its films."""
    about = sa.and_(OutgoingMail.object_kind == "decisions", OutgoingMail.object_id == Decision.id)
    left = (Decision.round_id == round_.id, OutgoingMail.state == MailState.QUEUED)
    return list(session.scalars(sa.select(OutgoingMail.kind).join(Decision, about).where(*left).order_by(Decision.id)))


def test_one_invitation_moves_on_and_nobody_confirms_twice(released: Selection, session: Session) -> None:
    service.confirm(session, released.invitation(0), by=released.maker)
    session.commit()
    final = _final(released)
    _announce(released, final)
    confirmed, asked = released.invitation(0), released.invitation(1)
    assert (confirmed.state, asked.state) == (InvitationState.CONFIRMED, InvitationState.INVITED)
    assert asked.answer_by == final.answer_by
    assert {session.get_one(Decision, one.decision_id).round_id for one in (confirmed, asked)} == {final.id}
    assert _told(session, final) == [AGAIN, "decision_selected"]
    mail = session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind == AGAIN)).one()
    assert "/invitation" not in mail.text
    with i18n.using(mail.language):
        assert i18n.moment(final.answer_by, year=True) not in mail.text
    session.execute(sa.update(OutgoingMail).values(state=MailState.SENT))
    assert listing.untold(session, final.id) == [], "the other mail tells it, too"


def test_an_answer_between_decision_and_release_writes_the_mail_anew(released: Selection, session: Session) -> None:
    service.confirm(session, released.invitation(1), by=released.maker)
    session.commit()
    final = _final(released)
    service.confirm(session, released.invitation(0), by=released.maker)
    service.decline(session, released.invitation(1), by=released.maker)
    session.commit()
    _announce(released, final)
    assert _told(session, final) == [AGAIN, "decision_selected"]
    states = session.scalars(
        sa.select(FilmInvitation.state)
        .where(FilmInvitation.entry_id == released.jury.films[1].id)
        .order_by(FilmInvitation.id)
    )
    assert list(states) == [InvitationState.DECLINED, InvitationState.INVITED], "who declined is asked anew"
    gaps = readiness.gaps(session, [released.jury.films[1].id])[released.jury.films[1].id]
    assert Gap.DECLINED not in gaps
    assert Gap.UNCONFIRMED in gaps


def test_who_declines_the_later_one_is_off_both_lists(released: Selection, session: Session) -> None:
    session.execute(sa.update(OutgoingMail).values(state=MailState.SENT))
    listing.show(session, released.round, by=released.second)
    session.commit()
    final, film = _final(released, films=1), released.jury.films[0].id
    _announce(released, final)
    assert listing.is_listed(session, film)
    service.decline(session, released.invitation(0), by=released.maker)
    session.commit()
    assert not listing.is_listed(session, film)
    assert decisions.vacancies(session, released.round.id) == [], "the place that is free is the final's"
    assert [row.number for row in decisions.vacancies(session, final.id)] == [released.jury.films[0].number]
    assert Gap.DECLINED in readiness.gaps(session, [film])[film]


def test_a_final_of_confirmed_films_needs_no_day(released: Selection, session: Session) -> None:
    service.confirm(session, released.invitation(0), by=released.maker)
    session.commit()
    final = _final(released, films=1)
    final.answer_by = clock.now()
    session.flush()
    decided = session.scalars(sa.select(Decision).where(Decision.round_id == final.id)).all()
    inviting.invite(session, final, decided, by=released.second)
    assert released.invitation(0).decision_id == decided[0].id
