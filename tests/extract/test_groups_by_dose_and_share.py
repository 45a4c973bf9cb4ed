"""Groups told apart by dose, schedule or equal size, and totals that a sentence shares out among groups."""

# ruff: noqa: E501 - tables with one case per row

from __future__ import annotations

import pytest

from mscevidence.extract import extract
from mscevidence.read import read

Told = tuple[str | None, str | None, float | None, float | None]


def results(text: str) -> list[Told]:
    """Return outcome, arm, events and n of the results that are certain."""
    found = [c for c in extract(read(text.encode())) if c.kind == "result" and c.certainty != "ambiguous"]
    return [(c.outcome, c.arm, c.number("events"), c.number("n")) for c in found]


@pytest.mark.parametrize(
    ("methods", "sentences", "expected"),
    [
        (
            "Thirty patients with lupus were randomised to MSCs or placebo, 15 in each group.",
            "Remission was seen in nine patients of the MSC group and in two of the placebo group.",
            [("remission", "MSCs", 9, 15), ("remission", "placebo", 2, 15)],
        ),
        (
            "Patients had one dose of cells (group 1) or three (group 2). Twenty patients were treated, ten in each group.",
            "Three patients died, one in group 1 and two in group 2.",
            [("death", "all", 3, 20), ("death", "group 1", 1, 10), ("death", "group 2", 2, 10)],
        ),
        (
            "Nine patients were treated, three at 1 million cells/kg and six at 2 million cells/kg.",
            "Remission was seen in one patient at 1 million cells/kg and in four at 2 million cells/kg. Fever was seen in two patients.",
            [
                ("remission", "1 million cells/kg", 1, 3),
                ("remission", "2 million cells/kg", 4, 6),
                ("fever", "all", 2, 9),
            ],
        ),
        (
            "Nine patients with lupus were treated: three patients received 1 × 10^6 cells/kg and six received 2 × 10^6 cells/kg.",
            "Toxicity that limits the dose was not seen. Response was seen in 1/3 at 1 × 10^6 cells/kg and 4/6 at 2 × 10^6 cells/kg.",
            [("response", "1×10^6 cells/kg", 1, 3), ("response", "2×10^6 cells/kg", 4, 6)],
        ),
        (
            "Twelve patients received a single infusion (n = 5) or two infusions (n = 7) of MSCs.",
            "Remission was seen in two of the single-infusion group and in five of the two-infusion group.",
            [("remission", "single infusion", 2, 5), ("remission", "two infusions", 5, 7)],
        ),
        (
            "Twelve patients received low-dose (n = 5) or high-dose (n = 7) MSCs.",
            "Remission was seen in two patients on the low dose and in five on the high dose.",
            [("remission", "low-dose", 2, 5), ("remission", "high-dose", 5, 7)],
        ),
        (
            "Forty-seven patients were enrolled: 28 patients receiving MSC and 19 patients without MSC treatment.",
            "The response rate was 75% in the MSC group and 42.1% in the non-MSC group.",
            [("response", "MSC", 21, 28), ("response", "non-MSC group", 8, 19)],
        ),
        (
            "Forty patients were randomised to the MSC group (n = 20) or the control group (n = 20).",
            "Serious infections were noted in six patients (two in the MSC group, four in the control group).",
            [
                ("serious-infection", "all", 6, 40),
                ("serious-infection", "MSC group", 2, 20),
                ("serious-infection", "control group", 4, 20),
            ],
        ),
        (
            "Sixty adults were randomised to low-dose MSCs (1 × 10^6/kg; n = 20), high-dose MSCs (5 × 10^6/kg; n = 20) or placebo (n = 20).",
            "Remission was reached by 9 patients on the low dose, 11 on the high dose and 3 on placebo.",
            [
                ("remission", "low-dose MSCs", 9, 20),
                ("remission", "high-dose MSCs", 11, 20),
                ("remission", "placebo", 3, 20),
            ],
        ),
        (
            "Forty patients were randomised to cells or placebo.",
            "Adverse events were reported in 12 of 20 patients given cells and in 9 of 20 given placebo.",
            [("any-adverse-event", "cells", 12, 20), ("any-adverse-event", "placebo", 9, 20)],
        ),
        (
            "Twenty-five subjects with lupus were given MSCs. Three were lost, leaving 22 for analysis.",
            "Of the 22, four had a remission and six had a relapse.",
            [("remission", "all", 4, 22), ("relapse", "all", 6, 22)],
        ),
        (
            "Forty patients with lupus were treated with MSCs.",
            "All 40 patients were treated and 38 completed the study.",
            [("completed", "all", 38, 40)],
        ),
    ],
)
def test_groups_by_dose_schedule_and_equal_size(methods: str, sentences: str, expected: list[Told]) -> None:
    assert results(f"Methods: {methods}\nResults: {sentences}") == expected


def test_two_patients_in_each_group_with_fever_are_no_size() -> None:
    text = "Methods: Patients were randomised to the MSC group or the control group.\nResults: Two patients in each group had fever."
    assert all(n != 2 for _, _, _, n in results(text))


def test_a_dose_before_a_group_in_brackets_is_no_size() -> None:
    text = "Methods: Patients received one intravenous dose of 1 × 10^6 cells per kg (group 1) or 3 × 10^6 cells per kg (group 2)."
    assert [c for c in extract(read(text.encode())) if c.kind == "participants"] == []


def test_parts_that_do_not_add_up_are_left_open() -> None:
    methods = "Methods: Forty patients were randomised to the MSC group (n = 20) or the control group (n = 20)."
    text = f"{methods}\nResults: Five patients died, one in the MSC group and two in the control group."
    assert ("death", "all", 5, 40) not in results(text)


@pytest.mark.parametrize(
    ("methods", "sentence", "wrong"),
    [
        (
            "Ten patients with lupus had marrow taken. MSCs were tested in 9 patients who received two doses of cells.",
            "Three patients had a remission.",
            ("remission", "all", 3, 10),
        ),
        (
            "Seventeen patients with psoriasis were treated.",
            "In the male patients 25% (2/8) and in the female patients 66.7% (6/9) responded.",
            ("response", "all", 6, 9),
        ),
        (
            "Forty patients were randomised 1:1 to one injection of cells or placebo.",
            "All 40 patients were treated, two placebo recipients having withdrawn.",
            ("discontinuation", "all", 2, 40),
        ),
    ],
)
def test_some_of_the_patients_are_not_everybody(methods: str, sentence: str, wrong: Told) -> None:
    assert wrong not in results(f"Methods: {methods}\nResults: {sentence}")
