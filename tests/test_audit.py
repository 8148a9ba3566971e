"""The audit chain: every move leaves a link, and an edited, deleted or reordered link is found."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal import audit
from portal.audit import AuditRecord
from portal.policies import SYSTEM
from tests import builders


def _write(session: Session, n: int = 5) -> None:
    edition = builders.edition(session)
    for i in range(n):
        audit.record(session, SYSTEM, f"test.{i}", edition, value=i)
    session.commit()


def test_an_untouched_chain_holds(session: Session) -> None:
    _write(session)
    assert session.scalar(sa.select(sa.func.count()).select_from(AuditRecord)) == 5
    assert list(audit.broken_links(session)) == []


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE audit_records SET verb = 'nothing' WHERE seq = 3",
        "DELETE FROM audit_records WHERE seq = 2",
        "DELETE FROM audit_records WHERE seq = 5",
        "UPDATE audit_records SET seq = 10 WHERE seq = 1",
    ],
)
def test_damage_is_found(session: Session, damage: str) -> None:
    _write(session)
    session.execute(sa.text(damage))
    session.commit()
    assert list(audit.broken_links(session)) != []


def test_a_rolled_back_change_leaves_no_link(session: Session) -> None:
    edition = builders.edition(session)
    audit.record(session, SYSTEM, "test.lost", edition)
    session.rollback()
    session.commit()
    assert session.scalar(sa.select(sa.func.count()).select_from(AuditRecord)) == 0


def test_many_writers_make_one_chain(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        edition = builders.edition(session)
        audit.record(session, SYSTEM, "test.first", edition)
        session.commit()

    def write(n: int) -> None:
        with sessions() as own:
            for i in range(5):
                audit.record(own, SYSTEM, f"test.{n}.{i}", edition)
                own.commit()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(AuditRecord)) == 41
        assert list(audit.broken_links(session)) == []
