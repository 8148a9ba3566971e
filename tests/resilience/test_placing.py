"""A worker killed while it fills days or keeps their plan; a server killed while it takes the plan over."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from portal.audit import AuditRecord
from portal.lifecycles import PlacingState
from portal.policies import SYSTEM
from portal.programme.models import Screening
from portal.programme.placing import service as placing
from portal.programme.placing.models import Placing
from portal.settings import Settings
from tests.programme import rows
from workers.programme import fill_days

Count = Callable[..., int]
Lapse = Callable[[type[Placing]], int]
DIES = """
import os, signal
import workers.programme as worker
from sqlalchemy.orm import Session
from portal import db
from portal.policies import SYSTEM
from portal.programme.placing import service, solving
from portal.programme.placing.models import Placing
from portal.settings import Settings

def dying(what):
    def killed(*given, **named):
        what(*given, **named)
        if isinstance(given[0], Session):
            given[0].flush()
        os.kill(os.getpid(), signal.SIGKILL)
    return killed

{dies}
"""
WHILE_SOLVING = "worker.solving.solve = dying(solving.solve); worker.fill_days({id})"
WHILE_STORING = "worker.service.store = dying(service.store); worker.fill_days({id})"
WHILE_APPLYING = """
with db.unit_of_work(db.sessions(Settings.from_env())) as session:
    dying(service.apply)(session, session.get_one(Placing, {id}), by=SYSTEM)
"""


@pytest.fixture
def wanted(session: Session, environment: Settings) -> int:
    """The question for a day, with two packages in the tray."""
    edition = rows.edition(session)
    rows.hall(session, edition)
    for title in ("하나", "둘"):
        rows.package(session, edition, rows.film(session, edition, minutes=60), title=title)
    made = placing.want(session, edition, [edition.starts_on.isoformat()], 20, by=SYSTEM)
    session.commit()
    placing_id = made.id
    session.rollback()
    return placing_id


def dies(script: str, placing_id: int) -> None:
    """In a process of its own, killed after its last statement and before what makes it last."""
    code = DIES.format(dies=script.format(id=placing_id))
    assert subprocess.run([sys.executable, "-c", code], timeout=90, check=False).returncode == -signal.SIGKILL


def test_killed_while_it_solves_stores_and_is_taken_over(
    wanted: int, session: Session, count: Count, let_leases_lapse: Lapse
) -> None:
    for tries, script in enumerate((WHILE_SOLVING, WHILE_STORING), start=1):
        dies(script, wanted)
        assert count(Placing, Placing.state == PlacingState.WANTED, Placing.attempts == tries) == 1
        assert count(Placing, Placing.solved_at.is_not(None)) == count(Screening) == 0
        assert let_leases_lapse(Placing) == 1
    assert list(placing.waiting(session)) == [wanted]
    session.rollback()
    fill_days(wanted)
    assert count(Placing, Placing.state == PlacingState.SOLVED, Placing.lease_until.is_(None)) == 1

    dies(WHILE_APPLYING, wanted)
    assert count(Placing, Placing.state == PlacingState.SOLVED) == 1
    assert count(Screening) == count(AuditRecord, AuditRecord.verb == "screening.placed") == 0
    assert placing.apply(session, session.get_one(Placing, wanted), by=SYSTEM) == 2
    session.commit()
    assert count(Screening) == 2
