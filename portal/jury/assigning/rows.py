"""Rows of a plan, before anybody is shown them."""

from __future__ import annotations

import hashlib
from typing import Any

from portal.jury.assigning.models import AssignmentRun
from portal.lifecycles import AssignmentState


def proposed(run: AssignmentRun, entry_id: int, juror_id: int, *, seed: int, affinity: float | None) -> dict[str, Any]:
    """A row of a plan."""
    return {
        "round_id": run.round_id,
        "run_id": run.id,
        "juror_id": juror_id,
        "entry_id": entry_id,
        "state": AssignmentState.PROPOSED,
        "position": neutral_position(seed, juror_id, entry_id),
        "reasons": {} if affinity is None else {"affinity": affinity},
    }


def neutral_position(seed: int, juror_id: int, entry_id: int) -> int:
    """A juror's own order of films, the same whenever it is computed, which tells nothing of the entries."""
    content = hashlib.sha256(f"{seed}:{juror_id}:{entry_id}".encode()).digest()
    return int.from_bytes(content[:4], "big") >> 1
