"""What tests of accounts share: the link in the last mail, and two threads at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal.db import unit_of_work
from portal.mail.models import OutgoingMail


@pytest.fixture
def mailed_path(session: Session) -> Callable[[str], str]:
    """The path of the link in the newest mail to an address."""

    def newest(email: str) -> str:
        text = session.scalar(
            sa.select(OutgoingMail.text).where(OutgoingMail.recipient == email).order_by(OutgoingMail.id.desc())
        )
        session.rollback()
        assert text is not None
        found = re.search(r"http://portal\.test(/(?:ko|en)/(?:login|invitations)/\S+)", text)
        assert found is not None
        return found.group(1)

    return newest


@pytest.fixture
def at_once(sessions: sessionmaker[Session]) -> Callable[[Callable[[Session], object], int], list[object]]:
    """Run one command in several transactions that start together; answers or exceptions, in any order."""

    def run(command: Callable[[Session], object], times: int) -> list[object]:
        gate = Barrier(times)

        def one(_: int) -> object:
            gate.wait()
            try:
                with unit_of_work(sessions) as session:
                    return command(session)
            except Exception as error:  # noqa: BLE001 the race's loser is the subject here
                return error

        with ThreadPoolExecutor(times) as pool:
            return list(pool.map(one, range(times)))

    return run
