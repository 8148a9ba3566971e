"""What the terminal shows once the portal answers: who is who, and a link that signs each of them in."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from portal.accounts import service
from portal.accounts.models import Person
from portal.db import sessions, unit_of_work
from portal.demo.cast import DOMAIN
from portal.settings import Settings

PEOPLE = (
    ("creator", "창작자", "creator: a draft to finish"),
    ("student", "수강생", "student of Able School"),
    ("mentor", "멘토", "mentor: signs student entries off"),
    ("juror", "심사위원", "juror: films to watch and score"),
    ("chair", "심사위원장", "chair: rounds, results, decisions"),
    ("programmer", "프로그래머", "programmer: packages and timetable"),
    ("organizer", "운영", "organizer: the whole desk"),
    ("organizer2", "운영", "second organizer: releases decisions"),
    ("moderator", "진행", "moderator: the door and the talk"),
)
LASTS = timedelta(hours=12)


def welcome(settings: Settings) -> str:
    """A table of demo people with one-time sign-in links; empty where there is no demo."""
    with unit_of_work(sessions(settings)) as session:
        found = {
            person.email: person
            for person in session.scalars(sa.select(Person).where(Person.email.like(f"%@{DOMAIN}")))
            if person.email.split("@")[0] in {row[0] for row in PEOPLE}
        }
        rows = [
            f"  {korean:<6} {english:<36} {service.one_time_link(session, found[f'{local}@{DOMAIN}'], lasts=LASTS)}"
            for local, korean, english in PEOPLE
            if f"{local}@{DOMAIN}" in found
        ]
    if not rows:
        return ""
    mailbox = f"  mailbox: every mail the portal sends   {settings.base_url}/mailbox"
    return "\n".join(["", "Sign in as (each link works once; start again for new ones):", *rows, mailbox, ""])
