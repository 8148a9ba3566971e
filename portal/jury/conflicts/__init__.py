"""Conflicts of interest: told, computed, settled."""
