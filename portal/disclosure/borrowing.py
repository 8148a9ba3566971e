"""What the form offers from a maker's last film: tools and people, taken over by a button and never signed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import signing
from portal.audit import AuditRecord
from portal.disclosure.answers import Answers, PersonShown, ToolUse
from portal.disclosure.models import Disclosure
from portal.disclosure.queries import EDITED, disclosure_of
from portal.disclosure.rows import answers_of


@dataclass(frozen=True, slots=True)
class Lent:
    """The tools and the people of a film; what was done with a person is told anew for every film."""

    tools: tuple[ToolUse, ...]
    people: tuple[PersonShown, ...]

    @property
    def names(self) -> str:
        """What there is, in one line."""
        return ", ".join([*(tool.name for tool in self.tools), *(one.name or one.part for one in self.people)])


def latest(session: Session, person_id: int | None, *, besides: int) -> Lent | None:
    """What the disclosure that a person wrote at last holds, another entry's than this; None where there is nothing."""
    mine = sa.and_(AuditRecord.subject_kind == Disclosure.__tablename__, AuditRecord.verb == EDITED)
    wanted = (
        sa.select(Disclosure.entry_id)
        .join(AuditRecord, AuditRecord.subject_id == Disclosure.id)
        .where(mine, AuditRecord.actor_id == person_id, Disclosure.entry_id != besides)
        .order_by(AuditRecord.seq.desc())
        .limit(1)
    )
    entry_id = session.scalar(wanted) if person_id is not None else None
    found = disclosure_of(session, entry_id) if entry_id is not None else None
    if found is None:
        return None
    answers = answers_of(found)
    people = tuple(replace(person, code="", appear_s=0, synth_s=0) for person in answers.performers)
    return Lent(answers.tools, people) if answers.tools or people else None


def with_lent(answers: Answers, lent: Lent) -> Answers:
    """The answers with what was lent added to them; everybody is a new row that has not been asked."""
    known = {tool.name for tool in answers.tools}
    tools = [*answers.tools, *(tool for tool in lent.tools if tool.name not in known)]
    people = [*answers.performers, *(replace(one, code=signing.random_code()) for one in lent.people)]
    return replace(answers, tools=tuple(tools), performers=tuple(people))
