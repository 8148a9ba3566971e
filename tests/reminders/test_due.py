"""Due times: a civil hour of the reader's zone, never before the rule, whatever the clocks do that night."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.reminders.due import civil, evening_before, ten_after

# Each with a night on which its clocks change: by an hour, by half an hour, by a whole day; and a leap day.
NIGHTS = [
    ("Asia/Seoul", date(2028, 2, 29)),
    ("Europe/Paris", date(2027, 3, 28)),
    ("Europe/Paris", date(2027, 10, 31)),
    ("America/New_York", date(2027, 3, 14)),
    ("America/New_York", date(2027, 11, 7)),
    ("Australia/Lord_Howe", date(2027, 4, 4)),
    ("Australia/Lord_Howe", date(2027, 10, 3)),
    ("Pacific/Apia", date(2011, 12, 30)),
]


@pytest.mark.parametrize(("zone", "night"), NIGHTS)
def test_it_is_the_first_ten_oclock_that_is_not_early(zone: str, night: date) -> None:
    midnight = datetime.combine(night, time(), UTC) - timedelta(days=2)
    for quarter in range(4 * 24 * 4):
        moment = midnight + timedelta(minutes=15 * quarter)
        due_at = ten_after(moment, zone)
        local = due_at.astimezone(ZoneInfo(zone))
        assert due_at >= moment
        assert local.time() == time(10)
        the_day_before = (due_at - timedelta(hours=26)).astimezone(ZoneInfo(zone)).date()
        tens = [civil(the_day_before + timedelta(days=n), time(10), zone) for n in range(3)]
        assert [ten for ten in tens if moment <= ten < due_at] == []


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        ("Europe/Paris", date(2027, 3, 28), time(2, 30), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        ("Europe/Paris", date(2027, 10, 31), time(2, 30), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
        ("Australia/Lord_Howe", date(2027, 10, 3), time(2, 15), datetime(2027, 10, 2, 15, 45, tzinfo=UTC)),
        ("Pacific/Apia", date(2011, 12, 30), time(10), datetime(2011, 12, 30, 20, tzinfo=UTC)),
    ],
)
def test_skipped_times_come_later_and_doubled_ones_the_first_time(
    zone: str, day: date, at: time, expected: datetime
) -> None:
    assert civil(day, at, zone) == expected


def test_a_late_night_belongs_to_its_evening() -> None:
    expected = datetime(2027, 2, 18, 8, tzinfo=UTC)
    assert evening_before(datetime(2027, 2, 19, 10, tzinfo=UTC)) == expected
    assert evening_before(datetime(2027, 2, 19, 17, 30, tzinfo=UTC)) == expected
