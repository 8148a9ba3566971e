"""A class with its team, mentor and students, for whatever a test does with its film."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.school import frozen
from tests.school.frozen import Class


@pytest.fixture
def where(session: Session) -> Class:
    """The class."""
    return frozen.school(session)
