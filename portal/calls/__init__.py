"""Editions, calls, categories, deadlines and versioned regulations."""
