"""Two festivals that differ in one hidden value give jurors, makers and visitors the same bytes throughout."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import url_for
from sqlalchemy.orm import Session

from portal import clock
from portal.accounts.models import Person
from portal.entries.classroom.models import PeerNote, PeerVote, Prompt
from portal.entries.models import Credit, Entry
from portal.jury.assigning.models import Assignment
from portal.jury.conflicts.models import Conflict, ConflictSource
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.models import Juror, Round
from portal.jury.results import service as results
from portal.jury.scoring import nudging, progress
from portal.jury.scoring.models import Score, ScoreEvent, ScoreSheet
from portal.lifecycles import AssetState, AssignmentState, RoundState
from portal.mail.models import OutgoingMail
from portal.media import storage
from portal.media.models import Asset, Rendition, RenditionKind, Slot
from portal.policies import SYSTEM
from tests import pages, scene, worlds
from tests.scene import Scene
from tests.worlds import Change, Worlds

pytestmark = pytest.mark.sqlite

ME = "juror"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """The stage that xdist's workers share."""
    return scene.shared(tmp_path_factory)


@pytest.fixture(scope="module")
def stage(original: Scene, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """The same, where a film that two jurors judge can be played."""
    copy = scene.copied(original, tmp_path_factory.mktemp("worlds"))
    with copy.sessions() as session:
        _a_stream(session, _shared_film(session).entry_id, copy.settings.data)
        session.commit()
    return copy


def _shared_film(session: Session) -> Any:
    """A film of mine that another juror has scored: its entry, my assignment, the other's."""
    mine, theirs = sa.orm.aliased(Assignment), sa.orm.aliased(Assignment)
    me = sa.select(Juror.id).where(Juror.person_id == scene.person(session, ME).id)
    wanted = sa.select(mine.entry_id, mine.code, theirs.id.label("other_id"), theirs.juror_id)
    return session.execute(
        wanted.join(theirs, sa.and_(theirs.entry_id == mine.entry_id, theirs.round_id == mine.round_id))
        .join(Round, Round.id == mine.round_id)
        .where(
            Round.state == RoundState.OPEN,
            mine.juror_id.in_(me),
            theirs.juror_id.not_in(me),
            mine.state == AssignmentState.PUBLISHED,
            theirs.state == AssignmentState.SCORED,
        )
        .order_by(mine.id)
    ).first()


def _a_stream(session: Session, entry_id: int, folder: Path) -> None:
    """Puts a review copy with its stream beside the film, under the name its maker gave it."""
    film = Asset(entry_id=entry_id, slot=Slot.FILM, state=AssetState.PLAYABLE, file_name="한서윤_final.mp4")
    film.duration_ms, film.width, film.height = 300_000, 1280, 720
    session.execute(
        sa.delete(Rendition).where(Rendition.asset_id.in_(sa.select(Asset.id).filter_by(entry_id=entry_id)))
    )
    session.execute(sa.delete(Asset).where(Asset.entry_id == entry_id, Asset.slot == Slot.FILM))
    session.add(film)
    session.flush()
    store = storage.of(session)
    store.jobs.mkdir(parents=True, exist_ok=True)
    playlist = b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=800000\n360.m3u8\n"
    rung = b'#EXTM3U\n#EXT-X-MAP:URI="360.mp4"\n360.mp4\n'
    files = [
        (RenditionKind.SCREENER, "", "video/mp4", bytes(4096)),
        (RenditionKind.STREAM, "master.m3u8", "application/vnd.apple.mpegurl", playlist),
        (
            RenditionKind.STREAM,
            "360.m3u8",
            "application/vnd.apple.mpegurl",
            rung,
        ),
        (RenditionKind.STREAM, "360.mp4", "video/mp4", bytes(8192)),
    ]
    for kind, name, content_type, content in files:
        made = folder / "made"
        made.write_bytes(content)
        key = store.adopt(made)
        kept = {"asset_id": film.id, "kind": kind, "name": name, "storage_key": key}
        session.add(Rendition(**kept, content_type=content_type, size=len(content)))


# ── what is hidden ─────────────────────────────────────────────────────


def _score(session: Session) -> None:
    """Another juror gave other scores, and the results moved with them."""
    film = _shared_film(session)
    sheet = session.scalars(sa.select(ScoreSheet).where(ScoreSheet.assignment_id == film.other_id)).one()
    session.execute(sa.update(Score).where(Score.sheet_id == sheet.id).values(value=1))
    sheet.total = 100
    events = sa.update(ScoreEvent).where(ScoreEvent.assignment_id == film.other_id, ScoreEvent.total.is_not(None))
    session.execute(events.values(total=100))
    session.flush()
    results.recompute(session, session.scalars(sa.select(Round).where(Round.state == RoundState.OPEN)).one())


def _comment(session: Session) -> None:
    """Another juror wrote something else to the makers."""
    film = _shared_film(session)
    change = sa.update(ScoreSheet).where(ScoreSheet.assignment_id == film.other_id)
    session.execute(change.values(comment="너무 길다", updated_at=clock.now()))


def _conflict(session: Session) -> None:
    """Another juror has a conflict with the film, confirmed."""
    film = _shared_film(session)
    session.add(
        Conflict(juror_id=film.juror_id, entry_id=film.entry_id, source=ConflictSource.ENTRANT, reason="teacher")
    )


def _decision(session: Session) -> None:
    """What was decided and not announced is something else, for this film and for the one that waits."""
    film = _shared_film(session)
    judging = session.scalars(sa.select(Round).where(Round.state == RoundState.OPEN)).one()
    session.execute(sa.update(Decision).where(Decision.round_id == judging.id).values(outcome=Outcome.RESERVE))
    waiting = {"state": "pending", "outcome": Outcome.SELECTED, "decided_at": clock.now()}
    session.execute(sa.insert(Decision).values(round_id=judging.id, entry_id=film.entry_id, rev=1, note="", **waiting))


def _name(session: Session) -> None:
    """The film's makers have other names, addresses and countries, and their file another name."""
    film = session.get_one(Entry, _shared_film(session).entry_id)
    maker = {
        "native_name": "다른 사람",
        "latin_family": "Dareun",
        "latin_given": "Saram",
        "email": "dareun@else.example",
    }
    session.execute(sa.update(Person).where(Person.id == film.owner_id).values(**maker))
    session.execute(sa.update(Credit).where(Credit.entry_id == film.id).values(native_name="다른 사람"))
    session.execute(sa.update(Asset).where(Asset.entry_id == film.id).values(file_name="dareun_saram.mp4"))
    session.execute(sa.update(Entry).where(Entry.id == film.id).values(country="FR"))


def _another_juror(session: Session) -> None:
    """The other juror hands in a day earlier, then gives the film away; somebody else has a seat besides."""
    film = _shared_film(session)
    earlier = {"submitted_at": clock.now() - timedelta(days=1)}
    session.execute(sa.update(ScoreSheet).where(ScoreSheet.assignment_id == film.other_id).values(**earlier))
    session.execute(sa.update(Assignment).where(Assignment.id == film.other_id).values(state=AssignmentState.RECUSED))
    seat = session.get_one(Juror, film.juror_id)
    session.add(
        Juror(
            round_id=seat.round_id,
            panel_id=seat.panel_id,
            person_id=scene.person(session, "moderator").id,
            label="J-99",
        )
    )


def _words(session: Session) -> None:
    """What others wrote: another juror to the makers, the team in its prompt log, a classmate in a note."""
    _comment(session)
    film = session.get_one(Entry, _shared_film(session).entry_id)
    mine = {"entry_id": film.id, "person_id": film.owner_id}
    session.add_all([Prompt(tool="Veo", text="비밀", outcome="", **mine), PeerNote(text="비밀", **mine)])
    session.add(PeerVote(**mine))


HIDDEN_FROM_JURORS = [_score, _words, _conflict, _decision, _name, _another_juror]
HIDDEN_FROM_MAKERS = [_score, _comment, _conflict, _decision, _another_juror]


@pytest.fixture
def apart(stage: Scene, tmp_path: Path) -> Iterator[Callable[..., Worlds]]:
    """Two worlds after a change, with these people signed in."""
    opened: list[Any] = []

    def differ(change: Change, *people: str) -> Worlds:
        context = worlds.apart(stage, tmp_path, people, change)
        opened.append(context)
        return context.__enter__()

    yield differ
    for context in opened:
        context.__exit__(None, None, None)


def _everywhere(world: Scene) -> list[str]:
    """An example of every address of the portal, whoever may open it."""
    with world.sessions() as session:
        things = scene.things(session)
    with world.app.test_request_context():
        return sorted(url_for(name, **visit.values(things)) for name, visit in pages.PAGES.items())


def _desk(world: Scene) -> list[str]:
    """Where a juror's work begins, with the film that both judge."""
    with world.sessions() as session:
        film = f"/ko/jury/{_shared_film(session).code}"
    return [film, "/ko/jury", "/en/jury", "/ko/jury?order=short", "/ko/jury?order=mine"]


@pytest.mark.parametrize("change", HIDDEN_FROM_JURORS, ids=lambda change: change.__name__.strip("_"))
def test_a_juror_cannot_tell_the_worlds_apart(apart: Callable[..., Worlds], change: Change) -> None:
    found = apart(change, ME)
    visited = found.compare(ME, _desk(found.a), further=200)
    assert any("/360.mp4" in address for address in visited), "the stream was not reached"
    assert sum(address.startswith("/ko/jury/") for address in visited) > 20
    found.compare(ME, _everywhere(found.a))


def _all_of(session: Session) -> None:
    for change in HIDDEN_FROM_MAKERS:
        change(session)
        session.flush()


@pytest.mark.parametrize("role", ["maker", "visitor", "mentor"])
def test_nobody_outside_can_either(apart: Callable[..., Worlds], stage: Scene, role: str) -> None:
    with stage.sessions() as session:
        film = session.get_one(Entry, _shared_film(session).entry_id)
        maker = session.get_one(Person, film.owner_id).email.partition("@")[0]
        own = [f"/ko/entries/{film.number}", f"/en/entries/{film.number}", f"/ko/films/{film.number}"]
    who = {"maker": maker, "visitor": "", "mentor": "mentor"}[role]
    found = apart(_all_of, *filter(None, [who]))
    found.compare(who, own, further=60)
    found.compare(who, _everywhere(found.a))


def test_a_leak_would_be_found(apart: Callable[..., Worlds], stage: Scene) -> None:
    """The chair, who may know, can tell the worlds apart."""
    found = apart(_score, "chair")
    with pytest.raises(AssertionError, match="chair can tell the worlds apart"):
        found.compare("chair", _everywhere(found.a))


def _a_reminder(session: Session) -> None:
    judging = session.scalars(sa.select(Round).where(Round.state == RoundState.OPEN)).one()
    session.execute(sa.update(Juror).values(nudged_at=None))
    nudging.nudge(session, judging, progress.board(session, judging, now=clock.now()), by=SYSTEM)


def _letters(session: Session, *addresses: str) -> list[tuple[Any, ...]]:
    """Everything that is kept of the mails to these addresses, whatever their state, as it would leave."""
    columns = [column for column in OutgoingMail.__table__.columns if column.name not in ("id", "rev")]
    wanted = sa.select(*columns).where(OutgoingMail.recipient.in_(addresses)).order_by(OutgoingMail.id)
    return [tuple(row) for row in session.execute(wanted)]


def test_mails_tell_nothing_either(stage: Scene, tmp_path: Path) -> None:
    """What a juror is written about the films, and what their maker has been written so far."""
    with stage.sessions() as session:
        me = scene.person(session, ME).email
        maker = session.get_one(Person, session.get_one(Entry, _shared_film(session).entry_id).owner_id).email
    with worlds.apart(stage, tmp_path, [ME], _all_of) as found:
        told = []
        with time_machine.travel(found.at, tick=False):
            for world in (found.a, found.b):
                with world.sessions() as session:
                    _a_reminder(session)
                    told.append(_letters(session, me, maker))
                    session.rollback()
        assert told[0] == told[1]
        assert any("jury_nudge" in letter for letter in told[0])
