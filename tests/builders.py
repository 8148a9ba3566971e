"""Plain functions that make rows for tests: a person, an edition with its calls, an entry."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal import clock
from portal.accounts.models import Person, RoleGrant
from portal.calls.models import Call, CallKind, Category, Edition, Gel, Regulations, RuleVersion
from portal.entries.models import Entry
from portal.policies import Actor, Grant, Role, Scope

_count = itertools.count(1)


def person(session: Session, **values: Any) -> Person:
    """Somebody with an account."""
    n = next(_count)
    made = Person(
        **{
            "email": f"person{n}@example.test",
            "native_name": f"사람{n}",
            "latin_family": "Saram",
            "latin_given": f"N{n}",
        }
        | values
    )
    session.add(made)
    session.flush()
    return made


def grant(session: Session, person: Person, role: Role, scope: Scope, scope_id: int) -> RoleGrant:
    """A role for a person."""
    made = RoleGrant(person_id=person.id, role=role, scope=scope, scope_id=scope_id)
    session.add(made)
    session.flush()
    return made


def actor(person: Person, *grants: Grant) -> Actor:
    """The actor a person is with these grants."""
    return Actor("person", person.id, frozenset(grants))


def edition(session: Session, **values: Any) -> Edition:
    """A published edition."""
    n = next(_count)
    made = Edition(
        **{
            "slug": f"pan{n}",
            "prefix": f"P{n}",
            "name_ko": "AI 필름 판",
            "name_en": "AI Film P.A.N",
            "starts_on": date(2027, 2, 18),
            "ends_on": date(2027, 2, 21),
            "published_at": clock.now(),
        }
        | values
    )
    session.add(made)
    session.flush()
    return made


def call(session: Session, edition: Edition, **values: Any) -> Call:
    """An open festival call with one category and its first regulations."""
    n = next(_count)
    made = Call(
        **{
            "edition_id": edition.id,
            "slug": f"call{n}",
            "kind": CallKind.FESTIVAL,
            "name_ko": "공모",
            "name_en": "Call for entries",
            "opens_at": clock.now() - timedelta(days=30),
            "closes_at": clock.now() + timedelta(days=12),
            "published_at": clock.now(),
        }
        | values
    )
    session.add(made)
    session.flush()
    category(session, made)
    session.add(Regulations(call_id=made.id, version=1, text_ko="규정", text_en="Rules"))
    session.flush()
    return made


def category(session: Session, call: Call, **values: Any) -> Category:
    """A category for films of up to twenty minutes."""
    n = next(_count)
    made = Category(
        **{
            "call_id": call.id,
            "code": f"short{n}",
            "name_ko": "단편",
            "name_en": "Short film",
            "gel": Gel.AI,
            "max_seconds": 1200,
            "min_height": 0,
        }
        | values
    )
    session.add(made)
    session.flush()
    session.add(RuleVersion(category_id=made.id, version=1, rules=made.ai_rules))
    session.flush()
    return made


def entry(session: Session, call: Call, owner: Person, **values: Any) -> Entry:
    """A draft entry in the call's first category."""
    n = next(_count)
    first = session.query(Category).filter_by(call_id=call.id).order_by(Category.id).first()
    assert first is not None
    made = Entry(
        **{
            "number": f"T-{n:05d}",
            "edition_id": call.edition_id,
            "call_id": call.id,
            "category_id": first.id,
            "owner_id": owner.id,
            "title_ko": f"작품 {n}",
            "title_en": f"Film {n}",
        }
        | values
    )
    session.add(made)
    session.flush()
    return made
