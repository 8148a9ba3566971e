"""Celery workers: thin tasks that load a row by id, call the domain and commit."""
