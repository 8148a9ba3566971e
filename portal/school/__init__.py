"""Cohorts, teams and the mentor's sign-off."""
