"""Prefixes with hyphens, causes in labels, nobody, groups called by a letter, and parts that make up all."""

from __future__ import annotations

import pytest
from small_articles import article, numbers, table

from mscevidence.extract.lookup import Answer, answer

Four = tuple[float, float, float, float]
HEAD = [["", "Verolizumab (n = 40)", "Placebo (n = 38)"]]


def ask(outcome: str, *results: str, methods: str = "Patients were randomised to two groups.") -> Answer | None:
    document = article(*results, methods=methods)
    return answer(document, outcome=outcome, intervention="verolizumab", comparator="placebo")


@pytest.mark.parametrize(
    ("outcome", "label", "found"),
    [
        ("use of antiemetics", "Need for anti-emetic", True),
        ("reoperation", "Re-operation", True),
        ("metastases", "Metastasis", True),
        ("discontinuation", "AEs leading to discontinuation", False),
        ("discontinuation due to adverse events", "Discontinuation due to adverse events", True),
        ("death", "Deaths due to bleeding", False),
        ("prophylactic platelets", "Platelet prophylaxis", True),
        ("treatment failure", "Treatment failed", True),
        ("serious adverse events", "Number of patients experiencing SAEs, n (%)", True),
        ("adverse events", "SAEs", False),
        ("adverse events", "Patients experiencing AEs (including SAEs), n (%)", True),
        ("discontinuation due to adverse events", "TEAEs leading to discontinuation", True),
    ],
)
def test_labels_of_rows(outcome: str, label: str, *, found: bool) -> None:
    told = ask(outcome, table("Events", HEAD, [[label, "4 (10.0)", "9 (23.7)"], ["Cough", "8 (20.0)", "3 (7.9)"]]))
    assert numbers(told) == ((4, 40, 9, 38) if found else None)


def test_events_are_no_patients() -> None:
    rows = [["Patients with AEs, n (%)", "4 (10.0)", "9 (23.7)"], ["Number of AEs", "14", "19"]]
    assert numbers(ask("adverse events", table("Events", HEAD, rows))) == (4, 40, 9, 38)
    assert numbers(ask("adverse events", table("Events", HEAD, rows[1:]))) is None


def test_groups_may_be_told_apart_by_days() -> None:
    document = article(
        "We allocated 1000 children to 3 days of treatment and 1000 to 5 days.",
        "Treatment failed in 209 (21%) patients in the 3-day group, and in 202 (20%) in the 5-day group.",
    )
    asked = {"intervention": "3 days of amoxicillin", "comparator": "5 days of amoxicillin"}
    assert numbers(answer(document, outcome="treatment failure", **asked)) == (209, 1000, 202, 1000)


def test_nobody_is_none() -> None:
    sizes = "We randomised 40 patients to verolizumab and 38 to placebo."
    assert numbers(ask("ileus", sizes, "Nobody in either group developed ileus.")) == (0, 40, 0, 38)


@pytest.mark.parametrize(
    ("sizes", "wanted"),
    [
        ("Of 180 women randomised, 90 took verolizumab and 90 had placebo.", (90, 90)),
        ("Of 180 women included, 100 took verolizumab and 80 had placebo.", (100, 80)),
        # the numbers stand behind their groups
        ("551 women were randomised to either verolizumab (274 women) or placebo (277 women).", (274, 277)),
        # of those who had something
        ("Of 180 randomised women, 120 relapsed: 70 had taken verolizumab and 50 placebo.", None),
    ],
)
def test_two_numbers_that_make_up_all(sizes: str, wanted: tuple[float, float] | None) -> None:
    found = ask("death", sizes)
    assert (None if found is None else (found.intervention_n.number, found.comparator_n.number)) == wanted


def test_groups_may_be_called_by_a_letter_before_the_word() -> None:
    document = article(
        "We randomised 79 patients to verolizumab (V) and 79 to best supportive care (S).",
        "Cure was seen in 46 (58.2%) patients in the V group compared with 29 (36.7%) patients in the S group.",
    )
    found = answer(document, outcome="cure", intervention="verolizumab", comparator="best supportive care")
    assert numbers(found) == (46, 79, 29, 79)
