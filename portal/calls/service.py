"""Commands on calls: dates, categories and regulations change with an audit row, published rules never."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock
from portal.calls import queries
from portal.calls.models import Call, CallKind, Category, Edition, Gel, Regulations, RuleVersion
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.policies import Actor


@dataclass(frozen=True, slots=True)
class CallDraft:
    """What an organizer writes of a call; moments are aware."""

    name_ko: str
    name_en: str
    intro_ko: str
    intro_en: str
    opens_at: datetime
    closes_at: datetime
    grace_minutes: int
    entry_limit: int


@dataclass(frozen=True, slots=True)
class CategoryDraft:
    """What an organizer writes of a category; lengths in seconds."""

    name_ko: str
    name_en: str
    about_ko: str
    about_en: str
    gel: Gel
    min_seconds: int
    max_seconds: int
    min_height: int


def create_call(session: Session, edition: Edition, kind: CallKind, slug: str, draft: CallDraft, *, by: Actor) -> Call:
    """Make a call, unpublished; raises Invalid where its address is taken or it would close before it opens."""
    _check(draft)
    if session.scalar(sa.select(Call.id).where(Call.slug == slug)):
        raise Invalid("slug", N_("Another call has this address."))
    call = Call(edition_id=edition.id, kind=kind, slug=slug, **asdict(draft))
    session.add(call)
    session.flush()
    audit.record(session, by, "call.created", call, slug=slug)
    return call


def edit_call(session: Session, call: Call, draft: CallDraft, *, rev: int, by: Actor) -> None:
    """Change a call; raises Stale when the form was drawn from an older version."""
    _check(draft)
    if call.rev != rev:
        raise Stale(theirs={name: getattr(call, name) for name in asdict(draft)})
    _change(session, call, asdict(draft), "call.edited", by)


def publish_call(session: Session, call: Call, *, by: Actor) -> None:
    """Show the call to everybody; it needs a category and regulations first. Publishing twice changes nothing."""
    if call.published_at is not None:
        return
    if not call.categories or queries.latest_regulations(session, call.id) is None:
        raise Invalid("main", N_("A call needs a category and regulations before everybody sees it."))
    call.published_at = clock.now()
    session.flush()
    audit.record(session, by, "call.published", call)


def edit_category(session: Session, category: Category, draft: CategoryDraft, *, by: Actor) -> None:
    """Change a category; entries already submitted keep the rules of their receipt."""
    _check_lengths(draft)
    _change(session, category, asdict(draft), "category.edited", by)


def add_category(session: Session, call: Call, code: str, draft: CategoryDraft, *, by: Actor) -> Category:
    """Add a category at the end of a call; its short name must be new there."""
    _check_lengths(draft)
    if any(one.code == code for one in call.categories):
        raise Invalid("code", N_("This call has a category with this short name."))
    category = Category(code=code, position=len(call.categories), **asdict(draft))
    call.categories.append(category)
    session.flush()
    session.add(RuleVersion(category_id=category.id, version=1, rules=[], person_id=by.person_id))
    audit.record(session, by, "category.added", category, code=code)
    return category


def publish_regulations(session: Session, call: Call, ko: str, en: str, *, note: str, by: Actor) -> Regulations:
    """Publish the next version of a call's rules; the same texts again are the version in force."""
    latest = queries.latest_regulations(session, call.id)
    if latest is not None and (latest.text_ko, latest.text_en) == (ko, en):
        return latest
    made = Regulations(
        call_id=call.id, version=latest.version + 1 if latest else 1, text_ko=ko, text_en=en, change_note=note
    )
    session.add(made)
    session.flush()
    audit.record(session, by, "regulations.published", made, call_id=call.id, version=made.version)
    return made


def _check(draft: CallDraft) -> None:
    if draft.opens_at >= draft.closes_at:
        raise Invalid("closes_on", N_("The call must close after it opens."))


def _check_lengths(draft: CategoryDraft) -> None:
    if draft.min_seconds >= draft.max_seconds:
        raise Invalid("max_seconds", N_("The longest film must be longer than the shortest."))


def _change(session: Session, row: Call | Category, values: dict[str, Any], verb: str, by: Actor) -> None:
    before = {name: getattr(row, name) for name, value in values.items() if getattr(row, name) != value}
    for name in before:
        setattr(row, name, values[name])
    session.flush()
    if before:
        audit.record(session, by, verb, row, before=before, after={name: values[name] for name in before})
