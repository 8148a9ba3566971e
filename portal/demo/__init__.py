"""The demo festival: a living edition at the real scale, with invented people and films, from a fixed seed."""

from portal.demo.festival import load, reset
from portal.demo.guide import welcome

__all__ = ["load", "reset", "welcome"]
