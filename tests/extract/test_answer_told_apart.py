"""Each group told of in its own sentence, clause or bracket, in a list of several outcomes."""

from __future__ import annotations

import pytest
from small_articles import article, numbers

from mscevidence.extract.lookup import Answer, answer

SIZES = "We randomised 40 patients to verolizumab and 38 to placebo."
Four = tuple[float, float, float, float]


def ask(outcome: str, *sentences: str, sizes: str = SIZES) -> Answer | None:
    document = article(sizes, *sentences)
    return answer(document, outcome=outcome, intervention="verolizumab", comparator="placebo")


GROUP_BY_GROUP = (
    "Haematoma in 2 (5.0%), ecchymoses in 8 (20.0%), and wound infection in 1 (2.5%) developed in patients on"
    " verolizumab. In this group no significant bleeding was seen. On placebo no haematoma developed (P = 0.49), but"
    " 3 (7.9%) ecchymoses (P = 0.12), 4 (10.5%), wound infections (P = 0.17), and 2 (5.3%) significant bleedings"
    " were seen."
)
SPLIT_UP = (
    "Complications developed in five patients (12.5%) in the verolizumab group (urinary retention, 3; haematoma, 2)"
    " and in eight (21.1%) in the placebo group (leak, 1; bleeding, 2; urinary retention, 5)."
)
INCLUDING = (
    "Treatment was stopped in 5 patients of the verolizumab group, including 3 for adverse events, and in 7 patients"
    " of the placebo group, including 4 for adverse events."
)


@pytest.mark.parametrize(
    ("outcome", "sentence", "wanted"),
    [
        ("haematoma", GROUP_BY_GROUP, (2, 40, 0, 38)),
        ("ecchymosis", GROUP_BY_GROUP, (8, 40, 3, 38)),
        ("wound infection", GROUP_BY_GROUP, (1, 40, 4, 38)),
        ("significant bleeding", GROUP_BY_GROUP, (0, 40, 2, 38)),
        # what splits a count up is no second count of the group, but may be asked for
        ("complications", SPLIT_UP, (5, 40, 8, 38)),
        ("urinary retention", SPLIT_UP, (3, 40, 5, 38)),
        ("treatment stopped", INCLUDING, (5, 40, 7, 38)),
        # the name of the group stands inside the count
        (
            "tube insertion",
            "Tubes were inserted in 10 children of the verolizumab group (25%) and in 8 of the placebo group (21%).",
            (10, 40, 8, 38),
        ),
        # a list in which one count may be of several outcomes
        ("rash", "On verolizumab nausea and rash were seen in 3 (7.5%). On placebo rash was seen in 2 (5.3%).", None),
        # a count of those who had it already
        (
            "relapse",
            "On verolizumab, 3 of the 11 patients who had a relapse died. On placebo, 9 (23.7%) had a relapse.",
            None,
        ),
        ("adverse events", "On verolizumab adverse events were nausea in 3 (7.5%). On placebo they were rare.", None),
    ],
)
def test_each_count_is_of_the_outcome_named_in_its_item(outcome: str, sentence: str, wanted: Four | None) -> None:
    assert numbers(ask(outcome, sentence)) == wanted


@pytest.mark.parametrize(
    ("outcome", "sentence", "wanted"),
    [
        (
            "thrombosis",
            "No benefit was seen at any time and no thrombosis was recorded in either group.",
            (0, 40, 0, 38),
        ),
        ("rash", "Patients without rash were seen in both groups.", None),
        ("side effects", "There were no significant differences in side effects between the groups.", None),
    ],
)
def test_every_no_of_a_sentence_is_looked_at(outcome: str, sentence: str, wanted: Four | None) -> None:
    assert numbers(ask(outcome, sentence)) == wanted


@pytest.mark.parametrize(
    ("sizes", "wanted"),
    [
        ("Of 90 patients seen, 78 agreed to take part: 40 were assigned to verolizumab and 38 to placebo.", (40, 38)),
        ("In all 90 patients were screened, and 78 were randomised (verolizumab, 40; placebo, 38).", (40, 38)),
        ("The 78 evaluable patients were analysed (n = 40, verolizumab; n = 38, placebo).", (40, 38)),
        ("40 women were randomly assigned to 5 years verolizumab and 38 to placebo.", (40, 38)),
        ("78 patients were randomised to 40 for verolizumab and 38 for placebo.", (40, 38)),
        # results are no sizes
        ("We included 78 patients. Twenty had fever (verolizumab, 12; placebo, 8).", None),
        ("Of all randomised patients few had fever (verolizumab, 12; placebo, 8).", None),
    ],
)
def test_sizes_told_in_one_breath(sizes: str, wanted: tuple[float, float] | None) -> None:
    found = ask("death", sizes=sizes)
    assert (None if found is None else (found.intervention_n.number, found.comparator_n.number)) == wanted


def test_a_group_may_be_what_the_other_was_not_given() -> None:
    document = article(
        "Patients had either cefalotin (n = 73) or no prophylaxis (n = 72).",
        "In all, 6 patients (8%) who had been given antibiotic prophylaxis had a recurrence compared with 14 patients"
        " (19%) who had not been given prophylaxis.",
    )
    asked = {"intervention": "cefalotin", "comparator": "no prophylaxis"}
    assert numbers(answer(document, outcome="recurrence", **asked)) == (6, 73, 14, 72)


def test_what_an_article_is_about_needs_no_telling() -> None:
    methods = "Acute otitis media often comes back. We studied verolizumab for otitis media."
    told = "20 of 40 children on verolizumab and 24 of 38 on placebo had at least one recurrence."
    asked = {"intervention": "verolizumab", "comparator": "placebo"}
    document = article(SIZES, told, methods=methods)
    assert numbers(answer(document, outcome="recurrence of otitis media", **asked)) == (20, 40, 24, 38)
    other = article(SIZES, told.replace("recurrence", "recurrence of asthma"), methods=methods)
    assert numbers(answer(other, outcome="recurrence of otitis media", **asked)) is None


def test_groups_may_be_called_by_any_letter() -> None:
    document = article(
        "Patients were in group P (paracetamol group), group O (ondansetron group) and group S (saline group).",
        "There were 40 patients in each group.",
        "Shivering was rarer in groups P and O than in group S with values of 25% and 37.5% vs. 77.5%, respectively.",
    )
    found = answer(document, outcome="shivering", intervention="paracetamol", comparator="normal saline")
    assert numbers(found) == (10, 40, 31, 40)


@pytest.mark.parametrize(
    "told",
    ["A hepatitis vaccine served as control.", "The control group received hepatitis vaccine."],
)
def test_a_comparator_may_be_told_to_be_the_control(told: str) -> None:
    document = article(
        f"The new pneumococcal vaccine was compared with another. {told}",
        "Otitis was seen in 9 (22.5%) of 40 in the active group and 12 (31.6%) of 38 in the control group.",
    )
    found = answer(document, outcome="otitis", intervention="pneumococcal vaccine", comparator="hepatitis vaccine")
    assert numbers(found) == (9, 40, 12, 38)
