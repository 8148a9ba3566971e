"""Settings refuse what would be unsafe, and read secrets from files."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.settings import Misconfigured, Settings

SAFE = {
    "PORTAL_ENV": "production",
    "PORTAL_SECRET_KEY": "s" * 32,
    "PORTAL_BASE_URL": "https://pan.example",
    "PORTAL_SMTP_URL": "smtp://relay.example:25",
    "PORTAL_PAPERS_KEY": "a1" * 32,
}


def test_a_production_start_needs_its_settings(tmp_path: Path) -> None:
    assert not Settings.from_env({**SAFE, "PORTAL_DATA": str(tmp_path)}).local


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTAL_SECRET_KEY", "short"),
        ("PORTAL_SECRET_KEY", ""),
        ("PORTAL_BASE_URL", "http://pan.example"),
        ("PORTAL_SMTP_URL", ""),
        ("PORTAL_PAPERS_KEY", ""),
        ("PORTAL_PAPERS_KEY", "words that are no key"),
        ("PORTAL_VAPID_KEY", "words that are no key"),
        ("PORTAL_PUSH_SERVICES", "fcm.googleapis.com http://10.0.0.1"),
    ],
)
def test_a_production_start_refuses_weak_settings(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(Misconfigured, match=name):
        Settings.from_env({**SAFE, "PORTAL_DATA": str(tmp_path), name: value})


def test_a_secret_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("f" * 40 + "\n")
    found = Settings.from_env({**SAFE, "PORTAL_DATA": str(tmp_path), "PORTAL_SECRET_KEY_FILE": str(tmp_path / "key")})
    assert found.secret_key == "f" * 40


def test_a_local_installation_makes_and_keeps_its_own_secret(tmp_path: Path) -> None:
    first = Settings.from_env({"PORTAL_DATA": str(tmp_path)})
    assert len(first.secret_key) >= 40
    assert Settings.from_env({"PORTAL_DATA": str(tmp_path)}).secret_key == first.secret_key
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0


def test_the_secret_is_not_shown() -> None:
    assert "hidden" not in repr(Settings(secret_key="hidden"))


@pytest.mark.parametrize(
    "url",
    [
        "https://a:hidden@host/films",
        "s3://host/films",
        "s3://a:hidden@host",
        "s3://a:hidden@host/films/more",
        "s3://a@h/f",
    ],
)
def test_a_bucket_needs_its_whole_address(tmp_path: Path, url: str) -> None:
    with pytest.raises(Misconfigured, match="PORTAL_S3_URL") as refused:
        Settings.from_env({"PORTAL_DATA": str(tmp_path), "PORTAL_S3_URL": url})
    assert "hidden" not in str(refused.value)


def test_the_bucket_of_a_file_is_read_and_its_secret_not_shown(tmp_path: Path) -> None:
    (tmp_path / "bucket").write_text("s3://key:hidden@store.example:9000/films?region=ap-northeast-2\n")
    found = Settings.from_env({"PORTAL_DATA": str(tmp_path), "PORTAL_S3_URL_FILE": str(tmp_path / "bucket")})
    assert found.files_origin == "https://store.example:9000"
    assert "hidden" not in repr(found)
