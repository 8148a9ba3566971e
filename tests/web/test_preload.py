"""What the web processes carry, seen in a process of its own: pages never compute, so no engine comes along."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from portal import paths
from portal.local import procfile

ROOT = Path(__file__).resolve().parents[2]
ENGINES = {"numpy", "highspy", "av", "PIL", "pytest", "workers", "alembic"}
LOOK = """
import gc, json, sys
from portal.wsgi import app
pages = [name for name in app.jinja_env.list_templates() if name.endswith(".html") and name.count("/") == 1]
print(json.dumps({
    "modules": sorted({name.partition(".")[0] for name in sys.modules}),
    "frozen": gc.get_freeze_count(),
    "compiled": len(app.jinja_env.cache) >= len(pages),
}))
"""


def test_the_web_brings_no_engine_and_shares_what_it_has(tmp_path: Path) -> None:
    environment = {**os.environ, "PORTAL_DATA": str(tmp_path), "PORTAL_SECRET_KEY": "k" * 40}
    command = [sys.executable, "-c", LOOK]
    answer = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(answer.stdout.splitlines()[-1])
    assert set(found["modules"]) & ENGINES == set()
    assert "portal" in found["modules"]
    assert found["frozen"] > 100_000
    assert found["compiled"]


def test_the_web_preloads_and_keeps_one_heap() -> None:
    command = procfile.read(paths.PROCFILE)["web"]
    assert "--preload" in command
    assert "MALLOC_ARENA_MAX=1" in command
