"""Venues, packages, screenings and Q&A sessions."""
