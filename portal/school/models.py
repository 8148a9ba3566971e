"""Cohorts of students, their teams, and the mentor's word on an entry."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.db import Base, Code, Created, Hash, Id, Short, Versioned, choice


class Cohort(Versioned, Base):
    """A class that enters through its school's own call.

    A team has at most `team_limit` students; each student has `votes_each` votes for classmates' films; of a class with
    `minors` a guardian must consent for whoever is under age on the festival's first day. Entries go to a mentor first
    where `sign_off` says so.
    """

    __tablename__ = "cohorts"

    id: Mapped[Id]
    code: Mapped[Code]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("editions.id"), index=True)
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"))
    name_ko: Mapped[Short]
    name_en: Mapped[Short]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    team_limit: Mapped[int] = mapped_column(default=6)
    votes_each: Mapped[int] = mapped_column(default=3)
    minors: Mapped[bool] = mapped_column(default=False)
    sign_off: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (
        sa.CheckConstraint("team_limit BETWEEN 1 AND 30", name="team_limit"),
        sa.CheckConstraint("votes_each BETWEEN 0 AND 20", name="votes_each"),
    )


class Team(Base):
    """Students who make a film together; the leader speaks for them, the mentor answers for their work."""

    __tablename__ = "teams"

    id: Mapped[Id]
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohorts.id"))
    code: Mapped[Code]
    name: Mapped[Short]
    leader_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    mentor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    cohort: Mapped[Cohort] = relationship(lazy="raise")

    __table_args__ = (sa.UniqueConstraint("cohort_id", "name"),)


class Enrolment(Base):
    """A student of a cohort, with the team once there is one, and the guardian as the class list names them.

    `votes_used` counts the votes given for classmates' films. Who has completed the class has a certificate, known to
    anybody who checks it by `certificate`.
    """

    __tablename__ = "enrolments"

    id: Mapped[Id]
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohorts.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), index=True)
    team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("teams.id", ondelete="SET NULL"), index=True)
    student_number: Mapped[str] = mapped_column(sa.String(40), default="")
    born_on: Mapped[date | None]
    guardian_name: Mapped[str] = mapped_column(sa.String(200), default="")
    guardian_email: Mapped[str] = mapped_column(sa.String(254), default="")
    votes_used: Mapped[int] = mapped_column(default=0)
    certificate: Mapped[str | None] = mapped_column(sa.String(24), unique=True)
    completed_at: Mapped[datetime | None]
    completed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=[person_id])
    cohort: Mapped[Cohort] = relationship(lazy="raise")
    team: Mapped[Team | None] = relationship(lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("cohort_id", "person_id"),
        sa.CheckConstraint("votes_used >= 0", name="votes_used"),
        sa.CheckConstraint("(completed_at IS NULL) = (certificate IS NULL)", name="certificate"),
    )


class FilmStudent(Base):
    """A student who was in the team when this very film was handed in: who leaves the team does not leave the film."""

    __tablename__ = "film_students"

    id: Mapped[Id]
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), index=True)
    film_sha256: Mapped[Hash]

    __table_args__ = (sa.UniqueConstraint("entry_id", "person_id"),)


class SignOffVerdict(StrEnum):
    APPROVED = "approved"
    RETURNED = "returned"


class SignOff(Base):
    """A mentor's approval, or return with notes, of a student's entry; never an edit."""

    __tablename__ = "sign_offs"

    id: Mapped[Id]
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    mentor_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    verdict: Mapped[SignOffVerdict] = mapped_column(choice(SignOffVerdict))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    at: Mapped[Created]
    mentor: Mapped[Person] = relationship(lazy="raise")
