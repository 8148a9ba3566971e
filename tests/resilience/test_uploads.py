"""Uploads need neither the broker nor the worker: what arrived meanwhile is looked at when they are back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from tusclient.client import TusClient

from portal.lifecycles import AssetState
from portal.media.models import Asset
from portal.settings import Settings
from tests.resilience.crew import Crew, crew
from tests.resilience.visitor import Visitor

MIB = 1024**2
FILM = b"\x00\x00\x00\x18ftypmp42" + os.urandom(5 * MIB)
Count = Callable[..., int]


@pytest.fixture
def hands(settings: Settings, smtp_url: str) -> Iterator[Crew]:
    """A crew on the embedded broker beside either database: it is killed here."""
    with crew(settings, smtp_url=smtp_url) as made:
        made.start("broker")
        yield made


def test_a_film_arrives_without_a_broker_and_is_examined_once_it_is_back(
    hands: Crew, upload_headers: dict[str, str], count: Count
) -> None:
    hands.start("web")
    hands.until(Visitor(hands.port).answers)
    client = TusClient(f"http://127.0.0.1:{hands.port}/files/", headers=upload_headers)
    film = client.uploader(file_stream=BytesIO(FILM), chunk_size=MIB)
    film.upload(stop_at=2 * MIB)
    hands.kill("broker")
    film.upload()
    assert count(Asset, Asset.state == AssetState.RECEIVED) == 1

    hands.start("broker", "worker")
    # Noise behind a film's opening: the verdict is a refusal, and it comes once.
    hands.until(lambda: count(Asset, Asset.state == AssetState.REFUSED) == 1, sweeping=True)
