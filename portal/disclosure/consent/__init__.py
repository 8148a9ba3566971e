"""Consents of people, by link or on paper, and what happens while one is missing."""
