"""Decided now, announced later by two people."""
