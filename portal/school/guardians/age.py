"""How old somebody is on a day, and whether a guardian has to speak for them.

Of age is who has turned nineteen: the Korean Civil Code (articles 4 and 5), the law under which a class agrees to show
its faces, voices and films; the fourteen years of the law on personal data are within it. Years are counted to the end
of their last day (article 160): who was born on 29 February is a year older on 1 March of a common year.
"""

from __future__ import annotations

from datetime import date

OF_AGE = 19


def age(born_on: date, on: date) -> int:
    """Whole years somebody has lived on a day; before the day of birth it is negative."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def under_age(born_on: date, on: date) -> bool:
    """Whether a guardian has to consent for somebody on that day."""
    return age(born_on, on) < OF_AGE


def youngest_of_age(on: date) -> date:
    """The latest day of birth of those who are of age on a day: the same rule, for conditions in the database."""
    year = on.year - OF_AGE
    try:
        return on.replace(year=year)
    except ValueError:  # 29 February has no counterpart; who was born on 28 February is of age, who on 1 March is not
        return date(year, 2, 28)
