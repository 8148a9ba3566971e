"""The Procfile: read strictly, and its queues are exactly the portal's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from portal import doorbell, paths
from portal.local import procfile


def test_reads_names_and_commands_in_order(tmp_path: Path) -> None:
    path = tmp_path / "Procfile"
    path.write_text("# the portal\nweb: gunicorn -b $PORT a:b\n\nbeat:   celery beat  \n")
    assert list(procfile.read(path).items()) == [("web", "gunicorn -b $PORT a:b"), ("beat", "celery beat")]


@pytest.mark.parametrize("text", ["web gunicorn", "web:", "web: a\nweb: b", "Web: a"])
def test_refuses_what_it_does_not_understand(tmp_path: Path, text: str) -> None:
    path = tmp_path / "Procfile"
    path.write_text(text)
    with pytest.raises(ValueError, match="expected `name: command`"):
        procfile.read(path)


def test_every_queue_has_exactly_one_process_that_reads_it() -> None:
    commands = procfile.read(paths.PROCFILE)
    assert list(commands) == ["web", "worker", "media", "beat"]
    queues = [
        queue
        for line in commands.values()
        for group in re.findall(r"--queues (\S+)", line)
        for queue in group.split(",")
    ]
    assert sorted(queues) == sorted(doorbell.QUEUES)
