"""How much of one film is found again in another, by their fingerprints; imports numpy, so only workers import it.

One likeness of two seconds proves nothing: they count when their neighbours are alike in the same order.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from portal.media.prints import Alike, Prints

Hashes = npt.NDArray[np.uint64]
Values = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.bool_]
# Of 64 bits; two pictures that have nothing to do with each other differ in about 32.
MOST_DIFFERENT_BITS = 11
# Fewer seconds with something to recognise than this are no film to compare.
LEAST_SECONDS = 5
# Of Chromaprint's 32 bits, and how many of its values decide together (about a second).
MOST_DIFFERENT_SOUND_BITS = 8
_SECOND = 8
_OFFSETS = 3
_LEAST_VOTES = 4
# The upper bits of a value hardly change with another encoder: they find where two sounds may lie on each other.
_COARSE = np.uint32(12)
_WHOLE = 10_000


def among(own: Prints, others: Iterable[Prints]) -> list[Alike]:
    """The films among `others` that somebody should look at beside this one."""
    found = (Alike(other.asset_id, seen(own.picture, other.picture), heard(own.sound, other.sound)) for other in others)
    return [alike for alike in found if alike.telling]


def seen(one: bytes, other: bytes) -> int:
    """The share of the shorter film's seconds that the longer one shows as well, in basis points."""
    shorter, longer = sorted((_hashes(one), _hashes(other)), key=len)
    telling = shorter != 0
    if telling.sum() < LEAST_SECONDS or not len(longer):
        return 0
    alike = np.zeros((len(shorter), len(longer)), np.bool_)
    for row, value in enumerate(shorter):
        if value:
            alike[row] = (np.bitwise_count(value ^ longer) <= MOST_DIFFERENT_BITS) & (longer != 0)
    return int(_in_order(alike).sum() * _WHOLE // telling.sum())


def _in_order(alike: Flags) -> Flags:
    """For each row whether one of its likenesses has a neighbour before or behind it in both films."""
    pairs = alike[:-1, :-1] & alike[1:, 1:]
    found = np.zeros(len(alike), np.bool_)
    found[:-1] |= pairs.any(axis=1)
    found[1:] |= pairs.any(axis=1)
    return found


def heard(one: bytes, other: bytes) -> int:
    """The share of the shorter film's sound that is in the longer one as well, in basis points."""
    shorter, longer = sorted((_values(one), _values(other)), key=len)
    telling = _changing(shorter)
    if telling.sum() < LEAST_SECONDS * _SECOND:
        return 0
    found = np.zeros(len(shorter), np.bool_)
    for offset in _offsets(shorter, longer):
        found |= _together(shorter, longer, offset)
    return int((found & telling).sum() * _WHOLE // telling.sum())


def _offsets(shorter: Values, longer: Values) -> list[int]:
    """The few shifts at which most values of the two sounds agree."""
    keys, first = np.unique(longer[_changing(longer)] >> _COARSE, return_index=True)
    places = np.flatnonzero(_changing(longer))[first]
    wanted = shorter >> _COARSE
    at = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    agreeing = np.flatnonzero(_changing(shorter) & (keys[at] == wanted)) if len(keys) else np.array([], np.int64)
    shifts, votes = np.unique(places[at[agreeing]] - agreeing, return_counts=True)
    best = np.argsort(-votes, kind="stable")[:_OFFSETS]
    return [int(shifts[number]) for number in best if votes[number] >= _LEAST_VOTES]


def _together(shorter: Values, longer: Values, offset: int) -> Flags:
    """For each value of the shorter sound whether, moved by `offset`, it agrees within its second."""
    begin, end = max(0, -offset), min(len(shorter), len(longer) - offset)
    agrees = np.zeros(len(shorter), np.bool_)
    moved = longer[begin + offset : end + offset]
    agrees[begin:end] = np.bitwise_count(shorter[begin:end] ^ moved) <= MOST_DIFFERENT_SOUND_BITS
    around = np.convolve(agrees, np.ones(_SECOND), mode="same")
    return np.asarray(agrees & (around > _SECOND / 2), np.bool_)


def _changing(values: Values) -> Flags:
    """Where the sound changes: a value that repeats the one before it is silence or a held tone."""
    flags = np.ones(len(values), np.bool_)
    flags[1:] = values[1:] != values[:-1]
    return flags


def _hashes(kept: bytes) -> Hashes:
    return np.frombuffer(kept, ">u8").astype(np.uint64)


def _values(kept: bytes) -> Values:
    return np.frombuffer(kept, "<u4").astype(np.uint32)
