"""Two arms pooled: numbers of R's metafor as constants with their calls, tables by hand, silence where there is none.

``a, n1, c, n2`` are the columns of TABLES; metafor 3.8-1 (no BiasedUrn, so the exact conditional model is held to its
likelihood instead).
"""

from __future__ import annotations

from math import exp, log, sqrt
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import minimize_scalar
from scipy.stats import nchypergeom_fisher, norm
from scipy.stats import t as student

from mscevidence import stats, synthesis
from mscevidence.errors import StatisticsError
from mscevidence.model import Estimate, NarrativeZero, Pooled, Question
from mscevidence.publish import summary
from mscevidence.synthesis.study_rows import FOOTNOTES
from study_factory import arm, report, result, study

# Events and patients with cells, events and patients without, year: a table with an empty cell, one without events.
TABLES = ((3, 20, 1, 19, 2010), (0, 12, 2, 11, 2012), (5, 40, 9, 41, 2015), (0, 15, 0, 14, 2019), (4, 30, 6, 28, 2020))


def trial(name: str, a: int, n1: int, c: int, n2: int, year: int = 2020, **more: Any) -> Any:
    return study(
        name,
        result("death", a, n1, arm="msc"),
        result("death", c, n2, arm="placebo"),
        **{
            "design": "randomised-controlled",
            "arms": [arm("msc"), arm("placebo", role="placebo")],
            "reports": [report(first_author=f"{name.title()} A", year=year)],
            **more,
        },
    )


TRIALS = [trial(name, *table) for name, table in zip("abcde", TABLES, strict=True)]


def pool(*trials: Any, **options: Any) -> Pooled:
    return synthesis.pool(list(trials), [], Question(**{"outcome": "death", "measure": "OR", **options}))


def first(*trials: Any, **options: Any) -> Estimate:
    return pool(*trials, **options).overall.estimates[0]


# rma(measure=M, ai=a, n1i=n1, ci=c, n2i=n2, method=..., test=...): beta, se, ci.lb, ci.ub, QE
# rma.mh(measure=M, ...), rma.peto(...), rma.glmm(measure="OR", model=..., test="t", ...): QE.LRT
METAFOR = {
    ("OR", "reml", "knha"): (-0.48501093, 0.33960174, -1.42789653, 0.45787466, 2.773929),
    ("OR", "dl", "z"): (-0.48501093, 0.40780473, -1.28429352, 0.31427165, 2.773929),
    ("OR", "mh", "z"): (-0.50209124, 0.40202465, -1.29004507, 0.28586259, 2.729820),
    ("OR", "peto", "z"): (-0.49464480, 0.39434983, -1.26755626, 0.27826667, 3.593333),
    ("OR", "um.fs", "t"): (-0.5092163, 0.4049296, -1.797883, 0.779450, 4.546613),
    ("OR", "um.rs", "t"): (-0.5108256, 0.4029214, -1.793101, 0.771450, 3.280509),
    ("OR", "cm.al", "t"): (-0.4297943, 0.3727739, -1.616127, 0.756539, 4.154009),
    ("RR", "reml", "knha"): (-0.41830887, 0.28065931, -1.19754403, 0.36092629, 2.588353),
    ("RR", "ee", "z"): (-0.41830887, 0.34889738, -1.10213517, 0.26551743, 2.588353),
    ("RR", "mh", "z"): (-0.42981803, 0.34580064, -1.10757483, 0.24793877, 2.554971),
    ("RD", "dl", "z"): (-0.03293043, 0.03899889, -0.10936686, 0.04350600, 4.034859),
    ("RD", "ee", "z"): (-0.03280580, 0.03878028, -0.10881376, 0.04320216, 4.034859),
    ("RD", "mh", "z"): (-0.05536198, 0.04403938, -0.14167758, 0.03095363, 3.670579),
}


@pytest.mark.parametrize(("measure", "method", "test"), METAFOR)
def test_the_numbers_are_those_of_metafor(measure: str, method: str, test: str) -> None:
    mu, se, lower, upper, q = METAFOR[measure, method, test]
    found = first(*TRIALS, measure=measure, method=method, test=test)
    told = (lambda value: value) if measure == "RD" else exp
    assert found.mu == pytest.approx(mu, abs=2e-6)
    assert found.se == pytest.approx(se, abs=2e-6)
    assert found.effect == pytest.approx(told(mu), abs=2e-6)
    assert (found.lower, found.upper) == pytest.approx((told(lower), told(upper)), rel=2e-5)
    assert found.q == pytest.approx(q, abs=2e-5)
    assert (found.events, found.patients, found.control_events, found.control_patients) == (12, 117, 18, 113)


# BCG trials: Colditz et al. 1994, JAMA 271:698, as in metafor's dat.bcg: tpos, tneg, cpos, cneg.
BCG = (
    (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619), (33, 5036, 47, 5761),
    (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232), (17, 1699, 65, 1600),
    (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825),
)  # fmt: skip
VACCINES = [trial(f"s{i}", a, a + b, c, c + d) for i, (a, b, c, d) in enumerate(BCG)]


# predict of rma(measure=M, ai=tpos, bi=tneg, ci=cpos, di=cneg, data=dat.bcg, test="knha"), and
# of rma.glmm(measure="OR", model="UM.FS", test="t", ...) likewise
@pytest.mark.parametrize(
    ("measure", "method", "mu", "se", "tau2", "prediction"),
    [
        ("OR", "reml", -0.7451778, 0.1867262, 0.3377720, (-2.0752153, 0.5848598)),
        ("RR", "reml", -0.7145323, 0.1807917, 0.3132433, (-1.9960170, 0.5669523)),
        ("RD", "reml", -0.0251735, 0.0110724, 0.0014215, (-0.1107911, 0.0604441)),
        ("OR", "um.fs", -0.7450135, 0.1755658, 0.2948936, None),
        ("OR", "cm.al", -0.7221170, 0.1744019, 0.2887104, None),
    ],
)
def test_heterogeneous_trials_as_in_metafor(
    measure: str, method: str, mu: float, se: float, tau2: float, prediction: tuple[float, float] | None
) -> None:
    found = first(*VACCINES, measure=measure, method=method)
    assert found.mu == pytest.approx(mu, abs=2e-5)
    assert found.se == pytest.approx(se, abs=1e-5)
    assert found.tau2 == pytest.approx(tau2, rel=2e-4)
    if prediction is not None:
        told = np.array(prediction) if measure == "RD" else np.exp(prediction)
        assert (found.prediction_lower, found.prediction_upper) == pytest.approx(tuple(told), rel=1e-4)


@pytest.mark.parametrize("method", ["mh", "peto", "dl", "cm.el", "um.fs"])
def test_every_interval_has_the_level_of_the_question(method: str) -> None:
    def widths(level: float) -> list[float]:
        overall = pool(*TRIALS, method=method, test="z", level=level).overall
        ends = [(row.lower, row.upper) for row in overall.rows]
        ends += [(one.lower, one.upper) for one in overall.estimates[:1]]
        return [log(upper / lower) for lower, upper in ends if lower and upper]

    ratio = norm.ppf(0.9) / norm.ppf(0.975)
    assert widths(0.8) == pytest.approx([ratio * width for width in widths(0.95)])


def test_a_difference_of_risks_stays_between_minus_one_and_one() -> None:
    row = pool(trial("a", 4, 4, 0, 3), measure="RD").overall.rows[0]
    assert row.upper == 1.0


@pytest.mark.parametrize("method", ["reml", "um.fs"])
def test_weights_are_the_inverse_of_the_variance_with_tau2(method: str) -> None:
    pooled = pool(*VACCINES, method=method)
    tau2 = pooled.overall.estimates[0].tau2 or 0
    precision = {f"s{i}": 1 / (sum(1 / cell for cell in cells) + tau2) for i, cells in enumerate(BCG)}
    for row in pooled.overall.rows:
        assert row.weight == pytest.approx(100 * precision[row.study] / sum(precision.values()))


def test_the_prediction_interval_of_a_model_adds_tau2_and_has_the_degrees_of_freedom_of_its_test() -> None:
    found = first(*VACCINES, method="um.fs")
    half = student.ppf(0.975, len(BCG) - 1) * sqrt((found.se or 0) ** 2 + (found.tau2 or 0))
    assert found.prediction_lower == pytest.approx(exp((found.mu or 0) - half))
    assert found.prediction_upper == pytest.approx(exp((found.mu or 0) + half))
    assert first(*VACCINES, method="mh").prediction_lower is None


def test_the_exact_conditional_model_has_the_maximum_of_its_likelihood() -> None:
    found = first(*TRIALS)
    assert found.method == "cm.el"

    def loss(mu: float) -> float:
        """Return minus the log-likelihood of one common log odds ratio given the margins of each table."""
        rows = [(a, n1 + n2, n1, a + c) for a, n1, c, n2, _ in TABLES if a + c > 0]
        return -float(sum(nchypergeom_fisher.logpmf(*row, exp(mu)) for row in rows))

    assert found.tau2 == pytest.approx(0, abs=1e-6)
    assert found.mu == pytest.approx(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x, abs=1e-4)


def test_a_table_by_hand() -> None:
    # 2 of 12 against 2 of 6: ad/bc = 2*4/(10*2); variance 1/2 + 1/10 + 1/2 + 1/4; Agresti 2013, section 3.1.
    one = trial("a", 2, 12, 2, 6)
    row = pool(one).overall.rows[0]
    half = norm.ppf(0.975) * sqrt(1 / 2 + 1 / 10 + 1 / 2 + 1 / 4)
    assert row.effect == pytest.approx(0.4)
    assert (row.lower, row.upper) == pytest.approx((exp(log(0.4) - half), exp(log(0.4) + half)))
    assert row.marks == ()
    risk = pool(one, measure="RR").overall.rows[0]
    half = norm.ppf(0.975) * sqrt(1 / 2 - 1 / 12 + 1 / 2 - 1 / 6)
    assert risk.effect == pytest.approx(0.5)
    assert (risk.lower, risk.upper) == pytest.approx((exp(log(0.5) - half), exp(log(0.5) + half)))
    difference = pool(one, measure="RD").overall.rows[0]
    assert difference.effect == pytest.approx(2 / 12 - 2 / 6)
    # Peto: (a - E)/V with E = 12*4/18, V = 12*6*4*14/(18^2*17).
    peto = pool(one, method="peto").overall.rows[0]
    assert peto.effect == pytest.approx(exp((2 - 12 * 4 / 18) / (12 * 6 * 4 * 14 / (18**2 * 17))))


def test_an_empty_cell_is_corrected_for_the_study_and_said() -> None:
    pooled = pool(*TRIALS, method="reml")
    row = pooled.overall.rows[1]
    assert row.effect == pytest.approx(0.5 * 9.5 / (12.5 * 2.5))
    assert row.marks == ("corrected",)
    assert "0.5 added to every cell" in pooled.footnotes["corrected"]
    assert "0.5 was added to the cells of 2 of 5 studies." in pooled.overall.estimates[0].notes
    by_peto = pool(*TRIALS, method="peto").overall.rows[1]
    assert by_peto.marks == ()
    # (a - E)/V with E = 12*2/23 and V = 12*11*2*21/(23^2*22), nothing added.
    assert by_peto.effect == pytest.approx(exp(-(12 * 2 / 23) / (12 * 11 * 2 * 21 / (23**2 * 22))))


@pytest.mark.parametrize(
    ("options", "shown", "weight", "fate"),
    [
        ({"method": "reml"}, 0.935, 4.023356381, "enters with 0.5 in every cell"),
        ({"method": "mh"}, None, 0.0, "without weight in this method"),
        ({"method": "peto"}, None, 0.0, "without weight in this method"),
        ({"method": "glmm"}, None, 0.0, "without weight in this method"),
        ({"measure": "RR", "method": "mh"}, None, 0.0, "without weight in this method"),
        ({"measure": "RD", "method": "mh"}, -0.002, 12.603836262, "counted as no difference"),
    ],
)
def test_a_study_without_events_in_either_arm_is_shown_with_its_fate(
    options: dict[str, str], shown: float | None, weight: float, fate: str
) -> None:
    pooled = pool(*TRIALS, **options)
    row = pooled.overall.rows[3]
    assert row.effect == (None if shown is None else pytest.approx(shown, abs=1e-3))
    assert row.weight == pytest.approx(weight, abs=1e-6)  # weights(rma(...)), weights(rma.mh(...))
    assert row.marks == ("no-contrast",)
    assert fate in pooled.footnotes["no-contrast"]
    assert any("1 study with no event" in note for note in pooled.overall.estimates[0].notes)
    assert sum(row.weight or 0 for row in pooled.overall.rows) == pytest.approx(100)
    assert "D 2019 [0]" in summary.page(pooled)


NONE_WITH_CELLS = [trial("a", 0, 10, 3, 11), trial("b", 0, 9, 2, 8)]


@pytest.mark.parametrize("method", ["glmm", "mh", "um.fs", "um.rs", "cm.al"])
def test_an_arm_without_events_in_any_study_is_infinite_for_models_and_strata(method: str) -> None:
    found = first(*NONE_WITH_CELLS, method=method)
    assert (found.status, found.effect) == ("boundary", None)
    assert "No event in the arms with cells of any study (0/19)" in found.notes[0]
    assert "Peto" in found.notes[0]


@pytest.mark.parametrize("method", ["peto", "reml", "dl"])
def test_and_finite_for_peto_and_inverse_variance(method: str) -> None:
    found = first(*NONE_WITH_CELLS, method=method)
    assert found.status == "estimated"
    assert found.effect is not None
    assert 0 < found.effect < 1


@pytest.mark.parametrize(("events", "what"), [(0, "No event"), (1, "Only events")])
@pytest.mark.parametrize("options", [{}, {"measure": "RR"}, {"measure": "RD"}, {"method": "peto"}])
def test_without_any_contrast_nothing_is_pooled(events: int, what: str, options: dict[str, str]) -> None:
    trials = [trial(name, events * n, n, events * 7, 7) for name, n in (("a", 5), ("b", 6))]
    found = first(*trials, **options)
    assert (found.status, found.effect) == ("boundary", None)
    assert found.notes[0].startswith(f"{what} in either arm of any study")
    assert "nothing to compare" in summary.page(pool(*trials, **options))


def test_one_study_with_information_is_not_pooled() -> None:
    trials = [trial("a", 2, 12, 2, 6), trial("b", 0, 5, 0, 6)]
    for method in ("glmm", "mh", "peto"):
        found = first(*trials, method=method)
        assert found.status == "single"
        assert "1 without" in found.notes[0]
    assert first(*trials, method="reml").status == "estimated"
    assert first(trials[0]).status == "single"


def test_what_stands_beside_the_first_method() -> None:
    def beside(**options: str) -> list[tuple[str, ...]]:
        return [(one.method, one.label.split(", ")[-1]) for one in pool(*TRIALS, **options).overall.estimates]

    assert beside() == [("cm.el", "t interval"), ("reml", "Hartung-Knapp interval"), ("mh", "normal interval")]
    assert [name for name, _ in beside(measure="RR")] == ["reml", "mh"]
    assert [name for name, _ in beside(measure="RD", method="mh")] == ["mh", "reml"]
    assert [name for name, _ in beside(method="peto")] == ["peto", "cm.el", "reml", "mh"]


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ({"measure": "PLO", "method": "mh"}, "Mantel-Haenszel compares two arms", "--measure OR or RR or RD"),
        ({"measure": "RR", "method": "peto"}, "Peto's method compares two arms by OR", "mh, ee, dl"),
        ({"measure": "RD", "method": "um.rs"}, "random study effects compares two arms by OR", "methods for RD"),
        ({"measure": "RR", "method": "glmm"}, "pools logits, not RR", "methods for RR: mh"),
        ({"method": "mh", "test": "knha"}, "Mantel-Haenszel has no knha test", "--test z"),
        ({"method": "cm.el", "test": "adhoc"}, "Exact conditional logistic model has no adhoc test", "--test t or z"),
        ({"measure": "PLO", "control": "placebo"}, "compared only by OR, RR or RD", "--control"),
    ],
)
def test_what_a_measure_or_method_does_not_have_names_what_there_is(
    options: dict[str, str], message: str, hint: str
) -> None:
    with pytest.raises(StatisticsError, match=message) as caught:
        pool(*TRIALS, **options)
    assert hint in caught.value.hint


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
