"""The cross-check of a disclosure with the entry's files."""
