"""What a juror may see of a film besides the film, and what the other jurors gave it.

A field that the round hides is not asked of the database at all, so that nothing of it can reach a page.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from babel import Locale
from sqlalchemy.orm import Session

from portal import i18n
from portal.entries.fields import CREDIT_ROLES
from portal.entries.models import Credit, Entry
from portal.i18n import pick, translate
from portal.jury.assigning.models import Assignment
from portal.jury.models import Hidden, Juror, Round, Visibility
from portal.jury.scoring.models import ScoreSheet
from portal.lifecycles import AssignmentState, SheetState
from portal.school.models import Cohort

_HANDED_IN = (SheetState.SUBMITTED, SheetState.LOCKED)
_COUNTS = (AssignmentState.SCORED, AssignmentState.LOCKED)
_COLUMNS: dict[Hidden, tuple[sa.ColumnElement[Any], ...]] = {
    Hidden.SCHOOL: (Cohort.name_ko.label("school_ko"), Cohort.name_en.label("school_en")),
    Hidden.COUNTRY: (Entry.country.label("country"),),
    Hidden.STATEMENT: (Entry.statement.label("statement"),),
}


@dataclass(frozen=True)
class Shown:
    """What of a film its round shows; None or empty is hidden, or not there. `credits` are (role, names)."""

    label: bool
    credits: tuple[tuple[str, str], ...] = ()
    school: str = ""
    country: str = ""
    statement: str = ""

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Roles with their names, school and country, as a list of names and values."""
        rest = ((translate("School"), self.school), (translate("Country"), self.country))
        return [*self.credits, *((name, value) for name, value in rest if value)]


def of_film(session: Session, entry_id: int, hidden: Collection[str]) -> Shown:
    """What the round shows of a film."""
    people = () if Hidden.PEOPLE in hidden else _credits(session, entry_id)
    columns = [column for name, found in _COLUMNS.items() if name not in hidden for column in found]
    label = Hidden.LABEL not in hidden
    if not columns:
        return Shown(label, people)
    wanted = sa.select(*columns).select_from(Entry).where(Entry.id == entry_id)
    if Hidden.SCHOOL not in hidden:
        wanted = wanted.outerjoin(Cohort, Cohort.id == Entry.cohort_id)
    row = session.execute(wanted).one()._mapping
    return Shown(
        label,
        people,
        school=pick(row.get("school_ko"), row.get("school_en")),
        country=_country(row.get("country", "")),
        statement=row.get("statement", ""),
    )


def _credits(session: Session, entry_id: int) -> tuple[tuple[str, str], ...]:
    """The names by role, as the makers ordered them."""
    rows = session.execute(
        sa.select(Credit.role, Credit.native_name, Credit.latin_name)
        .where(Credit.entry_id == entry_id)
        .order_by(Credit.position, Credit.id)
    )
    found: dict[str, list[str]] = {}
    for role, native, latin in rows:
        found.setdefault(translate(CREDIT_ROLES[role]), []).append(pick(native, latin or native))
    return tuple((role, ", ".join(names)) for role, names in found.items())


def _country(code: str) -> str:
    return str(Locale.parse(i18n.language()).territories.get(code, code)) if code else ""


@dataclass(frozen=True)
class Other:
    """What another juror gave: `total` in points; `label` only where the round does not hide people."""

    total: float
    comment: str
    label: str = ""


def may_see_others(round_: Round, sheet: ScoreSheet | None) -> bool:
    """Whether the round's rule lets a juror with this sheet see what others gave."""
    handed_in = sheet is not None and sheet.state in _HANDED_IN
    return round_.visibility == Visibility.ALWAYS or (round_.visibility == Visibility.AFTER_OWN and handed_in)


def others(session: Session, assignment: Assignment) -> list[Other] | None:
    """What others gave this film and stands; None where the round does not show it (yet).

    Best first, so that in a blind round the order tells nothing of who they are.
    """
    if not may_see_others(assignment.round, assignment.sheet):
        return None
    people = Hidden.PEOPLE not in assignment.round.hidden
    columns = (ScoreSheet.total, ScoreSheet.comment, *((Juror.label,) if people else ()))
    rows = session.execute(
        sa.select(*columns)
        .select_from(Assignment)
        .join(ScoreSheet, ScoreSheet.assignment_id == Assignment.id)
        .join(Juror, Juror.id == Assignment.juror_id)
        .where(
            Assignment.round_id == assignment.round_id,
            Assignment.entry_id == assignment.entry_id,
            Assignment.id != assignment.id,
            Assignment.state.in_(_COUNTS),
            ScoreSheet.state.in_(_HANDED_IN),
            ScoreSheet.total.is_not(None),
        )
        .order_by(ScoreSheet.total.desc(), ScoreSheet.comment)
    )
    return [Other(row[0] / 100, row[1], row[2] if people else "") for row in rows]
