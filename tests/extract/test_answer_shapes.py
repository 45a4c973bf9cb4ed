"""Shapes of tables: rows of yes and no, sizes below headers or in a row, columns of times, rows of something else."""

from __future__ import annotations

import pytest
from small_articles import Rows, article, numbers, table

from mscevidence.extract.lookup import Answer, answer
from mscevidence.model import Document

Four = tuple[float, float, float, float]
HEAD: Rows = [["", "Verolizumab (n = 40)", "Placebo (n = 38)", "Value of P"]]


def ask(
    document: Document, outcome: str, intervention: str = "verolizumab", comparator: str = "placebo"
) -> Answer | None:
    return answer(document, outcome=outcome, intervention=intervention, comparator=comparator)


@pytest.mark.parametrize(
    ("outcome", "wanted"),
    [
        ("cough", (10, 40, 8, 38)),
        ("wheezing", (4, 40, 2, 38)),
        ("fever", (1, 40, 3, 38)),
    ],
)
def test_rows_of_yes_and_no_are_of_the_heading_above_them(outcome: str, wanted: Four) -> None:
    body = [
        ["Cough", "", "", ""],
        ["No", "30 (75.0)", "30 (78.9)", ""],
        ["Yes, mild", "6 (15.0)", "5 (13.2)", ""],
        ["Yes, troublesome", "4 (10.0)", "3 (7.9)", ""],
        ["Wheezing", "", "", ""],
        ["No", "36 (90.0)", "36 (94.7)", ""],
        ["Yes", "4 (10.0)", "2 (5.3)", ""],
        ["Fever", "1 (2.5)", "3 (7.9)", ""],
    ]
    assert numbers(ask(article(table("Adverse events, n (%)", HEAD, body)), outcome)) == wanted


def test_those_who_did_not_have_it_are_counted_as_the_rest_and_marked_derived() -> None:
    body = [["Cough", "", "", ""], ["No", "30", "30", ""], ["Yes, mild", "6", "5", ""], ["Yes, bad", "4", "3", ""]]
    found = ask(article(table("Number of patients with adverse events", HEAD, body)), "cough")
    assert numbers(found) == (10, 40, 8, 38)
    assert found is not None
    assert found.derived


@pytest.mark.parametrize(
    ("head", "first"),
    [
        ([["", "Verolizumab", "Placebo"], ["", "n = 40", "n = 38"]], []),
        ([["", "Verolizumab (total 40)", "Placebo (total 38)"]], []),
        ([["", "Verolizumab", "Placebo"]], [["Number of patients", "40", "38"]]),
        ([["", "Verolizumab", "Placebo"]], [["Patients (n)", "40", "38"]]),
    ],
)
def test_sizes_stand_below_the_groups_or_in_a_row(head: Rows, first: list[list[str]]) -> None:
    document = article(
        table("Number of patients with events", head, [*first, ["Relapse", "4", "9"], ["Fever", "2", "3"]])
    )
    assert numbers(ask(document, "recurrence")) == (4, 40, 9, 38)


def test_sizes_in_a_row_are_those_of_sentences_too() -> None:
    rows = [["Number of patients", "40", "38"], ["Age (years)", "51", "52"]]
    made = table("Baseline characteristics", [["", "Verolizumab", "Placebo"]], rows)
    document = article(made, "Relapse was seen in 4 (10.0%) patients on verolizumab and 9 (23.7%) on placebo.")
    assert numbers(ask(document, "relapse")) == (4, 40, 9, 38)


def test_columns_of_times_are_told_apart() -> None:
    head = [["", "Verolizumab 6 months", "Placebo 6 months", "Verolizumab 12 months", "Placebo 12 months"]]
    document = article(
        "We randomised 40 patients to verolizumab and 38 to placebo.",
        table("Relapse, n (%)", head, [["Relapse", "2 (5.0)", "4 (10.5)", "4 (10.0)", "9 (23.7)"]]),
    )
    assert numbers(ask(document, "relapse at 12 months")) == (4, 40, 9, 38)
    assert numbers(ask(document, "relapse at 6 months")) == (2, 40, 4, 38)
    assert numbers(ask(document, "relapse at 3 months")) is None


@pytest.mark.parametrize(
    ("outcome", "row"),
    [
        ("nausea", ["Digestive (e.g., nausea, diarrhoea)", "4 (10.0)", "9 (23.7)", ""]),
        ("relapse", ["No relapse", "36 (90.0)", "29 (76.3)", ""]),
        ("ACR50", ["ACR20", "20 (50.0)", "10 (26.3)", ""]),
        ("grade 4 rash", ["Grade 3-4 rash", "4 (10.0)", "2 (5.3)", ""]),
    ],
)
def test_rows_of_something_else_do_not_answer(outcome: str, row: list[str]) -> None:
    assert numbers(ask(article(table("Outcomes, n (%)", HEAD, [row])), outcome)) is None


def test_presenting_symptoms_are_no_outcome() -> None:
    document = article(table("Presenting symptoms, n (%)", HEAD, [["Cough", "4 (10.0)", "9 (23.7)", ""]]))
    assert numbers(ask(document, "cough")) is None


def test_doses_of_one_drug_and_marks_of_abbreviations_are_told_apart() -> None:
    head = [["", "Placebo (n = 38)", "VER 20'000 IU (n = 20)", "VER 40'000 IU (n = 21)"]]
    document = article(table("Outcomes, n (%)", head, [["Death", "2 (5.3)", "1 (5.0)", "3 (14.3)"]]))
    assert numbers(ask(document, "mortality", "VER 40'000 IU")) == (3, 21, 2, 38)
    head = [["", "NRT (n = 38)", "NRT+ (n = 20)", "VER (n = 21)"]]
    document = article(table("Outcomes, n (%)", head, [["Rash", "2 (5.3)", "1 (5.0)", "3 (14.3)"]]))
    assert numbers(ask(document, "rash", "VER", "combined replacement (NRT+)")) == (3, 21, 1, 20)


def test_sizes_of_groups_are_no_results() -> None:
    head = [["Group", "First assessment [cases (%)]", "Second assessment [cases (%)]"]]
    document = article(
        "We randomised 40 patients to verolizumab and 38 to placebo.",
        table("Response at each assessment", head, [["Verolizumab", "40", "35"], ["Placebo", "38", "30"]]),
    )
    assert numbers(ask(document, "response at the first assessment")) is None
