"""Structured logs: UTC, one JSON object a line in production, readable lines on one's own machine."""

from __future__ import annotations

import logging

import structlog
from structlog.typing import Processor


def configure(*, local: bool) -> None:
    """Set the process's log format; secrets and personal text are never passed to a logger."""
    structlog.configure(
        processors=[*_FACTS, structlog.processors.format_exc_info, _renderer(local)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )


def configure_libraries(*, local: bool) -> None:
    """Let what libraries log through `logging` come out in the same format; for processes without a logging set-up."""
    meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_FACTS, structlog.processors.format_exc_info], processors=[meta, _renderer(local)]
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler])


_FACTS: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def _renderer(local: bool) -> Processor:
    return structlog.dev.ConsoleRenderer(colors=False) if local else structlog.processors.JSONRenderer()
