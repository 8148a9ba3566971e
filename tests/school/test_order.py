"""Team 2 stands before team 10."""

from portal.school.order import by_name


def test_numbers_in_names_count_as_numbers() -> None:
    names = ["10조", "2조", "새벽반", "1조", "Team 10", "team 9", "노을반", "7-12", "7-2", "7"]
    assert sorted(names, key=by_name) == [
        "1조",
        "2조",
        "7",
        "7-2",
        "7-12",
        "10조",
        "team 9",
        "Team 10",
        "노을반",
        "새벽반",
    ]
