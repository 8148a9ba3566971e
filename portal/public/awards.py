"""The awards the public may see: final ones and, marked as such, those announced as provisional; public films alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.calls.models import Category
from portal.entries.models import Entry
from portal.jury.awards.models import Award, AwardGrant
from portal.lifecycles import AwardState
from portal.public import films


def listed(session: Session, edition_id: int) -> Sequence[Any]:
    """Each award with its film, in the order of the prizes; nothing of an award whose film is not public."""
    rounds = films.listed_rounds(session, edition_id)
    provisional = sa.and_(AwardGrant.state == AwardState.PROVISIONAL, AwardGrant.announced_at.is_not(None))
    film = (Entry.id, Entry.number, Entry.title_ko, Entry.title_en)
    grant = (AwardGrant.state, AwardGrant.code, AwardGrant.objections_until)
    words = (AwardGrant.citation_ko, AwardGrant.citation_en)
    section = (Category.name_ko.label("category_ko"), Category.name_en.label("category_en"), Category.gel)
    return session.execute(
        sa.select(Award.name_ko, Award.name_en, *grant, *words, *film, *section)
        .join(AwardGrant, AwardGrant.award_id == Award.id)
        .join(Entry, Entry.id == AwardGrant.entry_id)
        .join(Category, Category.id == Entry.category_id)
        .where(Award.edition_id == edition_id, sa.or_(AwardGrant.state == AwardState.FINAL, provisional))
        .where(*films.public(edition_id, rounds))
        .order_by(Award.position, Award.id)
    ).all()
