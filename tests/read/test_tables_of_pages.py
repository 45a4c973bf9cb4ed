"""Tables of web pages and of pasted text: where each cell stands, and that questions are answered from them."""
# ruff: noqa: E501 - tables with one case per row

from __future__ import annotations

import pytest

from mscevidence.errors import DocumentError
from mscevidence.extract.lookup import answer
from mscevidence.model import Document, Table
from mscevidence.read import read
from mscevidence.read.canonical import canonical

ABSTRACT = (
    '<div class="abstract"><p>Methods: Ten patients were enrolled.</p><p>Results: Fever occurred in 3/10.</p></div>'
)
HEAD = (
    '<thead><tr><th rowspan="2">Outcome</th><th colspan="2">Group</th></tr>'
    "<tr><th>MSC (n = 20)</th><th>Placebo (n = 18)</th></tr></thead>"
)
BODY = (
    "<tbody><tr><td>Response<sup>a</sup></td><td>12 (60)</td><td>5 (27.8)</td></tr>"
    '<tr><th scope="row">Death</th><td>0 (0)</td><td>1 (5.6)<sup>*</sup></td></tr></tbody>'
)
FOOT = '<p class="footnotes"><sup>a</sup> by the report</p>'


def page(*parts: str, title: str = "<h1>Cord cells in lupus</h1>") -> Document:
    return read(f"<html><body>{title}{''.join(parts)}</body></html>".encode())


def pasted(rows: str) -> Document:
    before = "Cord cells in lupus\n\nMethods: Patients were randomised.\nResults: Fever was rare.\n"
    return read(f"{before}Table 2. Outcomes at 12 months, n (%)\n{rows}\nConclusion: Fine.".encode())


def cells(document: Document, table: Table) -> list[tuple[str, int, int]]:
    return [(document.text[slice(*cell.span)], cell.row, cell.column) for cell in table.cells]


def two_by_two(document: Document, outcome: str) -> list[float | None] | None:
    found = answer(document, outcome=outcome, intervention="MSC", comparator="placebo")
    if found is None:
        return None
    values = (found.intervention_events, found.intervention_n, found.comparator_events, found.comparator_n)
    return [value.number if value else None for value in values]


def test_merged_headers_caption_and_notes_of_a_page() -> None:
    document = page(ABSTRACT, f"<div><h3>Table 2. Outcomes, n (%)</h3><table>{HEAD}{BODY}</table>{FOOT}</div>")
    (table,) = document.tables
    assert table.label == "Table 2"
    assert table.caption is not None
    assert document.text[slice(*table.caption)] == "Outcomes, n (%)"
    assert table.foot is not None
    assert document.text[slice(*table.foot)] == "a by the report"
    assert [(c.rows, c.columns, c.header) for c in table.cells[:4]] == [
        (2, 1, True),
        (1, 2, True),
        (1, 1, True),
        (1, 1, True),
    ]
    assert cells(document, table)[4:] == [
        ("Response^a", 2, 0), ("12 (60)", 2, 1), ("5 (27.8)", 2, 2), ("Death", 3, 0), ("0 (0)", 3, 1), ("1 (5.6)^*", 3, 2),
    ]  # fmt: skip
    assert not table.cells[7].header
    assert two_by_two(document, "response") == [12, 20, 5, 18]
    assert two_by_two(document, "death") == [0, 20, 1, 18]


def test_the_text_of_a_page_with_tables_is_canonical_and_its_sections_stay_apart() -> None:
    document = page(ABSTRACT, f"<table><caption>Table 1</caption>{HEAD}{BODY}</table>")
    assert canonical(document.text) == document.text
    assert [section.name for section in document.sections] == ["Methods", "Results", "Table 1"]
    results = document.sections[1]
    assert document.text[slice(*results.span)] == "Fever occurred in 3/10."


def test_a_page_of_one_table_needs_no_abstract() -> None:
    document = page(f"<table>{HEAD}{BODY}</table>")
    assert two_by_two(document, "response") == [12, 20, 5, 18]
    assert any("no abstract" in note for note in document.notes)


@pytest.mark.parametrize(
    "layout",
    [
        "<table><tr><td>Menu 1</td></tr><tr><td>Menu 2</td></tr></table>",
        "<table><tr><td>Home</td><td>About</td></tr><tr><td>News</td><td>Login</td></tr></table>",
        "<table><tr><td>Volume 3</td><td>Issue 2</td></tr></table>",
    ],
)
def test_tables_for_layout_are_no_tables(layout: str) -> None:
    assert page(ABSTRACT, layout).tables == ()


def test_a_table_inside_a_table_for_layout_is_read() -> None:
    document = page(ABSTRACT, f"<table><tr><td><table>{HEAD}{BODY}</table></td><td>Advert 1</td></tr></table>")
    assert [table.label for table in document.tables] == ["Table 1"]


def test_a_table_in_the_abstract_is_read_once() -> None:
    document = page(f'<div class="abstract"><p>Results: Fine.</p><table>{HEAD}{BODY}</table></div>')
    assert document.text.count("12 (60)") == 1
    assert len(document.tables) == 1


def test_powers_in_cells_are_powers_and_marks_are_marks() -> None:
    body = "<tr><td>Dose</td><td>2×10<sup>6</sup> cells/kg</td></tr><tr><td>Fever</td><td>3<sup>b</sup></td></tr>"
    document = page(ABSTRACT, f"<table>{body}</table>")
    assert cells(document, document.tables[0])[1::2] == [("2×10^6 cells/kg", 0, 1), ("3^b", 1, 1)]


def test_a_table_that_claims_too_many_cells_is_refused() -> None:
    row = '<td rowspan="60000" colspan="1000">1</td>' * 2
    with pytest.raises(DocumentError, match="too many cells"):
        page(ABSTRACT, f"<table>{f'<tr>{row}</tr>' * 900}</table>")


@pytest.mark.parametrize("value", ["0", "-1", "x", "", "9999999", "٣"])
def test_a_wrong_span_is_one(value: str) -> None:
    row = f'<tr><td rowspan="{value}" colspan="{value}">a</td><td>1</td></tr>'
    document = page(ABSTRACT, f"<table>{row}{row}</table>")
    assert [(cell.row, cell.column, cell.rows, cell.columns) for cell in document.tables[0].cells][:2] == [
        (0, 0, 1, 1),
        (0, 1, 1, 1),
    ]


PASTED = {
    "tabs": "Outcome\tMSC (n = 20)\tPlacebo (n = 18)\nResponse\t12 (60)\t5 (27.8)\nDeath\t0 (0)\t1 (5.6)",
    "tabs without a corner": "\tMSC (n = 20)\tPlacebo (n = 18)\nResponse\t12 (60)\t5 (27.8)\nDeath\t0 (0)\t1 (5.6)",
    "spaces": "Outcome    MSC (n = 20)  Placebo (n = 18)\nResponse   12 (60)       5 (27.8)\nDeath      0 (0)         1 (5.6)",
    "spaces without a corner": "           MSC (n = 20)  Placebo (n = 18)\nResponse   12 (60)       5 (27.8)\nDeath      0 (0)         1 (5.6)",
    "bars": "| Outcome | MSC (n = 20) | Placebo (n = 18) |\n|---|---|---|\n| Response | 12 (60) | 5 (27.8) |\n| Death | 0 (0) | 1 (5.6) |",
}  # fmt: skip


@pytest.mark.parametrize("rows", PASTED.values(), ids=PASTED.keys())
def test_pasted_tables(rows: str) -> None:
    document = pasted(rows)
    (table,) = document.tables
    assert table.label == "Table 2"
    assert table.caption is not None
    assert document.text[slice(*table.caption)] == "Outcomes at 12 months, n (%)"
    assert [cell for cell in cells(document, table) if cell[1] == 2] == [
        ("Death", 2, 0),
        ("0 (0)", 2, 1),
        ("1 (5.6)", 2, 2),
    ]
    assert {cell.column for cell in table.cells if cell.header} >= {1, 2}
    assert two_by_two(document, "response") == [12, 20, 5, 18]
    assert [section.name for section in document.sections] == ["Methods", "Results", "Table 2", "Conclusion"]


@pytest.mark.parametrize(
    "text",
    [
        "A title\n\nResults: Two  spaces  here, 3 patients.\nAnd  two  there, 4 patients.",
        "A title\n\nResults: One tab\there: 3 patients.\nNo other line.",
        "A title\n\nResults: p|q was 3 and |x| was 4.\nMore.",
        "Name  Role  Town\nAnn  first  Here\nBob  last  There",
    ],
)
def test_running_text_is_no_table(text: str) -> None:
    document = read(text.encode(), format="plain-text")
    assert document.tables == ()
    assert "\t" not in document.text or "\t" in text


def test_many_lines_with_columns_take_time_in_proportion() -> None:
    rows = "\n".join(f"Row {i}\t{i}\t{i % 7}" for i in range(20_000))
    assert len(pasted(rows).tables[0].cells) == 60_000
