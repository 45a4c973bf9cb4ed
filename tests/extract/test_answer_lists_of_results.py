"""Several results under one lead, those who were treated, and what a grade or a threshold says of the outcome."""

from __future__ import annotations

import pytest
from small_articles import article, numbers, table

from mscevidence.extract.lookup import Answer, answer

Four = tuple[float, float, float, float]
LIST = (
    "The most common grade 3–4 adverse events were diarrhoea (58 [8%] patients in the verolizumab group vs 27 [4%]"
    " patients in the placebo group), fatigue (62 [8%] vs 42 [6%]), and asthenia (40 [5%] vs 23 [3%])."
)
SIZES = "We randomised 762 patients to verolizumab and 760 to placebo."
TREATED = table(
    "Adverse events of treated patients",
    [["", "Verolizumab (n=761)", "Placebo (n=757)"]],
    [["Oedema", "107 (14%)", "109 (14%)"]],
)


def ask(outcome: str, *results: str, methods: str = SIZES) -> Answer | None:
    document = article(*results, methods=methods)
    return answer(document, outcome=outcome, intervention="verolizumab", comparator="placebo")


@pytest.mark.parametrize(
    ("outcome", "wanted"),
    [
        ("grade 3-4 diarrhoea", (58, 762, 27, 760)),
        ("grade 3-4 asthenia", (40, 762, 23, 760)),
        ("grade 4 asthenia", None),
        # the lead narrows every item
        ("asthenia", None),
        ("grade 3-4 rash", None),
    ],
)
def test_the_lead_of_a_list_is_of_all_its_items(outcome: str, wanted: Four | None) -> None:
    assert numbers(ask(outcome, LIST)) == wanted


def test_harms_are_counted_among_those_treated() -> None:
    assert numbers(ask("grade 3-4 asthenia", LIST, TREATED)) == (40, 761, 23, 757)
    other = TREATED.replace("Adverse events of treated", "Baseline of some")
    assert numbers(ask("grade 3-4 asthenia", LIST, other)) is None
    death = "Death was seen in 454 (60%) on verolizumab and 460 (61%) on placebo."
    assert numbers(ask("death", death, TREATED)) == (454, 762, 460, 760)


@pytest.mark.parametrize(
    ("outcome", "wanted"),
    [("preterm birth before 34 weeks", (5, 100, 11, 102)), ("preterm birth before 37 weeks", (38, 100, 42, 102))],
)
def test_thresholds_of_time_may_be_signs(outcome: str, wanted: Four) -> None:
    head = [["", "Verolizumab", "Placebo"]]
    body = [
        ["Preterm delivery", "", ""],
        ["&lt;37 weeks", "38/100 (38%)", "42/102 (41%)"],
        ["&lt;34 weeks", "5/100 (5%)", "11/102 (11%)"],
    ]
    assert numbers(ask(outcome, table("Births", head, body))) == wanted


def test_a_group_may_be_named_inside_its_denominator() -> None:
    told = "Skin reactions: 49 (48%) of 103 verolizumab participants and eight (8%) of 104 placebo participants."
    assert numbers(ask("skin reactions", told)) == (49, 103, 8, 104)


def test_what_nobody_had_may_be_a_participle_and_a_noun() -> None:
    assert numbers(ask("suicide", "There were no completed suicides.")) == (0, 762, 0, 760)


def test_both_groups_may_be_said_to_have_so_many() -> None:
    methods = "We enrolled 1,204 infants, of whom 602 were allocated to each arm of verolizumab or placebo."
    told = "Fever was seen in 301 (50.0%) on verolizumab and 252 (41.9%) on placebo."
    assert numbers(ask("fever", told, methods=methods)) == (301, 602, 252, 602)
