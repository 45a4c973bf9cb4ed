"""What stands around a comparison: re-analyses, agreement of methods, moderators, subgroups, marks, pages, reasons."""

from __future__ import annotations

from math import exp, log
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm

from mscevidence import stats, synthesis
from mscevidence.errors import StatisticsError
from mscevidence.model import Estimate, Measure, NarrativeZero, Pooled
from mscevidence.publish import summary
from mscevidence.synthesis.agreement import agreement
from mscevidence.synthesis.recipes import Recipe
from mscevidence.synthesis.study_rows import FOOTNOTES
from study_factory import arm
from two_arm_trials import BCG, TABLES, TRIALS, first, pool, trial


def test_rates_of_one_arm_only_are_refused_for_comparisons() -> None:
    pooled = pool(*TRIALS)
    with pytest.raises(StatisticsError, match="--bayes is for rates of one arm, not for OR") as caught:
        synthesis.with_series(pooled, ["bayes"])
    assert "--leave-one-out" in caught.value.hint
    with pytest.raises(StatisticsError, match="--borrow"):
        synthesis.borrow(TRIALS, [], pooled.question)


def test_leaving_one_out_and_adding_up_are_the_pools_of_those_trials() -> None:
    out, up = synthesis.with_series(pool(*TRIALS, method="mh"), ["leave-one-out", "cumulative"]).series
    assert dict(out.rows)["without C 2015"].mu == pytest.approx(
        first(*(one for one in TRIALS if one.study != "c"), method="mh").mu
    )
    assert [name for name, _ in up.rows] == ["+ A 2010", "+ B 2012", "+ C 2015", "+ D 2019", "+ E 2020"]
    assert up.rows[2][1].mu == pytest.approx(first(*TRIALS[:3], method="mh").mu)
    assert up.rows[-1][1].control_patients == 113


def test_every_method_runs_once_and_says_whether_they_agree() -> None:
    pooled = synthesis.with_series(pool(*TRIALS), ["every-method"])
    (strip,) = pooled.series
    names = [name for name, _ in strip.rows]
    assert len(names) == len(set(names)) == 13
    assert {"CM.EL, log OR, t", "MH, log OR, z", "PETO, log OR, z", "REML, log OR, HK"} <= set(names)
    assert strip.notes[0].startswith("No: the odds ratios range from 0.60 (UM.RS, log OR, z) to 0.65 (SJ, log OR, HK)")
    (risks,) = synthesis.with_series(pool(*TRIALS, measure="RD"), ["every-method"]).series
    assert {one.method for _, one in risks.rows} == {"mh", "reml", "pm", "sj", "dl", "ee"}
    assert "points" in risks.notes[0]


def test_methods_that_disagree_about_no_difference_are_named() -> None:
    trials = [trial("a", 2, 40, 10, 40), trial("b", 12, 40, 14, 40), trial("c", 3, 40, 9, 40)]
    (strip,) = synthesis.with_series(pool(*trials), ["every-method"]).series
    excluding = {name for name, one in strip.rows if one.upper is not None and one.upper < 1}
    assert 0 < len(excluding) < len(strip.rows)
    assert strip.notes[0].startswith("Yes: ")
    assert "no difference lies outside the 95% interval of " in strip.notes[0]
    assert all(name in strip.notes[0] for name in excluding)


def told(effect: float, lower: float, upper: float) -> Estimate:
    return Estimate(
        method="m", label="m", status="estimated", k=3, events=1, patients=9, effect=effect, lower=lower, upper=upper
    )


@pytest.mark.parametrize(
    ("measure", "answers", "verdict", "why"),
    [
        ("OR", ((0.6, 0.4, 1.2), (0.7, 0.5, 1.3)), "No", "include no difference"),
        ("OR", ((0.6, 0.4, 0.9), (0.7, 0.5, 0.8)), "No", "exclude no difference"),
        ("OR", ((0.6, 0.4, 0.9), (0.7, 0.5, 1.1)), "Yes", "lies outside the 95% interval of first only"),
        ("OR", ((1.6, 0.9, 2.9), (1.7, 1.1, 2.5)), "Yes", "lies outside the 95% interval of second only"),
        ("OR", ((0.5, 0.3, 0.8), (2.0, 1.2, 3.0)), "Yes", "interval of first, second only"),
        ("RR", ((0.5, 0.3, 1.8), (1.9, 0.4, 3.0)), "Yes", "1 of 2 estimates lie outside another method's interval"),
        ("RR", ((0.3, 0.2, 1.8), (0.9, 0.4, 3.0)), "Yes", "1 of 2 estimates lie outside another method's interval"),
        ("RD", ((-0.2, -0.5, 0.1), (-0.1, -0.4, 0.2)), "No", "from -20.0 points (first) to -10.0 points (second)"),
    ],
)
def test_when_methods_disagree(measure: Measure, answers: tuple[Any, Any], verdict: str, why: str) -> None:
    said = agreement([("first", told(*answers[0])), ("second", told(*answers[1]))], Recipe("reml", measure), level=0.95)
    assert said.startswith(f"{verdict}: ")
    assert why in said


def test_one_answer_cannot_disagree() -> None:
    assert (
        agreement([("first", told(0.5, 0.2, 0.9))], Recipe("reml", "OR"), level=0.95)
        == "Fewer than two methods give an estimate."
    )


def test_a_conclusion_all_methods_share() -> None:
    trials = [trial(name, 20 + i, 100, 60, 100) for i, name in enumerate("abcde")]
    (strip,) = synthesis.with_series(pool(*trials), ["every-method"]).series
    assert "intervals exclude no difference" in strip.notes[0]


def test_the_effect_goes_with_the_year() -> None:
    # rma(measure="OR", ai=a, n1i=n1, ci=c, n2i=n2, mods=~year, test="knha"): slope, se, p
    (found,) = synthesis.with_moderators(pool(*TRIALS), ["year"]).moderation
    slope = found.coefficients[1]
    assert (slope.estimate, slope.se) == pytest.approx((-0.06648794739, 0.1102244647), rel=1e-6)
    assert slope.p == pytest.approx(0.5889251653, rel=1e-6)
    assert slope.effect == pytest.approx(exp(-0.06648794739))
    (difference,) = synthesis.with_moderators(pool(*TRIALS, measure="RD"), ["year"]).moderation
    assert difference.coefficients[1].effect == difference.coefficients[1].estimate
    (design,) = synthesis.with_moderators(pool(*TRIALS), ["design"]).moderation
    assert design.notes == ("the moderator is the same in all studies",)
    assert design.p is None
    page = summary.page(synthesis.with_moderators(pool(*TRIALS), ["year"]))
    assert "Does the odds ratio go with year? (5 studies)" in page
    assert "Ratio of odds ratios" in page


def test_risk_ratios_go_with_the_year_as_in_metafor() -> None:
    # e <- escalc("RR", ..., data=dat.bcg); rma(yi, vi, mods=~I(year-mean(year)), data=e, test="knha"): slope, se, R2
    years = (1948, 1949, 1960, 1977, 1973, 1953, 1973, 1980, 1968, 1961, 1974, 1969, 1976)
    dated = [
        trial(f"s{i}", a, a + b, c, c + d, year + 20)  # records begin with 1950; only differences matter
        for i, ((a, b, c, d), year) in enumerate(zip(BCG, years, strict=True))
    ]
    (found,) = synthesis.with_moderators(pool(*dated, measure="RR"), ["year"]).moderation
    slope = found.coefficients[1]
    assert (slope.estimate, slope.se) == pytest.approx((0.02666264785, 0.01623374843), rel=1e-4)
    assert found.r2 == pytest.approx(14.90455792, rel=1e-3)


def test_patients_of_both_arms_are_the_size_of_a_study() -> None:
    assert pool(*TRIALS).overall.rows[0].numbers["patients"] == 39


def test_small_study_tests_are_those_for_two_arms() -> None:
    tests = {one.name: one for one in synthesis.with_small_study_tests(pool(*TRIALS)).small_study_tests}
    # regtest(yi, vi, model="lm") on escalc(measure="OR", ...): t = 0.2988, p = 0.7846
    egger = tests["Egger's regression of log odds ratios on their standard errors"]
    assert egger.statistic == pytest.approx(0.2988, abs=1e-4)
    assert egger.p == pytest.approx(0.7846, abs=1e-4)
    assert list(tests)[:2] == ["Harbord's regression of the score", "Peters' regression of log odds ratios on 1/n"]
    # Peters et al. 2006: effect on 1/n with weights 1/(1/events + 1/others), both arms together.
    y = [log((a + h) * (n2 - c + h) / ((n1 - a + h) * (c + h))) for a, n1, c, n2, _ in TABLES
         for h in (0.5 * (0 in (a, c)),) if a + c > 0]  # fmt: skip
    sums = [(a + c, n1 + n2) for a, n1, c, n2, _ in TABLES if a + c > 0]
    line = sm.WLS(y, sm.add_constant([1 / n for _, n in sums]), weights=[x * (n - x) / n for x, n in sums]).fit()
    assert tests["Peters' regression of log odds ratios on 1/n"].statistic == pytest.approx(line.tvalues[1])
    risks = synthesis.with_small_study_tests(pool(*TRIALS, measure="RR")).small_study_tests
    a, n1, c, n2 = np.array([table[:4] for table in TABLES]).T
    expected = stats.harbord_test(a, n1, c, n2, measure="RR").statistic
    assert risks[0].statistic == pytest.approx(expected)
    assert risks[0].statistic != pytest.approx(tests["Harbord's regression of the score"].statistic)
    differences = synthesis.with_small_study_tests(pool(*TRIALS, measure="RD")).small_study_tests
    assert differences[0].name.startswith("Pustejovsky")


def test_subgroups_are_compared_by_their_log_ratios() -> None:
    # e <- escalc("RR", ..., data=dat.bcg); rma(yi, vi, data=e, test="knha") within alloc, then rma(b, se^2, "FE")$QE
    kinds = {0: "randomised-controlled", 4: "open-then-randomised", 9: "non-randomised-controlled"}
    groups = [kinds[0]] * 4 + [kinds[4]] * 2 + [kinds[0]] * 3 + [kinds[9]] * 4
    trials = [
        trial(f"s{i}", a, a + b, c, c + d, design=design)
        for i, ((a, b, c, d), design) in enumerate(zip(BCG, groups, strict=True))
    ]
    pooled = pool(*trials, measure="RR", by="design")
    assert [len(group.rows) for group in pooled.groups] == [4, 2, 7]
    assert pooled.between is not None
    assert pooled.between.df == 2
    assert pooled.between.q == pytest.approx(2.038345, abs=1e-5)
    assert pooled.between.p == pytest.approx(0.360893, abs=1e-5)
    alone = pool(*trials[:4], trials[4], measure="RR", by="design")
    assert alone.between is not None
    assert alone.between.method.startswith("regression of log risk ratios on the subgroup")
    named = dict(pooled.sensitivity)
    assert named["randomised studies only"].k == 9
    assert [row.marks for row in pooled.overall.rows[:4]] == [("not-randomised",)] * 4


def test_titles_pages_and_flat_rows_tell_both_arms() -> None:
    pooled = pool(*TRIALS, condition="immune-thrombocytopenia", control="placebo")
    assert pooled.title == "Death in immune thrombocytopenia: odds ratio, MSC against placebo"
    page = summary.page(pooled)
    assert "5 studies, 230 patients, the outcome in 12 of 117 with cells and 18 of 113 controls" in page
    assert "Odds ratio below 1: favours MSC; above: favours control" in page
    rows = summary.study_rows(pooled)
    assert (rows[0]["control_events"], rows[0]["control_n"], rows[0]["control_result"]) == (1, 19, "a/placebo/death")
    assert rows[0]["odds_ratio"] == pytest.approx(3 * 18 / 17)
    estimates = summary.estimate_rows(pooled)
    assert estimates[0]["odds_ratio"] == pooled.overall.estimates[0].effect
    assert estimates[0]["control_patients"] == 113
    assert pooled == Pooled.model_validate_json(pooled.model_dump_json())


def test_an_explanation_quotes_both_arms() -> None:
    lines = synthesis.explain(pool(TRIALS[0]))
    assert lines[:2] == [
        'A 2010: 3/20 from r1, "3/20" (a/msc/death)',
        '    against 1/19 from r1, "1/19" (a/placebo/death)',
    ]
    assert lines[2].startswith("A 2010: took a/msc/death against a/placebo/death: msc against placebo")


def test_sensitivity_without_zeros_in_words() -> None:
    quiet = trial("f", 2, 10, 0, 9)
    zero = quiet.results[1].model_copy(update={"narrative_zero": NarrativeZero(scope="none died")})
    quiet = quiet.model_copy(update={"results": (quiet.results[0], zero)})
    pooled = pool(*TRIALS, quiet)
    assert pooled.overall.estimates[0].k == 5
    assert dict(pooled.sensitivity)["with zeros stated in words"].k == 6
    included = pool(*TRIALS, quiet, narrative_zeros="include")
    assert included.overall.rows[-1].marks == ("narrative-zero", "corrected")


@pytest.mark.parametrize(
    ("design", "role", "marks"),
    [
        ("historically-controlled", "historical-control", ("not-randomised", "historical")),
        ("randomised-crossover", "placebo", ("crossover",)),
        ("randomised-controlled", "placebo", ()),
        ("open-then-randomised", "delayed-treatment", ()),
    ],
)
def test_what_makes_the_arms_less_alike_is_marked(design: str, role: str, marks: tuple[str, ...]) -> None:
    one = trial("h", 2, 10, 1, 9, design=design, arms=[arm("msc"), arm("placebo", role=role)])
    pooled = pool(one)
    assert pooled.overall.rows[0].marks == marks
    assert tuple(pooled.footnotes) == marks
    assert summary.page(pooled)


def test_every_mark_has_a_letter_and_the_test_of_subgroups_no_code() -> None:
    assert {*FOOTNOTES, "no-contrast"} == set(summary.LETTERS)
    trials = [trial(f"s{i}", 3 + i, 20, 5, 21, condition=("psoriasis", "vitiligo")[i % 2]) for i in range(4)]
    (line,) = [one for one in summary.page(pool(*trials, by="condition")).splitlines() if "between subgroups" in one]
    assert "cm.el" not in line
