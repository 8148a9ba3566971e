"""Rounds, panels, fair assignment, score sheets and results."""
