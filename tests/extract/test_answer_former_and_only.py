"""The former and the latter, "only", none behind some, pairs before their groups, and times that were asked for."""

from __future__ import annotations

import pytest
from small_articles import article, numbers

from mscevidence.extract.lookup import answer

Four = tuple[float, float, float, float]
SIZES = "Seventy-eight women took part, 40 in the verolizumab group and 38 in the placebo group."

BLURRED = "blurred vision in 4 (10.0%) vs 2 (5.3%) patients of the verolizumab and placebo groups"
AT_28_DAYS = "At 28 days, 12 of 40 on verolizumab and 9 of 38 on placebo had died."


@pytest.mark.parametrize(
    ("outcome", "sentences", "wanted"),
    [
        (
            "surgery",
            f"{SIZES} Surgery was needed in four women (10%) of the former and in nine (23.7%) of the latter group.",
            (4, 40, 9, 38),
        ),
        (
            "hallucinations",
            f"{SIZES} Hallucinations were reported by three patients on verolizumab only.",
            (3, 40, 0, 38),
        ),
        ("hallucinations", f"{SIZES} Hallucinations were reported by three patients on verolizumab.", None),
        (
            "nausea",
            f"{SIZES} Nausea was seen in 6 women on verolizumab but in none of those on placebo.",
            (6, 40, 0, 38),
        ),
        (
            "blurred vision",
            f"{SIZES} Dry mouth was seen in 9 (22.5%) vs 10 (26.3%) and {BLURRED}, respectively.",
            (4, 40, 2, 38),
        ),
        (
            "dry mouth",
            f"{SIZES} Dry mouth was seen in 9 (22.5%) vs 10 (26.3%) and {BLURRED}, respectively.",
            (9, 40, 10, 38),
        ),
        # the sentence that tells the time asked for is believed before one that tells none
        (
            "mortality at 28 days",
            f"{SIZES} Mortality was 20/40 with verolizumab and 19/38 with placebo. {AT_28_DAYS}",
            (12, 40, 9, 38),
        ),
        (
            "treatment success",
            f"{SIZES} Treatment was successful in 30 (75.0%) women on verolizumab and 19 (50.0%) on placebo.",
            (30, 40, 19, 38),
        ),
    ],
)
def test_answers(outcome: str, sentences: str, wanted: Four | None) -> None:
    document = article(sentences, methods="Women were studied.")
    found = answer(document, outcome=outcome, intervention="verolizumab", comparator="placebo")
    assert numbers(found) == wanted
