"""Examines a film as far as a verdict needs it: every packet, all of the sound, the ends of the picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal.media import edges, sound
from portal.media.edges import Edges
from portal.media.probe import Film, probe
from portal.media.sound import Sound


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found in a film; a rule that changes later is applied to these, not to the file."""

    film: Film
    sound: Sound | None = None
    edges: Edges = field(default_factory=Edges)

    def to_json(self) -> dict[str, Any]:
        """The facts as they are kept in a row."""
        heard = self.sound.to_json() if self.sound else None
        return {"film": self.film.to_json(), "sound": heard, "edges": self.edges.to_json()}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Facts:
        """The facts kept in a row; one from before there were ears and eyes has only the film."""
        heard, seen = kept.get("sound"), kept.get("edges")
        return cls(
            Film.from_json(kept["film"]),
            Sound.from_json(heard) if heard else None,
            Edges(**seen) if seen else Edges(),
        )


def inspect(source: Path, job: Path, *, binary: str) -> Facts:
    """The facts of a film, found by limited children inside `job`; raises Refused for what cannot be shown whole."""
    film = probe(source, job)
    heard = sound.listen(source, film, job, binary=binary)
    return Facts(film, heard, edges.look(source, film, job, binary=binary))
