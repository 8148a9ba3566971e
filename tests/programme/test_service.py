"""Commands of the programme on real databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.audit import AuditRecord
from portal.calls.models import Edition
from portal.db import unit_of_work
from portal.disclosure.codes import ConsentStatus, PerformerKind
from portal.disclosure.models import Disclosure, Performer
from portal.errors import IllegalMove, Invalid, Stale
from portal.lifecycles import GuestState, ScreeningState
from portal.mail.models import OutgoingMail
from portal.policies import SYSTEM
from portal.programme import frozen, queries, service
from portal.programme.models import GuestRole, Hall, Package, QASession, Release, Screening
from portal.programme.queries import Gap
from tests.programme import rows


def titles(package: Package) -> list[str]:
    return [film.entry.title_ko for film in package.films]


def verbs(session: Session) -> list[str]:
    session.commit()
    return list(session.scalars(sa.select(AuditRecord.verb).order_by(AuditRecord.seq)))


def loaded(session: Session, screening: Screening) -> Screening:
    session.commit()
    session.expunge_all()
    found = queries.screening_for_desk(session, screening.code)
    assert found is not None
    return found


def talk_with_guests(session: Session, screening: Screening, *names: str) -> QASession:
    service.plan_talk(session, screening, minutes=25, moderator="최민경", by=SYSTEM)
    talk = queries.talk_by_code(session, screening.code)
    assert talk is not None
    for name in names:
        service.invite(session, talk, service.Invited(name, f"{name}@example.test"), by=SYSTEM)
    return talk


def test_films_are_added_moved_and_taken_out_in_a_dense_order(session: Session) -> None:
    edition = rows.edition(session)
    a, b, c = (rows.film(session, edition) for _ in range(3))
    made = rows.package(session, edition, a, b, c)
    service.add_film(session, made, b, by=SYSTEM)
    service.shift_film(session, made, c.id, by_places=-1, rev=made.rev, by=SYSTEM)
    assert titles(made) == [a.title_ko, c.title_ko, b.title_ko]
    service.remove_film(session, made, a.id, rev=made.rev, by=SYSTEM)
    session.commit()
    session.expunge_all()
    again = queries.package_by_code(session, made.code)
    assert again is not None
    assert titles(again) == [c.title_ko, b.title_ko]
    assert [film.position for film in again.films] == [0, 1]
    assert verbs(session)[-2:] == ["package.reordered", "package.film_removed"]


def test_the_second_of_two_editors_of_an_order_is_told(session: Session) -> None:
    edition = rows.edition(session)
    a, b = rows.film(session, edition), rows.film(session, edition)
    made = rows.package(session, edition, a, b)
    seen = made.rev
    service.shift_film(session, made, b.id, by_places=-1, rev=seen, by=SYSTEM)
    with pytest.raises(Stale):
        service.shift_film(session, made, b.id, by_places=-1, rev=seen, by=SYSTEM)
    assert titles(made) == [b.title_ko, a.title_ko]


def test_a_longer_package_moves_the_end_of_its_screening(session: Session) -> None:
    edition = rows.edition(session)
    made = rows.package(session, edition, rows.film(session, edition, minutes=20))
    screening = rows.screening(session, made, rows.hall(session, edition))
    assert screening.ends_at - screening.starts_at == timedelta(minutes=21)
    service.add_film(session, made, rows.film(session, edition, minutes=10), by=SYSTEM)
    assert screening.ends_at - screening.starts_at == timedelta(minutes=32)


def test_only_announced_films_come_into_a_package(session: Session) -> None:
    edition = rows.edition(session)
    made = rows.package(session, edition)
    secret = rows.film(session, edition, announced=False)
    with pytest.raises(Invalid, match="not ready"):
        service.add_film(session, made, secret, by=SYSTEM)
    assert titles(made) == []
    assert [film[0] for film in queries.selectable_films(session, made)] == []
    known = rows.film(session, edition)
    assert [film[0] for film in queries.selectable_films(session, made)] == [known.id]


def test_a_withdrawn_consent_keeps_a_screening_from_being_confirmed(session: Session) -> None:
    edition = rows.edition(session)
    film = rows.film(session, edition)
    screening = rows.screening(session, rows.package(session, edition, film), rows.hall(session, edition))
    disclosure = session.scalars(sa.select(Disclosure).where(Disclosure.entry_id == film.id)).one()
    performer = Performer(
        disclosure_id=disclosure.id, kind=next(iter(PerformerKind)), name="배우", consent_status=ConsentStatus.REVOKED
    )
    session.add(performer)
    session.flush()
    assert queries.gaps(session, [film.id])[film.id] == (Gap.CONSENT, Gap.SCREENER)
    with pytest.raises(Invalid) as refused:
        service.confirm(session, screening, by=SYSTEM)
    assert film.title_ko in refused.value.message
    performer.consent_status = ConsentStatus.VERIFIED
    session.flush()
    service.confirm(session, screening, by=SYSTEM)
    assert screening.state == ScreeningState.CONFIRMED
    performer.consent_status = ConsentStatus.REVOKED
    session.flush()
    with pytest.raises(Invalid):
        service.release(session, edition, base=0, by=SYSTEM)
    assert session.scalar(sa.select(sa.func.count(Release.id))) == 0


def test_placing_twice_is_one_screening(session: Session) -> None:
    edition = rows.edition(session)
    made, hall = rows.package(session, edition, rows.film(session, edition)), rows.hall(session, edition)
    assert rows.screening(session, made, hall).id == rows.screening(session, made, hall).id
    other = rows.edition(session)
    with pytest.raises(Invalid):
        rows.screening(session, made, rows.hall(session, other))


def test_two_people_who_move_one_screening_cannot_undo_each_other(
    session: Session, sessions: sessionmaker[Session]
) -> None:
    edition = rows.edition(session)
    hall = rows.hall(session, edition)
    screening = rows.screening(session, rows.package(session, edition, rows.film(session, edition)), hall)
    rev = screening.rev
    session.commit()
    service.move(session, screening, hall, rows.evening(hour=17), rev=rev, by=SYSTEM)
    session.commit()
    with sessions() as second:
        mine = queries.screening_by_code(second, screening.code)
        assert mine is not None
        with pytest.raises(Stale):
            service.move(second, mine, hall, rows.evening(hour=21), rev=rev, by=SYSTEM)
    assert loaded(session, screening).starts_at == rows.evening(hour=17)


def test_seats_never_fall_below_what_is_given_away(session: Session) -> None:
    screening = rows.on_sale(session)
    screening.taken = 10
    session.flush()
    with pytest.raises(Invalid):
        service.set_seats(session, screening, 9, by=SYSTEM)
    service.set_seats(session, screening, 10, by=SYSTEM)
    assert screening.seats == 10


def test_a_release_freezes_what_is_confirmed_and_nothing_else(session: Session) -> None:
    edition = rows.edition(session)
    hall = rows.hall(session, edition)
    shown = rows.screening(session, rows.package(session, edition, rows.film(session, edition)), hall)
    rows.screening(
        session, rows.package(session, edition, rows.film(session, edition), title="비밀"), hall, rows.evening(1)
    )
    service.confirm(session, shown, by=SYSTEM)
    first = service.release(session, edition, base=0, by=SYSTEM)
    assert [one["code"] for one in first.body["screenings"]] == [shown.code]
    assert "비밀" not in str(first.body)
    assert first.digest == frozen.digest(first.body)
    assert shown.state == ScreeningState.BOOKING
    service.move(session, shown, hall, rows.evening(hour=21), rev=shown.rev, by=SYSTEM)
    session.commit()
    public = queries.published(session)
    assert public is not None
    body = queries.body_of(session, public.release_id)
    assert body["screenings"][0]["starts_at"] == frozen.iso(rows.evening())
    assert public.version == 1


def test_the_same_release_twice_is_one_version_and_an_old_base_is_stale(session: Session) -> None:
    edition = rows.edition(session)
    hall = rows.hall(session, edition)
    shown = rows.screening(session, rows.package(session, edition, rows.film(session, edition)), hall)
    service.confirm(session, shown, by=SYSTEM)
    first = service.release(session, edition, base=0, by=SYSTEM)
    assert service.release(session, edition, base=0, by=SYSTEM).id == first.id
    with pytest.raises(Invalid, match="Nothing has changed"):
        service.release(session, edition, base=1, by=SYSTEM)
    service.move(session, shown, hall, rows.evening(hour=21), rev=shown.rev, by=SYSTEM)
    with pytest.raises(Stale):
        service.release(session, edition, base=0, by=SYSTEM)
    second = service.release(session, edition, base=1, by=SYSTEM)
    assert (second.version, [one["kind"] for one in second.changes]) == (2, ["moved"])


def test_only_guests_of_changed_screenings_get_mail(session: Session) -> None:
    edition = rows.edition(session)
    hall = rows.hall(session, edition)
    moved = rows.screening(session, rows.package(session, edition, rows.film(session, edition)), hall)
    kept = rows.screening(
        session, rows.package(session, edition, rows.film(session, edition), title="기록"), hall, rows.evening(1)
    )
    talk = talk_with_guests(session, moved, "han", "oh")
    talk_with_guests(session, kept, "choi")
    service.answer(session, talk.guests[1], GuestState.DECLINED, by=SYSTEM)
    for one in (moved, kept):
        service.confirm(session, one, by=SYSTEM)
    service.release(session, edition, base=0, by=SYSTEM)
    service.move(session, moved, hall, rows.evening(hour=21), rev=moved.rev, by=SYSTEM)
    assert service.preview(session, edition).told == 1
    service.release(session, edition, base=1, by=SYSTEM)
    session.commit()
    mails = session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind == "talk_changed")).all()
    assert [mail.recipient for mail in mails] == ["han@example.test"]
    assert "19:15" in mails[0].text, "when the conversation was to begin"
    assert "21:15" in mails[0].text
    assert mails[0].attachments[0]["type"].startswith("text/calendar")


def test_nobody_who_was_asked_for_a_talk_goes_back_into_the_tray_with_it(session: Session) -> None:
    edition = rows.edition(session)
    screening = rows.screening(
        session, rows.package(session, edition, rows.film(session, edition)), rows.hall(session, edition)
    )
    talk = talk_with_guests(session, screening, "han")
    session.commit()
    with pytest.raises(Invalid, match="Call the talk off first"):
        service.unplace(session, screening, by=SYSTEM)
    service.remove_talk(session, talk, by=SYSTEM)
    session.expire(screening, ["qa_session"])
    service.plan_talk(session, screening, minutes=20, moderator="", by=SYSTEM)
    session.commit()
    service.unplace(session, screening, by=SYSTEM)
    session.commit()
    assert session.scalar(sa.select(sa.func.count()).select_from(QASession)) == 0


def test_the_same_form_at_once_is_one_thing(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        edition = rows.edition(session)
        package_id, hall_id = rows.package(session, edition).id, rows.hall(session, edition).id
        edition_id = edition.id
    together = Barrier(3)

    def press(_: int) -> None:
        together.wait()
        with unit_of_work(sessions) as session:
            edition, hall = session.get_one(Edition, edition_id), session.get_one(Hall, hall_id)
            service.place(session, session.get_one(Package, package_id), hall, rows.evening(), by=SYSTEM)
            service.create_package(session, edition, service.PackageDraft("둘", "Two"), by=SYSTEM)
            venue = service.add_venue(session, edition, service.VenueDraft("다른 곳", "Elsewhere"), by=SYSTEM)
            service.add_hall(session, venue, service.HallDraft("1관", "Hall 1", 9), by=SYSTEM)

    with ThreadPoolExecutor(3) as hands:
        list(hands.map(press, range(3)))
    with sessions() as session:
        counts = [session.scalar(sa.select(sa.func.count()).select_from(one)) for one in (Screening, Package, Hall)]
    assert counts == [1, 2, 2]


def test_a_cancelled_screening_stays_visible_as_cancelled(session: Session) -> None:
    screening = rows.on_sale(session)
    for no_reason in ("cancel", "ask_cancellation"):
        with pytest.raises(Invalid):
            getattr(service, no_reason)(session, screening, reason="", by=SYSTEM)
    service.ask_cancellation(session, screening, reason="영사기 고장", by=SYSTEM)
    service.confirm_cancellation(session, screening, by=SYSTEM)
    edition = queries.edition_on(session, rows.evening().date())
    assert edition is not None
    second = service.release(session, edition, base=1, by=SYSTEM)
    assert [(one["code"], one["cancelled"]) for one in second.body["screenings"]] == [(screening.code, True)]
    with pytest.raises(IllegalMove):
        service.set_booking(session, screening, is_open=True, by=SYSTEM)


def test_directors_are_suggested_until_they_are_invited(session: Session) -> None:
    edition = rows.edition(session)
    film = rows.film(session, edition, native_name="한서윤", email="han@example.test", timezone="Europe/Paris")
    screening = rows.screening(session, rows.package(session, edition, film), rows.hall(session, edition))
    [suggested] = queries.directors_of(session, screening)
    assert (suggested.name, suggested.timezone, suggested.entry_id) == ("한서윤", "Europe/Paris", film.id)
    service.plan_talk(session, screening, minutes=25, moderator="", by=SYSTEM)
    talk = queries.talk_by_code(session, screening.code)
    assert talk is not None
    person = service.Invited("한서윤", "Han@Example.test", "ko", "Europe/Paris", film.id, suggested.person_id)
    guest = service.invite(session, talk, person, by=SYSTEM)
    assert service.invite(session, talk, person, by=SYSTEM).id == guest.id
    assert queries.directors_of(session, screening) == []
    session.commit()
    [mail] = session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind == "qa_invitation"))
    assert mail.recipient == "han@example.test"
    assert "파리" in mail.text
    assert "/ko/guests/" in mail.text


def test_an_answer_is_mailed_once_and_may_be_changed(session: Session) -> None:
    screening = rows.on_sale(session)
    guest = talk_with_guests(session, screening, "han").guests[0]
    for choice in (GuestState.ACCEPTED, GuestState.ACCEPTED, GuestState.REMOTE, GuestState.ACCEPTED):
        service.answer(session, guest, choice, by=SYSTEM)
    session.commit()
    mails = session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind == "qa_answered")).all()
    assert len(mails) == 3
    assert guest.state == GuestState.ACCEPTED
    assert verbs(session).count("guest.accepted") == 2
    guest.qa_session.screening.starts_at = clock.now() - timedelta(minutes=1)
    with pytest.raises(Invalid):
        service.answer(session, guest, GuestState.DECLINED, by=SYSTEM)


def test_the_plan_of_a_day_sees_a_director_in_two_places(session: Session) -> None:
    edition = rows.edition(session)
    one = rows.screening(
        session, rows.package(session, edition, rows.film(session, edition, minutes=60)), rows.hall(session, edition)
    )
    two = rows.screening(
        session,
        rows.package(session, edition, rows.film(session, edition, minutes=60), title="기록"),
        rows.hall(session, edition, "2관", 120),
    )
    for screening in (one, two):
        talk_with_guests(session, screening, "han")
    session.commit()
    plan = queries.day_plan(session, edition.id, rows.evening().date())
    assert [(one.rule, one.params["person"]) for one in plan.findings] == [("person", "han"), ("person", "최민경")]
    assert {finding.keys for finding in plan.findings} == {(min(one.code, two.code), max(one.code, two.code))}
    invited = service.Invited("최민경", "choi@example.test", role=GuestRole.MODERATOR)
    service.invite(session, queries.talk_by_code(session, two.code), invited, by=SYSTEM)  # type: ignore[arg-type]
    session.commit()
    again = queries.day_plan(session, edition.id, rows.evening().date())
    assert {one.who for one in again.findings} == {"han@example.test", "choi@example.test"}, "named here, asked there"
