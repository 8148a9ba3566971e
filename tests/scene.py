"""The demo festival as a stage for tests that visit every page: loaded once, with what its people left half done.

Where the demo has no example of something (a link nobody has opened, a seat on offer, a mail that waits), it is added.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session, joinedload, sessionmaker

from portal import clock, db, demo, links, signing
from portal.accounts import service as accounts
from portal.accounts.models import Invitation, LinkPurpose, Person, SignInLink
from portal.app import create_app
from portal.audience.models import Booking
from portal.demo.cast import DOMAIN
from portal.disclosure.codes import Likeness, Medium, PerformerKind
from portal.disclosure.consent.offers import Offer
from portal.disclosure.crosscheck.models import CrossFinding
from portal.disclosure.models import Consent, Disclosure, Performer
from portal.entries.models import Entry, Member, Replacement
from portal.jury.assigning.models import Assignment
from portal.jury.conflicts import queries as conflict_queries
from portal.jury.conflicts.models import Conflict, ConflictSource
from portal.jury.decisions import discussions
from portal.jury.decisions import service as decisions
from portal.jury.decisions.models import Outcome, Remark
from portal.jury.models import Juror, Round
from portal.jury.scoring import voiding
from portal.jury.scoring.models import Fault, FaultKind, Memo
from portal.jury.tiebreak import counting
from portal.jury.tiebreak import service as tiebreaks
from portal.jury.tiebreak.models import Ballot
from portal.lifecycles import AssetState, AssignmentState, EntryState, RoundState, SeatState
from portal.mail import mailbox
from portal.mail.models import OutgoingMail, Suppression
from portal.media import tickets
from portal.media.models import Asset, Rendition, RenditionKind, Slot
from portal.policies import Actor, Role, Scope
from portal.programme.models import Guest, Package, Screening
from portal.settings import Settings
from portal.upgrade import upgrade
from tests import (
    builders,
    scene_awards,
    scene_ballots,
    scene_classroom,
    scene_clips,
    scene_invitations,
    scene_live,
    scene_materials,
    scene_notices,
    scene_outbox,
    scene_papers,
    scene_reminders,
    scene_rounds,
    scene_school,
    scene_seats,
    scene_talks,
    scene_timetable,
    scene_wordings,
)

SOON = timedelta(days=7)
DRAFT, CLASS, IN_REVIEW, RECUT = "PAN27-DRAFT", "PAN27-CLASS", "PAN27-REVIEW", "PAN27-RECUT"
TOKENS = ("login", "invitation", "team", "consent")
_MAIL = b"From: pan@festival.example\nTo: a@b.example\nSubject: [P.A.N] Hello\nContent-Type: text/plain\n\nHello\n"


def token(name: str) -> str:
    """The secret of a mailed link on the stage."""
    return f"stage-{name}".ljust(43, "x")


@dataclass(frozen=True)
class Scene:
    """One installation with its people."""

    settings: Settings

    @cached_property
    def sessions(self) -> sessionmaker[Session]:
        return db.sessions(self.settings)

    @cached_property
    def app(self) -> Flask:
        return create_app(self.settings)

    def cookie(self, who: str) -> str:
        """What the browser of a person of the demo carries."""
        with self.sessions() as session:
            started = accounts.start_session(session, person(session, who).id)
            session.commit()
        browser = self.app.test_client()
        with browser.session_transaction() as kept:
            kept["t"] = started
        found = browser.get_cookie("pan")
        assert found is not None
        return found.value

    def at(self, base_url: str) -> Scene:
        """The same stage under another address."""
        return Scene(replace(self.settings, base_url=base_url))


def loaded(folder: Path) -> Scene:
    """The stage in a folder that several test processes share; the first one builds it."""
    folder.mkdir(parents=True, exist_ok=True)
    scene = Scene(settings(folder))
    with _alone(folder):
        if not (folder / "ready").exists():
            upgrade(scene.settings.database_url)
            demo.load(scene.settings, say=lambda _: None)
            with db.unit_of_work(scene.sessions) as session:
                _dress(session)
            mailbox.keep(mailbox.folder(scene.settings), _MAIL)
            (folder / "ready").touch()
    return scene


def shared(factory: pytest.TempPathFactory) -> Scene:
    """The stage that xdist's workers share."""
    own = factory.getbasetemp()
    return loaded((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "scene")


def bare(folder: Path) -> Scene:
    """An edition before anything has happened, with one organizer."""
    scene = Scene(settings(folder))
    upgrade(scene.settings.database_url)
    with db.unit_of_work(scene.sessions) as session:
        edition = builders.edition(session)
        organizer = builders.person(session, email=f"organizer@{DOMAIN}")
        for role in (Role.ORGANIZER, Role.JUROR):
            builders.grant(session, organizer, role, Scope.EDITION, edition.id)
    return scene


def copied(original: Scene, folder: Path) -> Scene:
    """The same stage in a folder of its own, to be changed; mails that were delivered are shared."""
    places = (place / "portal.sqlite3" for place in (original.settings.data, folder))
    there, here = (closing(sqlite3.connect(place)) for place in places)
    with there as source, here as target:
        source.backup(target)
    (folder / "mailbox").symlink_to(original.settings.data / "mailbox")
    return Scene(settings(folder))


def environment(settings: Settings) -> dict[str, str]:
    """The same installation for a process of its own."""
    return {
        "PORTAL_DATA": str(settings.data),
        "PORTAL_DATABASE_URL": settings.database_url,
        "PORTAL_SECRET_KEY": settings.secret_key,
        "PORTAL_BASE_URL": settings.base_url,
    }


def settings(folder: Path) -> Settings:
    return Settings(data=folder, database_url=f"sqlite:///{folder / 'portal.sqlite3'}", secret_key="k" * 40)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def person(session: Session, who: str) -> Person:
    """Somebody of the demo by the first part of the address."""
    return session.scalars(sa.select(Person).where(Person.email.startswith(f"{who}@"))).one()


def actor(session: Session, who: str) -> Actor:
    """The same as somebody who acts, without roles."""
    return Actor("person", person(session, who).id)


# ── what the demo has no example of ────────────────────────────────────


def _dress(session: Session) -> None:
    draft = entry(session, DRAFT)
    _links_that_wait(session, draft)
    _a_picture(session, draft)
    _a_class_entry_with_its_mentor(session)
    _a_new_cut_asked_for(session)
    for number in (DRAFT, RECUT):
        scene_clips.with_findings(session, entry(session, number))
    scene_reminders.with_reminders(session, draft)
    scene_papers.with_papers(session, draft, person(session, "organizer"))
    scene_notices.with_notices(session, draft, person(session, "creator"))
    scene_notices.with_a_device(session, person(session, "creator"))
    _an_address_that_takes_nothing(session)
    _a_seat_on_offer(session)
    _a_juror_at_work(session)
    _a_decision_that_waits(session)
    scene_awards.with_an_award(session)
    scene_ballots.with_a_ballot(session)
    scene_invitations.with_invitations(session, person(session, "creator2"))
    _a_vote(session)
    scene_rounds.with_a_round(session, _open_round(session).call_id, actor(session, "chair"))
    _a_film_to_talk_about(session)
    scene_live.with_questions(session)
    scene_seats.with_kept_seats(session)
    scene_talks.with_parts(session)
    scene_materials.with_materials(session, draft)
    scene_timetable.with_a_plan(session)
    scene_classroom.with_a_showcase(session, entry(session, CLASS))
    scene_school.with_a_class_of_minors(session, actor(session, "organizer"))
    scene_outbox.with_letters(session, actor(session, "organizer"))
    scene_wordings.with_words(session, actor(session, "organizer"))


def entry(session: Session, number: str) -> Entry:
    """One film of the demo."""
    return session.scalars(sa.select(Entry).where(Entry.number == number)).one()


def _links_that_wait(session: Session, draft: Entry) -> None:
    until, digest = clock.now() + SOON, {name: signing.digest(token(name)) for name in TOKENS}
    edition_id = draft.edition_id
    session.add(
        SignInLink(digest=digest["login"], purpose=LinkPurpose.SIGN_UP, email="new@pan.example", expires_at=until)
    )
    session.add(
        Invitation(
            digest=digest["invitation"],
            email="juror-to-be@pan.example",
            name="안유진",
            role=Role.JUROR,
            scope=Scope.EDITION,
            scope_id=edition_id,
            expires_at=until,
        )
    )
    friend = person(session, "creator2")
    session.add(
        Member(entry_id=draft.id, email=friend.email, name=friend.native_name, digest=digest["team"], expires_at=until)
    )
    _a_consent(session, draft, digest["consent"])


def _a_consent(session: Session, draft: Entry, digest: str) -> None:
    disclosure = session.scalars(sa.select(Disclosure).where(Disclosure.entry_id == draft.id)).one()
    likeness = (Likeness.FACE, Likeness.VOICE)
    performer = Performer(
        code=signing.random_code(),
        disclosure_id=disclosure.id,
        kind=PerformerKind.REP_IND,
        name="김순례",
        part="할머니",
        likeness=[one.value for one in likeness],
        appear_s=60,
        synth_s=20,
    )
    session.add(performer)
    session.flush()
    offer = Offer(
        number=draft.number,
        title_ko=draft.title_ko,
        maker="한서윤",
        name=performer.name,
        part=performer.part,
        kind=performer.kind,
        likeness=likeness,
        appear_s=60,
        synth_s=20,
        media=(Medium.FESTIVAL,),
        text="할머니의 얼굴을 스무 초 동안 다시 만들어요.",
    )
    session.add(
        Consent(
            performer_id=performer.id,
            digest=digest,
            email="soonrye@pan.example",
            offer=offer.to_json(),
            expires_at=clock.now() + SOON,
            asked_by_id=draft.owner_id,
        )
    )


def _a_picture(session: Session, draft: Entry) -> None:
    poster = Asset(
        entry_id=draft.id,
        slot=Slot.POSTER,
        state=AssetState.PLAYABLE,
        uploaded_by_id=draft.owner_id,
        file_name="poster.png",
        size=1000,
        alt_ko="편지 더미",
    )
    session.add(poster)


def _a_class_entry_with_its_mentor(session: Session) -> None:
    handed_over = {"state": EntryState.MENTOR_REVIEW, "submitted_at": clock.now()}
    _another(session, CLASS, number=IN_REVIEW, title_ko="옥상의 비행기", **handed_over)


def _another(session: Session, like: str, **changed: Any) -> None:
    """The same entry once more, but for what is changed."""
    mine = entry(session, like)
    values = {column.name: getattr(mine, column.name) for column in Entry.__table__.columns if column.name != "id"}
    session.execute(sa.insert(Entry).values(**values | changed))


def _a_new_cut_asked_for(session: Session) -> None:
    handed_in = {"state": EntryState.SUBMITTED, "submitted_at": clock.now(), "owner_id": person(session, "creator2").id}
    _another(session, DRAFT, number=RECUT, title_ko="다시 자른 편지", **handed_in)
    mine = entry(session, RECUT)
    facts = {"duration_ms": 600_000, "width": 1920, "height": 1080, "received_at": clock.now()}
    values = {"entry_id": mine.id, "state": AssetState.PLAYABLE, "uploaded_by_id": mine.owner_id, "size": 1000, **facts}
    session.add(Asset(slot=Slot.FILM, file_name="first.mp4", **values))
    cut = Asset(slot=Slot.REPLACEMENT, file_name="second.mp4", **values)
    session.add(cut)
    session.flush()
    session.add(Replacement(entry_id=mine.id, asset_id=cut.id, reason="색을 다시 맞췄어요.", asked_by_id=mine.owner_id))


def _an_address_that_takes_nothing(session: Session) -> None:
    written = sa.select(OutgoingMail.recipient).where(OutgoingMail.edition_id.is_not(None)).order_by(OutgoingMail.id)
    address = session.scalars(written.limit(1)).one()
    session.add(Suppression(address=address, reason="550 5.1.1 User unknown"))


def _a_seat_on_offer(session: Session) -> None:
    waiting = sa.select(Booking).where(Booking.state == SeatState.WAITLISTED).order_by(Booking.position)
    first = session.scalars(waiting).first()
    assert first is not None
    first.offered_until = clock.now() + timedelta(hours=2)
    session.execute(sa.update(Booking).where(Booking.id == first.id).values(state=SeatState.OFFERED))


def _a_juror_at_work(session: Session) -> None:
    assignment = session.get_one(Assignment, _open_assignment(session, "juror").id)
    session.add(Memo(assignment_id=assignment.id, at_s=3, text="첫 장면의 빛"))
    session.add(Fault(assignment_id=assignment.id, kind=FaultKind.SOUND, at_s=75, note="왼쪽 소리가 끊겨요."))
    scored = sa.select(Assignment.code).where(
        Assignment.juror_id == assignment.juror_id, Assignment.state == AssignmentState.SCORED
    )
    sheet = voiding.assignment_in(session, assignment.round_id, session.scalars(scored.order_by(Assignment.id)).first())
    voiding.ask(session, sheet, reason="다른 사람이 채점했어요.", by=actor(session, "organizer"))
    session.add(
        Conflict(
            juror_id=assignment.juror_id,
            entry_id=assignment.entry_id,
            source=ConflictSource.COMPUTED,
            reason="mail domain",
        )
    )


def _a_decision_that_waits(session: Session) -> None:
    judging = _open_round(session)
    film = session.scalars(
        sa.select(Entry).where(Entry.call_id == judging.call_id, Entry.state == EntryState.ELIGIBLE).order_by(Entry.id)
    ).all()[-1]
    found = session.scalars(sa.select(Entry).where(Entry.id == film.id).options(joinedload(Entry.owner))).one()
    decisions.decide(session, judging, found, Outcome.SELECTED, by=actor(session, "chair"))


def _a_film_to_talk_about(session: Session) -> None:
    judging, chair = _open_round(session), actor(session, "chair")
    film = session.get_one(Entry, _open_assignment(session, "juror").entry_id)
    found = discussions.open_on(session, judging, film.number, reason="의견이 갈려요.", by=chair)
    session.add(Remark(discussion_id=found.id, person_id=chair.person_id, text="첫 장면부터 이야기해 볼까요?"))


def _a_vote(session: Session) -> None:
    """A tie-break on films that the demo's juror has judged."""
    judging, me = _open_round(session), _open_assignment(session, "juror").juror_id
    mine = sa.select(Assignment.entry_id).where(Assignment.juror_id == me, Assignment.state == AssignmentState.SCORED)
    films = session.scalars(mine.order_by(Assignment.id).limit(5)).all()
    chair = actor(session, "chair")
    vote = tiebreaks.open_vote(session, judging, entry_ids=films, places=2, due_at=clock.now() + SOON, by=chair)
    counting.go_on(session, vote.id)


def _open_round(session: Session) -> Round:
    return session.scalars(sa.select(Round).where(Round.state == RoundState.OPEN)).one()


def _open_assignment(session: Session, who: str) -> Assignment:
    wanted = sa.select(Assignment).join(Juror, Juror.id == Assignment.juror_id).join(Round, Round.id == Juror.round_id)
    return session.scalars(
        wanted.where(
            Juror.person_id == person(session, who).id,
            Round.state == RoundState.OPEN,
            Assignment.state == AssignmentState.PUBLISHED,
        ).order_by(Assignment.id)
    ).first()  # type: ignore[return-value]


# ── addresses ──────────────────────────────────────────────────────────


def things(session: Session) -> dict[str, Any]:
    """The name of every thing on the stage that an address may ask for."""
    judging, assignment = _open_round(session), _open_assignment(session, "juror")
    screening = session.scalars(sa.select(Screening).order_by(Screening.starts_at)).all()
    guest = session.scalars(sa.select(Guest).where(Guest.state == "invited")).first()
    holder = session.scalars(
        sa.select(Booking).where(Booking.state == SeatState.CONFIRMED).order_by(Booking.id.desc())
    ).first()
    offered = session.scalars(sa.select(Booking).where(Booking.state == SeatState.OFFERED)).one()
    held = session.scalars(sa.select(OutgoingMail).where(OutgoingMail.batch.is_not(None))).first()
    mine = links.of(session)
    assert guest is not None
    assert holder is not None
    assert held is not None
    return {
        "call": "pan27",
        "cohort": session.scalar(sa.text("SELECT code FROM cohorts ORDER BY id LIMIT 1")),
        "category": session.scalar(sa.text("SELECT min(id) FROM categories")),
        "received": _a_number(session, EntryState.SUBMITTED),
        "selected": _a_number(session, EntryState.ELIGIBLE),
        "shown": session.scalar(sa.text("SELECT number FROM entries JOIN decisions ON entry_id = entries.id LIMIT 1")),
        "receipt": session.scalar(sa.text("SELECT number FROM receipts ORDER BY id LIMIT 1")),
        "round": judging.code,
        **scene_rounds.things(session),
        **scene_school.things(session),
        **scene_classroom.things(session),
        "assignment": assignment.code,
        "run": session.scalar(sa.text("SELECT code FROM assignment_runs ORDER BY id LIMIT 1")),
        "seat": session.get_one(Juror, assignment.juror_id).label,
        "fault": _only(session, "faults", "code"),
        "judged": session.get_one(Entry, assignment.entry_id).number,
        "discussion": _only(session, "discussions", "code"),
        "ballot": session.scalar(
            sa.select(Ballot.code).where(Ballot.juror_id == assignment.juror_id).order_by(Ballot.id)
        ),
        "memo": session.scalar(sa.text("SELECT min(id) FROM memos")),
        "own_seat": assignment.juror_id,
        "film_mark": _film_mark(session, assignment),
        "conflict": session.scalar(sa.text("SELECT min(id) FROM conflicts")),
        "screening": screening[-1].code,
        "day": screening[-1].starts_at.astimezone(session.info["settings"].zone).date().isoformat(),
        "package": session.scalars(sa.select(Package.code).order_by(Package.id)).first(),
        "mail": held.id,
        "batch": held.batch,
        "reminder": scene_reminders.planned(session).id,
        "suppression": _only(session, "suppressions", "code"),
        "bounces": mine.token(links.BOUNCES, "reports"),
        "guest": mine.token(links.GUEST, guest.code),
        "plan": mine.token(links.PLAN, person(session, "creator").code),
        "ticket": mine.token(links.TICKET, holder.code),
        "offer": mine.token(links.WAITLIST, offered.code),
        "picture": session.scalars(sa.select(Asset.code).where(Asset.slot == Slot.POSTER)).first(),
        "poster": _poster(session),
        "cut": _only(session, "replacements", "code"),
        "clip": session.scalars(sa.select(Asset.code).where(Asset.slot == Slot.EVIDENCE).order_by(Asset.id)).first(),
        "finding": _only(session, "cross_findings", "code"),
        "finding_in": session.scalars(sa.select(CrossFinding.code).order_by(CrossFinding.id.desc())).first(),
        "cut_file": session.scalars(sa.select(Asset.code).where(Asset.slot == Slot.REPLACEMENT)).first(),
        **scene_papers.things(session),
        **scene_awards.things(session),
        **scene_invitations.things(session),
        **scene_notices.things(session, person(session, "creator")),
        **scene_materials.things(session),
        **scene_ballots.things(session),
        **scene_live.things(session),
        **scene_seats.things(session),
        **scene_talks.things(session),
        **scene_timetable.things(session),
        **scene_outbox.things(session),
        "letter": next(path.stem for path in mailbox.folder(session.info["settings"]).glob("*.eml")),
    }


def _film_mark(session: Session, assignment: Assignment) -> str:
    """What stands for the juror's own film on the page where conflicts are told."""
    return conflict_queries.mark(session.info["settings"].secret_key, assignment.juror_id, assignment.entry_id)


def _only(session: Session, table: str, column: str) -> Any:
    return session.scalar(sa.text(f"SELECT {column} FROM {table} ORDER BY id LIMIT 1"))


def _a_number(session: Session, state: EntryState) -> str:
    return session.scalars(sa.select(Entry.number).where(Entry.state == state).order_by(Entry.id)).first() or ""


def _poster(session: Session) -> str:
    shelf = session.scalars(sa.select(Rendition).where(Rendition.kind == RenditionKind.SMALL)).first()
    assert shelf is not None
    path = tickets.picture_path(session.info["settings"].secret_key, shelf)
    return path.removeprefix("/pictures/").removesuffix(".webp")
