"""Juries of the size of real festivals and conferences, and what may befall them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from portal.jury.allocation.affinity import affinity
from portal.jury.allocation.exchange import instance_from_json
from portal.jury.allocation.model import Film, FilmTraits, GroupRule, Instance, Juror, JurorTraits

GENERATOR = Path(__file__).resolve().parents[2] / "shared" / "data" / "jury" / "generate.py"
SEED = 2024
GENRES = tuple(f"genre {number}" for number in range(12))
CATEGORIES = {"short": 263, "short-form": 45, "advertisement": 112, "ip": 115}
LANGUAGES = {"en": 0.55, "ko": 0.25, "es": 0.08, "fr": 0.05, "ja": 0.04, "zh": 0.03}
PANELS = 3
BAND = 0.05

Kind = Literal["plan", "drop-out", "certificate"]


@dataclass(frozen=True)
class Case:
    """An instance to measure; `size` is what `--sizes` asks for, rivals run where `compared`."""

    name: str
    size: str
    build: Callable[[], Instance]
    kind: Kind = "plan"
    compared: bool = False


def source() -> str:
    """Which generator made the festivals."""
    return "shared/data/jury/generate.py" if GENERATOR.exists() else "own generator of the same shape"


def festival(films: int, jurors: int, *, floor: float = 0.8) -> Instance:
    """Three jurors a film, minutes within 5 % of the mean: the shared generator's, or one of our own of its shape."""
    return replace(_shared(films, jurors) if GENERATOR.exists() else invented(films, jurors), floor=floor)


def _shared(films: int, jurors: int) -> Instance:
    spec = importlib.util.spec_from_file_location("generate", GENERATOR)
    assert spec
    assert spec.loader
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return instance_from_json(module.instance(films, jurors, SEED))


def invented(films: int, jurors: int, seed: int = SEED) -> Instance:
    """A festival of our own making, with the shares of a real one."""
    random = np.random.default_rng(seed)
    entries = [_film(random, number) for number in range(films)]
    people = [_juror(random, number) for number in range(jurors)]
    fit = affinity(entries, people).total + random.normal(0, 0.04, (films, jurors))
    minutes = np.clip(np.round(np.exp(random.normal(np.log(5), 0.65, films)) * 2) / 2, 1, 20)
    share = float(minutes.sum()) * 3 / jurors
    return Instance(
        films=tuple(Film(one.id, float(length), 3) for one, length in zip(entries, minutes, strict=True)),
        jurors=tuple(Juror(one.id, share * (1 - BAND), share * (1 + BAND)) for one in people),
        affinity=np.clip(fit, 0, 1).round(4),
        conflicts=_pairs(random.random((films, jurors)) < 0.03),
        floor=0.8,
    )


def _film(random: np.random.Generator, number: int) -> FilmTraits:
    genres = random.choice(GENRES, size=random.integers(1, 4), replace=False)
    weights = np.array(list(CATEGORIES.values()), dtype=float)
    return FilmTraits(
        f"F{number}",
        {str(genre): float(random.uniform(0.5, 1)) for genre in genres},
        str(random.choice(list(LANGUAGES), p=list(LANGUAGES.values()))),
        str(random.choice(list(CATEGORIES), p=weights / weights.sum())),
    )


def _juror(random: np.random.Generator, number: int) -> JurorTraits:
    skill = random.dirichlet(np.full(len(GENRES), 0.35))
    spoken = {tongue: float(random.choice([1.0, 0.6])) for tongue in LANGUAGES if random.random() < 0.3}
    taste = {name: float(random.choice([1.0, 0.5, 0.0], p=[0.4, 0.35, 0.25])) for name in CATEGORIES}
    return JurorTraits(f"J{number}", dict(zip(GENRES, map(float, skill), strict=True)), {"en": 1.0, **spoken}, taste)


def _pairs(mask: np.ndarray[Any, Any]) -> frozenset[tuple[int, int]]:
    return frozenset((int(film), int(juror)) for film, juror in np.argwhere(mask))


def conference(papers: int, reviewers: int) -> Instance:
    """The shape of the AAMAS bids on PrefLib: most pairs without a bid, a few "maybe" and "yes", some conflicts.

    Papers have no length: each counts one minute, and a reviewer's band is what an even load rounds to.
    """
    random = np.random.default_rng(SEED)
    keen = random.beta(1.2, 6.0, reviewers)
    bids = random.random((papers, reviewers))
    value = np.where(bids < keen * 0.4, 1.0, np.where(bids < keen, 0.5, 0.0))
    even = papers * 3 / reviewers
    return Instance(
        films=tuple(Film(f"P{number}", 1.0, 3) for number in range(papers)),
        jurors=tuple(Juror(f"R{number}", float(int(even) - 1), float(int(even) + 2)) for number in range(reviewers)),
        affinity=np.round(0.9 * value + 0.1 * random.random((papers, reviewers)), 4),
        conflicts=_pairs(random.random((papers, reviewers)) < 0.03),
        floor=0.0,
    )


def with_panels(instance: Instance) -> Instance:
    """One juror of each of three panels for every film; a panel's minutes are shared among its members."""
    films = tuple(range(len(instance.films)))
    total = sum(film.minutes for film in instance.films)
    members = [tuple(range(one, len(instance.jurors), PANELS)) for one in range(PANELS)]
    shares = [total / len(members[index % PANELS]) for index in range(len(instance.jurors))]
    jurors = tuple(
        replace(juror, min_minutes=share * (1 - BAND), max_minutes=share * (1 + BAND))
        for juror, share in zip(instance.jurors, shares, strict=True)
    )
    rules = tuple(GroupRule(f"panel {one}", members[one], films, at_least=1) for one in range(PANELS))
    return replace(instance, jurors=jurors, groups=rules)


def overbooked(instance: Instance) -> Instance:
    """Too few hours: a tenth less than needed."""
    jurors = tuple(replace(one, min_minutes=0.0, max_minutes=one.max_minutes * 0.9) for one in instance.jurors)
    return replace(instance, jurors=jurors)


def unspoken(instance: Instance) -> Instance:
    """Every tenth film asks for one speaker, who has a conflict with the first three of them."""
    films = tuple(range(0, len(instance.films), 10))
    rule = GroupRule("Spanish speaker", (3,), films, at_least=1)
    return replace(instance, groups=(rule,), conflicts=instance.conflicts | {(film, 3) for film in films[:3]})


def lone_producer(instance: Instance) -> Instance:
    """A panel of one juror, who would have to watch everything."""
    rule = GroupRule("producers", (0,), tuple(range(len(instance.films))), at_least=1)
    return replace(instance, groups=(rule,), conflicts=frozenset(pair for pair in instance.conflicts if pair[1]))


CASES = (
    Case("535x16", "535x16", lambda: festival(535, 16), compared=True),
    Case("535x16 without floor", "535x16", lambda: festival(535, 16, floor=0.0), compared=True),
    Case("535x16 panels", "535x16", lambda: with_panels(festival(535, 16))),
    Case("535x16 drop-out", "535x16", lambda: festival(535, 16), "drop-out"),
    Case("535x16 too few hours", "535x16", lambda: overbooked(festival(535, 16)), "certificate"),
    Case("535x16 no speaker", "535x16", lambda: unspoken(festival(535, 16)), "certificate"),
    Case("535x16 lone producer", "535x16", lambda: lone_producer(festival(535, 16)), "certificate"),
    Case("2067x60", "2067x60", lambda: festival(2067, 60), compared=True),
    Case("2067x60 without floor", "2067x60", lambda: festival(2067, 60, floor=0.0), compared=True),
    Case("2067x60 panels", "2067x60", lambda: with_panels(festival(2067, 60))),
    Case("10000x400 without floor", "10000x400", lambda: festival(10_000, 400, floor=0.0), compared=True),
    Case("AAMAS'15 613x201", "613x201", lambda: conference(613, 201), compared=True),
    Case("AAMAS'16 442x161", "442x161", lambda: conference(442, 161), compared=True),
)
SIZES = tuple(dict.fromkeys(case.size for case in CASES))
