"""An instance and its plans as gzipped JSON in the neutral format: what a run keeps, to be solved again years later."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.jury.allocation.affinity import Fit, affinity
from portal.jury.allocation.exchange import instance_from_json, instance_to_json, plan_to_json
from portal.jury.allocation.model import FilmTraits, Instance, JurorTraits, Plan


def pack(data: Mapping[str, Any]) -> bytes:
    """The same data always gives the same bytes."""
    text = json.dumps(data, separators=(",", ":"), sort_keys=True)
    return gzip.compress(text.encode(), mtime=0)


def unpack(content: bytes) -> dict[str, Any]:
    """What was packed."""
    found: dict[str, Any] = json.loads(gzip.decompress(content))
    return found


def pack_instance(instance: Instance, traits: Mapping[str, Any]) -> bytes:
    """The instance, and beside it what films and jurors are like, for explanations."""
    return pack({**instance_to_json(instance), "traits": traits})


@dataclass(frozen=True, eq=False)
class Kept:
    """A stored instance with the fit of every pair in its parts."""

    instance: Instance
    fit: Fit
    films: dict[str, int]
    jurors: dict[str, int]


def unpack_instance(content: bytes) -> Kept:
    """The instance with where each film (by number) and juror (by label) is in it."""
    data = unpack(content)
    instance = instance_from_json(data)
    traits = data["traits"]
    fit = affinity([FilmTraits(**one) for one in traits["films"]], [JurorTraits(**one) for one in traits["jurors"]])
    films = {film.id: index for index, film in enumerate(instance.films)}
    return Kept(instance, fit, films, {juror.id: index for index, juror in enumerate(instance.jurors)})


def pack_plans(plans: Mapping[int, Plan]) -> bytes:
    """Plans by what keeping a pair was worth, in hundredths of a percent."""
    return pack({str(worth): plan_to_json(plan) | {"prices": list(plan.prices)} for worth, plan in plans.items()})


def unpack_plan(content: bytes, worth: int) -> Plan:
    """One of the stored plans."""
    data = unpack(content)[str(worth)]
    return Plan(
        status=data["status"],
        pairs=tuple((int(film), int(juror)) for film, juror in data["pairs"]),
        objective=data["objective"],
        bound=data["bound"],
        gap=data["gap"],
        worst_ratio=data["worst_ratio"],
        load_minutes=tuple(data["load_minutes"]),
        prices=tuple(data["prices"]),
    )
