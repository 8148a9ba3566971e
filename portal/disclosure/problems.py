"""What a check of a ledger returns, and what it may know apart from the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Problem(NamedTuple):
    """A rule that a ledger breaks, with the fix in words; `field` is the path of the value in the ledger's JSON."""

    code: str
    blocking: bool
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known apart from the ledger; what is None is not checked against."""

    submitter: str | None = None
    probed_s: int | None = None
    disclosed_sha256: str | None = None
    master_sha256: str | None = None
    festival_territory: str = "KR"
    festival_from: date | None = None
    festival_until: date | None = None
