"""Pairs in sentences that name no group, patients counted for what happened to them, and who was lost."""

from __future__ import annotations

import pytest
from small_articles import article, numbers

from mscevidence.extract.lookup import answer

Four = tuple[float, float, float, float]
SIZES = "We randomised 40 patients to verolizumab and 38 to placebo."

OF_RELAPSING = "Endoscopic relapse: 5 of the 9 patients relapsing on verolizumab and 11 of the 17 on placebo."
ANOTHER_ORDER = "Fever was commoner on placebo than on verolizumab."


@pytest.mark.parametrize(
    ("outcome", "sentences", "wanted"),
    [
        ("rash", "Rash was seen in 8 patients (20.0%) and 4 patients (10.5%), respectively.", (8, 40, 4, 38)),
        ("rash", "Rash was seen in 8 of 40 (20.0%) versus 4 of 38 (10.5%).", (8, 40, 4, 38)),
        # percents alone, or of groups by other names, are not ordered by what was said before
        ("rash", "Rash was seen in 20.0% and 10.5%, respectively.", None),
        ("rash", "Rash was seen in 8 (20.0%) and 4 (10.5%) of the upper and lower groups, respectively.", None),
        ("rash", "Rash was seen in 8 patients (20.0%) and 4 patients (10.5%).", None),
        # an order that changes tells nothing
        (
            "rash",
            f"{ANOTHER_ORDER} Rash was seen in 8 (20.0%) and 4 (10.5%), respectively.",
            None,
        ),
        (
            "rash",
            f"{ANOTHER_ORDER} Both verolizumab and placebo were safe. Rash: 8 (20.0%) versus 4 (10.5%).",
            None,
        ),
        # patients counted for what happened to them
        ("endoscopic relapse", OF_RELAPSING, None),
    ],
)
def test_pairs_without_names(outcome: str, sentences: str, wanted: Four | None) -> None:
    found = answer(article(SIZES, sentences), outcome=outcome, intervention="verolizumab", comparator="placebo")
    assert numbers(found) == wanted


def test_who_was_lost_is_not_counted_among_those_analysed() -> None:
    analysed = (
        "Relapse was seen in 9 of 60 on verolizumab and 17 of 58 on placebo."
        " Fever was seen in 7 of 60 on verolizumab and 1 of 58 on placebo."
    )
    lost = "Six patients were lost to follow-up, two on verolizumab and four on placebo."
    asked = {"outcome": "lost to follow-up", "intervention": "verolizumab", "comparator": "placebo"}
    assert numbers(answer(article(analysed, lost), **asked)) is None
    told = "The 124 randomised patients (62 per group) were followed."
    assert numbers(answer(article(told, analysed, lost), **asked)) == (2, 62, 4, 62)


@pytest.mark.parametrize(
    ("outcome", "told", "wanted"),
    [
        ("relapse at 1 year", "There was one relapse on verolizumab and two relapses on placebo at 1 year.", None),
        ("relapse", "There was one relapse on verolizumab and two relapses on placebo in patients.", (1, 40, 2, 38)),
        ("reoperation", "No patient required reoperation for infection.", None),
        ("reoperation", "No patient required reoperation.", (0, 40, 0, 38)),
    ],
)
def test_what_is_told_of_fewer_or_for_a_reason(outcome: str, told: str, wanted: Four | None) -> None:
    at_one_year = "Pain at 1 year was reported by 12 of 35 on verolizumab and 11 of 33 on placebo."
    found = answer(article(SIZES, at_one_year, told), outcome=outcome, intervention="verolizumab", comparator="placebo")
    assert numbers(found) == wanted
