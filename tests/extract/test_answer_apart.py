"""Several results in one sentence are told apart, and what is narrower, denied or of some patients is no answer."""

from __future__ import annotations

import pytest
from small_articles import article, numbers

from mscevidence.extract.lookup import Answer, answer

SIZES = "We randomised 40 patients to verolizumab and 38 to placebo."
Four = tuple[float, float, float, float]


def ask(outcome: str, *sentences: str) -> Answer | None:
    document = article(SIZES, *sentences)
    return answer(document, outcome=outcome, intervention="verolizumab", comparator="placebo")


TWO_RESULTS = (
    "There was a difference in the endpoint between verolizumab (20/40) and placebo (25/38) and in the relapse rate"
    " (4/40 vs 9/38 for verolizumab and placebo, respectively)."
)
TWO_TIMES = (
    "Response at week 16 and week 8 was more frequent in the verolizumab group (50.0% and 40.0%, respectively)"
    " than in the placebo group (26.3% and 15.8%, respectively)."
)
TIME_BEHIND = (
    "Survival was higher with verolizumab (95% [38/40] at 6 months and 90% [36/40] at 12 months)"
    " than with placebo (84.2% [32/38] at 6 months and 73.7% [28/38] at 12 months)."
)
TWO_OUTCOMES = "Nausea and rash were seen with verolizumab (10.0% and 5.0%) and in the placebo group (7.9% and 2.6%)."


@pytest.mark.parametrize(
    ("outcome", "sentence", "wanted"),
    [
        # the count beside a group is of the outcome named beside it, not of the next
        ("relapse rate", TWO_RESULTS, (4, 40, 9, 38)),
        ("endpoint", "The endpoint was met by 20/40 on verolizumab and 25/38 on placebo.", (20, 40, 25, 38)),
        # lists of two counts for each group
        ("response at week 8", TWO_TIMES, (16, 40, 6, 38)),
        ("rash", TWO_OUTCOMES, (2, 40, 1, 38)),
        ("nausea", TWO_OUTCOMES, (4, 40, 3, 38)),
        ("adverse events", "Adverse events: verolizumab (10.0% and 5.0%), placebo (7.9% and 2.6%).", None),
        ("survival at 12 months", TIME_BEHIND, (36, 40, 28, 38)),
        # a legend of both groups before bracketed pairs
        (
            "headache",
            "Events with verolizumab and placebo were nausea (10.0%, 7.9%) and headache (5.0%, 2.6%).",
            (2, 40, 1, 38),
        ),
        # a total before the groups, a number that is none of patients, nobody beside some
        ("fever", "In all 7 patients had fever (verolizumab, 4; placebo, 3).", (4, 40, 3, 38)),
        (
            "fever",
            "Fever was alike with the two drugs: 4 of 40 patients on verolizumab and 3 of 38 on placebo.",
            (4, 40, 3, 38),
        ),
        ("grade 3 rash", "Grade 2 or 3 rash: verolizumab 10.0%, placebo 5.3%.", None),
        (
            "reoperation",
            "No patients in the verolizumab group and 2 patients in the placebo group had a reoperation.",
            (0, 40, 2, 38),
        ),
        ("amputation", "Three patients in each group had an amputation.", (3, 40, 3, 38)),
        (
            "pain",
            "With verolizumab, 13 (32.5%) had pain, whereas 20 (52.6%) had pain in the placebo group.",
            (13, 40, 20, 38),
        ),
    ],
)
def test_results_of_one_sentence_are_told_apart(outcome: str, sentence: str, wanted: Four | None) -> None:
    assert numbers(ask(outcome, sentence)) == wanted


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        # narrower than what was asked
        ("adverse events", "Adverse events leading to withdrawal occurred in 5.0% on verolizumab and 2.6% on placebo."),
        ("death", "Death due to bleeding occurred in 2 (5.0%) on verolizumab and 1 (2.6%) on placebo."),
        ("mucositis", "No patient in either group had grade 4 mucositis."),
        ("bleeding", "Moderate bleeding occurred in 2/40 on verolizumab and 1/38 on placebo."),
        ("response", "In the per-protocol analysis, response was 20/36 with verolizumab and 10/35 with placebo."),
        # of some of the patients
        (
            "response",
            "Among patients with previous surgery, response was seen in 10/15 on verolizumab and 4/14 on placebo.",
        ),
        ("relapse", "Among them, 3/12 on verolizumab and 4/10 on placebo had a relapse."),
        # the lack of what was asked
        ("remission", "On verolizumab 10/40 and on placebo 20/38 did not achieve remission."),
        ("cure", "Failure to achieve cure was seen in 10/40 on verolizumab and 20/38 on placebo."),
        # another time, another grade, another name with a number
        ("relapse at 12 months", "Relapse at 6 and 12 months was 5.0% with verolizumab and 10.5% with placebo."),
        ("grade 4 rash", "Grade 3-4 rash was seen in 4/40 on verolizumab and 2/38 on placebo."),
        (
            "ACR20 response at week 24",
            "ACR50 response at week 24 was reached by 20/40 on verolizumab and 9/38 on placebo.",
        ),
        # what nobody had did more than occur
        ("kidney injury", "No kidney injury required dialysis."),
        ("adverse events", "No clear trend in adverse events was seen in either group."),
    ],
)
def test_what_is_narrower_or_denied_is_no_answer(outcome: str, sentence: str) -> None:
    assert numbers(ask(outcome, sentence)) is None


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        ("seizures", "Embolism, seizures or pneumothorax were not seen."),
        ("treatment-related deaths", "There were no cardiac events or treatment-related deaths during the study."),
        ("serious side effects", "No serious side effect (grade 3 or more) was observed in any patient."),
        ("vascular surgery", "Vascular surgery was not performed on any patient."),
    ],
)
def test_nobody_had_what_a_sentence_says_so_of(outcome: str, sentence: str) -> None:
    assert numbers(ask(outcome, sentence)) == (0, 40, 0, 38)


def test_bare_counts_are_not_divided_by_sizes_that_the_text_exceeds() -> None:
    safety = "Adverse events occurred in 10.0% (5/50) with verolizumab and 8.0% (4/50) with placebo."
    assert (
        numbers(ask("drug reactions", safety, "Drug reactions occurred in 7 patients on verolizumab and 6 on placebo."))
        is None
    )


def test_the_counts_of_all_patients_are_believed_before_those_of_some() -> None:
    found = ask(
        "side effects",
        "Side effects were seen in 24/40 patients on verolizumab, versus 19/38 on placebo.",
        "Dizziness was the commonest of the side effects on verolizumab (12/24) and on placebo (9/19).",
    )
    assert numbers(found) == (24, 40, 19, 38)


@pytest.mark.parametrize(
    ("outcome", "wanted"),
    [
        ("loss of two lines of vision", (6, 40, 9, 38)),
        ("loss of one line of vision", None),
        ("loss of 2 lines", (6, 40, 9, 38)),
    ],
)
def test_numbers_of_the_outcome_must_be_told(outcome: str, wanted: Four | None) -> None:
    assert (
        numbers(ask(outcome, "Loss of 2 lines of vision occurred in 6/40 with verolizumab and 9/38 with placebo."))
        == wanted
    )


def test_a_definition_of_a_group_ends_before_the_next_group() -> None:
    document = article(
        "In all, 40 patients in group 1 underwent iridotomy and 38 patients in group 2 underwent trabeculectomy.",
        "Hypotony occurred in 4/38 of the trabeculectomy group and 2/40 of the iridotomy group.",
    )
    found = answer(document, outcome="hypotony", intervention="iridotomy group 1", comparator="trabeculectomy group 2")
    assert numbers(found) == (2, 40, 4, 38)


def test_those_who_participated_are_the_patients_of_the_groups() -> None:
    document = article(
        "Group D received verolizumab and group P received placebo.",
        "Therefore, 47 and 46 patients participated in groups D and P, respectively.",
        "Fever was seen in 4 patients of group D and 3 patients of group P.",
    )
    found = answer(document, outcome="fever", intervention="verolizumab", comparator="placebo")
    assert numbers(found) == (4, 47, 3, 46)
