"""Days filled by an exact solver, and the times people are engaged elsewhere."""
