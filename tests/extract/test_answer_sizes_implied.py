"""Groups called by initials, sizes that only denominators tell, populations, and outcomes told in fewer words."""

from __future__ import annotations

import pytest
from small_articles import article, numbers, table

from mscevidence.extract.lookup import Answer, answer

Four = tuple[float, float, float, float]


def ask(outcome: str, *results: str, methods: str = "Patients were randomised to two groups.") -> Answer | None:
    document = article(*results, methods=methods)
    return answer(document, outcome=outcome, intervention="verolizumab", comparator="placebo")


@pytest.mark.parametrize(
    ("letters", "wanted"),
    [(("W", "Q"), (5, 120, 20, 120)), (("A", "B"), None), (("Q", "W"), (20, 120, 5, 120))],
)
def test_groups_may_be_called_by_initials(letters: tuple[str, str], wanted: Four | None) -> None:
    one, two = letters
    document = article(
        f"Group {two} had 120 women and group {one} had 120.",
        f"Headache was seen in 5 (4.2%) women of group {one} and in 20 (16.7%) of group {two}.",
    )
    found = answer(document, outcome="headache", intervention="Whitacre needle", comparator="Quincke needle")
    assert numbers(found) == wanted


def test_marks_that_only_count_groups_are_no_initials() -> None:
    document = article(
        "Group A had 120 women and group B had 120.",
        "Headache was seen in 5 (4.2%) women of group A and in 20 (16.7%) of group B.",
    )
    found = answer(document, outcome="headache", intervention="betamethasone", comparator="aspirin")
    assert numbers(found) is None


def test_rows_may_be_called_by_initials() -> None:
    body = [["Q (n = 120)", "100 (83.3%)", "20 (16.7%)"], ["W (n = 120)", "115 (95.8%)", "5 (4.2%)"]]
    document = article(
        "Groups Q and W were alike.", "In group Q nobody died.", table("Pain", [["", "No pain", "Pain"]], body)
    )
    found = answer(document, outcome="pain", intervention="Whitacre needle", comparator="Quincke needle")
    assert numbers(found) == (5, 120, 20, 120)


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        # twice, or making up all patients
        ("Fever was seen in 5 of 80 patients on verolizumab and in 9 of 72 on placebo.", (0, 80, 0, 72)),
        ("Of 152 patients all were seen.", (0, 80, 0, 72)),
        ("Fever was rare.", None),
        # a greater pair once is no doubt of all patients
        ("Fever was seen in 5 of 90 patients on verolizumab and in 9 of 88 on placebo.", None),
    ],
)
def test_denominators_told_twice_are_sizes(told: str, wanted: Four | None) -> None:
    first = "Deterioration occurred in 0 of 80 patients on verolizumab and in 6 of 72 on placebo."
    assert numbers(ask("death", first, told, "No patients in either group died.")) == wanted


BOTH = table(
    "Eradication",
    [["", "ITT analysis@2", "PP analysis@2"], ["", "Verolizumab", "Placebo", "Verolizumab", "Placebo"]],
    [["Eradicated, n", "74", "91", "74", "91"], ["Total, n", "102", "103", "93", "96"]],
)


@pytest.mark.parametrize(
    ("outcome", "wanted"),
    [
        ("eradicated (per-protocol)", (74, 93, 91, 96)),
        ("eradicated (intention to treat)", (74, 102, 91, 103)),
        ("eradicated", (74, 102, 91, 103)),
    ],
)
def test_populations_side_by_side(outcome: str, wanted: Four) -> None:
    assert numbers(ask(outcome, BOTH)) == wanted


@pytest.mark.parametrize(("outcome", "wanted"), [("lost to follow-up", (8, 187, 19, 188)), ("amputation", None)])
def test_losses_are_of_all_who_were_randomised(outcome: str, wanted: Four | None) -> None:
    found = ask(
        outcome,
        "We randomised 187 patients to verolizumab and 188 to placebo.",
        "Twenty-seven patients (8 on verolizumab and 19 on placebo) were lost to follow-up.",
        "Amputation was done in 4 patients on verolizumab and 11 patients on placebo.",
        table("Healing", [["", "Verolizumab (n = 179)", "Placebo (n = 169)"]], [["Complete", "136 (76%)", "97 (57%)"]]),
    )
    assert numbers(found) == wanted


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        ("upper gastrointestinal bleeding", "Upper GI bleeding was seen in {}."),
        ("discontinuation because of nausea", "Treatment was stopped because of nausea in {}."),
        ("H. pylori eradication rate", "Eradication was achieved in {}."),
        ("risk of an event", "We noted a 40% decrease in the risk of an event ({})."),
        ("incidence rate of fever", "Fever was seen in {}."),
    ],
)
def test_outcomes_are_told_in_other_words(outcome: str, sentence: str) -> None:
    counts = "5 of 80 patients on verolizumab and 9 of 72 on placebo"
    methods = "We studied H. pylori. All had H. pylori. Tests were for H. pylori."
    assert numbers(ask(outcome, sentence.format(counts), methods=methods)) == (5, 80, 9, 72)


def test_a_word_before_the_outcome_may_narrow_it() -> None:
    methods = "We studied wound care. All had a wound. The wound was dressed."
    told = "{} was seen in 5 of 80 patients on verolizumab and 9 of 72 on placebo."
    assert numbers(ask("wound infection", told.format("Infection"), methods=methods)) == (5, 80, 9, 72)
    assert numbers(ask("wound infection", told.format("Respiratory infection"), methods=methods)) is None
