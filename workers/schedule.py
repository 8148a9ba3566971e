"""What beat rings for, and how often in seconds."""

from __future__ import annotations

from typing import Any

BEAT: dict[str, dict[str, Any]] = {
    "sweep": {"task": "sweep.all", "schedule": 15.0, "options": {"queue": "sweep", "expires": 15}},
    "tidy-media": {"task": "sweep.tidy_media", "schedule": 120.0, "options": {"queue": "sweep", "expires": 120}},
}
