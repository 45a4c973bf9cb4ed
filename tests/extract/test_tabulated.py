"""What `extract` proposes from tables: outcome by row, arm by column, and nothing that a sentence already says."""

from __future__ import annotations

import pytest
from small_articles import Rows, article, table

from mscevidence.extract import extract
from mscevidence.model import Document
from mscevidence.read import read

METHODS = "Patients were randomised to the MSC group (n = 20) or the placebo group (n = 18)."
HEAD: Rows = [["Outcome", "MSC (n = 20)", "Placebo (n = 18)", "P value"]]
Told = tuple[str | None, str | None, float | None, float | None, str]


def told(document: Document) -> list[Told]:
    """Return outcome, arm, events, n and certainty of what was read from cells."""
    return [
        (c.outcome, c.arm, c.number("events"), c.number("n"), c.certainty)
        for c in extract(document)
        if c.rule == "table-cell"
    ]


def of_table(
    head: Rows, body: Rows, *, caption: str = "Adverse events, n (%)", results: str = "See the table."
) -> list[Told]:
    return told(article(results, table(caption, head, body), methods=METHODS))


@pytest.mark.parametrize(
    ("head", "row"),
    [
        (HEAD, ["Fever", "3 (15)", "1 (5.6)", "0.6"]),
        (HEAD, ["Fever, n (%)", "3/20", "1/18", "0.6"]),
        ([["Outcome", "MSC group", "Placebo group"]], ["Patients with fever", "3 (15)", "1 (5.6)"]),
        ([["", "MSC", "Placebo"], ["", "(n = 20)", "(n = 18)"]], ["Fever", "3 (15%)", "1 (6%)"]),
        ([["", "MSC@2", "Placebo@2"], ["", "n", "%", "n", "%"]], ["Fever", "3", "15", "1", "5.6"]),
    ],
)
def test_cells_are_results(head: Rows, row: list[str]) -> None:
    found = [
        (outcome, arm, events, n)
        for outcome, arm, events, n, certainty in of_table(head, [row])
        if certainty != "ambiguous"
    ]
    assert found == [("fever", "MSC group", 3, 20), ("fever", "placebo group", 1, 18)]


def test_n_of_the_text_is_derived_and_n_of_the_header_is_not() -> None:
    assert [each[-1] for each in of_table(HEAD, [["Fever", "3 (15)", "1 (5.6)", ""]])] == ["stated", "stated"]
    bare: Rows = [["Outcome", "MSC", "Placebo"]]
    assert [each[-1] for each in of_table(bare, [["Fever", "3 (15)", "1 (5.6)"]])] == ["derived", "derived"]


@pytest.mark.parametrize(
    ("head", "body", "caption"),
    [
        (HEAD, [["Fever in adults", "3 (15)", "1 (5.6)", ""]], "Adverse events, n (%)"),
        (HEAD, [["Nausea", "3 (15)", "1 (5.6)", ""], ["Vomiting", "2 (10)", "4 (22.2)", ""]], "Adverse events, n (%)"),
        (HEAD, [["Grade 3 adverse events", "", "", ""], ["Fever", "3 (15)", "1 (5.6)", ""]], "Safety, n (%)"),
        ([["", "Drug A (n = 20)", "Drug B (n = 18)"]], [["Fever", "3 (15)", "1 (5.6)"]], "Adverse events, n (%)"),
    ],
)
def test_what_is_narrowed_mixed_or_of_unknown_arms_is_ambiguous(head: Rows, body: Rows, caption: str) -> None:
    found = of_table(head, body, caption=caption)
    assert found
    assert {certainty for *_, certainty in found} == {"ambiguous"}


@pytest.mark.parametrize(
    ("head", "row", "caption"),
    [
        (HEAD, ["Fever", "3 (15)", "1 (5.6)", "0.6"], "Baseline characteristics, n (%)"),
        (HEAD, ["Fever", "3", "1", "0.6"], "Number of adverse events"),
        (HEAD, ["Fever", "3.2 ± 1.1", "1.5 ± 0.4", "0.6"], "Adverse events"),
        (HEAD, ["Height", "3 (15)", "1 (5.6)", "0.6"], "Adverse events, n (%)"),
        ([["", "Value"]], ["Fever", "3 (15)"], "Adverse events, n (%)"),
    ],
)
def test_no_results(head: Rows, row: list[str], caption: str) -> None:
    assert of_table(head, [row], caption=caption) == []


def test_what_a_sentence_tells_is_told_once() -> None:
    sentence = "Fever occurred in 3 of 20 patients in the MSC group."
    found = of_table(HEAD, [["Fever", "3 (15)", "1 (5.6)", ""]], results=sentence)
    assert found == [("fever", "placebo group", 1, 18, "stated")]


def test_values_stand_where_they_say() -> None:
    document = article(table("Adverse events, n (%)", HEAD, [["Fever", "3 (15)", "1 (5.6)", ""]]), methods=METHODS)
    for candidate in extract(document):
        assert document.text[slice(*candidate.span)] == candidate.quote
        for value in candidate.values:
            assert value.span is None or document.text[slice(*value.span)] == value.text


def test_tables_as_pasted_are_read() -> None:
    text = f"Methods: {METHODS}\nResults: See the table.\n\nTable 1. Adverse events, n (%)\n"
    text += "Outcome\tMSC (n = 20)\tPlacebo (n = 18)\nFever\t3 (15)\t1 (5.6)\nRash\t2 (10)\t0 (0)\n"
    found = told(read(text.encode()))
    assert ("fever", "MSC group", 3, 20, "stated") in found
    assert ("rash", "placebo group", 0, 18, "stated") in found
