"""Weights that come to a hundred together, and jurors spread by them. Pure."""

from __future__ import annotations

from collections.abc import Sequence

WHOLE = 100


def scaled(weights: Sequence[int], total: int) -> list[int]:
    """The same proportions with another sum: whole numbers of at least 1, the largest remainders rounded up.

    Raises ValueError where the total is too small to give everyone 1.
    """
    if total < len(weights):
        raise ValueError("less than 1 for each")
    spare, whole = total - len(weights), sum(weights)
    exact = [spare * weight / whole for weight in weights]
    found = [int(share) for share in exact]
    order = sorted(range(len(weights)), key=lambda n: (found[n] - exact[n], n))
    for n in order[: spare - sum(found)]:
        found[n] += 1
    return [1 + share for share in found]
