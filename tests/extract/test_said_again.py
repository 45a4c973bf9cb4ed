"""A result that a document tells twice is one candidate with two places."""

from __future__ import annotations

import itertools

import pytest
from small_articles import article, table

from mscevidence.extract import extract
from mscevidence.model import Candidate, Document
from mscevidence.read import read

METHODS = "Methods: Twenty patients with ITP were treated with MSCs."


def told(results: str) -> tuple[Document, list[Candidate]]:
    document = read(f"{METHODS}\n{results}".encode())
    return document, [c for c in extract(document) if c.kind == "result"]


@pytest.mark.parametrize(
    ("results", "places"),
    [
        (
            "Results: Fever occurred in 3/20 patients. Conclusion: Fever was seen in 3 of 20 patients.",
            [["3/20", "3 of 20 patients"]],
        ),
        ("Results: Fever occurred in 3/20 patients and chills in 2/20.", [["3/20"], ["2/20"]]),
        (
            "Results: Fever occurred in 3/20 patients. At 3 months fever was seen in 4/20 patients.",
            [["3/20"], ["4/20"]],
        ),
        (
            "Results: Fever occurred in three patients. Fever was seen in 3/20 patients. Fever was seen in 3 (15%).",
            [["3/20", "three patients", "3 (15%)"]],
        ),
    ],
)
def test_every_place_of_a_result_is_kept(results: str, places: list[list[str]]) -> None:
    document, found = told(results)
    said = [[c.quote, *(document.text[slice(*place)] for place in c.also_at)] for c in found]
    assert said == places


def test_a_table_that_repeats_the_text_is_another_place() -> None:
    head = [["Event", "MSC (n = 20)", "Placebo (n = 18)"]]
    rows = table("Adverse events, n (%)", head, [["Fever", "3 (15)", "1 (5.6)"]])
    methods = "Patients were randomised to the MSC group (n = 20) or the placebo group (n = 18)."
    document = article("Fever occurred in 3/20 patients of the MSC group.", rows, methods=methods)
    found = {c.arm: c for c in extract(document) if c.outcome == "fever"}
    fever = found["MSC group"]
    assert [document.text[slice(*place)] for place in (fever.span, *fever.also_at)] == ["3/20", "3 (15)"]
    assert (len(found), found["placebo group"].also_at) == (2, ())


def test_the_size_of_the_trial_told_twice_is_one_candidate() -> None:
    document = read(f"{METHODS}\nResults: Twenty patients were treated with cells; fever occurred in 3/20.".encode())
    sizes = [c for c in extract(document) if c.kind == "participants"]
    assert [(c.arm, c.number("n"), len(c.also_at)) for c in sizes] == [("all", 20, 1)]


def test_places_do_not_overlap_and_stand_in_order() -> None:
    _, found = told("Results: Fever occurred in 3/20. Fever: 3/20. Fever occurred in 3 of 20 patients. Fever in 3/20.")
    (one,) = found
    places = [one.span, *one.also_at]
    assert len(places) == 4
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(places))
