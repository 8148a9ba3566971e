"""A crowd through real web workers, one of which is killed half-way; the large one is `benchmarks.booking`."""

from __future__ import annotations

import pytest

from benchmarks.booking import DATABASES, Crowd, on_sale, run

CROWD = Crowd(bookings=200, connections=16, seats=60)


@pytest.mark.parametrize("database", DATABASES)
def test_a_killed_worker_loses_no_seat_and_gives_none_twice(database: str) -> None:
    with on_sale(database, CROWD.seats) as hall:
        found = run(hall, CROWD, kill=True)
    assert (found["confirmed"], found["waiting"], found["seats_given"]) == (60, 140, 60)
    assert (found["duplicates"], found["errors_5xx"], found["samples_wrong"]) == (0, 0, 0)
    assert found["waiting_dense_in_commit_order"]
    assert found["samples"] > 0
