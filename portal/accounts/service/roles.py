"""Roles: granted, ended, and offered by an invitation that only its addressee can accept."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, db, i18n, signing
from portal.accounts import queries
from portal.accounts.addresses import normal_email
from portal.accounts.models import Invitation, Person, RoleGrant
from portal.accounts.phrases import role_name
from portal.errors import Invalid
from portal.i18n import N_
from portal.mail import outbox
from portal.policies import SYSTEM, Actor, Grant

INVITATION_LASTS = timedelta(days=14)


def grant_role(session: Session, person: Person, grant: Grant, *, by: Actor = SYSTEM) -> None:
    """Give a person a role in a place; a role held already stays, an ended one holds again."""
    key = {"person_id": person.id, "role": grant.role, "scope": grant.scope, "scope_id": grant.scope_id}
    given = session.scalar(
        db.insert(session, RoleGrant)
        .values(**key, granted_at=clock.now())
        .on_conflict_do_update(
            index_elements=list(key),
            set_={"ended_at": None, "granted_at": clock.now()},
            where=RoleGrant.ended_at.is_not(None),
        )
        .returning(RoleGrant.id)
        .execution_options(populate_existing=True)
    )
    if given is not None:
        audit.record(session, by, "role.granted", "role_grants", grant_id=given, person_id=person.id, role=grant.role)


def end_role(session: Session, held: RoleGrant, *, by: Actor) -> None:
    """End a role everywhere from the next request on; nobody ends an own one, so that a desk is never left alone."""
    if held.person_id == by.person_id:
        raise Invalid("main", N_("You cannot end your own role. Ask another organizer."))
    ended = session.scalar(
        sa.update(RoleGrant)
        .where(RoleGrant.id == held.id, RoleGrant.ended_at.is_(None))
        .values(ended_at=clock.now())
        .returning(RoleGrant.id)
    )
    if ended is not None:
        audit.record(session, by, "role.ended", held, person_id=held.person_id, role=held.role)


def invite(
    session: Session, email: str, grant: Grant, *, name: str, language: str, place: str, by: Actor
) -> Invitation:
    """Offer a role by mail; asked twice, the open invitation stands and no second mail leaves.

    `place` is what the mail calls the place of the role.
    """
    # One inviter's double click is the only likely race; the own row makes the second wait for the first.
    session.execute(sa.select(Person.id).where(Person.id == by.person_id).with_for_update())
    email = normal_email(email)
    found = queries.open_invitation(session, email, grant)
    if found is not None:
        return found
    offered = Invitation(
        digest=signing.digest(signing.random_token()),
        email=email,
        name=name,
        language=language,
        role=grant.role,
        scope=grant.scope,
        scope_id=grant.scope_id,
        invited_by_id=by.person_id,
        expires_at=clock.now() + INVITATION_LASTS,
    )
    session.add(offered)
    session.flush()
    audit.record(session, by, "invitation.sent", offered, role=grant.role, scope_id=grant.scope_id)
    _send(session, offered, place)
    return offered


def invite_again(session: Session, offered: Invitation, *, place: str, by: Actor) -> None:
    """Send an open invitation anew with a fresh link; the old link is void."""
    offered.expires_at = clock.now() + INVITATION_LASTS
    audit.record(session, by, "invitation.sent_again", offered)
    _send(session, offered, place)


def accept_invitation(session: Session, token: str, person: Person) -> bool:
    """Take the offered role, once; False when the link is used, too old, or meant for another address."""
    offered = session.execute(
        sa.update(Invitation)
        .where(queries.invitation_is_open(token), Invitation.email == person.email)
        .values(accepted_at=clock.now())
        .returning(Invitation.id, Invitation.role, Invitation.scope, Invitation.scope_id)
        .execution_options(synchronize_session=False)
    ).first()
    if offered is None:
        return False
    actor = Actor("person", person.id)
    audit.record(session, actor, "invitation.accepted", "invitations", invitation_id=offered.id)
    grant_role(session, person, Grant(offered.role, offered.scope, offered.scope_id), by=actor)
    return True


def _send(session: Session, offered: Invitation, place: str) -> None:
    token = signing.random_token()
    offered.digest = signing.digest(token)
    session.flush()
    outbox.queue(
        session,
        "invitation",
        to=outbox.Recipient(offered.email, offered.language, offered.name),
        about=offered,
        transition=f"sent.{offered.digest[:12]}",
        token=token,
        role=_name_for(offered),
        place=place,
        until=offered.expires_at,
    )


def _name_for(offered: Invitation) -> str:
    with i18n.using(offered.language):
        return role_name(offered.role)
