"""How old somebody is on a day, and whether a guardian has to speak for them.

Of age is who has turned nineteen: the Korean Civil Code (articles 4 and 5), the law under which a class agrees to show
its faces, voices and films; the fourteen years of the law on personal data are within it. Years are counted to the end
of their last day (article 160): who was born on 29 February is a year older on 1 March of a common year.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

OF_AGE = 19


def age(born_on: date, on: date) -> int:
    """Whole years somebody has lived on a day; before the day of birth it is negative."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def under_age(born_on: date, on: date) -> bool:
    """Whether a guardian has to consent for somebody on that day."""
    return age(born_on, on) < OF_AGE


def born_too_late(born_on: sa.SQLColumnExpression[Any], on: sa.SQLColumnExpression[Any]) -> sa.ColumnElement[bool]:
    """The same rule as a condition on two columns of days; days are compared as figures like 20270218."""
    return _figure(born_on) > _figure(on) - OF_AGE * 10_000


def _figure(day: sa.SQLColumnExpression[Any]) -> sa.ColumnElement[int]:
    year, month, of_month = (sa.cast(sa.extract(part, day), sa.Integer) for part in ("year", "month", "day"))
    return year * 10_000 + month * 100 + of_month
