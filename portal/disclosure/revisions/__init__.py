"""What was handed in: its chain, its differences, and how it is amended."""
