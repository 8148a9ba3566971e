"""The task of the hall's questions: a stage left by a talk that was ended on the run sheet is cleared."""

from __future__ import annotations

from portal.live.questions import moderation
from workers.app import app
from workers.context import work


@app.task(name="audience.clear_stage")
def clear_stage(screening_id: int) -> None:
    """What was on stage when the talk ended was answered there."""
    with work() as session:
        moderation.clear_after(session, screening_id)
