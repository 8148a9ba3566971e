"""Every queue that is rung is consumed by a process of the Procfile, and every task that is rung exists."""

from __future__ import annotations

import ast

from portal import paths
from portal.doorbell import QUEUES, queue_of
from portal.local import procfile
from tests import architecture


def _consumed() -> set[str]:
    found: set[str] = set()
    for line in procfile.read(paths.PROCFILE).values():
        words = line.split()
        if "--queues" in words:
            found |= set(words[words.index("--queues") + 1].split(","))
    return found


def _rung() -> set[str]:
    """Task names passed to doorbell.after_commit anywhere in the portal."""
    found: set[str] = set()
    for path in architecture.modules().values():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "after_commit":
                found |= {
                    arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                }
    return found


def _registered() -> set[str]:
    from workers.app import app

    app.loader.import_default_modules()
    return {name for name in app.tasks if not name.startswith("celery.")}


def test_every_queue_is_consumed() -> None:
    assert set(QUEUES) == _consumed()


def test_every_rung_task_exists() -> None:
    assert _rung() - _registered() == set()


def test_every_task_belongs_to_a_known_queue() -> None:
    assert {queue_of(name) for name in _registered()} <= set(QUEUES)


def test_every_queue_has_a_task() -> None:
    assert {queue_of(name) for name in _registered()} == set(QUEUES)


def test_what_waits_is_swept_into_real_tasks() -> None:
    from workers.sweep import SWEEPS

    assert set(SWEEPS) <= _registered()
    assert _rung() <= set(SWEEPS), "a task that is rung but never swept is lost with its message"
