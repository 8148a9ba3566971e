"""Which topics somebody is asked about. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from portal.mail.models import Topic, Way
from portal.policies import Actor, Role

# Whoever has an account may enter a film, book a seat and be written to with others.
_FOR = {Topic.JURY: {Role.JUROR}, Topic.SCHOOL: {Role.STUDENT, Role.MENTOR}}


def offered(actor: Actor, ways: Mapping[Topic, Way]) -> list[Topic]:
    """Those of which the actor gets mails, and any with another way than at once: what is off can be switched on."""
    roles = {grant.role for grant in actor.grants}
    return [topic for topic in Topic if topic not in _FOR or _FOR[topic] & roles or ways[topic] != Way.AT_ONCE]
