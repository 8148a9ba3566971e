"""Reminders: rows with a due time, each sent once, cancelled when their reason ends."""
