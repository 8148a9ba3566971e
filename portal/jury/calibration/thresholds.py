"""Where a word begins: contested, flat, wild. They stand alone, so that pages can ask without the numerics."""

GREY = (0.1, 0.9)
"""Chances of a place between which a film may or may not be among the best (jury.md §3)."""

FLAT_SLOPE, WILD_NOISE = 0.3, 2.0
"""Below this slope a juror does not follow the films, above this noise the scores scatter far more than the others'."""
