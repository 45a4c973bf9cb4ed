"""What looks like a count of an outcome and is none, or of another group: left out, or proposed as ambiguous."""

from __future__ import annotations

import pytest

from mscevidence.extract import extract
from mscevidence.read import read

TWO_GROUPS = "Methods: Patients were randomised to the drug group (n = 50) or the placebo group (n = 40)."
Told = tuple[str | None, str | None, float | None, float | None]


def certain(sentences: str, methods: str = TWO_GROUPS) -> list[Told]:
    """Return outcome, arm, events (or percent) and n of the results that are not ambiguous."""
    document = read(f"{methods}\nResults: {sentences}".encode())
    return [
        (c.outcome, c.arm, c.number("percent") if c.value("events") is None else c.number("events"), c.number("n"))
        for c in extract(document)
        if c.kind == "result" and c.certainty != "ambiguous"
    ]


@pytest.mark.parametrize(
    "sentences",
    [
        # taken back, or an outcome of something else
        "No severe headache was observed in 56% of patients in the drug group.",
        "Overall survival excluding infection death was 90% for the drug group.",
        "Gait-related adverse events were found in 1 (2.2%) patient in the placebo group.",
        "Cardiopulmonary adverse events were found in 3 (8%) patients in the placebo group.",
        "Sedation was reported as an adverse event in 2.1% (n = 1) of the placebo group.",
        "Only one adverse event was significantly different in the placebo group.",
        "Patients were pain-free in the drug group (44%).",
        "At two years, 83.1% of the patients in the drug group were alive and disease free.",
        "Six patients in the drug group were alive with distant metastases.",
        "In 9.9% (5/50) of the drug group, treatment was stopped because of adverse events.",
        "The median time to relapse was reached in 12 patients of the drug group.",
        "The scores (relapse) were raised in 8% of patients in the drug group.",
        # numbers that count nobody, or everybody
        "The analysis was planned at 38 deaths.",
        "All the 36 patients had detailed evaluation of the hand including infection episodes in the drug group.",
        "Relapse exceeded 10% of patients in the drug group.",
        "Fever was seen in nearly 10% of patients in the drug group.",
        "At least five patients in the drug group had fever.",
        "The number of patients with fever was higher in the drug group (4, 0 and 10%).",
        # of other groups than the one named
        "In the group with ten or more lesions, the response rate was 51% in the drug group.",
        "In the drug group, 10 patients with a long course showed relapse.",
        "Three of the 11 subjects who had a relapse in the placebo group presented late with infection.",
        "The response was sustained in four of the nine patients in the drug group.",
        "Thirty and 28 patients responded.",
        "Six patients had fever on the drug, A, or B.",
        "Among all patients, the rate of death was 3% for the first drug, 5% for the second and 7% for the third.",
        "Fever was as rare [95% confidence interval: 0.5%, 8%] in the placebo group.",
        "The drug was reduced in one patient of the drug group before being discontinued.",
        "Dose-limiting adverse events were seen in 8.3% of patients in the placebo group.",
        "Three patients of the drug group had visits among patients with infection.",
    ],
)  # fmt: skip
def test_not_certain(sentences: str) -> None:
    assert certain(sentences) == []


@pytest.mark.parametrize(
    ("sentences", "expected"),
    [
        # a pair for two groups: the first is of the group named beside it, the second is not
        ("Fever was less frequent in the drug group (8% vs 20%; P = .02).", [("fever", "drug group", 4, 50)]),
        ("Fever (8% vs 20%) was less frequent with the new drug group than with placebo.", []),
        ("Fever was higher in the drug group (20%) than in the placebo group (5%).",
         [("fever", "drug group", 10, 50), ("fever", "placebo group", 2, 40)]),
        ("The response rate was higher in the drug group: 82% (24% complete response) versus 60% (15% complete).",
         [("response", "drug group", 41, 50)]),
        # one group with two treatments
        ("None of the patients in the drug and placebo group had fever.",
         [("fever", "drug and placebo group", 0, None)]),
        # a group that closes an earlier count has no later one
        ("Fever was seen in 10% in the drug group, 15% for the others.", [("fever", "drug group", 5, 50)]),
        ("Infections were seen in 4 patients in the drug group versus 9 among others.",
         [("infection", "drug group", 4, 50)]),
        # what follows a time is no label of it
        ("In the drug group at 3 months 21 of 50 patients had a relapse.", [("relapse", "drug group", 21, 50)]),
        ("In the drug group at 12 months 7/50 patients had a relapse.", [("relapse", "drug group", 7, 50)]),
        ("Acute GVHD of any grade occurred in 10.0% of the drug group.", [("acute-gvhd", "drug group", 5, 50)]),
        # points of a curve count nobody
        ("The relapse-free survival rate in the drug group was 90%.", [("relapse-free", "drug group", 90, None)]),
        # the outcome before a bracket, not the one in it
        ("In the drug group, the objective response (complete response + partial response) rate was 24%.",
         [("response", "drug group", 12, 50)]),
        # x (y%) in n
        ("Fever occurred in 6 [12%] of 49 patients in the drug group vs 3 [8%] of 38 patients in the placebo group.",
         [("fever", "drug group", 6, 49), ("fever", "placebo group", 3, 38)]),
        ("The rate of fever was alike (6 [12%] in 49 patients in the drug group).", [("fever", "drug group", 6, 49)]),
    ],
)  # fmt: skip
def test_what_stays_certain(sentences: str, expected: list[Told]) -> None:
    assert certain(sentences) == expected


def test_shares_of_a_ratio_are_no_sizes() -> None:
    text = "Methods: Patients were assigned 2:1 to receive the drug once a day (drug arm) or placebo (placebo arm)."
    assert [c.quote for c in extract(read(text.encode())) if c.kind == "participants"] == []
