"""Kinds of mails."""

from __future__ import annotations

from portal import paths
from portal.mail.kinds import KINDS, folder_of


def test_the_kinds_are_the_folders() -> None:
    assert set(map(folder_of, KINDS)) == {one.name for one in (paths.TEMPLATES / "mail").iterdir() if one.is_dir()}
