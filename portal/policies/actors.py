"""Who acts: roles, the places where they hold, and the actor that carries them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person may be, always within a scope."""

    ADMINISTRATOR = "administrator"
    ORGANIZER = "organizer"
    CHAIR = "chair"
    PROGRAMMER = "programmer"
    MODERATOR = "moderator"
    CONSENT_OFFICER = "consent_officer"
    JUROR = "juror"
    MENTOR = "mentor"
    STUDENT = "student"


class Scope(StrEnum):
    """Where a role holds."""

    PORTAL = "portal"
    EDITION = "edition"
    COHORT = "cohort"


@dataclass(frozen=True, slots=True)
class Grant:
    """One role in one place; `scope_id` is 0 for the whole portal."""

    role: Role
    scope: Scope
    scope_id: int = 0


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a signed-in person, a visitor, or the system's own clock and workers."""

    kind: str
    person_id: int | None = None
    grants: frozenset[Grant] = frozenset()

    @property
    def signed_in(self) -> bool:
        return self.person_id is not None

    def holds(self, role: Role, scope: Scope, scope_id: int) -> bool:
        """Whether the actor has this role there."""
        return Grant(role, scope, scope_id) in self.grants

    def places(self, scope: Scope, *roles: Role) -> frozenset[int]:
        """Ids of all places of a kind where the actor has one of the roles."""
        return frozenset(grant.scope_id for grant in self.grants if grant.scope == scope and grant.role in roles)


VISITOR = Actor("visitor")
SYSTEM = Actor("system")

# The roles whose desk is the organizers' one, and what each of them may do there.
DESK = (Role.ORGANIZER, Role.CHAIR, Role.PROGRAMMER, Role.MODERATOR)
# Everybody organizers appoint: the desk, and who reads consent papers.
TEAM = (*DESK, Role.CONSENT_OFFICER)


def desk_editions(actor: Actor) -> frozenset[int]:
    """Editions on whose organizers' desk the actor works, in any role."""
    return actor.places(Scope.EDITION, *DESK)


def works_on(actor: Actor, edition_id: int, *roles: Role) -> bool:
    return edition_id in actor.places(Scope.EDITION, *roles)
