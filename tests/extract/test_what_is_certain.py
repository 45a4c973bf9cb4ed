"""Single results: what a sentence tells for certain, and what it leaves open and must not be claimed."""

# ruff: noqa: E501 - tables with one case per row

from __future__ import annotations

import pytest

from mscevidence.extract import extract
from mscevidence.read import read

Told = tuple[str | None, str | None, float | None, float | None]

TWENTY = "Methods: Twenty patients with ITP were treated with MSCs."
TWO_GROUPS = "Methods: Patients were randomised to the MSC group (n = 12) or the placebo group (n = 10)."


def results(methods: str, sentences: str, *, certain: bool) -> list[Told]:
    document = read(f"{methods}\nResults: {sentences}".encode())
    found = [c for c in extract(document) if c.kind == "result" and (c.certainty != "ambiguous") == certain]
    return [(c.outcome, c.arm, c.number("events"), c.number("n")) for c in found]


@pytest.mark.parametrize(
    ("methods", "sentences", "expected"),
    [
        (TWENTY, "Response/remission was seen in 12/8 patients.", [("response", "all", 12, 20), ("remission", "all", 8, 20)]),
        (TWENTY, "ACR20/50/70 responses were reached by 9/4/2 patients.", [("acr20", "all", 9, 20), ("acr50", "all", 4, 20), ("acr70", "all", 2, 20)]),
        (TWENTY, "Eight of 20 patients who had been treated responded.", [("response", "all", 8, 20)]),
        (TWENTY, "Neither of the patients relapsed.", [("relapse", "all", 0, 20)]),
        (TWENTY, "None of the 8 patients (0/8) responded.", [("response", "all", 0, 8)]),
        (TWENTY, "None of the 8 patients (0 of 8) responded.", [("response", "all", 0, 8)]),
        (TWENTY, "None of the 8 patients (0 of 7) responded.", [("response", "all", 0, 7)]),
        (TWENTY, "None of the 8 patients (all women) died, 6 of 8 responded.", [("response", "all", 6, 8)]),
        (TWENTY, "None of 8 (0%) relapsed, 6 of 8 responded.", [("relapse", "all", 0, 8), ("response", "all", 6, 8)]),
        (TWENTY, "None of the 8 treated patients (0%) relapsed or died.", [("relapse", "all", 0, 8), ("death", "all", 0, 8)]),
        (TWENTY, "A response was seen in all patients.", [("response", "all", 20, 20)]),
        (TWENTY, "At 12 weeks all 20 patients had a response.", [("response", "all", 20, 20)]),
        (TWENTY, "Complete and partial responses were seen in 5 and 7 patients, respectively.", [("complete-response", "all", 5, 20), ("partial-response", "all", 7, 20)]),
        (TWENTY, "Relapse after remission was seen in 2/9 patients.", [("relapse", "all", 2, 9)]),
        (TWENTY, "Survival at one year was 90%.", [("survival", "all", 18, 20)]),
        (TWENTY, "No serious adverse events were seen in the 18 patients.", [("serious-adverse-event", "all", 0, 18)]),
        (TWO_GROUPS, "Fever occurred in three patients of the MSC group, in contrast to none in the placebo group.", [("fever", "MSC group", 3, 12), ("fever", "placebo group", 0, 10)]),
        (TWO_GROUPS, "The MSC group and the placebo group were alike. Fever was seen in 5 and 4 patients, respectively.", [("fever", "MSC group", 5, 12), ("fever", "placebo group", 4, 10)]),
        (TWO_GROUPS, "Four of 12 patients in the MSC group and three of 10 in the placebo group had a response.", [("response", "MSC group", 4, 12), ("response", "placebo group", 3, 10)]),
        (
            "Methods: Patients were randomised to the WBRT + TMZ arm (n = 10) or the WBRT arm (n = 20).",
            "The response rate was 50% in the WBRT + TMZ arm and 30% in the WBRT arm.",
            [("response", "WBRT + TMZ arm", 5, 10), ("response", "WBRT arm", 6, 20)],
        ),
        (TWO_GROUPS, "There were 4 deaths with the cells and 2 deaths in the placebo group.", [("death", "placebo group", 2, 10)]),
        (TWO_GROUPS, "A response was seen in 4 patients of the former and 2 of the latter.", [("response", "MSC group", 4, 12), ("response", "placebo group", 2, 10)]),
    ],
)  # fmt: skip
def test_certain(methods: str, sentences: str, expected: list[Told]) -> None:
    assert results(methods, sentences, certain=True) == expected


@pytest.mark.parametrize(
    ("methods", "sentences"),
    [
        (TWENTY, "Response/remission was seen in 3/9."),
        (TWENTY, "4 of 7 patients who had failed rituximab responded."),
        (TWENTY, "In MDR-ITP patients, the response rate was 50%."),
        (TWENTY, "Five MDR-ITP patients died."),
        (TWENTY, "Seven patients had fever and headache."),
        (
            TWO_GROUPS,
            "The MSC group and the placebo group were alike. Fever was seen in 5 and 11 patients, respectively.",
        ),
        (TWO_GROUPS, "The response rate was 50%."),
        (
            TWO_GROUPS,
            "Discontinuation because of fever was higher in the MSC group versus the placebo group (11% v 20%).",
        ),
        (TWENTY, "Overall survival was analysed in 18 patients."),
        (TWENTY, "There were 7.2% relapses in 14 patients who were treated early."),
        (TWENTY, "Three disease-free survival events were observed."),
        (TWENTY, "The number of serious adverse events was 15."),
        (TWENTY, "None of the 8 patients (3 of 9 controls) relapsed."),
        (TWENTY, "Causes of death were infections (5 patients) and relapse (5 patients)."),
        (TWENTY, "Reasons for discontinuation were infection (3 patients) and death (1 patient)."),
        (TWO_GROUPS, "Among the 22 patients of the trial, 4 in the MSC group died."),
        (TWO_GROUPS, "The response rate was 30% in the whole lung group."),
        (TWO_GROUPS, "The response rate of the MSC group was 5/22."),
    ],
)
def test_left_open(methods: str, sentences: str) -> None:
    assert [told for told in results(methods, sentences, certain=True) if None not in told] == []


@pytest.mark.parametrize(
    "sentence",
    [
        "The estimated probability of survival was 90%.",
        "Actuarial survival was 90%.",
        "The response rate was 50% higher.",
    ],
)
def test_no_events_are_computed_from_curves_and_comparisons(sentence: str) -> None:
    assert all(events is None for _, _, events, _ in results(TWENTY, sentence, certain=True))


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("Seven people with chronic ITP were given MSCs.", 7),
        ("MSCs were given to seven patients with ITP.", 7),
        ("Of the 12 children with gut GVHD, seven had a complete response.", 12),
        ("Seven patients with ITP had MSCs. Fever was seen in 3/12 patients.", None),
        ("Seven patients had fever.", None),
        ("Previous trials treated about seven patients with MSCs.", None),
    ],
)
def test_how_many_patients_a_text_opens_with(text: str, n: float | None) -> None:
    found = [c.number("n") for c in extract(read(text.encode())) if c.kind == "participants" and c.arm == "all"]
    assert found == ([n] if n else [])


def test_what_two_groups_got_is_their_name() -> None:
    text = "Methods: Twelve patients received MSCs and six received placebo.\nResults: Two patients given placebo died."
    found = {c.arm: c.number("n") for c in extract(read(text.encode())) if c.kind == "participants"}
    assert found == {"MSCs": 12, "placebo": 6}
    assert results(*text.split("\nResults: "), certain=True) == [("death", "placebo", 2, 6)]


def test_treatments_listed_with_their_sizes_are_named_without_the_word_that_joins_them() -> None:
    text = "Methods: Patients were randomised to drug A (n = 16), drug B (n = 15), or placebo (n = 14)."
    assert {c.arm: c.number("n") for c in extract(read(text.encode())) if c.kind == "participants"} == {
        "drug A": 16,
        "drug B": 15,
        "placebo": 14,
    }
