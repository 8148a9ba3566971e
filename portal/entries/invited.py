"""What judging has asked a film's makers: read here by the table's name alone, as the jury comes after entries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.db import UtcDateTime
from portal.i18n import N_, moment, translate
from portal.lifecycles import InvitationState

_invitations = sa.table(
    "film_invitations",
    sa.column("id", sa.Integer()),
    sa.column("entry_id", sa.Integer()),
    sa.column("state", sa.String()),
    sa.column("answer_by", UtcDateTime()),
)
_NEXT = {
    InvitationState.INVITED: N_("Confirm or decline by {when} (KST)."),
    InvitationState.LAPSED: N_(
        "The day to answer has gone by. You may still confirm until another film has the place."
    ),
    InvitationState.CONFIRMED: N_("You confirmed it. We will write to you about the screening."),
    InvitationState.DECLINED: N_("You declined it. Thank you for telling us."),
}


@dataclass(frozen=True, slots=True)
class Invited:
    """A selected film's invitation: how it stands, and until when its makers answer."""

    state: InvitationState
    answer_by: datetime

    @property
    def waits(self) -> bool:
        """Whether an answer is asked for."""
        return self.state == InvitationState.INVITED

    @property
    def next_step(self) -> str:
        """What its makers do now."""
        return translate(_NEXT[self.state]).format(when=moment(self.answer_by))


def of_entries(session: Session, entry_ids: Collection[int]) -> dict[int, Invited]:
    """The last invitation of each of these films that has one; one statement."""
    if not entry_ids:
        return {}
    last = (
        sa.select(sa.func.max(_invitations.c.id))
        .where(_invitations.c.entry_id.in_(entry_ids))
        .group_by(_invitations.c.entry_id)
    )
    columns = (_invitations.c.entry_id, _invitations.c.state, _invitations.c.answer_by)
    rows = session.execute(sa.select(*columns).where(_invitations.c.id.in_(last)))
    return {row.entry_id: Invited(InvitationState(row.state), row.answer_by) for row in rows}
