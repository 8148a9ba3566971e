"""Passwords: Argon2id, decoys, and hashes that follow the parameters."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from portal.accounts import passwords
from portal.errors import Invalid


def test_a_password_matches_its_own_hash_only() -> None:
    stored = passwords.hashed("달빛 아래 종이 고래")
    assert stored.startswith("$argon2id$")
    assert passwords.matches(stored, "달빛 아래 종이 고래")
    assert not passwords.matches(stored, "달빛 아래 종이 고래 ")


@pytest.mark.parametrize("stored", [None, "", "not a hash"])
def test_nothing_matches_a_missing_hash(stored: str | None) -> None:
    assert not passwords.matches(stored, "no such account")


def test_a_hash_of_older_parameters_is_outdated() -> None:
    assert passwords.outdated(PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash("x"))
    assert not passwords.outdated(passwords.hashed("x"))


@pytest.mark.parametrize("weak", ["short", "a" * 201, "aaaaaaaaaaaa", "hanseoyun2027"])
def test_weak_passwords_are_refused(weak: str) -> None:
    with pytest.raises(Invalid) as refused:
        passwords.check_strength(weak, email="hanseoyun@example.com")
    assert refused.value.field == "new_password"
