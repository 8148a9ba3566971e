"""The embedded broker: the doorbell reaches it, it remembers, and its socket's path is never too long."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from kombu import Connection

from portal import doorbell
from portal.local import broker

pytestmark = pytest.mark.redis


def waiting(url: str, queue: str) -> int:
    with Connection(url) as connection:
        return connection.SimpleQueue(queue).qsize()


def test_the_doorbell_rings_through_it(tmp_path: Path) -> None:
    with broker.embedded(tmp_path) as url:
        assert doorbell.ring(url, "mail.deliver", 7)
        assert waiting(url, "mail") == 1


def test_it_remembers_over_a_restart(tmp_path: Path) -> None:
    with broker.embedded(tmp_path) as url:
        doorbell.ring(url, "jury.assign", 3)
    with broker.embedded(tmp_path) as url:
        assert waiting(url, "jury") == 1
    assert not broker.answers(tmp_path)


def test_only_its_owner_may_connect(tmp_path: Path) -> None:
    with broker.embedded(tmp_path):
        assert stat.S_IMODE(broker.socket_path(tmp_path).stat().st_mode) == 0o700


def test_a_deep_folder_gets_a_short_private_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    path = broker.socket_path(deep)
    assert len(os.fsencode(path)) < 100
    assert path.parent.stat().st_mode & 0o777 == 0o700
    with broker.embedded(deep):
        assert broker.answers(deep)
    path.parent.rmdir()


def test_says_where_its_log_is_when_it_cannot_start(tmp_path: Path) -> None:
    (tmp_path / "appendonlydir").write_text("not a folder")
    with pytest.raises(broker.BrokerFailed, match=r"see .*/valkey\.log"), broker.embedded(tmp_path):
        pass
