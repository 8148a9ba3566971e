"""A release killed in its middle: nothing is announced and no mail leaves; pressed again, it happens once and whole."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.entries.models import Entry
from portal.jury.decisions import service
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.models import Round
from portal.lifecycles import DecisionState, MailState, RoundState
from portal.mail.models import OutgoingMail
from portal.settings import Settings
from tests.jury.conftest import Jury, build

FILMS = 60
CHILD = """
    import sys
    from pathlib import Path
    from portal import db, schema
    from portal.jury import queries
    from portal.jury.decisions import service
    from portal.policies import Actor
    from portal.settings import Settings

    data, url, code, person = sys.argv[1:]
    session = db.sessions(Settings(data=Path(data), database_url=url, secret_key="k" * 40))()
    service.release(session, queries.round_by_code(session, code), by=Actor("person", int(person)))
    session.flush()
    print("written, not committed", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def decided(session: Session) -> Jury:
    """A closed round with a decision on every film."""
    jury = build(session, FILMS)
    session.execute(sa.update(Round).values(state=RoundState.CLOSED))
    session.refresh(jury.round)
    chair = jury.actor(jury.chair)
    service.decide(session, jury.round, jury.films[0], Outcome.SELECTED, by=chair)
    service.decide_rest(session, jury.round, by=chair)
    session.commit()
    return jury


@contextmanager
def releasing(settings: Settings, jury: Jury) -> Iterator[subprocess.Popen[str]]:
    """Another process that has written the whole release and not committed it."""
    given = (str(settings.data), settings.database_url, jury.round.code, str(jury.organizer.id))
    command = [sys.executable, "-c", textwrap.dedent(CHILD), *given]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            assert "written" in child.stdout.readline()
            yield child
        finally:
            child.kill()


def _states(session: Session) -> tuple[set[DecisionState], set[MailState], set[str]]:
    wanted = (sa.select(Decision.state), sa.select(OutgoingMail.state), sa.select(Entry.announced))
    found = tuple(set(session.scalars(one.distinct())) for one in wanted)
    session.rollback()
    return found  # type: ignore[return-value]


def test_killed_before_its_commit_a_release_has_not_happened(
    decided: Jury, session: Session, settings: Settings
) -> None:
    with releasing(settings, decided) as child:
        child.kill()
        child.wait()
    assert _states(session) == ({DecisionState.PENDING}, {MailState.DRAFT}, {""})
    again = session.get_one(Round, decided.round.id, populate_existing=True)
    assert (again.state, again.meeting) == (RoundState.CLOSED, {})
    second = decided.actor(decided.organizer)
    assert service.release(session, again, by=second) == FILMS
    session.commit()
    assert service.release(session, again, by=second) == 0
    session.commit()
    assert _states(session) == ({DecisionState.ANNOUNCED}, {MailState.QUEUED}, {"selected", "not_selected"})
    assert len(again.meeting["releases"]) == 1
