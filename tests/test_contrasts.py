"""Two arms pooled: numbers of R's metafor as constants with their calls, tables by hand, silence where there is none.

``a, n1, c, n2`` are the columns of TABLES; metafor 3.8-1 (no BiasedUrn, so the exact conditional model is held to its
likelihood instead).
"""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import nchypergeom_fisher, norm
from scipy.stats import t as student

from mscevidence.errors import StatisticsError
from mscevidence.publish import summary
from two_arm_trials import BCG, TABLES, TRIALS, VACCINES, first, pool, trial

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
