"""Everybody's pages, and the organizers' desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.policies.actors import Actor, Role, Scope, desk_editions, works_on

if TYPE_CHECKING:
    from portal.accounts.models import Person
    from portal.broadcasts.models import Broadcast
    from portal.calls.models import Call, Category, Edition
    from portal.mail.models import OutgoingMail
    from portal.notices.models import PushSubscription
    from portal.notices.queries import Enclosed
    from portal.reminders.models import Reminder


def anyone(actor: Actor, subject: object = None) -> bool:
    """Public pages."""
    return True


def signed_in(actor: Actor, subject: object = None) -> bool:
    """Pages of one's own."""
    return actor.signed_in


def see_edition(actor: Actor, edition: Edition) -> bool:
    return edition.published_at is not None or edition.id in desk_editions(actor)


def see_call(actor: Actor, call: Call) -> bool:
    return call.published_at is not None or call.edition_id in desk_editions(actor)


def own_person(actor: Actor, person: Person) -> bool:
    return actor.person_id == person.id


def subject_of(actor: Actor, subject: Any) -> bool:
    """A capability: whoever holds the signed or random link was meant to have it; the loader has checked it."""
    return subject is not None


def enter_desk(actor: Actor, subject: object = None) -> bool:
    """The organizers' desk as a whole; each page asks for its own right besides."""
    return bool(desk_editions(actor))


def enter_office(actor: Actor, subject: object = None) -> bool:
    """The organizers' own rooms: export, audit trail, team, mail."""
    return bool(actor.places(Scope.EDITION, Role.ORGANIZER))


def enter_door(actor: Actor, subject: object = None) -> bool:
    """The seats and the door."""
    return bool(actor.places(Scope.EDITION, Role.ORGANIZER, Role.PROGRAMMER, Role.MODERATOR))


def enter_judging(actor: Actor, subject: object = None) -> bool:
    """The rooms of the chair: rounds, results, decisions."""
    return bool(actor.places(Scope.EDITION, Role.CHAIR, Role.ORGANIZER))


def work_on_edition(actor: Actor, edition: Edition) -> bool:
    return edition.id in desk_editions(actor)


def organize(actor: Actor, edition: Edition) -> bool:
    return works_on(actor, edition.id, Role.ORGANIZER)


def chair_edition(actor: Actor, edition: Edition) -> bool:
    return works_on(actor, edition.id, Role.CHAIR, Role.ORGANIZER)


def chair_call(actor: Actor, call: Call) -> bool:
    return works_on(actor, call.edition_id, Role.CHAIR, Role.ORGANIZER)


def programme_edition(actor: Actor, edition: Edition) -> bool:
    return works_on(actor, edition.id, Role.PROGRAMMER, Role.ORGANIZER)


def staff_door(actor: Actor, edition: Edition) -> bool:
    return works_on(actor, edition.id, Role.ORGANIZER, Role.PROGRAMMER, Role.MODERATOR)


def edit_call(actor: Actor, call: Call) -> bool:
    return works_on(actor, call.edition_id, Role.ORGANIZER)


def edit_category(actor: Actor, category: Category) -> bool:
    return edit_call(actor, category.call)


def invite_person(actor: Actor, edition: Edition) -> bool:
    return organize(actor, edition)


def read_audit(actor: Actor, edition: Edition) -> bool:
    return organize(actor, edition)


def export_edition(actor: Actor, edition: Edition) -> bool:
    return organize(actor, edition)


def own_notice(actor: Actor, told: OutgoingMail | Enclosed) -> bool:
    """What somebody was told is read by nobody else."""
    return actor.person_id is not None and told.person_id == actor.person_id


def own_device(actor: Actor, device: PushSubscription) -> bool:
    """A browser one asked to be told in."""
    return actor.person_id is not None and device.person_id == actor.person_id


def cancel_reminder(actor: Actor, reminder: Reminder) -> bool:
    return reminder.edition_id is not None and works_on(actor, reminder.edition_id, Role.ORGANIZER)


def release_mail(actor: Actor, mail: OutgoingMail) -> bool:
    return mail.edition_id is not None and works_on(actor, mail.edition_id, Role.ORGANIZER)


def write_broadcast(actor: Actor, broadcast: Broadcast) -> bool:
    return works_on(actor, broadcast.edition_id, Role.ORGANIZER)
