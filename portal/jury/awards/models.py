"""Awards: a prize, the film it is given to for now, objections, and who holds it for good."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Code, Created, Id, Short, Text, Versioned, choice
from portal.entries.models import Entry
from portal.lifecycles import AWARD, AwardState, Lifecycle


class Award(Base):
    """A prize of the edition; `entry_id` is the film that holds it for good, which the public may see.

    An exclusive one goes to no film that holds another award already.
    """

    __tablename__ = "awards"

    id: Mapped[Id]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("editions.id"), index=True)
    category_id: Mapped[int | None] = mapped_column(sa.ForeignKey("categories.id"))
    entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("entries.id", ondelete="SET NULL"), index=True)
    name_ko: Mapped[Short]
    name_en: Mapped[Short]
    citation: Mapped[Text] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)
    exclusive: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (sa.UniqueConstraint("edition_id", "name_ko"),)


class AwardGrant(Versioned, Base):
    """A film that an award is given to: for now, until the objection window has passed; then for good, or revoked.

    `round_id` and `rank` say which result it followed, `given_reason` why it was given by hand. Nobody outside the desk
    knows of it before `announced_at`, when it is shown as provisional, or before it is final. A second person settles
    what one has given; `reason` says why it was revoked.
    """

    __tablename__ = "award_grants"
    lifecycle: ClassVar[Lifecycle] = AWARD

    id: Mapped[Id]
    code: Mapped[Code]
    award_id: Mapped[int] = mapped_column(sa.ForeignKey("awards.id", ondelete="CASCADE"))
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    round_id: Mapped[int | None] = mapped_column(sa.ForeignKey("rounds.id", ondelete="SET NULL"))
    rank: Mapped[int | None]
    state: Mapped[AwardState] = mapped_column(choice(AwardState), default=AwardState.PROVISIONAL)
    citation_ko: Mapped[Text] = mapped_column(default="")
    citation_en: Mapped[Text] = mapped_column(default="")
    given_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    given_at: Mapped[Created]
    given_reason: Mapped[str] = mapped_column(sa.Text, default="")
    announced_at: Mapped[datetime | None]
    announced_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    objections_until: Mapped[datetime]
    settled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    settled_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    award: Mapped[Award] = relationship(lazy="raise")
    entry: Mapped[Entry] = relationship(lazy="raise")

    __table_args__ = (
        # An award has one holder at a time, for now or for good.
        sa.Index(
            "uq_award_grants_one_holder",
            "award_id",
            unique=True,
            sqlite_where=sa.text("state IN ('provisional', 'final')"),
            postgresql_where=sa.text("state IN ('provisional', 'final')"),
        ),
        sa.CheckConstraint(
            "settled_by_id IS NULL OR given_by_id IS NULL OR settled_by_id <> given_by_id", name="second_person"
        ),
        sa.CheckConstraint(
            "announced_by_id IS NULL OR given_by_id IS NULL OR announced_by_id <> given_by_id",
            name="announced_by_another",
        ),
    )


class Objection(Versioned, Base):
    """What somebody has against an award within its window; answered by the office, upheld or not."""

    __tablename__ = "objections"

    id: Mapped[Id]
    code: Mapped[Code]
    grant_id: Mapped[int] = mapped_column(sa.ForeignKey("award_grants.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(sa.String(4000))
    raised_at: Mapped[Created]
    answer: Mapped[str] = mapped_column(sa.String(4000), default="")
    upheld: Mapped[bool | None]
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    answered_at: Mapped[datetime | None]
    grant: Mapped[AwardGrant] = relationship(lazy="raise")

    __table_args__ = (sa.UniqueConstraint("grant_id", "person_id"),)
