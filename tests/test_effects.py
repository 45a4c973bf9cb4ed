"""One result per study, one study per family, and a reason for everything left out."""

from __future__ import annotations

from typing import Any

import pytest

from mscevidence.effects import named_apart, select, study_label
from mscevidence.effects.names import surname
from mscevidence.effects.rows import dose_text, doses_text, group_label, numbers_of
from mscevidence.effects.timing import days_of, parse_time_point
from mscevidence.errors import SelectionError, UnknownTermError
from mscevidence.model import Dose, Family, Question, Study, TimePoint
from study_factory import arm, report, result, study

RESPONSE = Question(outcome="response")


def taken(
    *studies: Study, question: Question = RESPONSE, families: tuple[Family, ...] = ()
) -> dict[str, tuple[int, int]]:
    return {one.study.study: (one.events, one.n) for one in select(list(studies), list(families), question).taken}


def reasons(*studies: Study, question: Question = RESPONSE, families: tuple[Family, ...] = ()) -> list[str]:
    return [one.reason for one in select(list(studies), list(families), question).exclusions]


def test_whole_arm_wins_over_its_cohorts_and_is_not_added_to_them() -> None:
    one = study(
        "a",
        result("response", 0, 3, arm="low"),
        result("response", 6, 12, arm="high"),
        result("response", 6, 15),
        arms=[arm("low"), arm("high"), arm("all", combines=["low", "high"])],
    )
    assert taken(one) == {"a": (6, 15)}
    choice = select([one], [], RESPONSE).choices[0]
    assert choice.taken == "a/all/response"
    assert len(choice.left_out) == 2


def test_disjoint_arms_of_one_report_are_added_up_when_nothing_covers_them() -> None:
    one = study(
        "a",
        result("response", 1, 4, arm="low"),
        result("response", 3, 5, arm="high"),
        arms=[arm("low"), arm("high")],
    )
    assert taken(one) == {"a": (4, 9)}
    assert select([one], [], RESPONSE).taken[0].key == "a/low/response + a/high/response"


def test_arms_of_different_reports_or_time_points_are_not_added_up() -> None:
    one = study(
        "a",
        result("response", 1, 4, arm="low"),
        result("response", 3, 5, arm="high", report="r2"),
        arms=[arm("low"), arm("high")],
        reports=[report("r1"), report("r2")],
    )
    assert taken(one) == {"a": (3, 5)}


def test_overlapping_combined_arms_are_not_added_up() -> None:
    one = study(
        "a",
        result("response", 1, 4, arm="x"),
        result("response", 3, 5, arm="y"),
        result("response", 2, 6, arm="xy"),
        arms=[arm("x"), arm("y"), arm("xy", combines=["x", "y"])],
    )
    # 4 + 5 patients are in x and y; xy alone reports 6 of them: the sum covers more and counts nobody twice.
    assert taken(one) == {"a": (4, 9)}


def test_arms_cut_two_ways_do_not_add_up_to_more_than_the_study() -> None:
    names = ["low", "high", "first", "second"]
    one = study(
        "a",
        *(result("response", 2, 5, arm=name) for name in names),
        arms=[*(arm(name) for name in names), arm("all", combines=["low", "high"], treated=10)],
    )
    assert taken(one) == {"a": (2, 5)}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param([("r1", 8, 18), ("r2", 8, 18)], "r2", id="published article before cancelled abstract"),
        pytest.param(
            [("secondary", 9, 20), ("r2", 8, 18)], "r2", id="primary before secondary table with more patients"
        ),
    ],
)
def test_reports_are_preferred_in_order(options: Any, expected: Any) -> None:
    one = study(
        "a",
        *(result("response", events, n, report=name) for name, events, n in options),
        reports=[
            report("r1", kind="conference-abstract", status="cancelled"),
            report("r2"),
            report("secondary", kind="secondary-table"),
        ],
    )
    assert select([one], [], RESPONSE).taken[0].report.id == expected


def test_more_patients_then_the_earlier_time_point() -> None:
    def at(months: Any, events: Any, n: Any) -> Any:
        return result("remission", events, n, time_point={"value": months, "unit": "month"})

    one = study("a", at(12, 23, 83), at(24, 12, 39))
    other = study("b", at(24, 1, 4), at(12, 3, 4))
    assert taken(one, other, question=Question(outcome="remission")) == {"a": (23, 83), "b": (3, 4)}
    asked = Question(outcome="remission", at="2 years")
    assert taken(one, other, question=asked) == {"a": (12, 39), "b": (1, 4)}
    assert "judged at another time (2 years was asked for)" in reasons(one, other, question=asked)


@pytest.mark.parametrize(
    ("results", "arms", "question", "reason"),
    [
        ([result("response", 1, 5, arm="c")], [arm("c", role="placebo")], RESPONSE, "comparison arm (placebo)"),
        ([result("response", None, None, percent=33)], [arm()], RESPONSE, "per cent only, no certain count"),
        ([result("response", None, None)], [arm()], RESPONSE, "no counts extracted"),
        ([result("response", 0, 0)], [arm()], RESPONSE, "no patient in the denominator"),
        ([result("response", 7, 5)], [arm()], RESPONSE, "7 events in 5 patients cannot be patients with an event"),
        (
            [result("response", 2, 5, population="responders")],
            [arm()],
            RESPONSE,
            "denominator is a subset of the patients (responders)",
        ),
        (
            [result("response", 0, 5, narrative_zero={"scope": "none noted"})],
            [arm()],
            RESPONSE,
            "zero in words only (none noted), and narrative zeros are left out",
        ),
        (
            [result("response", 2, 5, derived={"method": "percent-times-n", "steps": "40% of 5"})],
            [arm()],
            Question(outcome="response", derived="exclude"),
            "derived (40% of 5), and derived results are left out",
        ),
        (
            [result("response", 2, 5)],
            [arm()],
            Question(outcome="response", at="1 year"),
            "no time point given (1 year was asked for)",
        ),
        (
            [result("response", 2, 5)],
            [arm()],
            Question(outcome="response", cell_source="adipose"),
            "cell source is not extracted",
        ),
        ([result("relapse", 2, 5)], [arm()], RESPONSE, "no result for response"),
    ],
)
def test_what_is_left_out_has_its_reason(results: Any, arms: Any, question: Any, reason: Any) -> None:
    assert reasons(study("a", *results, arms=arms), question=question) == [reason]


@pytest.mark.parametrize(("months", "enters"), [(12, True), (9, True), (8, False), (15, True), (16, False)])
def test_a_time_point_within_a_quarter_of_the_one_asked_for_enters(months: int, enters: bool) -> None:
    one = study("a", result("response", 2, 5, time_point={"value": months, "unit": "month"}))
    selection = select([one], [], Question(outcome="response", at="12 months"))
    assert bool(selection.taken) is enters


def test_patients_who_could_be_judged_enter_and_responders_do_not() -> None:
    judged = study("a", result("response", 2, 4, population="evaluable"))
    assert taken(judged) == {"a": (2, 4)}
    assert reasons(study("b", result("response", 2, 4, population="responders"))) == [
        "denominator is a subset of the patients (responders)"
    ]


def test_a_retracted_report_gives_nothing() -> None:
    one = study("a", result("response", 2, 5), reports=[report(status="retracted")])
    assert reasons(one) == ["its report r1 is retracted"]


def test_narrative_zeros_enter_only_by_request() -> None:
    one = study("a", result("response", 0, 5, narrative_zero={"scope": "none noted"}))
    assert taken(one, question=Question(outcome="response", narrative_zeros="include")) == {"a": (0, 5)}


FAMILY = Family(id="centre", studies=("a", "b", "c"))


def test_a_family_gives_one_study_and_names_the_others() -> None:
    studies = [
        study("a", result("response", 2, 5)),
        study("b", result("response", 9, 20)),
        study("d", result("response", 1, 3)),
    ]
    assert taken(*studies, families=(FAMILY,)) == {"b": (9, 20), "d": (1, 3)}
    selection = select(studies, [FAMILY], RESPONSE)
    assert [one.reason for one in selection.exclusions] == ["patients overlap with B 2020 (family centre)"]
    assert selection.choices[-1].taken == "b/all/response"
    assert selection.overrides == ()


def test_the_larger_study_of_a_family_wins_even_when_only_a_table_tells_of_it() -> None:
    small = study("small", result("response", 8, 10))
    large = study("large", result("response", 20, 40), reports=[report(kind="secondary-table")])
    family = Family(id="f", studies=("large", "small"))
    assert taken(small, large, families=(family,)) == {"large": (20, 40)}


def test_a_cancelled_report_gives_way_to_one_of_its_kind_and_still_counts_alone() -> None:
    reports = [report("r1", kind="conference-abstract", status="cancelled"), report("r2", kind="conference-abstract")]
    both = study("a", result("response", 7, 18), result("response", 8, 18, report="r2"), reports=reports)
    assert taken(both) == {"a": (8, 18)}
    alone = study("a", result("response", 7, 18), reports=reports[:1])
    assert taken(alone) == {"a": (7, 18)}


def test_a_sum_is_derived_when_a_part_is_and_a_zero_in_words_only_when_all_parts_are() -> None:
    zero = result("response", 0, 4, arm="low", narrative_zero={"scope": "no response"})
    counted = result("response", 3, 5, arm="high", derived={"method": "words", "steps": "three"})
    arms = [arm("low"), arm("high")]
    question = Question(outcome="response", narrative_zeros="include")
    (mixed,) = select([study("a", zero, counted, arms=arms)], [], question).taken
    assert (mixed.events, mixed.n, mixed.derived, mixed.narrative) == (3, 9, True, False)
    none = result("response", 0, 5, arm="high", narrative_zero={"scope": "no response"})
    (words,) = select([study("a", zero, none, arms=arms)], [], question).taken
    assert (words.events, words.n, words.derived, words.narrative) == (0, 9, False, True)


def test_overlap_is_allowed_only_by_name_and_said_aloud() -> None:
    studies = [study("a", result("response", 2, 5)), study("b", result("response", 9, 20))]
    question = Question(outcome="response", allow_overlap=("centre",))
    selection = select(studies, [FAMILY], question)
    assert len(selection.taken) == 2
    assert selection.overrides == (
        "overlap allowed by request in family centre: A 2020, B 2020 may count the same patients more than once",
    )
    with pytest.raises(UnknownTermError, match="unknown overlap family 'center'") as caught:
        select(studies, [FAMILY], Question(outcome="response", allow_overlap=("center",)))
    assert "centre" in caught.value.hint


def test_a_condition_takes_in_the_narrower_ones() -> None:
    nephritis = study("a", result("response", 2, 5), condition="lupus-nephritis")
    arthritis = study("b", result("response", 2, 5), condition="rheumatoid-arthritis")
    question = Question(outcome="response", condition="systemic-lupus-erythematosus")
    assert taken(nephritis, arthritis, question=question) == {"a": (2, 5)}
    with pytest.raises(SelectionError, match="no study in multiple-sclerosis"):
        select([nephritis], [], Question(outcome="response", condition="multiple-sclerosis"))


def test_two_definitions_of_equal_standing_are_a_warning() -> None:
    one = study("a", result("response", 4, 6, definition="softer skin"), result("response", 6, 6, definition="stable"))
    assert select([one], [], RESPONSE).warnings == (
        "A 2020: 4/6 (softer skin) was taken, but 6/6 (stable) has the same standing",
    )


def test_labels() -> None:
    assert study_label(study("a", reports=[report(first_author="van der Berg AB", year=2013)])) == "van der Berg 2013"
    assert study_label(study("a", reports=[report(first_author=None)], registrations=["NCT00000001"])) == "NCT00000001"
    assert study_label(study("a", reports=[report(first_author=None)])) == "a"


NAMED_APART = {
    "conditions": (
        [("a", "systemic-lupus-erythematosus", "", []), ("b", "ankylosing-spondylitis", "", [])],
        ["Wang 2013 (SLE)", "Wang 2013 (ankylosing spondylitis)"],
    ),
    "registrations": (
        [("a", "psoriasis", "", ["NCT00000001"]), ("b", "psoriasis", "", ["NCT00000002"])],
        ["Wang 2013 (NCT00000001)", "Wang 2013 (NCT00000002)"],
    ),
    "ids": (
        [("a", "psoriasis", "", ["NCT00000001"]), ("b", "psoriasis", "", [])],
        ["Wang 2013 (a)", "Wang 2013 (b)"],
    ),
    "a label given, in another case": (
        [("a", "psoriasis", "WANG 2013", []), ("b", "systemic-lupus-erythematosus", "", [])],
        ["WANG 2013 (psoriasis)", "Wang 2013 (SLE)"],
    ),
    "nothing to tell apart": (
        [("a", "psoriasis", "Sun 2010", []), ("b", "psoriasis", "", [])],
        ["Sun 2010", "Wang 2013"],
    ),
}


@pytest.mark.parametrize(("described", "expected"), NAMED_APART.values(), ids=NAMED_APART)
def test_studies_of_one_name_are_told_apart(
    described: list[tuple[str, str, str, list[str]]], expected: list[str]
) -> None:
    studies = [
        study(
            name,
            condition=condition,
            label=label or None,
            registrations=registrations,
            reports=[report(first_author="Wang D", year=2013)],
        )
        for name, condition, label, registrations in described
    ]
    assert [study_label(one) for one in named_apart(studies)] == expected
    assert surname("Chen Y") == "Chen"
    assert surname("LI") == "LI"
    assert group_label("phase", "1/2") == "Phase 1/2"
    assert group_label("condition", "not-reported") == "Not reported or not yet extracted"


def test_doses_read_as_a_reader_writes_them() -> None:
    assert dose_text(Dose(value=5e5, unit="cells/kg", infusions=4)) == "5×10⁵ cells/kg ×4"
    assert dose_text(Dose(text="every two weeks")) == "every two weeks"
    assert dose_text(None) == ""
    cohort = study(
        "a",
        arms=[
            arm("low", dose={"value": 5e5, "unit": "cells/kg", "infusions": 4}),
            arm("high", dose={"value": 2e6, "unit": "cells/kg", "infusions": 4}),
            arm("all", combines=["low", "high"]),
        ],
    )
    assert doses_text(cohort, (cohort.arms[2],)) == "5×10⁵–2×10⁶ cells/kg ×4"


@pytest.mark.parametrize(
    ("words", "days"), [("28 days", 28), ("day 28", 28), ("4 weeks", 28), ("1 year", 365.25), ("12 months", 365.25)]
)
def test_time_points_in_days(words: Any, days: Any) -> None:
    assert days_of(words) == pytest.approx(days)


def test_time_points_that_are_only_words() -> None:
    assert days_of(TimePoint(text="4-8 months")) is None
    with pytest.raises(UnknownTermError, match="time point"):
        parse_time_point("soon")


def test_the_dose_of_combined_arms_is_weighted_by_their_patients() -> None:
    cohort = study(
        "a",
        arms=[
            arm("low", treated=3, dose={"value": 5e5, "unit": "cells/kg"}),
            arm("high", treated=9, dose={"value": 2e6, "unit": "cells/kg"}),
            arm("flat", treated=9, dose={"value": 2e7, "unit": "cells"}),
            arm("all", combines=["low", "high"]),
        ],
    )
    assert numbers_of(cohort, (cohort.arms[3],), year=2020, n=12) == {
        "patients": 12.0,
        "year": 2020.0,
        "dose": pytest.approx((3 * 5e5 + 9 * 2e6) / 12),
    }
    # A dose that is not per kg cannot be put beside one that is.
    assert "dose" not in numbers_of(cohort, (cohort.arms[2],), year=None, n=9)
