"""Awards: given for now, objected to, held for good."""
