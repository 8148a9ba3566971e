"""What beat rings for, and how often in seconds."""

from __future__ import annotations

from typing import Any

BEAT: dict[str, dict[str, Any]] = {
    "sweep": {"task": "sweep.all", "schedule": 15.0, "options": {"queue": "sweep", "expires": 15}},
    "expire-consents": {
        "task": "sweep.expire_consents",
        "schedule": 600.0,
        "options": {"queue": "sweep", "expires": 600},
    },
    "plan-reminders": {
        "task": "sweep.plan_reminders",
        "schedule": 300.0,
        "options": {"queue": "sweep", "expires": 300},
    },
    "shred-papers": {"task": "sweep.shred_papers", "schedule": 3600.0, "options": {"queue": "sweep", "expires": 3600}},
    "forget-told": {"task": "sweep.forget_told", "schedule": 3600.0, "options": {"queue": "sweep", "expires": 3600}},
    "seal-disclosures": {
        "task": "sweep.seal_disclosures",
        "schedule": 3600.0,
        "options": {"queue": "sweep", "expires": 3600},
    },
    "tidy-media": {"task": "sweep.tidy_media", "schedule": 120.0, "options": {"queue": "sweep", "expires": 120}},
}
