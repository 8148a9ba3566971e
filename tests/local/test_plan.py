"""Which processes a machine gets, and when it cannot have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.local import plan


@pytest.fixture
def procfile(tmp_path: Path) -> Path:
    path = tmp_path / "Procfile"
    path.write_text("web: true\nbeat: true\n")
    return path


def names(procfile: Path, **given: str) -> list[str]:
    data = procfile.parent / "var"
    return [service.name for service in plan.services(given, data, 8000, procfile, lambda _: None)]


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORTAL_BROKER_URL", "PORTAL_BROKER_URL_FILE", "PORTAL_SMTP_URL", "PORTAL_SMTP_URL_FILE"):
        monkeypatch.delenv(name, raising=False)


def test_a_machine_without_anything_gets_a_broker_and_a_mailbox_first(procfile: Path) -> None:
    assert names(procfile) == ["broker", "mailbox", "web", "beat"]


@pytest.mark.parametrize("suffix", ["", "_FILE"])
def test_given_servers_are_used_instead(procfile: Path, suffix: str) -> None:
    given = {f"PORTAL_BROKER_URL{suffix}": "redis://broker.example", f"PORTAL_SMTP_URL{suffix}": "smtp://mail.example"}
    assert names(procfile, **given) == ["web", "beat"]


def test_a_data_folder_has_one_portal_at_a_time(tmp_path: Path) -> None:
    with plan.only_one(tmp_path), pytest.raises(plan.CannotRun, match="another portal"), plan.only_one(tmp_path):
        pass
    with plan.only_one(tmp_path):
        pass
