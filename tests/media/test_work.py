"""From received to playable, with real films; and what is left when a worker dies on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy.orm import Session, sessionmaker
from time_machine import travel

from portal import clock, policies
from portal.entries.models import Entry
from portal.entries.queries import entry_by_number
from portal.entries.service import crosschecking, editing
from portal.errors import Invalid, Stale
from portal.lifecycles import AssetState
from portal.media import pipeline, queries, service, storage, tickets
from portal.media.checks import Rule
from portal.media.models import Asset, RenditionKind, Slot
from portal.settings import Settings
from tests import builders
from tests.media.conftest import digest_of, volume_of, wait_until
from workers import media
from workers.keeping import kept

Receive = Callable[..., Asset]


@pytest.fixture
def entry_id(session: Session) -> int:
    owner = builders.person(session)
    entry = builders.entry(session, builders.call(session, builders.edition(session)), owner)
    session.commit()
    return entry.id


@pytest.fixture
def received(session: Session, entry_id: int) -> Receive:
    """A file taken in for a slot of the entry, as a form would send it."""

    def take(path: Path, slot: Slot = Slot.FILM, rule: Rule | None = None) -> Asset:
        person = builders.person(session)
        ticket = tickets.UploadTicket(person.id, entry_id, slot, rule or Rule())
        actor = builders.actor(person)
        with path.open("rb") as source:
            asset = service.receive(session, ticket, path.name, source, path.stat().st_size, by=actor)
        session.commit()
        return asset

    return take


def examine(session: Session, asset: Asset) -> Asset:
    job = service.claim_examination(session, asset.id)
    session.commit()
    assert job is not None
    service.settle_examination(session, job, pipeline.examine(job, storage.of(session)))
    session.commit()
    return found(session, asset)


def transcode(session: Session, asset: Asset) -> Asset:
    job = service.claim_transcode(session, asset.id)
    session.commit()
    assert job is not None
    result = pipeline.make_playable(job, storage.of(session), on_progress=lambda fraction: None)
    service.settle_transcode(session, job, result)
    session.commit()
    return found(session, asset)


def found(session: Session, asset: Asset) -> Asset:
    session.expire_all()
    again = queries.asset(session, asset.code)
    assert again is not None
    return again


def jpeg(folder: Path, size: tuple[int, int]) -> Path:
    path = folder / "poster.jpg"
    Image.new("RGB", size, "coral").save(path)
    return path


def describe(session: Session, asset: Asset, *, by: policies.Actor) -> None:
    entry = entry_by_number(session, session.get_one(Entry, asset.entry_id).number)
    editing.describe_picture(session, entry, asset, korean="별", english="A star", by=by, at=clock.now())


def name_tool(session: Session, asset: Asset, *, by: policies.Actor) -> None:
    crosschecking.name_tool(session, session.get_one(Entry, asset.entry_id), asset, "Wan 3.0", by=by)


def test_a_film_becomes_playable(session: Session, received: Receive, film: Callable[[str], Path]) -> None:
    asset = received(film("plain.mp4"))
    assert list(queries.to_examine(session)) == [asset.id]
    asset = examine(session, asset)
    assert asset.state == AssetState.TRANSCODING
    assert (asset.duration_ms, asset.width, asset.height, asset.fps_num) == (2000, 320, 180, 25)
    assert (asset.judged_at is not None, queries.standing(asset).verdict) == (True, "ok")
    assert list(queries.to_examine(session)) == []
    assert list(queries.to_transcode(session)) == [asset.id]
    asset = transcode(session, asset)
    assert asset.state == AssetState.PLAYABLE
    assert asset.sha256 == digest_of(storage.of(session), asset.storage_key or "")
    kinds = {made.kind for made in asset.renditions}
    made_of_film = {RenditionKind.SCREENER, RenditionKind.STREAM, RenditionKind.FRAME, RenditionKind.SMALL}
    assert kinds == made_of_film | {RenditionKind.STRIP}
    streamed = {made.name for made in asset.renditions if made.kind == RenditionKind.STREAM}
    assert streamed == {"master.m3u8", "180.m3u8", "180.mp4"}
    assert asset.probe["strip"] == {"count": 1, "columns": 1, "rows": 1, "width": 160, "height": 90, "every": 2}
    assert asset.probe["provenance"]["state"] == "NO_MANIFEST"
    assert list(queries.to_transcode(session)) == []
    standing = queries.standing(asset)
    assert (standing.settled, standing.sentence, standing.verdict) == (True, "재생할 수 있어요", "ok")


def test_a_poster_is_ready_at_once(session: Session, received: Receive, tmp_path: Path) -> None:
    asset = examine(session, received(jpeg(tmp_path, (1400, 2000)), Slot.POSTER))
    assert asset.state == AssetState.PLAYABLE
    wide = queries.made_of(asset, RenditionKind.WIDE)
    assert wide is not None
    assert (wide.width, wide.content_type) == (1280, "image/webp")


@pytest.mark.parametrize("change", [describe, service.remove, name_tool], ids=["describe", "remove", "name the tool"])
def test_what_a_person_changes_is_not_refused_for_the_worker_that_was_quicker(
    session: Session, received: Receive, tmp_path: Path, sessions: sessionmaker[Session], change: Callable[..., None]
) -> None:
    asset = received(jpeg(tmp_path, (1400, 2000)), Slot.POSTER)
    with sessions() as other:
        examine(other, asset)
    change(session, asset, by=policies.SYSTEM)
    session.commit()
    assert found(session, asset).state == AssetState.PLAYABLE


def test_subtitles_are_ready_at_once(session: Session, received: Receive, tmp_path: Path) -> None:
    path = tmp_path / "film.srt"
    path.write_text("1\n00:00:01,000 --> 00:00:02,000\n<b>안녕</b>\n")
    asset = examine(session, received(path, Slot.SUBTITLE))
    captions = queries.made_of(asset, RenditionKind.CAPTIONS)
    assert captions is not None
    assert volume_of(session).path(captions.storage_key).read_text().endswith("안녕\n")


def test_a_film_too_long_is_refused_with_its_figure_and_may_be_taken_all_the_same(
    session: Session, received: Receive, film: Callable[[str], Path]
) -> None:
    asset = examine(session, received(film("silent.mp4"), rule=Rule(max_seconds=1)))
    assert asset.state == AssetState.REFUSED
    assert [finding.code for finding in queries.standing(asset).findings] == ["too_long", "no_sound"]
    with pytest.raises(Invalid):
        service.override(session, asset, reason=" ", by=policies.SYSTEM)
    service.override(session, asset, reason="제작진이 미리 알렸어요", by=policies.SYSTEM)
    session.commit()
    assert transcode(session, asset).state == AssetState.PLAYABLE


def test_what_cannot_be_played_cannot_be_overridden(session: Session, received: Receive, tmp_path: Path) -> None:
    noise = tmp_path / "noise.mp4"
    noise.write_bytes(b"\x00\x00\x00\x18ftypmp42" + bytes(500))
    asset = examine(session, received(noise))
    assert (asset.state, asset.findings[0]["code"]) == (AssetState.REFUSED, "unreadable")
    with pytest.raises(Invalid):
        service.override(session, asset, reason="please", by=policies.SYSTEM)


def test_changed_bytes_are_noticed(session: Session, received: Receive, film: Callable[[str], Path]) -> None:
    asset = received(film("plain.mp4"))
    asset.probe = {**asset.probe, "claimed_sha256": "0" * 64}
    session.commit()
    assert examine(session, asset).findings == [{"code": "altered"}]


def test_a_new_playable_poster_replaces_the_old_one_and_a_refused_one_does_not(
    session: Session, received: Receive, tmp_path: Path, entry_id: int
) -> None:
    first = examine(session, received(jpeg(tmp_path, (1400, 2000)), Slot.POSTER))
    bad = examine(session, received(jpeg(tmp_path, (100, 100)), Slot.POSTER))
    assert bad.findings[0]["code"] == "image_too_small"
    assert queries.current_asset(session, entry_id, Slot.POSTER) == first
    assert queries.latest_asset(session, entry_id, Slot.POSTER) == bad
    third = examine(session, received(jpeg(tmp_path, (1400, 2000)), Slot.POSTER))
    assert queries.current_asset(session, entry_id, Slot.POSTER) == third
    assert found(session, first).superseded_at is not None


def test_what_was_handed_in_stays_whatever_is_still_on_its_way(
    session: Session, received: Receive, tmp_path: Path, entry_id: int
) -> None:
    poster = examine(session, received(jpeg(tmp_path, (1400, 2000)), Slot.POSTER))
    late = received(jpeg(tmp_path, (1400, 2100)), Slot.POSTER)
    job = service.claim_examination(session, late.id)
    assert job is not None
    before = tickets.UploadTicket(poster.uploaded_by_id or 0, entry_id, Slot.POSTER)
    service.freeze(session, queries.living_assets(session, entry_id))
    session.commit()
    service.settle_examination(session, job, pipeline.examine(job, storage.of(session)))
    session.commit()
    assert queries.current_asset(session, entry_id, Slot.POSTER) == found(session, poster)
    with pytest.raises(Invalid):
        service.receive(session, before, "p.jpg", BytesIO(b"x"), 1, by=policies.SYSTEM)
    again = examine(session, received(jpeg(tmp_path, (1400, 2200)), Slot.POSTER))
    assert queries.current_asset(session, entry_id, Slot.POSTER) == again


def test_a_file_that_changed_since_it_was_read_is_not_frozen(
    session: Session, sessions: sessionmaker[Session], received: Receive, tmp_path: Path, entry_id: int
) -> None:
    examine(session, received(jpeg(tmp_path, (1400, 2000)), Slot.POSTER))
    files = queries.living_assets(session, entry_id)
    session.commit()
    with sessions.begin() as other:
        service.remove(other, queries.living_assets(other, entry_id)[0], by=policies.SYSTEM)
    with pytest.raises(Stale):
        service.freeze(session, files)
    session.rollback()
    assert queries.frozen_at(session, entry_id) is None


def test_an_upload_that_slipped_past_the_freeze_does_not_count(
    session: Session, received: Receive, tmp_path: Path, entry_id: int
) -> None:
    poster = examine(session, received(jpeg(tmp_path, (1400, 2000)), Slot.POSTER))
    late = received(jpeg(tmp_path, (1400, 2100)), Slot.POSTER)
    late.superseded_at = clock.now()
    session.commit()
    service.freeze(session, queries.living_assets(session, entry_id))
    late.superseded_at = None
    session.commit()
    assert examine(session, late).superseded_at is not None
    assert queries.current_asset(session, entry_id, Slot.POSTER) == found(session, poster)


def test_stills_stand_side_by_side(session: Session, received: Receive, tmp_path: Path, entry_id: int) -> None:
    made = [examine(session, received(jpeg(tmp_path, (1400, 800)), Slot.STILL)) for _ in range(2)]
    assert list(queries.stills(session, entry_id)) == made
    service.remove(session, made[0], by=policies.SYSTEM)
    session.commit()
    assert list(queries.stills(session, entry_id)) == made[1:]


def test_a_killed_worker_is_replaced_and_its_late_result_changes_nothing(
    session: Session, received: Receive, film: Callable[[str], Path]
) -> None:
    asset = received(film("plain.mp4"))
    dead = service.claim_examination(session, asset.id)
    session.commit()
    assert dead is not None
    assert service.claim_examination(session, asset.id) is None
    assert list(queries.to_examine(session)) == []
    with travel(clock.now() + timedelta(minutes=2)):
        assert list(queries.to_examine(session)) == [asset.id]
        second = service.claim_examination(session, asset.id)
        session.commit()
        assert second is not None
        assert not service.keep_alive(session, dead, 0.5)
        service.settle_examination(session, dead, pipeline.Result(refused=True, findings=[]))
        assert found(session, asset).state == AssetState.PROBING
        assert service.keep_alive(session, second, 0.5)


def test_three_tries_then_refused(session: Session, received: Receive, film: Callable[[str], Path]) -> None:
    asset = received(film("plain.mp4"))
    for _ in range(3):
        job = service.claim_examination(session, asset.id)
        assert job is not None
        service.give_back(session, job, "OSError('broken')")
        session.commit()
    assert service.claim_examination(session, asset.id) is None
    session.commit()
    asset = found(session, asset)
    assert (asset.state, asset.findings, asset.last_error) == (
        AssetState.REFUSED,
        [{"code": "gave_up"}],
        "OSError('broken')",
    )
    assert list(queries.to_examine(session)) == []
    service.examine_again(session, asset, by=policies.SYSTEM)
    session.commit()
    assert examine(session, asset).state == AssetState.TRANSCODING


def test_tasks_do_the_same_from_the_environment(
    environment: Settings, session: Session, received: Receive, film: Callable[[str], Path]
) -> None:
    asset = received(film("plain.mp4"))
    media.examine(asset.id)
    media.examine(asset.id)
    media.transcode(asset.id)
    assert found(session, asset).state == AssetState.PLAYABLE
    assert list((environment.data / "media" / "jobs").iterdir()) == []


def test_a_task_that_fails_gives_its_row_back(
    environment: Settings, session: Session, received: Receive, film: Callable[[str], Path]
) -> None:
    asset = received(film("plain.mp4"))
    storage.of(session).delete(asset.storage_key or "")
    with pytest.raises(FileNotFoundError):
        media.examine(asset.id)
    asset = found(session, asset)
    assert (asset.state, asset.lease_until, asset.attempts) == (AssetState.PROBING, None, 1)
    assert "FileNotFoundError" in (asset.last_error or "")


def looked_at(session: Session, asset: Asset) -> Asset:
    """The asset as others left it; what a look locks is let go, or the keeper could not write."""
    seen = found(session, asset)
    session.rollback()
    return seen


def test_the_lease_is_renewed_while_the_job_runs(
    environment: Settings, sessions: sessionmaker[Session], session: Session, received: Receive, tmp_path: Path
) -> None:
    asset = received(jpeg(tmp_path, (800, 800)), Slot.POSTER)
    job = service.claim_examination(session, asset.id)
    session.commit()
    assert job is not None
    before = found(session, asset).lease_until
    with kept(job, every=0.05) as note:
        note(0.25)
        wait_until(lambda: looked_at(session, asset).progress_bp == 2500)
    asset = looked_at(session, asset)
    assert before is not None
    assert asset.lease_until is not None
    assert asset.lease_until > before


def test_current_assets_of_many_entries_take_one_question(
    session: Session, received: Receive, tmp_path: Path, entry_id: int, count_queries: Callable[[], int]
) -> None:
    examine(session, received(jpeg(tmp_path, (1400, 2000)), Slot.POSTER))
    count_queries()
    one = queries.current_assets(session, [entry_id], Slot.POSTER)
    for_one = count_queries()
    many = queries.current_assets(session, [entry_id, *range(1000, 1050)], Slot.POSTER)
    assert (list(one), list(many)) == ([entry_id], [entry_id])
    assert count_queries() == for_one
