"""What was really played: seconds add up from any number of windows, for one person and one film alone."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal.media import viewing
from portal.media.models import Asset, Slot, Viewing
from portal.signing import BadToken
from tests import builders
from tests.conftest import SECRET
from tests.entries import made

SignIn = Callable[..., FlaskClient]


@pytest.mark.parametrize(
    ("spans", "position", "seen"),
    [
        ("0-12 40-52", "52.3", (((0, 12), (40, 52)), 52_300)),
        ("", "", ((), 0)),
        ("5 a-b -3 7-9", "1e9", (((7, 9),), 0)),
        ("0-999999", "9999999", ((), 0)),
    ],
)
def test_what_a_player_tells_is_read_strictly(spans: str, position: str, seen: tuple[object, int]) -> None:
    found = viewing.read_seen(spans, position)
    assert (found.spans, found.position_ms) == seen


def test_at_most_so_many_spans_are_read() -> None:
    many = " ".join(f"{n}-{n}" for n in range(1000))
    assert len(viewing.read_seen(many, "").spans) == viewing.MOST_SPANS


def test_bits_stand_for_seconds_and_never_for_more_than_the_film() -> None:
    once = viewing.covered(b"", [(0, 3), (8, 9)], 10)
    assert once == bytes([0b1111, 0b11])
    assert viewing.covered(once, [(2, 8)], 10) == bytes([0xFF, 0b11])
    assert viewing.covered(b"", [(0, 20_000)], 10) == bytes([0xFF, 0b11])


@pytest.fixture
def film(session: Session) -> Asset:
    entry = builders.entry(session, builders.call(session, builders.edition(session)), builders.person(session))
    return made.asset(session, entry, Slot.FILM, duration_ms=100_000)


def test_the_same_second_counts_once(session: Session, film: Asset) -> None:
    viewer = made.by(builders.person(session))
    for spans in ("0-9", "5-14", "0-9"):
        viewing.note(session, film, viewing.read_seen(spans, "14"), by=viewer)
    session.commit()
    kept = session.scalars(sa.select(Viewing)).one()
    assert (kept.watched_s, kept.position_ms) == (15, 14_000)


def test_two_windows_at_once_add_up(session: Session, sessions: sessionmaker[Session], film: Asset) -> None:
    viewer, film_id = made.by(builders.person(session)), film.id
    session.commit()

    def play(first: int) -> None:
        with sessions() as own:
            seen = viewing.read_seen(f"{first}-{first + 9}", str(first))
            viewing.note(own, own.get_one(Asset, film_id), seen, by=viewer)
            own.commit()

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(play, range(0, 50, 10)))
    assert session.scalars(sa.select(Viewing.watched_s)).all() == [50]


def test_an_address_is_for_one_person_and_one_film(session: Session, film: Asset) -> None:
    viewer, other = (made.by(builders.person(session)) for _ in range(2))
    token = viewing.path(SECRET, film, viewer=viewer).rpartition("/")[2]
    assert viewing.film_of(SECRET, token, viewer=viewer) == (film.id, "")
    with pytest.raises(BadToken):
        viewing.film_of(SECRET, token, viewer=other)


def test_the_player_tells_over_the_web(session: Session, film: Asset, sign_in: SignIn) -> None:
    viewer, stranger = builders.person(session), builders.person(session)
    address = viewing.path(SECRET, film, viewer=made.by(viewer))
    session.commit()
    told = {"spans": "0-4", "position": "5"}
    assert sign_in(viewer.id).post(address, data=told).status_code == 204
    assert sign_in(stranger.id).post(address, data=told).status_code == 404
    assert session.scalars(sa.select(Viewing.watched_s)).all() == [5]
