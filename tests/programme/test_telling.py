"""Which guests hear of a version: those whose conversation is elsewhere than they were told, and nobody else."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.lifecycles import GuestState
from portal.mail.models import OutgoingMail
from portal.policies import SYSTEM
from portal.programme import agenda, frozen, service
from portal.programme.models import InsertKind
from tests.programme import rows


def talk_changed(session: Session) -> list[OutgoingMail]:
    session.commit()
    return list(session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind == "talk_changed")))


def test_whoever_was_invited_before_hears_where_the_screening_came_to_stand(session: Session) -> None:
    edition = rows.edition(session)
    hall = rows.hall(session, edition)
    screening = rows.screening(session, rows.package(session, edition, rows.film(session, edition)), hall)
    talk = rows.talk(session, screening, "han", "oh", "choi")
    service.answer(session, talk.guests[1], GuestState.DECLINED, by=SYSTEM)
    session.commit()
    service.move(session, screening, hall, rows.evening(hour=21), rev=screening.rev, by=SYSTEM)
    session.commit()
    service.answer(session, talk.guests[2], GuestState.ACCEPTED, by=SYSTEM)  # whose mail says the new time
    service.confirm(session, screening, by=SYSTEM)
    assert service.preview(session, edition).told == 1
    service.release(session, edition, base=0, by=SYSTEM)
    [mail] = talk_changed(session)
    assert mail.recipient == "han@example.test"
    assert "19:15" in mail.text
    assert "21:15" in mail.text


def test_what_was_moved_and_moved_back_is_no_news(session: Session) -> None:
    edition = rows.edition(session)
    hall = rows.hall(session, edition)
    screening = rows.screening(session, rows.package(session, edition, rows.film(session, edition)), hall)
    rows.talk(session, screening, "han")
    for hour in (21, 19):
        session.commit()
        service.move(session, screening, hall, rows.evening(hour=hour), rev=screening.rev, by=SYSTEM)
    service.confirm(session, screening, by=SYSTEM)
    session.commit()
    service.release(session, edition, base=0, by=SYSTEM)
    assert talk_changed(session) == []


def test_a_speech_before_the_films_moves_the_talk_and_its_guests_hear(session: Session) -> None:
    edition = rows.edition(session)
    package = rows.package(session, edition, rows.film(session, edition))
    screening = rows.screening(session, package, rows.hall(session, edition))
    rows.talk(session, screening, "han")
    service.confirm(session, screening, by=SYSTEM)
    service.release(session, edition, base=0, by=SYSTEM)
    service.add_insert(session, package, service.InsertDraft(InsertKind.SPEECH, 1200), by=SYSTEM)
    made = service.preview(session, edition)
    assert ([one["kind"] for one in made.changes], made.told, frozen.told_codes(made.changes)) == (["length"], 1, set())
    assert agenda.change_text(made.changes[0]).endswith("19:00–19:35")
    service.release(session, edition, base=1, by=SYSTEM)
    [mail] = talk_changed(session)
    assert "19:15" in mail.text
    assert "19:35" in mail.text
