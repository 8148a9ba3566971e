"""What is noted about the meeting that decided a round."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from portal import audit
from portal.errors import Invalid, require_at_most
from portal.i18n import N_
from portal.jury.models import Round
from portal.policies import Actor

LIMITS = {"when": 120, "where": 200, "present": 2000, "notes": 8000}


def write(session: Session, round_: Round, written: Mapping[str, str], *, by: Actor) -> None:
    """Keep when and where one met, who was present, and the notes; what releases noted stays."""
    for name, limit in LIMITS.items():
        require_at_most(limit, name, written[name])
    if not written["when"]:
        raise Invalid("when", N_("Write when the meeting was."))
    round_.meeting = {**round_.meeting, **{name: written[name] for name in LIMITS}}
    audit.record(session, by, "round.meeting", round_, when=written["when"], where=written["where"])
    session.flush()
