"""Two people move one screening: what the other did, what this one wanted, and the choice between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort
from sqlalchemy.orm import Session

from portal import i18n
from portal.i18n import _, pick
from portal.programme import queries
from portal.programme.days import day_of
from portal.programme.models import Screening
from portal.programme.timetable import written
from portal.web import current


@dataclass(frozen=True, slots=True)
class Place:
    """A hall and a time of day, as they are written."""

    hall: int
    hall_name: str
    start: str

    @property
    def text(self) -> str:
        """`2관 16:20`."""
        return f"{self.hall_name} {self.start}"


@dataclass(frozen=True, slots=True)
class Clash:
    """A move that came second. `was` is what both saw; `rev` is what keeping mine has to name now."""

    code: str
    title: str
    who: str
    when: datetime | None
    was: Place
    theirs: Place
    mine: Place
    rev: int

    def as_json(self) -> dict[str, Any]:
        """Who, when, and each side from where to where."""
        return {
            "who": self.who,
            "when": self.when.isoformat() if self.when else None,
            "theirs": {"from": self.was.text, "to": self.theirs.text},
            "mine": {"from": self.was.text, "to": self.mine.text},
        }


def clash_of(session: Session, screening: Screening, wanted: queries.Spot, rev: int) -> Clash:
    """What happened to a screening since `rev`, beside what was wanted."""
    now = queries.screening_for_desk(session, screening.code) or abort(404)
    names = {hall.id: pick(hall.name_ko, hall.name_en) for hall in queries.hall_choices(session, now.edition_id)}
    moves = queries.moves_since(session, now, rev)
    there = queries.Spot(now.hall_id, now.starts_at)
    person = moves[-1].person if moves else None

    def place(spot: queries.Spot) -> Place:
        zone = current.settings().zone
        return Place(spot.hall, names.get(spot.hall, ""), written(day_of(wanted.starts_at), spot.starts_at, zone))

    return Clash(
        code=now.code,
        title=pick(now.package.title_ko, now.package.title_en),
        who=person.shown_in(i18n.language()) if person else _("Somebody"),
        when=moves[-1].at if moves else None,
        was=place(moves[0].before if moves else there),
        theirs=place(there),
        mine=place(wanted),
        rev=now.rev,
    )
