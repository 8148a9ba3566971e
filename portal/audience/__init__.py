"""Seats, the waiting list, tickets and check-in."""
