"""Cohorts of students, their teams, and the mentor's word on an entry."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.db import Base, Code, Created, Id, Short, choice


class Cohort(Base):
    """A class that enters through its school's own call."""

    __tablename__ = "cohorts"

    id: Mapped[Id]
    code: Mapped[Code]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("editions.id"), index=True)
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"))
    name_ko: Mapped[Short]
    name_en: Mapped[Short]
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class Team(Base):
    """Students who make a film together."""

    __tablename__ = "teams"

    id: Mapped[Id]
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohorts.id"))
    name: Mapped[Short]

    __table_args__ = (sa.UniqueConstraint("cohort_id", "name"),)


class Enrolment(Base):
    """A student of a cohort, with the team once there is one."""

    __tablename__ = "enrolments"

    id: Mapped[Id]
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohorts.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"), index=True)
    team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("teams.id", ondelete="SET NULL"), index=True)
    student_number: Mapped[str] = mapped_column(sa.String(40), default="")
    person: Mapped[Person] = relationship(lazy="raise")

    __table_args__ = (sa.UniqueConstraint("cohort_id", "person_id"),)


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
