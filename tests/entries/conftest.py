"""An entry that was handed in, its owner, and the organizer of its call."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.calls.models import Call
from portal.entries.models import Entry
from portal.policies import Role, Scope
from tests import builders
from tests.entries import made


@pytest.fixture
def owner(session: Session) -> Person:
    return builders.person(session)


@pytest.fixture
def call(session: Session) -> Call:
    return builders.call(session, builders.edition(session))


@pytest.fixture
def organizer(session: Session, call: Call) -> Person:
    found = builders.person(session)
    builders.grant(session, found, Role.ORGANIZER, Scope.EDITION, call.edition_id)
    return found


@pytest.fixture
def entry(session: Session, call: Call, owner: Person) -> Entry:
    """Handed in, with the word that no AI was used."""
    return made.submitted(session, call, owner)[0]
