"""Incidence rates: events over time at risk, from the records to the pooled rate."""

from __future__ import annotations

import math
from typing import Any

import pytest
from scipy import stats as reference

from incidence_trials import MONTH, TIMES, WEEK, YEAR, incidence, timed, trials
from mscevidence import protocol, stats, synthesis
from mscevidence.errors import SelectionError, StatisticsError, UnknownTermError
from mscevidence.model import Question, Study, StudyRow
from mscevidence.publish import summary
from study_factory import arm, result, study

DAYS = {"month": MONTH, "week": WEEK, "year": YEAR}


def rows(studies: list[Study], **asked: Any) -> dict[str, StudyRow]:
    return {row.study: row for row in incidence(studies, **asked).overall.rows}


def test_a_unit_of_time_without_a_rate_per_time_is_refused() -> None:
    with pytest.raises(SelectionError, match="PLO counts patients, not events per month") as caught:
        rows(trials(), measure="PLO", time_unit="month")
    assert "leave --time-unit away" in caught.value.hint
    assert rows(trials(), measure="IR", time_unit="month")


@pytest.mark.parametrize("unit", ["year", "month", "week", "day"])
def test_time_at_risk_is_converted_to_the_unit_asked_for(unit: str) -> None:
    found = rows(trials(), time_unit=unit)
    length = DAYS.get(unit, 1.0)
    for name, (events, time, given) in TIMES.items():
        wanted = time * DAYS[given] / length
        assert found[name].time == pytest.approx(wanted)
        assert found[name].effect == pytest.approx(events / wanted)


def test_the_interval_of_a_study_is_the_exact_one_of_a_poisson_count() -> None:
    found = rows(trials())["alpha"]
    # Garwood 1936: chi-square quantiles with 2x and 2x + 2 degrees of freedom, halved.
    assert found.lower == pytest.approx(reference.chi2.ppf(0.025, 6) / 2 / 10)
    assert found.upper == pytest.approx(reference.chi2.ppf(0.975, 8) / 2 / 10)
    none = rows(trials())["beta"]
    assert (none.effect, none.lower) == (0, 0)
    assert none.upper == pytest.approx(-math.log(0.025) / (40 / 12))


def test_patients_are_those_of_the_arm_where_the_result_has_none() -> None:
    assert {row.n for row in rows(trials()).values()} == {20}
    assert rows([timed("s", 2, 3.0, "year", arms=[arm()])])["s"].n == 0


def test_both_methods_answer_from_the_numbers_of_the_statistics() -> None:
    pooled = incidence(trials())
    events = [row.events for row in pooled.overall.rows]
    time = [row.time or 0.0 for row in pooled.overall.rows]
    model, usual = pooled.overall.estimates
    fit = stats.count_glmm("IRLN", events=events, time=time, test="t")
    assert model.effect == pytest.approx(math.exp(fit.mu))
    assert (model.lower, model.upper) == pytest.approx((math.exp(fit.lower[0]), math.exp(fit.upper[0])))
    assert model.tau2 == pytest.approx(float(fit.tau2))
    assert (model.q_name, model.q_df) == ("LR test", 4)
    assert model.q == pytest.approx(float(fit.lrt))
    sizes = stats.effect_sizes("IRLN", events=events, time=time)
    two_step = stats.random_effects(sizes.yi, sizes.vi, estimator="REML", test="knha")
    assert usual.effect == pytest.approx(math.exp(float(two_step.mu)))
    assert usual.i2 == pytest.approx(float(two_step.i2))
    assert model.events == 17
    assert model.time == pytest.approx(sum(time))
    assert "0.5 was added to the events of 1 of 5 studies." in usual.notes


def test_without_heterogeneity_the_model_is_all_events_over_all_time() -> None:
    alike = [timed(f"s{number}", 4, 10.0, "year") for number in range(4)]
    pooled = incidence(alike, method="ml", test="z")
    assert pooled.overall.estimates[0].effect == pytest.approx(0.4)
    assert incidence(alike).overall.estimates[0].effect == pytest.approx(0.4)


@pytest.mark.parametrize("measure", ["IRLN", "IR", "IRS"])
def test_every_measure_returns_to_events_per_unit_of_time(measure: str) -> None:
    alike = [timed(f"s{number}", 4, 10.0, "year") for number in range(4)]
    first = incidence(alike, measure=measure, method="ee", test="z").overall.estimates[0]
    assert first.effect == pytest.approx(0.4)
    assert first.lower is not None
    assert first.upper is not None
    assert 0.2 < first.lower < 0.3
    assert 0.5 < first.upper < 0.7


def test_weights_of_the_model_are_those_of_the_log_rates_at_the_pooled_rate() -> None:
    pooled = incidence(trials())
    first = pooled.overall.estimates[0]
    precision = [1 / (1 / ((row.time or 0) * (first.effect or 0)) + (first.tau2 or 0)) for row in pooled.overall.rows]
    assert [row.weight for row in pooled.overall.rows] == pytest.approx([100 * p / sum(precision) for p in precision])


def test_no_event_anywhere_is_an_upper_limit_and_no_estimate() -> None:
    pooled = incidence([timed(f"s{number}", 0, 15.0, "year") for number in range(2)])
    first = pooled.overall.estimates[0]
    assert (first.status, first.effect) == ("boundary", None)
    limit = 100 * -math.log(0.025) / 30
    assert f"at most {limit:.3g} per 100 person-years" in first.notes[0]
    assert "(30 person-years)" in first.notes[0]


def test_infusions_are_counted_from_person_time_or_from_their_population() -> None:
    given = [
        timed("times", 14, 30.0, "infusion"),
        study("population", result("infection", 3, 50, population="infusions"), arms=[arm(treated=9)]),
        timed("years", 3, 10.0, "year"),
    ]
    pooled = incidence(given, time_unit="infusion")
    assert {row.study: (row.events, row.time, row.n) for row in pooled.overall.rows} == {
        "population": (3, 50.0, 9),
        "times": (14, 30.0, 20),
    }
    assert [one.reason for one in pooled.exclusions] == ["time at risk is given in units of year, asked is infusion"]
    assert pooled.title == "Infection: events per infusion"
    assert not any("judged" in row.marks for row in pooled.overall.rows)


def test_more_events_than_patients_are_no_mistake_over_time() -> None:
    crowded = study("s", result("infection", 30, 20, person_time=40.0, person_time_unit="year"))
    assert rows([crowded])["s"].effect == pytest.approx(0.75)
    with pytest.raises(SelectionError, match="30 events in 20 patients"):
        incidence([crowded], measure="PLO")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"person_time": None, "person_time_unit": None}, "no time at risk"),
        ({"person_time_unit": None}, "units of nothing"),
        ({"events": None}, "no count of events"),
        ({"events": "not-reported"}, "count not reported"),
        ({"population": "survivors"}, "subset of the patients"),
    ],
)
def test_what_has_no_rate_is_left_out_with_the_reason(changed: dict[str, Any], reason: str) -> None:
    given: dict[str, Any] = {"events": 2, "n": 9, "person_time": 12.0, "person_time_unit": "year"} | changed
    events, n = given.pop("events"), given.pop("n")
    with pytest.raises(SelectionError, match=reason):
        incidence([study("s", result("infection", events, n, quote="q", **given))])


def test_a_study_gives_the_result_with_the_most_time_and_sums_disjoint_arms() -> None:
    arms = [arm("low"), arm("high"), arm("other", combines=["low", "high"])]
    more: dict[str, Any] = {"person_time_unit": "year"}
    longest = study(
        "s",
        result("infection", 1, None, arm="low", person_time=2.0, **more),
        result("infection", 5, None, arm="high", person_time=6.0, **more),
        arms=arms,
    )
    pooled = incidence([longest])
    assert (pooled.overall.rows[0].events, pooled.overall.rows[0].time) == (6, 8.0)
    twice = study(
        "s",
        result("infection", 1, 20, person_time=2.0, time_point={"value": 1, "unit": "month"}, **more),
        result("infection", 5, 20, person_time=6.0, time_point={"value": 1, "unit": "year"}, **more),
    )
    chosen = incidence([twice])
    assert chosen.overall.rows[0].time == 6.0
    assert "the most time at risk" in chosen.choices[0].reason
    assert "1 in 2" in chosen.choices[0].left_out[0]


def test_every_method_says_whether_they_agree() -> None:
    series = synthesis.with_series(incidence(trials()), ["every-method"]).series[0]
    assert [name for name, _ in series.rows][:3] == [
        "GLMM, log incidence, t", "GLMM, log incidence, z", "REML, log incidence, HK",
    ]  # fmt: skip
    assert all(one.status == "estimated" for _, one in series.rows)
    lowest = min(one.effect or 0 for _, one in series.rows)
    assert f"range from {100 * lowest:.3g} per 100 person-years" in series.notes[0]
    assert series.notes[0].startswith("No: ")
    far = [timed("s", 50, 10.0, "year"), timed("t", 1, 100.0, "year"), timed("u", 40, 9.0, "year")]
    assert synthesis.with_series(incidence(far), ["every-method"]).series[0].notes[0].startswith("Yes: ")


@pytest.mark.parametrize("name", ["bayes"])
def test_what_is_made_for_shares_of_patients_is_refused(name: str) -> None:
    with pytest.raises(StatisticsError, match="shares of patients"):
        synthesis.with_series(incidence(trials()), [name])
    question = Question(outcome="infection", measure="IRLN")
    for ask in (synthesis.borrow, synthesis.doses):
        with pytest.raises(StatisticsError, match="shares of patients"):
            ask(trials(), (), question)


def test_regressions_run_on_logs_of_the_rates() -> None:
    pooled = synthesis.with_small_study_tests(synthesis.with_moderators(incidence(trials()), ["patients"]))
    assert pooled.small_study_tests[0].name == "Regression of log rates on 1/time at risk (mixed effects, REML)"
    assert pooled.moderation[0].notes == ("the moderator is the same in all studies",)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"measure": "incidence-rate", "time_unit": "months"}, ("IRLN", "month", "glmm")),
        ({"measure": "IR"}, ("IR", "year", "reml")),
        ({"measure": "square-root-rate", "time_unit": "dose"}, ("IRS", "infusion", "reml")),
    ],
)
def test_readable_names_of_measures_and_units(options: dict[str, str], said: tuple[str, str, str]) -> None:
    asked = protocol.question_from({"outcome": "infection", **options}, place="options")
    assert (asked.measure, asked.time_unit, asked.method) == said


def test_a_unit_that_is_no_time_at_risk_names_the_others() -> None:
    with pytest.raises(UnknownTermError, match="visit") as error:
        incidence(trials(), time_unit="visit")
    assert {"year", "infusion"} <= set(error.value.choices)


def test_a_model_of_counts_is_on_the_log_only() -> None:
    with pytest.raises(StatisticsError, match="Poisson-normal model pools logs of rates, not IR"):
        incidence(trials(), measure="IR", method="glmm")


def test_the_page_of_the_terminal_says_the_scale_with_every_number() -> None:
    said = summary.page(synthesis.with_series(incidence(trials()), ["leave-one-out"]))
    assert "5 studies, 17 events, 62.2 person-years; 95% study intervals: exact Poisson" in said
    assert "Person-years    Per 100 person-years" in said
    assert "incidence rate 26.8 [12.3, 58.4] per 100 person-years, prediction interval" in said
    assert "%" not in said.split("Weight %")[1].split("LR test")[0].replace("95%", "")
    flat = summary.study_rows(incidence(trials()))
    assert (flat[0]["time"], flat[0]["time_unit"]) == (10.0, "year")
    assert summary.estimate_rows(incidence(trials()))[0]["time"] == pytest.approx(62.166, abs=0.001)
