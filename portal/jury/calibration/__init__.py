"""Pure statistics of scores and orderings."""
