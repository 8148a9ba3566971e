"""`portal doctor`: what is wrong is named, what waits because of it is counted, and the exit status tells."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from click.testing import CliRunner
from sqlalchemy.orm import Session

from portal import clock
from portal.cli import main
from portal.doctor import Health, examine
from portal.settings import Settings
from portal.upgrade import downgrade
from tests import builders, services
from tests.mail.test_outbox import queue


def ill(settings: Settings) -> dict[str, str]:
    """What is wrong, by part."""
    return {sign.part: sign.words for sign in examine(settings) if sign.health is Health.ILL}


def told(settings: Settings, part: str) -> list[tuple[Health, str]]:
    """What was said of a part."""
    return [(sign.health, sign.words) for sign in examine(settings) if sign.part == part]


def test_a_well_installation_passes(environment: Settings, session: Session) -> None:
    answer = CliRunner().invoke(main, ["doctor"])
    assert answer.exit_code == 0, answer.output
    assert "database: answers" in answer.output
    assert "note  mail server: none is named; mails wait" in answer.output


@pytest.mark.redis
def test_a_broker_that_is_there_is_heard(settings: Settings, session: Session) -> None:
    from dataclasses import replace

    with services.redis() as url:
        assert told(replace(settings, broker_url=url), "broker") == [(Health.WELL, "answers")]


def test_a_broker_that_is_away_is_named_with_the_mails_that_wait(
    environment: Settings, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_BROKER_URL", "redis://127.0.0.1:9/0")
    monkeypatch.setenv("PORTAL_SMTP_URL", "smtp://127.0.0.1:9")
    queue(session, builders.person(session))
    session.commit()
    with time_machine.travel(clock.now() + timedelta(minutes=4)):
        answer = CliRunner().invoke(main, ["doctor"])
    assert answer.exit_code == 1
    assert "ill   broker: does not answer; rows wait" in answer.output
    assert "ill   mail server: does not answer; mails wait" in answer.output
    assert "ill   mail: 1 waited longer than three minutes" in answer.output


def test_an_old_database_is_told_what_it_needs(settings: Settings, session: Session) -> None:
    session.close()
    downgrade(settings.database_url, "0001")
    assert "portal db upgrade" in ill(settings)["database"]


def test_a_database_that_is_away_is_named(tmp_path: object) -> None:
    away = Settings(database_url="postgresql://nobody@127.0.0.1:9/none", secret_key="x" * 40)
    assert "does not answer" in ill(away)["database"]
