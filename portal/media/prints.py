"""What is compared of two films, and what comes of it: plain data, for the service and for the comparing worker."""

from __future__ import annotations

from dataclasses import dataclass

# Below this two films merely share a leader, a licensed song, or chance.
LEAST_PICTURE_BP, LEAST_SOUND_BP = 1000, 3000


@dataclass(frozen=True, slots=True)
class Prints:
    """The fingerprints of one film."""

    asset_id: int
    picture: bytes
    sound: bytes


@dataclass(frozen=True, slots=True)
class Alike:
    """Another film and the shares of the shorter one that are found again in it, in basis points."""

    other_id: int
    picture_bp: int
    sound_bp: int

    @property
    def telling(self) -> bool:
        """Whether somebody should look at it."""
        return self.picture_bp >= LEAST_PICTURE_BP or self.sound_bp >= LEAST_SOUND_BP
