"""Policies on AI use: read, evaluated, versioned, waived."""
