"""Rounds with their panels and criteria, the seats of their jurors, and the films that a round lists."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.calls.models import Call
from portal.db import Base, Claimable, Code, Id, Short, Versioned, choice
from portal.lifecycles import ROUND, Lifecycle, RoundState


class RoundKind(StrEnum):
    """Which step of the judging a round is."""

    QUALIFICATION = "qualification"
    SELECTION = "selection"
    FINAL = "final"


class RoundReach(StrEnum):
    """Whether a round judges every eligible film of its call, or those it lists."""

    ALL = "all"
    LISTED = "listed"


class Visibility(StrEnum):
    """When a juror sees what the others gave: never, once the own sheet is handed in, or at any time."""

    NEVER = "never"
    AFTER_OWN = "after_own"
    ALWAYS = "always"


class Hidden(StrEnum):
    """What may be kept from jurors. A name is never shown without PEOPLE being taken off the list."""

    PEOPLE = "people"
    SCHOOL = "school"
    COUNTRY = "country"
    STATEMENT = "statement"
    LABEL = "label"


# The statement is in the makers' own words and often tells who they are.
BLIND = (Hidden.PEOPLE, Hidden.SCHOOL, Hidden.COUNTRY, Hidden.STATEMENT)


class Round(Versioned, Claimable, Base):
    """One round of judging. Loads are minutes of film: each juror within `band_bp` of the mean;
    `floor_bp` is what every film keeps of its own best possible jurors, `kappa_bp` what a standing pair is worth more
    in a repair.

    `hidden` names what the jurors do not see of a film (see Hidden), `visibility` when they see one another's scores.
    `jurors_per_film` is the sum of the panels' demands. A listed round judges the films of its RoundFilm rows alone.
    `comparison` is the round planner's last table, `meeting` who sat together and where, for the minutes.
    Nothing of the outcome is public before `embargo_until`; `listed_at` is when the public list was shown.
    `answer_by` is what the waiting mails to selected makers say: until when they confirm that their film comes.
    """

    __tablename__ = "rounds"
    lifecycle: ClassVar[Lifecycle] = ROUND

    id: Mapped[Id]
    code: Mapped[Code]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("editions.id"), index=True)
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"))
    state: Mapped[RoundState] = mapped_column(choice(RoundState), default=RoundState.SETUP)
    name_ko: Mapped[Short]
    name_en: Mapped[Short]
    kind: Mapped[RoundKind] = mapped_column(choice(RoundKind), default=RoundKind.SELECTION)
    reach: Mapped[RoundReach] = mapped_column(choice(RoundReach), default=RoundReach.ALL)
    source_id: Mapped[int | None] = mapped_column(sa.ForeignKey("rounds.id", ondelete="SET NULL"))
    position: Mapped[int] = mapped_column(default=1)
    jurors_per_film: Mapped[int] = mapped_column(default=3)
    band_bp: Mapped[int] = mapped_column(default=500)
    floor_bp: Mapped[int] = mapped_column(default=8000)
    seed: Mapped[int] = mapped_column(default=2024)
    places: Mapped[int] = mapped_column(default=24)
    hidden: Mapped[list[str]] = mapped_column(default=lambda: [str(one) for one in BLIND])
    visibility: Mapped[Visibility] = mapped_column(choice(Visibility), default=Visibility.NEVER)
    kappa_bp: Mapped[int] = mapped_column(default=2000)
    due_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    results_at: Mapped[datetime | None]
    results_note: Mapped[dict[str, Any]] = mapped_column(default=dict)
    comparison: Mapped[dict[str, Any]] = mapped_column(default=dict)
    meeting: Mapped[dict[str, Any]] = mapped_column(default=dict)
    embargo_until: Mapped[datetime | None]
    listed_at: Mapped[datetime | None]
    answer_by: Mapped[datetime | None]
    call: Mapped[Call] = relationship(lazy="raise")
    panels: Mapped[list[Panel]] = relationship(back_populates="round", order_by="Panel.position", lazy="raise")

    __table_args__ = (
        sa.CheckConstraint("jurors_per_film BETWEEN 1 AND 9", name="jurors_per_film"),
        sa.CheckConstraint("band_bp BETWEEN 0 AND 10000 AND floor_bp BETWEEN 0 AND 10000", name="shares"),
        sa.CheckConstraint("kappa_bp BETWEEN 0 AND 100000", name="kappa"),
        sa.CheckConstraint(
            "embargo_until IS NULL OR listed_at IS NULL OR embargo_until <= listed_at", name="listed_after_embargo"
        ),
    )


class Panel(Base):
    """A judging view (AI craft, story, IP and market) with its own criteria; weights of a round sum to 100.
    `demand` is how many of its jurors see each film."""

    __tablename__ = "panels"

    id: Mapped[Id]
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(sa.String(24))
    name_ko: Mapped[Short]
    name_en: Mapped[Short]
    weight: Mapped[int]
    demand: Mapped[int] = mapped_column(default=1)
    position: Mapped[int] = mapped_column(default=0)
    round: Mapped[Round] = relationship(back_populates="panels", lazy="raise")
    criteria: Mapped[list[Criterion]] = relationship(
        back_populates="panel", order_by="Criterion.position", lazy="raise"
    )

    __table_args__ = (
        sa.UniqueConstraint("round_id", "code"),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name="weight"),
        sa.CheckConstraint("demand BETWEEN 1 AND 9", name="demand"),
    )


class Criterion(Base):
    """A question scored 1 to 10; `anchors` maps a score to what it means, in both languages."""

    __tablename__ = "criteria"

    id: Mapped[Id]
    panel_id: Mapped[int] = mapped_column(sa.ForeignKey("panels.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(sa.String(24))
    name_ko: Mapped[Short]
    name_en: Mapped[Short]
    question_ko: Mapped[Short]
    question_en: Mapped[Short]
    anchors: Mapped[dict[str, Any]] = mapped_column(default=dict)
    weight: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)
    panel: Mapped[Panel] = relationship(back_populates="criteria", lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("panel_id", "code"),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name="weight"),
    )


class Juror(Base):
    """A person's seat on one panel of one round; `label` (J-07) is all that others see in a blind round.

    `due_at` is a later date than the round's own, if the chair gave one; `declared_at` when the juror last said that
    no other conflict is known. A seat that ended keeps its reason.
    """

    __tablename__ = "jurors"

    id: Mapped[Id]
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id", ondelete="CASCADE"))
    panel_id: Mapped[int] = mapped_column(sa.ForeignKey("panels.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    label: Mapped[str] = mapped_column(sa.String(12))
    languages: Mapped[list[str]] = mapped_column(default=list)
    genres: Mapped[list[str]] = mapped_column(default=list)
    employer: Mapped[str] = mapped_column(sa.String(200), default="")
    max_minutes: Mapped[int] = mapped_column(default=0)
    categories: Mapped[list[str]] = mapped_column(default=list)
    weekly_minutes: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    declared_at: Mapped[datetime | None]
    nudged_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str] = mapped_column(sa.Text, default="")
    round: Mapped[Round] = relationship(lazy="raise")
    panel: Mapped[Panel] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")

    __table_args__ = (sa.UniqueConstraint("round_id", "person_id"), sa.UniqueConstraint("round_id", "label"))


class RoundFilm(Base):
    """A film that a listed round judges, or one that is to be seen by another number of jurors than the rest."""

    __tablename__ = "round_films"

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True, index=True)
    demand: Mapped[int | None] = mapped_column(sa.SmallInteger)

    __table_args__ = (sa.CheckConstraint("demand BETWEEN 1 AND 20", name="demand"),)
