"""On a phone every cell of a card says which column it belongs to."""

from markupsafe import Markup

from portal.web.cards import labelled

COLUMNS = ["Name", ("Seats", {"num": True}), 'Access "needs"', ("Door", {"hidden": True})]


def _row(cells: str) -> Markup:
    return Markup(f"<tr>{cells}</tr>")


def test_a_cell_carries_its_columns_name_and_the_rows_name_none() -> None:
    rows = _row('<th scope="row">Kim</th><td class="n">2</td><td>Ramp</td><td><a href="/door">In</a></td>')
    assert labelled(rows, COLUMNS) == _row(
        '<th scope="row">Kim</th><td class="n" data-label="Seats">2</td>'
        '<td data-label="Access &#34;needs&#34;">Ramp</td><td><a href="/door">In</a></td>'
    )


def test_empty_and_wide_cells_carry_none_and_every_row_begins_anew() -> None:
    rows = _row('<td colspan="2">Nobody</td><td>\n</td>') + _row("<td>Kim</td>")
    assert labelled(rows, COLUMNS) == _row('<td colspan="2">Nobody</td><td>\n</td>') + _row(
        '<td data-label="Name">Kim</td>'
    )


def test_what_a_cell_says_is_no_markup_and_stays_escaped() -> None:
    rows = Markup("<tr><td>{}</td></tr>").format("<td>evil")
    assert labelled(rows, COLUMNS) == Markup('<tr><td data-label="Name">&lt;td&gt;evil</td></tr>')
