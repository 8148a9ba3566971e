"""What reaches the terminal, and what stays in the log file."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.local import journal
from portal.local.journal import Journal

TRACEBACK = """[2026-11-22 10:00:00 +0000] [7] [ERROR] Exception in worker process
Traceback (most recent call last):
  File "x.py", line 1, in <module>
ValueError: no such hall
"""


@pytest.fixture
def shown() -> list[str]:
    return []


@pytest.fixture
def log(tmp_path: Path, shown: list[str]) -> Journal:
    return Journal(tmp_path / "log" / "web.log", shown.append)


@pytest.mark.parametrize(
    "line",
    [
        "[2026-11-22 10:00:00 +0000] [7] [WARNING] Worker timed out",
        "[2026-11-22 10:00:00,123: ERROR/MainProcess] consumer: Cannot connect",
        "2026-11-22T10:00:00Z [warning  ] doorbell.unheard  task=mail.deliver",
        '{"event": "mail.refused", "level": "error"}',
    ],
)
def test_shows_warnings_of_every_format(log: Journal, shown: list[str], line: str) -> None:
    log.feed(line.encode() + b"\n")
    assert shown == [line]


def test_keeps_information_to_the_file(log: Journal, shown: list[str]) -> None:
    log.feed(b"[2026-11-22 10:00:00 +0000] [7] [INFO] Listening\n")
    assert shown == []
    assert log.tail(1)[0].endswith("[7] [INFO] Listening")


def test_shows_an_error_without_its_frames_and_nothing_after_it(log: Journal, shown: list[str]) -> None:
    log.feed(TRACEBACK.encode())
    log.feed(b"[2026-11-22 10:00:01 +0000] [7] [INFO] Worker exiting\n")
    assert shown == [line for line in TRACEBACK.splitlines() if not line.startswith(" ")]


def test_the_supervisors_own_notes_stay_in_the_file(log: Journal, shown: list[str]) -> None:
    log.feed(b"ValueError: no such hall\nERROR once\n")
    log.note("web ended with status 1")
    log.feed(b"starting\n")
    assert shown == ["ERROR once"]
    assert log.tail(2)[0].endswith("web ended with status 1")


def test_waits_for_the_rest_of_a_line(log: Journal, shown: list[str]) -> None:
    film = "ERROR 장화 신은 강".encode()
    log.feed(film[:9])
    assert shown == []
    log.feed(film[9:] + b"\n")
    assert shown == ["ERROR 장화 신은 강"]


def test_starts_a_new_file_when_the_old_one_is_large(log: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_LARGEST", 50)
    log.feed(b"a" * 60 + b"\n")
    log.feed(b"new\n")
    assert [line.split(" ", 1)[1] for line in log.tail(5)] == ["new"]
    assert log.path.with_suffix(".log.1").exists()
