"""What a player is given: the film and captions that count, where this person stopped, all in one statement."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy.orm import Session

from portal.lifecycles import AssetState
from portal.media import reel, tickets
from portal.media.models import Asset, Slot, Viewing
from portal.policies import Actor
from tests import builders
from tests.media.stored import Stored, store_captions, store_film


@pytest.fixture
def film(session: Session, tmp_path: Path) -> Stored:
    return store_film(session, tmp_path)


def code_in(film: Stored, address: str | None) -> str:
    """The rendition a ticket speaks of, for the person it was issued to."""
    assert address is not None
    token = urlsplit(address).path.split("/")[2]
    return tickets.read_playback(film.secret_key, token, Actor("person", film.person_id)).code


def stopped(session: Session, film: Stored, person_id: int, position_ms: int) -> None:
    session.add(Viewing(person_id=person_id, asset_id=film.asset.id, position_ms=position_ms))
    session.commit()


def test_one_statement_brings_film_stream_captions_and_the_own_stop(
    session: Session, film: Stored, tmp_path: Path, count_queries: Callable[[], int]
) -> None:
    store_captions(session, film, tmp_path)
    stopped(session, film, film.person_id, 4500)
    stopped(session, film, builders.person(session).id, 9000)
    entry_id, viewer = film.asset.entry_id, Actor("person", film.person_id)
    session.connection()
    session.expunge_all()
    count_queries()
    shown = reel.of_entry(session, entry_id, viewer=viewer)
    assert count_queries() == 1
    assert shown is not None
    assert shown.at == 4.5
    assert (shown.stream or "").endswith("/master.m3u8")
    assert code_in(film, shown.stream) == film.stream["master.m3u8"].code
    assert code_in(film, shown.src) == film.screener.code
    assert code_in(film, shown.poster) == film.frame.code
    assert len(shown.tracks) == 1


def test_who_never_watched_begins_at_the_beginning(session: Session, film: Stored) -> None:
    stopped(session, film, film.person_id, 4500)
    shown = reel.of_entry(session, film.asset.entry_id, viewer=Actor("person", builders.person(session).id))
    assert shown is not None
    assert (shown.at, shown.tracks) == (0, [])


def test_a_newer_file_counts_once_it_plays(session: Session, film: Stored) -> None:
    newer = Asset(entry_id=film.asset.entry_id, slot=Slot.FILM, state=AssetState.RECEIVED, file_name="newer.mp4")
    session.add(newer)
    session.commit()
    viewer = Actor("person", film.person_id)
    session.expunge_all()
    shown = reel.of_entry(session, newer.entry_id, viewer=viewer)
    assert shown is not None
    assert code_in(film, shown.src) == film.screener.code


def test_there_is_nothing_to_play_without_a_review_copy(session: Session, film: Stored) -> None:
    session.delete(film.screener)
    session.commit()
    entry_id, viewer = film.asset.entry_id, Actor("person", film.person_id)
    session.expunge_all()
    assert reel.of_entry(session, entry_id, viewer=viewer) is None
    assert reel.of_entry(session, entry_id + 1, viewer=viewer) is None
