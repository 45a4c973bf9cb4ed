"""Which arm of a study is compared with which: one pair per study, no control patient twice, every refusal named."""

from __future__ import annotations

from typing import Any

import pytest

from mscevidence.effects import Selection, select
from mscevidence.errors import UnknownTermError
from mscevidence.model import Family, Question, Study
from study_factory import arm, report, result, study

ODDS = Question(outcome="response", measure="OR")
ARMS = [arm("msc"), arm("placebo", role="placebo")]


def trial(name: str, *results: dict[str, Any], **more: Any) -> Study:
    return study(name, *results, **{"design": "randomised-controlled", "arms": ARMS, **more})


def pair(name: str = "a", cells: tuple[int, int] = (5, 12), control: tuple[int, int] = (2, 11), **more: Any) -> Study:
    return trial(name, result("response", *cells, arm="msc"), result("response", *control, arm="placebo"), **more)


def chosen(*studies: Study, question: Question = ODDS, families: tuple[Family, ...] = ()) -> Selection:
    return select(list(studies), list(families), question)


def counts(selection: Selection) -> list[str]:
    return [one.counts for one in selection.taken]


def reasons(*studies: Study, question: Question = ODDS) -> list[str]:
    selection = chosen(*studies, question=question)
    assert selection.taken == ()
    return [one.reason for one in selection.exclusions]


def test_a_pair_is_the_arm_with_cells_against_the_control_arm_and_says_so() -> None:
    selection = chosen(pair())
    assert counts(selection) == ["5/12 against 2/11"]
    (choice,) = selection.choices
    assert choice.taken == "a/msc/response against a/placebo/response"
    assert choice.reason == "msc against placebo, both in r1"
    assert selection.taken[0].patients == 23


def test_a_measure_of_rates_still_takes_the_arm_with_cells_alone() -> None:
    selection = chosen(pair(), question=Question(outcome="response"))
    assert counts(selection) == ["5/12"]
    assert [one.reason for one in selection.exclusions] == ["comparison arm (placebo)"]


def test_arms_with_cells_are_added_up_so_that_no_control_patient_is_counted_twice() -> None:
    one = trial(
        "a",
        result("response", 3, 10, arm="low"),
        result("response", 4, 9, arm="high"),
        result("response", 2, 11, arm="placebo"),
        arms=[arm("low"), arm("high"), arm("placebo", role="placebo", name="saline")],
    )
    selection = chosen(one)
    assert counts(selection) == ["7/19 against 2/11"]
    assert selection.choices[0].reason == (
        "sum of 2 disjoint arms with cells; low + high against saline (placebo), both in r1"
    )
    assert selection.choices[0].left_out == ()


def test_a_whole_arm_is_preferred_to_the_sum_of_some_of_its_parts() -> None:
    one = trial(
        "a",
        result("response", 3, 10, arm="low"),
        result("response", 7, 20, arm="both"),
        result("response", 2, 11, arm="placebo"),
        arms=[arm("low"), arm("high"), arm("both", combines=["low", "high"]), arm("placebo", role="placebo")],
    )
    selection = chosen(one)
    assert counts(selection) == ["7/20 against 2/11"]
    assert selection.choices[0].left_out == ("a/low/response (3/10, r1)",)


def test_an_arm_of_all_patients_is_no_arm_with_cells() -> None:
    one = trial(
        "a",
        result("response", 7, 23, arm="all"),
        result("response", 2, 11, arm="placebo"),
        arms=[*ARMS, arm("all", combines=["msc", "placebo"])],
    )
    assert reasons(one) == [
        "its arm holds the patients of the control arm too",
        "no usable result for response in the arm with cells",
    ]


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (study("a", result("response", 1, 5)), ["no control arm"]),
        (trial("a", result("relapse", 1, 5, arm="msc")), ["no result for response"]),
        (trial("a", result("response", 1, 5, arm="msc")), ["no usable result for response in the control arm"]),
        (trial("a", result("response", 1, 5, arm="placebo")), ["no usable result for response in the arm with cells"]),
        (
            study("a", result("response", 1, 5), arms=[arm(), arm("healthy", role="healthy-control")]),
            ["no control arm"],
        ),
    ],
)
def test_a_study_without_a_pair_is_left_out_by_name(one: Study, expected: list[str]) -> None:
    assert reasons(one) == expected


@pytest.mark.parametrize(
    "other",
    [
        {"report": "r2"},
        {"time_point": {"value": 6, "unit": "month"}},
        {"population": "evaluable"},
    ],
    ids=["report", "time", "population"],
)
def test_both_arms_are_of_one_report_one_time_and_one_population(other: dict[str, Any]) -> None:
    one = trial(
        "a",
        result("response", 5, 12, arm="msc"),
        result("response", 2, 11, arm="placebo", **other),
        reports=[report("r1"), report("r2")],
    )
    assert reasons(one) == ["no result of both arms in one report, at one time point and of one population"]


def at(months: int, cells: tuple[int, int], control: tuple[int, int]) -> list[dict[str, Any]]:
    time: dict[str, Any] = {"time_point": {"value": months, "unit": "month"}}
    return [result("response", *cells, arm="msc", **time), result("response", *control, arm="placebo", **time)]


def test_of_two_times_the_earlier_with_as_many_patients_or_the_asked_one() -> None:
    one = trial("a", *at(12, (4, 12), (2, 11)), *at(3, (6, 12), (3, 11)))
    early = chosen(one)
    assert counts(early) == ["6/12 against 3/11"]
    assert early.choices[0].reason.endswith("the earliest time with this many patients")
    assert len(early.choices[0].left_out) == 2
    late = chosen(one, question=ODDS.model_copy(update={"at": "1 year"}))
    assert counts(late) == ["4/12 against 2/11"]


@pytest.mark.parametrize(("cells", "control"), [((6, 10), (3, 11)), ((6, 12), (3, 9))])
def test_the_most_patients_of_both_arms_come_before_the_earlier_time(
    cells: tuple[int, int], control: tuple[int, int]
) -> None:
    fewer = trial("a", *at(12, (4, 12), (2, 11)), *at(3, cells, control))
    assert counts(chosen(fewer)) == ["4/12 against 2/11"]
    assert "the most patients" in chosen(fewer).choices[0].reason


def test_one_definition_of_both_arms_is_preferred_and_a_difference_is_said() -> None:
    one = trial(
        "a",
        result("response", 9, 12, arm="msc", definition="any"),
        result("response", 5, 12, arm="msc", definition="strict"),
        result("response", 2, 11, arm="placebo", definition="strict"),
    )
    assert counts(chosen(one)) == ["5/12 against 2/11"]
    other = trial(
        "a",
        result("response", 9, 12, arm="msc", definition="any"),
        result("response", 2, 11, arm="placebo", definition="strict"),
    )
    assert counts(chosen(other)) == ["9/12 against 2/11"]
    assert "the outcome is worded differently in the two arms" in chosen(other).choices[0].reason


def test_two_definitions_of_equal_standing_are_a_doubt() -> None:
    one = trial(
        "a",
        *(result("response", n, 12, arm="msc", definition=name) for name, n in (("any", 9), ("strict", 5))),
        *(result("response", n, 11, arm="placebo", definition=name) for name, n in (("any", 4), ("strict", 2))),
    )
    (warning,) = chosen(one).warnings
    assert "9/12 against 4/11 (any) was taken, but 5/12 against 2/11 (strict) has the same standing" in warning


TWO_CONTROLS = trial(
    "a",
    result("response", 5, 12, arm="msc"),
    result("response", 2, 11, arm="placebo"),
    result("response", 3, 10, arm="care"),
    arms=[*ARMS, arm("care", role="standard-care", name="usual care")],
)


def test_two_control_arms_leave_a_study_out_until_a_kind_is_named() -> None:
    assert reasons(TWO_CONTROLS) == [
        "two control arms: placebo (placebo), usual care (standard-care); --control takes those of one kind"
    ]
    named = chosen(TWO_CONTROLS, question=ODDS.model_copy(update={"control": "standard-care"}))
    assert counts(named) == ["5/12 against 3/10"]
    assert [one.reason for one in named.exclusions] == ["comparison arm of another kind (placebo)"]
    everybody = chosen(TWO_CONTROLS, question=ODDS.model_copy(update={"control": "control"}))
    assert counts(everybody) == ["5/12 against 5/21"]
    assert "sum of 2 disjoint control arms" in everybody.choices[0].reason


def test_a_control_arm_that_combines_the_others_is_the_control_arm() -> None:
    one = trial(
        "a",
        result("response", 5, 12, arm="msc"),
        result("response", 2, 11, arm="placebo"),
        result("response", 5, 21, arm="controls"),
        arms=[
            *ARMS,
            arm("care", role="standard-care"),
            arm("controls", role="control", combines=["placebo", "care"]),
        ],
    )
    assert counts(chosen(one)) == ["5/12 against 5/21"]


def test_a_kind_of_control_that_no_study_has_and_one_that_is_none() -> None:
    assert reasons(pair(), question=ODDS.model_copy(update={"control": "sham"})) == [
        "no control arm of this kind (sham)"
    ]
    with pytest.raises(UnknownTermError, match="kind of control arm 'experimental'") as caught:
        chosen(pair(), question=ODDS.model_copy(update={"control": "experimental"}))
    assert "placebo" in caught.value.hint


def test_of_studies_that_share_patients_the_one_with_more_in_both_arms_is_taken() -> None:
    small, large = pair("a", (5, 12), (2, 11)), pair("b", (4, 10), (9, 30))
    family = Family(id="f", studies=("a", "b"), reasons=("same ward",))
    selection = chosen(small, large, families=(family,))
    assert [one.study.study for one in selection.taken] == ["b"]
    assert selection.exclusions[0].what == "a/msc/response against a/placebo/response"
    assert "40" in selection.choices[-1].reason


def test_every_result_is_taken_left_out_or_excluded() -> None:
    one = trial(
        "a",
        result("response", 5, 12, arm="msc"),
        result("response", 2, 11, arm="placebo"),
        result("response", 1, 4, arm="msc", report="r2"),
        result("response", None, None, arm="placebo", report="r2"),
        reports=[report("r1"), report("r2")],
    )
    selection = chosen(one)
    named = f"{selection.choices[0].taken} {selection.choices[0].left_out} {[e.what for e in selection.exclusions]}"
    for key in ("a/msc/response", "a/placebo/response", "a/msc/response#2", "a/placebo/response#2"):
        assert key in named


def test_cell_source_is_asked_of_the_arm_with_cells_only() -> None:
    question = ODDS.model_copy(update={"cell_source": "bone-marrow"})
    marrow = pair("a", cell_product={"source": "bone-marrow"})
    fat = pair("b", cell_product={"source": "adipose"})
    selection = chosen(marrow, fat, question=question)
    assert [one.study.study for one in selection.taken] == ["a"]
    assert "cell source is adipose" in [one.reason for one in selection.exclusions]
