"""Letters from the office to a chosen audience."""
