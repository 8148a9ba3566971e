"""What a state machine is: a name, and for each state those that may follow."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Protocol


@dataclass(frozen=True)
class Lifecycle:
    """A named machine: for each state the states that may follow."""

    name: str
    moves: dict[StrEnum, frozenset[StrEnum]]

    def allows(self, before: StrEnum, after: StrEnum) -> bool:
        """Whether `after` may follow `before`."""
        return after in self.moves.get(before, frozenset())


class Stateful(Protocol):
    """A row with a lifecycle: its class names the machine, `state` holds where it stands."""

    lifecycle: ClassVar[Lifecycle]
    state: Any


def moves(*pairs: tuple[StrEnum, tuple[StrEnum, ...]]) -> dict[StrEnum, frozenset[StrEnum]]:
    """The table of a machine from (before, those that may follow)."""
    return {before: frozenset(after) for before, after in pairs}
