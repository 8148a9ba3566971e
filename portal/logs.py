"""Structured logs: UTC, one JSON object a line in production, readable lines on one's own machine."""

from __future__ import annotations

import logging

import structlog


def configure(*, local: bool) -> None:
    """Set the process's log format; secrets and personal text are never passed to a logger."""
    renderer = structlog.dev.ConsoleRenderer(colors=False) if local else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
