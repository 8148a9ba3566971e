"""A juror's own desk: scores, notes, faults, stepping back."""
