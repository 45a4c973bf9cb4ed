"""Tables inside the abstract of a saved meeting page stay tables, behind the words of the abstract."""

from __future__ import annotations

from mscevidence.extract import extract
from mscevidence.model import Document
from mscevidence.read import read

TABLE = """<table><caption>Table 1. Adverse events, n (%)</caption>
<tr><th>Event</th><th>MSC group (n = 20)</th><th>Placebo group (n = 18)</th></tr>
<tr><td>Fever</td><td>3 (15)</td><td>1 (5.6)</td></tr></table>"""
LAYOUT = "<table><tr><td>Two patients of the MSC group died.</td></tr></table>"


def page(inside: str) -> Document:
    markup = f"""<html><body><div class="content"><h2 class="subtitle"><span class="number">9902</span>
Cells in a Disease</h2><div class="paperauthors"><p><b>Ada Example, MD</b></p></div><div class="abstract">
<p>Methods: Patients were randomised to the MSC group (n = 20) or the placebo group (n = 18).</p>
<p>Results: The events are in the table.</p>{inside}</div></div></body></html>"""
    return read(markup.encode(), name="page.html")


def test_the_table_is_read_with_its_cells() -> None:
    document = page(TABLE)
    assert document.format == "ash-html"
    (table,) = document.tables
    assert [document.text[slice(*cell.span)] for cell in table.cells][-3:] == ["Fever", "3 (15)", "1 (5.6)"]
    assert table.caption is not None
    assert document.text[slice(*table.caption)] == "Adverse events, n (%)"
    assert document.text.count("3 (15)") == 1


def test_its_counts_are_candidates() -> None:
    found = [(c.outcome, c.arm, c.number("events"), c.number("n")) for c in extract(page(TABLE)) if c.kind == "result"]
    assert found == [("fever", "MSC group", 3, 20), ("fever", "placebo group", 1, 18)]


def test_a_table_that_is_layout_stays_text() -> None:
    document = page(LAYOUT)
    assert document.tables == ()
    assert "Two patients of the MSC group died." in document.text
