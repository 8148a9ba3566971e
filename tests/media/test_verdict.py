"""The verdict on the row: long before the review copy, without closing credits, for every slot; and films compared."""

from __future__ import annotations

import errno
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker
from time_machine import travel

from portal import clock, policies
from portal.audit import AuditRecord
from portal.db import unit_of_work
from portal.errors import Invalid
from portal.i18n import using
from portal.lifecycles import AssetState
from portal.media import queries, service, tickets
from portal.media.checks import Rule
from portal.media.contract import StorageFull
from portal.media.models import Asset, Fingerprint, Likeness, RenditionKind, Slot
from portal.media.pipeline import Job
from portal.media.prints import Alike
from portal.settings import Settings
from tests import builders
from workers import media
from workers.keeping import kept

Film = Callable[[str], Path]
Receive = Callable[..., Asset]


@pytest.fixture
def received(environment: Settings, session: Session) -> Receive:
    """A file taken in for a slot, of an entry of its own unless told otherwise."""

    def take(path: Path, slot: Slot = Slot.FILM, rule: Rule | None = None, entry_id: int | None = None) -> Asset:
        owner = builders.person(session)
        if entry_id is None:
            entry_id = builders.entry(session, builders.call(session, builders.edition(session)), owner).id
        ticket = tickets.UploadTicket(owner.id, entry_id, slot, rule or Rule())
        source = BytesIO(path.read_bytes())
        size = path.stat().st_size
        asset = service.receive(session, ticket, path.name, source, size, by=builders.actor(owner))
        session.commit()
        return asset

    return take


def run(session: Session, task: Callable[[int], None], *assets: Asset) -> None:
    """Lets the worker have the assets; SQLite has one writer, and a test that has read holds its lock."""
    ids = [asset.id for asset in assets]
    session.rollback()
    for asset_id in ids:
        task(asset_id)


def seen(session: Session, asset: Asset) -> Asset:
    session.expire_all()
    found = queries.asset(session, asset.code)
    assert found is not None
    return found


def codes(asset: Asset) -> list[str]:
    return [finding.code for finding in queries.standing(asset).findings]


def test_the_verdict_is_there_before_the_review_copy(session: Session, received: Receive, film: Film) -> None:
    asset = received(film("silent.mp4"))
    assert queries.standing(asset).verdict == ""
    run(session, media.examine, asset)
    asset = seen(session, asset)
    assert asset.judged_at is not None
    assert (asset.state, queries.standing(asset).verdict) == (AssetState.TRANSCODING, "notice")
    assert asset.renditions == []


def test_the_look_at_every_picture_adds_what_only_it_can_see(session: Session, received: Receive, film: Film) -> None:
    asset = received(film("gaps.mp4"))
    run(session, media.examine, asset)
    before = codes(seen(session, asset))
    run(session, media.transcode, asset)
    after = codes(seen(session, asset))
    assert ("frozen" in before, "frozen" in after) == (False, True)
    assert before.count("black_start") == after.count("black_start") == 1
    assert {"silence", "black_start"} <= set(after)


def test_credits_marked_later_need_no_second_look(session: Session, received: Receive, film: Film) -> None:
    asset = received(film("plain.mp4"), rule=Rule(max_seconds=1))
    run(session, media.examine, asset)
    asset = seen(session, asset)
    assert (asset.state, codes(asset)) == (AssetState.REFUSED, ["too_long"])
    for outside in (0, 2001):
        with pytest.raises(Invalid):
            service.mark_credits(session, asset, outside, by=policies.SYSTEM)
        session.rollback()
    service.mark_credits(session, asset, 1500, by=policies.SYSTEM)
    session.commit()
    assert (asset.state, codes(asset)) == (AssetState.TRANSCODING, ["credits"])
    with using("en"):
        assert queries.standing(asset).findings[0].sentence == "Counted without the closing credits: 1 s of 2 s."
    verbs = session.scalars(sa.select(AuditRecord.verb).order_by(AuditRecord.seq)).all()
    assert "asset.credits" in verbs


def test_a_mark_cannot_be_taken_back_from_a_film_that_needs_it(session: Session, received: Receive, film: Film) -> None:
    asset = received(film("plain.mp4"), rule=Rule(max_seconds=1))
    service.mark_credits(session, asset, 1000, by=policies.SYSTEM)
    session.commit()
    run(session, media.examine, asset)
    asset = seen(session, asset)
    assert asset.state == AssetState.TRANSCODING
    with pytest.raises(Invalid) as refused:
        service.mark_credits(session, asset, None, by=policies.SYSTEM)
    assert refused.value.field == "credits"
    session.rollback()
    assert (asset.credits_from_ms, codes(asset)) == (1000, ["credits"])


@pytest.mark.parametrize("slot", [Slot.REPLACEMENT, Slot.TRAILER])
def test_every_moving_picture_takes_the_same_way(session: Session, received: Receive, film: Film, slot: Slot) -> None:
    asset = received(film("plain.mp4"), slot)
    run(session, media.examine, asset)
    run(session, media.transcode, asset)
    asset = seen(session, asset)
    assert asset.state == AssetState.PLAYABLE
    assert queries.made_of(asset, RenditionKind.SCREENER) is not None
    compared = session.scalar(sa.select(sa.func.count()).select_from(Fingerprint))
    assert compared == (slot == Slot.REPLACEMENT)


def test_a_clip_is_kept_as_it_came_with_what_it_says_of_itself(session: Session, received: Receive, film: Film) -> None:
    asset = received(film("plain.mp4"), Slot.EVIDENCE)
    run(session, media.examine, asset)
    asset = seen(session, asset)
    assert (asset.state, asset.renditions, asset.probe["provenance"]["state"]) == (
        AssetState.PLAYABLE,
        [],
        "NO_MANIFEST",
    )


def test_a_paper_is_kept_as_it_came(session: Session, received: Receive, tmp_path: Path) -> None:
    paper = tmp_path / "동의서.pdf"
    paper.write_bytes(b"%PDF-1.4\n%%EOF\n")
    asset = received(paper, Slot.CONSENT)
    run(session, media.examine, asset)
    asset = seen(session, asset)
    assert (asset.state, asset.renditions, asset.sha256 is not None) == (AssetState.PLAYABLE, [], True)


def test_a_full_disk_is_no_try_of_the_films(session: Session, received: Receive, film: Film) -> None:
    asset = received(film("plain.mp4"))
    run(session, media.examine, asset)
    for _ in range(4):
        job = service.claim_transcode(session, asset.id)
        session.commit()
        assert job is not None
        with pytest.raises(StorageFull), kept(job):
            raise OSError(errno.ENOSPC, "No space left on device")
        waiting = seen(session, asset)
        assert (waiting.state, waiting.attempts) == (AssetState.TRANSCODING, 0)
        with using("en"):
            assert queries.standing(waiting).sentence.startswith("We have no room for it at the moment.")
        assert list(queries.to_transcode(session)) == []
        waiting.lease_until = clock.now() - timedelta(seconds=1)
        session.commit()
    run(session, media.transcode, asset)
    playable = seen(session, asset)
    assert (playable.state, playable.last_error) == (AssetState.PLAYABLE, None)


def test_a_film_is_found_again_in_another_entry_once(session: Session, received: Receive, film: Film) -> None:
    own = received(film("lively.mp4"))
    again = received(film("lively.mp4"))
    recut = received(film("lively.mp4"), Slot.REPLACEMENT, entry_id=own.entry_id)
    run(session, media.examine, own, again, recut)
    run(session, media.transcode, own, again, recut)
    assert set(queries.to_compare(session)) == {own.id, again.id, recut.id}
    run(session, media.compare, again, again, own, recut)
    pairs = {(one.asset_id, one.earlier_id) for one in session.scalars(sa.select(Likeness))}
    assert pairs == {(again.id, own.id), (recut.id, again.id)}
    assert all(one.picture_bp > 9000 for one in session.scalars(sa.select(Likeness)))
    assert list(queries.to_compare(session)) == []
    alike = session.scalar(sa.select(sa.func.count()).where(AuditRecord.verb == "asset.alike"))
    assert alike == 2
    [first, _] = queries.likenesses(session, own.entry_id, again.entry_id)
    service.dismiss_likeness(session, first, by=policies.SYSTEM)
    session.commit()
    assert len(queries.likenesses(session, own.entry_id)) == 1


def test_two_workers_that_find_the_same_pair_at_once_note_it_once(
    sessions: sessionmaker[Session], session: Session, received: Receive, film: Film
) -> None:
    one, other = received(film("plain.mp4")), received(film("plain.mp4"))
    for asset in (one, other):
        session.add(Fingerprint(asset_id=asset.id, picture=bytes(8), sound=b""))
        asset.state = AssetState.PLAYABLE
    session.commit()
    jobs = [service.claim_comparison(session, asset.id) for asset in (one, other)]
    session.commit()
    ready = Barrier(2)

    def settle(job: Job | None, found: Alike) -> None:
        assert job is not None
        ready.wait()
        with unit_of_work(sessions) as mine:
            service.settle_comparison(mine, job, [found])

    with ThreadPoolExecutor(2) as pool:
        pairs = zip(jobs, (Alike(other.id, 9000, 0), Alike(one.id, 9000, 0)), strict=True)
        for done in [pool.submit(settle, job, found) for job, found in pairs]:
            done.result()
    assert session.scalar(sa.select(sa.func.count()).select_from(Likeness)) == 1
    assert session.scalar(sa.select(sa.func.count()).where(AuditRecord.verb == "asset.alike")) == 1
    assert list(queries.to_compare(session)) == []


def test_a_comparison_that_fails_three_times_is_on_record(session: Session, received: Receive, film: Film) -> None:
    asset = received(film("plain.mp4"))
    run(session, media.examine, asset)
    run(session, media.transcode, asset)
    for minutes in range(3):
        with travel(clock.now() + timedelta(minutes=2 * minutes + 2)):
            assert service.claim_comparison(session, asset.id) is not None
            session.commit()
    with travel(clock.now() + timedelta(minutes=10)):
        run(session, media.compare, asset)
    found = seen(session, asset)
    assert (found.state, found.compared_at is not None) == (AssetState.PLAYABLE, True)
    assert session.scalar(sa.select(AuditRecord.verb).order_by(AuditRecord.seq.desc()).limit(1)) == "asset.uncompared"
