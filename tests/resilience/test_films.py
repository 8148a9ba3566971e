"""Ten films on their way and twenty kills at random moments: each ends once, playable or refused with a reason.

Twenty on PostgreSQL; on SQLite, where the same code runs, eight. `PORTAL_TEST_KILLS` asks for more kills,
`PORTAL_TEST_SEED` for others.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.audit import AuditRecord
from portal.lifecycles import AssetState
from portal.media import ffmpeg, service, storage, tickets
from portal.media.models import Asset, Rendition, RenditionKind, Slot
from tests import builders
from tests.resilience.crew import Crew, alive, program

KILLS = {kind: int(os.environ.get("PORTAL_TEST_KILLS", usual)) for kind, usual in (("postgresql", 20), ("sqlite", 8))}
SEED = int(os.environ.get("PORTAL_TEST_SEED", "2027"))
FILMS = 10
START_SECONDS = 10
HANDS = ("worker", "media")
SOURCE = (
    *("-f", "lavfi", "-i", "testsrc2=size=640x360:rate=24:duration=12", "-f", "lavfi", "-i", "sine=duration=12"),
    *("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"),
)
SETTLED = (AssetState.PLAYABLE, AssetState.REFUSED)
Count = Callable[..., int]
Lapse = Callable[[type[Asset]], int]


@pytest.fixture
def films(session: Session, tmp_path: Path) -> list[int]:
    """Ten films that have just arrived."""
    path = tmp_path / "film.mp4"
    subprocess.run([ffmpeg.binary(), "-loglevel", "error", *SOURCE, str(path)], check=True)
    call = builders.call(session, builders.edition(session))
    made = [_received(session, path, builders.entry(session, call, builders.person(session)).id) for _ in range(FILMS)]
    session.commit()
    return [asset.id for asset in made]


def _received(session: Session, path: Path, entry_id: int) -> Asset:
    person = builders.person(session)
    ticket = tickets.UploadTicket(person.id, entry_id, Slot.FILM)
    with path.open("rb") as source:
        size = path.stat().st_size
        return service.receive(session, ticket, path.name, source, size, by=builders.actor(person))


def test_every_film_ends_once_whoever_is_killed(
    films: list[int], hands: Crew, session: Session, count: Count, let_leases_lapse: Lapse
) -> None:
    chance = random.Random(SEED)
    hands.start(*HANDS)
    for asset_id in films:
        hands.ring("probe.asset", asset_id)
    killed: Counter[str] = Counter()
    wanted = KILLS[session.get_bind().dialect.name]
    while killed.total() < wanted and count(Asset, Asset.state.not_in(SETTLED)):
        wait(hands, chance.uniform(0, 1))
        killed[kill_somebody(hands, chance)] += 1
        hands.start_again(*HANDS)
        let_leases_lapse(Asset)
    hands.until(lambda: settle(hands, count, let_leases_lapse), sweeping=True)
    each_ended_once(session)
    hands.until(lambda: not working(hands))
    nothing_is_left(session, hands)
    ends = session.execute(sa.select(Asset.state, sa.func.count()).group_by(Asset.state)).all()
    print(f"killed: {dict(killed)}; ended: {[(str(state), number) for state, number in ends]}")


def wait(hands: Crew, seconds: float) -> None:
    """Lets the crew work, the clock's sweeps going on meanwhile."""
    until = time.monotonic() + seconds
    hands.until(lambda: time.monotonic() > until, sweeping=True)


def kill_somebody(hands: Crew, chance: random.Random) -> str:
    """`kill -9` of a worker, or, three times out of four, of a pool process or a child that has a film open."""
    until = time.monotonic() + START_SECONDS
    hands.until(lambda: descendants_of(hands) or time.monotonic() > until, sweeping=True)
    # A moment later, so that it is not always the same point of its work.
    wait(hands, chance.uniform(0, 0.6))
    below = descendants_of(hands)
    if below and chance.random() < 0.75:
        victim = chance.choice(below)
        told = program(victim).partition("-")[0]
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
        return told
    name = chance.choice(HANDS)
    hands.kill(name)
    hands.start(name)
    return name


def descendants_of(hands: Crew) -> list[int]:
    return [pid for name in HANDS for pid in hands.below(name) if alive(pid)]


def settle(hands: Crew, count: Count, let_leases_lapse: Lapse) -> bool:
    """Whether every film has come to an end; leases of the killed are over by now, and who gave up starts again."""
    hands.start_again(*HANDS)
    if not count(Asset, Asset.state.not_in(SETTLED)):
        return True
    if count(Asset, Asset.lease_until.is_not(None)) > 1:
        let_leases_lapse(Asset)
    return False


def each_ended_once(session: Session) -> None:
    assets = session.scalars(sa.select(Asset).order_by(Asset.id)).all()
    assert len(assets) == FILMS
    for asset in assets:
        made = Counter((one.kind, one.name) for one in session.scalars(_made_of(asset)))
        verb = f"asset.{asset.state}"
        ended = (AuditRecord.verb == verb, AuditRecord.subject_id == asset.id, AuditRecord.subject_kind == "assets")
        assert session.scalar(sa.select(sa.func.count()).where(*ended)) == 1
        if asset.state == AssetState.PLAYABLE:
            assert set(made.values()) == {1}
            assert {kind for kind, _ in made} >= {RenditionKind.SCREENER, RenditionKind.STREAM, RenditionKind.STRIP}
        else:
            assert [finding["code"] for finding in asset.findings] == ["gave_up"]
    store = storage.of(session)
    assert all(store.path(key).exists() for key in session.scalars(sa.select(Rendition.storage_key)))
    session.rollback()


def _made_of(asset: Asset) -> sa.Select[Rendition]:
    return sa.select(Rendition).where(Rendition.asset_id == asset.id)


def working(hands: Crew) -> list[int]:
    """The children that still have a film open."""
    return [pid for pid in descendants_of(hands) if program(pid).startswith("ffmpeg")]


def nothing_is_left(session: Session, hands: Crew) -> None:
    """The directories of the killed tries go with the next tidying, and no row is held by anybody."""
    jobs = storage.of(session).jobs
    session.rollback()
    hands.until(lambda: hands.ring("sweep.tidy_media") or not any(jobs.iterdir()))
