"""Mails as rows: queued with the change they tell of, previewed, released, delivered once."""
