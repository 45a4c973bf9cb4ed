"""Tables as grids of labelled cells, and what single cells say."""

from __future__ import annotations

import pytest
from small_articles import Rows, article, table

from mscevidence.extract.grammar.arithmetic import Share, events_of, fitting, only_n, possible
from mscevidence.extract.tables import Grid, grid_of, turned
from mscevidence.extract.tables.cells import reading_of, size_in
from mscevidence.read import read

HEAD: Rows = [["Outcome", "MSC (n = 20)", "Placebo (n = 18)", "P value"]]


def grid(head: Rows, body: Rows, *, caption: str = "Outcomes, n (%)") -> Grid:
    document = article(table(caption, head, body))
    made = grid_of(document, document.tables[0])
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("cell", "events", "n", "percent"),
    [
        ("9 (45)", 9, None, 45),
        ("9 (45.0%)", 9, None, 45),
        ("9 (%45)", 9, None, 45),
        ("9 [45]^a", 9, None, 45),
        ("9/20", 9, 20, None),
        ("9/20 (45)", 9, 20, 45),
        ("1,009/2,018 (50.0)", 1009, 2018, 50),
        ("45% (9/20)", 9, 20, 45),
        ("45% (9)", 9, None, 45),
        ("45 %", None, None, 45),
        ("10 218", 10218, None, None),
        ("0*", 0, None, None),
    ],
)
def test_cells_of_counts(cell: str, events: int | None, n: int | None, percent: float | None) -> None:
    document = read(f"Title\n\n{cell} words".encode(), format="plain-text")
    start = document.text.index(cell)
    found = reading_of(document, (start, start + len(cell)))
    assert found is not None
    for value, wanted in ((found.events, events), (found.n, n), (found.percent, percent)):
        assert (value.number if value else None) == wanted
        if value is not None and value.span is not None:
            assert document.text[slice(*value.span)] == value.text


@pytest.mark.parametrize(
    "cell", ["4.2 ± 1.1", "12 (8–16)", "−1.4", "n.s.", "0.8 (0.5, 1.2)", "<0.001", "14 / 8 / 2", ""]
)
def test_cells_that_count_nobody(cell: str) -> None:
    document = read(f"Title\n\n{cell} words".encode(), format="plain-text")
    start = document.text.index(cell)
    found = reading_of(document, (start, start + len(cell)))
    assert found is None or (found.events is None and found.percent is None)


@pytest.mark.parametrize(
    ("header", "n"),
    [("MSC (n = 54)", 54), ("MSC, N=1,234", 1234), ("Group A n = 7", 7), ("Placebo (18 patients)", 18), ("MSC", None)],
)
def test_sizes_in_headers(header: str, n: int | None) -> None:
    document = read(f"Title\n\n{header}".encode(), format="plain-text")
    start = document.text.index(header)
    found = size_in(document, (start, start + len(header)))
    assert (found.number if found else None) == n


def test_headings_go_with_the_rows_below_them() -> None:
    made = grid(HEAD, [["Response", "9 (45)", "2 (11)", ""], ["Harm@4"], ["Fever", "1 (5)", "0", "0.9"]])
    assert [(row.heading, row.label) for row in made.rows] == [((), "Response"), (("Harm",), "Fever")]
    assert made.rows[0].headers[1] == ("MSC (n = 20)",)


def test_two_label_columns_are_one_label() -> None:
    head = [["", "", "MSC (n=20)", "Placebo (n=18)"]]
    made = grid(head, [["Death", "", "1 (5.0)", "0"], ["", "Cardiac", "0", "0"], ["", "Other", "1 (5.0)", "0"]])
    assert made.labels == 2
    assert [(row.heading, row.label) for row in made.rows] == [
        ((), "Death"),
        (("Death",), "Cardiac"),
        (("Death",), "Other"),
    ]


def test_new_headers_in_the_middle_of_a_table_replace_the_lower_ones() -> None:
    head = [["", "MSC@2", "Placebo@2"], ["Symptom", "Mean", "SD", "Mean", "SD"]]
    body = [
        ["Pain", "2.1", "0.4", "3.0", "0.5"],
        ["", "n", "Rate (%)", "n", "Rate (%)"],
        ["Fever", "3", "15", "4", "22"],
    ]
    made = grid(head, body)
    assert made.rows[0].headers[2] == ("MSC", "SD")
    assert made.rows[-1].headers[2] == ("MSC", "Rate (%)")


def test_rows_that_are_groups_can_be_turned_into_columns() -> None:
    made = grid([["Group", "Responders", "Deaths"]], [["MSC", "9/20", "0/20"], ["Placebo", "2/18", "1/18"]])
    (other,) = turned(made)
    assert [row.label for row in other.rows] == ["Responders", "Deaths"]
    assert other.rows[0].headers == {0: ("MSC",), 1: ("Placebo",)}


def test_a_table_without_cells_is_no_grid() -> None:
    document = article("Text.", "<table-wrap><label>Table 1</label></table-wrap>")
    assert grid_of(document, document.tables[0]) is None


@pytest.mark.parametrize(
    ("events", "percent", "decimals", "n", "agrees"),
    [(9, 45, 0, 20, True), (9, 45, 0, 21, False), (1, 2.6, 1, 38, True), (3, 42.8, 1, 7, False), (5, 50, 0, 4, False)],
)
def test_a_percent_agrees_with_events_of_n(events: int, percent: float, decimals: int, n: int, agrees: bool) -> None:
    assert Share(events, percent, decimals).agrees(n) is agrees


def test_a_percent_that_is_cut_off_agrees_when_that_is_allowed() -> None:
    assert Share(3, 42.8, 1).agrees(7, cut=True)


def test_shares_of_a_column_tell_n_when_one_n_fits() -> None:
    assert only_n([Share(7, 33.3, 1), Share(15, 71.4, 1)]) == 21
    assert only_n([Share(30, 33, 0)]) is None
    assert only_n([Share(0, 0, 0), Share(21, 100, 0)]) is None


def test_one_misprint_in_five_does_not_hide_n() -> None:
    shares = [Share(7, 33.3, 1), Share(15, 71.4, 1), Share(8, 38.1, 1), Share(6, 28.6, 1), Share(5, 32.8, 1)]
    assert only_n(shares) == 21


def test_a_number_of_the_document_is_n_when_it_alone_fits() -> None:
    shares = [Share(8, 0.08, 2), Share(27, 0.26, 2), Share(20, 0.20, 2)]
    assert fitting(shares, [7557, 10218, 589]) == 10218
    assert fitting(shares, [10218, 10219]) is None
    assert fitting(shares[:2], [10218]) is None


def test_events_of_a_percent() -> None:
    assert events_of(74.6, 1525) == 1138
    assert possible(33.3, 1, 21)
    assert not possible(40.0, 1, 21)
