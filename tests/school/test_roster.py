"""Class lists: what real files hold, and every mistake said with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.school import roster
from portal.school.roster import Student

# A loaded machine is no failure: what is proved here does not depend on speed.
GOOD = (
    "학번,이름,이메일,팀,성(영문),이름(영문)\n"
    "2026-01,한서윤,Seoyun@Example.org,낮달,Han,Seo-yun\n"
    ",박민서,min@example.org,,,\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_korean_lists_are_read_in_every_encoding_excel_writes(encoding: str) -> None:
    found = roster.read(GOOD.encode(encoding))
    assert found.mistakes == ()
    assert found.students == (
        Student("seoyun@example.org", "한서윤", "Han", "Seo-yun", "2026-01", "낮달"),
        Student("min@example.org", "박민서"),
    )


@pytest.mark.parametrize(
    ("separator", "encoding"), [(";", "utf-8-sig"), (";", "cp949"), ("\t", "utf-16"), ("\t", "utf-8")]
)
def test_other_spreadsheets_and_unicode_text_are_the_same_list(separator: str, encoding: str) -> None:
    text = GOOD.replace(",", separator)
    assert roster.read(text.encode(encoding)) == roster.read(GOOD.encode())


def test_empty_lines_do_not_count_and_lines_are_numbered_as_the_spreadsheet_numbers_them() -> None:
    many = "".join(f"A{n},a{n}@example.org\n" for n in range(1000))
    found = roster.read(("\n,\nname,email\n" + many + ",\n" * 50).encode())
    assert (found.mistakes, len(found.students), found.students[0].line) == ((), 1000, 4)
    found = roster.read(b'name,email\n"A\nB",a@example.org\nC,nonsense\n')
    assert ([one.line for one in found.mistakes], found.students[0].native_name) == ([3], "A B")


def test_a_wrong_line_does_not_hide_its_double() -> None:
    found = roster.read(b"name,email\n,a@example.org\nA,A@Example.org\n")
    assert [one.line for one in found.mistakes] == [2, 3]


def test_a_list_written_again_is_the_same_list() -> None:
    students = roster.read(GOOD.encode()).students
    assert roster.read(roster.write(students).encode()).students == students


@pytest.mark.parametrize(
    "text, line",
    [
        ("", 1),
        ("a,b\n1,2\n", 1),
        ("name,email\n,a@example.org\n", 2),
        ("name,email\nA,nonsense\n", 2),
        ("name,email\nA,a@example.org\n\nB,A@EXAMPLE.ORG\n", 4),
        ("name,email,email\nA,a@example.org,b@example.org\n", 1),
        ("name,email\n=1+1,a@example.org\n", 2),
        ('name,email,team\nA,a@example.org,"=HYPERLINK(""http://x"")"\n', 2),
        ("name,email\n" + "가" * 201 + ",a@example.org\n", 2),
        ('name,email\n"A,a@example.org\n', 0),
        ("name,email\n" + "A,a@example.org\n" * 1001, 0),
    ],
)
def test_every_mistake_has_its_line_and_a_sentence(text: str, line: int) -> None:
    found = roster.read(text.encode())
    assert found.mistakes[0].line == line
    assert "{" not in found.mistakes[0].sentence


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(data: bytes) -> None:
    found = roster.read(data)
    assert found.students or found.mistakes or b"name" in data.lower() or not data


def test_binary_files_are_refused() -> None:
    assert roster.read(b"PK\x03\x04\xff\xfe\x00\x00").mistakes[0].line == 0
