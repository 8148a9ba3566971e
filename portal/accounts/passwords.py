"""Passwords as Argon2id hashes; checking one takes the same time whether or not there is one to check."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.errors import Invalid
from portal.i18n import N_

SHORTEST, LONGEST = 10, 200

# OWASP's second recommendation: 19 MiB and two passes keep sixteen threads of a small machine within bounds.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hashed(password: str) -> str:
    """The hash to store."""
    return _hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether the password belongs to the hash; without a hash it compares with a decoy and says no."""
    try:
        return _hasher.verify(stored or _decoy(), password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def check_strength(password: str, *, email: str) -> None:
    """Raise Invalid for a password that is too short, too long, or the person's own address."""
    if len(password) < SHORTEST:
        raise Invalid("new_password", N_("Use at least {shortest} characters."), shortest=SHORTEST)
    if len(password) > LONGEST:
        raise Invalid("new_password", N_("Use at most {longest} characters."), longest=LONGEST)
    if len(set(password)) < 4 or (email.partition("@")[0] in password.lower() and len(email.partition("@")[0]) > 3):
        raise Invalid("new_password", N_("This is easy to guess. Use a few unrelated words."))


@cache
def _decoy() -> str:
    return _hasher.hash("no such account")
