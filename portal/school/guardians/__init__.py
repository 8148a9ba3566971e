"""Guardians of students under age: asked, answered, and what is missing."""
