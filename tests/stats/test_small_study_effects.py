"""Small-study effects: what the pinned numbers of R do not say."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mscevidence.errors import StatisticsError, UnknownTermError
from mscevidence.stats import (
    deeks_test,
    excess_significance,
    fail_safe_n,
    harbord_test,
    macaskill_test,
    meta_regression,
    peters_test,
    pustejovsky_test,
    random_effects,
    rank_test,
    regression_test,
    schwarzer_test,
    selection_model,
    trim_and_fill,
)
from mscevidence.stats.count_bias import conditional_moments
from mscevidence.stats.rank_correlation import exact_p, kendall
from mscevidence.stats.step_selection import _log_likelihood, _problem
from mscevidence.stats.weighted_least_squares import decompose

Y = np.array([0.1, 0.5, 0.9, 0.2, 1.4, 0.3])
V = np.array([0.02, 0.1, 0.2, 0.05, 0.4, 0.04])


def test_a_line_without_scatter_is_found_exactly() -> None:
    found = regression_test(0.2 + 1.5 * np.sqrt(V), V, model="lm")
    assert_allclose([found.intercept, found.slope, found.limit], [0.2, 1.5, 0.2])
    assert regression_test(0.2 + 1.5 * np.sqrt(V), V, estimator="REML").tau2 == 0.0


def test_a_masked_study_does_not_count() -> None:
    mask = [True] * 5 + [False]
    y = [*Y[:5], np.nan]
    for test in (regression_test, rank_test, trim_and_fill, fail_safe_n, excess_significance):
        assert str(test(y, V, mask=mask)) == str(test(Y[:5], V[:5]))


def test_tau2_of_a_regression_on_a_constant_is_that_of_pooling() -> None:
    for estimator in ("EE", "DL", "ML", "REML", "PM"):
        found = meta_regression(Y, V, np.ones((6, 1)), estimator=estimator)
        assert_allclose(found.tau2, float(random_effects(Y, V, estimator=estimator).tau2), rtol=1e-9, atol=1e-12)
    with pytest.raises(StatisticsError, match="2 studies cannot determine 2 coefficients"):
        meta_regression(Y[:2], V[:2], np.ones((2, 2)), estimator="PM")


def test_weighted_least_squares_of_a_batch_is_that_of_each_row() -> None:
    design = np.stack([np.ones(6), 1e6 * V], axis=-1)
    w = np.stack([1 / V, np.ones(6)])
    batch = decompose(np.broadcast_to(design, (2, 6, 2)), w).coefficients(np.broadcast_to(Y, (2, 6)))
    for i in range(2):
        one = decompose(design, w[i]).coefficients(Y)
        solved = np.linalg.lstsq(design * np.sqrt(w[i])[:, None], Y * np.sqrt(w[i]), rcond=None)[0]
        assert_allclose(batch[i], one)
        assert_allclose(one, solved, rtol=1e-8)


def test_predictors_are_refused_when_they_do_not_vary_or_are_missing() -> None:
    with pytest.raises(StatisticsError, match="a predictor does not vary"):
        regression_test(Y, np.full(6, 0.1))
    with pytest.raises(StatisticsError, match="needs n"):
        regression_test(Y, V, predictor="ninv")
    with pytest.raises(StatisticsError, match="n must be greater than zero"):
        regression_test(Y, V, predictor="ni", n=[0, 1, 2, 3, 4, 5])
    with pytest.raises(StatisticsError, match="2 studies are too few"):
        regression_test(Y[:2], V[:2])
    with pytest.raises(UnknownTermError, match="unknown predictor 'see'"):
        regression_test(Y, V, predictor="see")


def test_few_studies_are_said() -> None:
    assert "fewer than 10" in regression_test(Y, V).notes[0]
    assert "fewer than 10" in rank_test(Y, V).notes[0]


def test_the_exact_p_value_of_kendall_counts_permutations() -> None:
    base = np.arange(5.0)
    scores = np.array([kendall(base, np.array(p)).score for p in permutations(base)])
    for score in (-10, -6, 0, 4, 8):
        smaller = min((scores <= score).mean(), (scores >= score).mean())
        assert_allclose(exact_p(score, 5), min(1.0, 2 * smaller))


def test_kendall_with_ties_and_without_variation() -> None:
    stats = pytest.importorskip("scipy.stats")
    x, y = np.array([1.0, 1, 2, 3, 5, 5]), np.array([2.0, 1, 1, 4, 4, 6])
    found = kendall(x, y)
    wanted = stats.kendalltau(x, y, method="asymptotic")
    assert_allclose([found.tau, found.p], [wanted.statistic, wanted.pvalue])
    constant = kendall(x, np.ones(6))
    assert [constant.tau, constant.p] == [0.0, 1.0]
    assert "nothing to correlate" in " ".join(constant.notes)


def test_trim_and_fill_mirrors_the_trimmed_studies() -> None:
    y = np.array([-0.2, -0.1, 0.0, 0.1, 0.15, 0.9, 1.2, 1.6])
    v = np.array([1, 1, 1, 1, 1, 30, 30, 30]) * 0.05
    found = trim_and_fill(y, v, side="left", estimator="L0", tau2_estimator="EE")
    assert found.missing == 3
    assert found.settled
    centre = y[:5].mean()
    assert_allclose(found.yi, 2 * centre - y[8 - found.missing :])
    mirrored = trim_and_fill(-y, v, side="right", estimator="L0", tau2_estimator="EE")
    assert_allclose(mirrored.yi, -found.yi)
    assert "not data" in found.notes[0]


def test_the_side_is_chosen_against_the_tail() -> None:
    assert trim_and_fill(Y, V).side == "left"
    assert trim_and_fill(-Y, V).side == "right"


def test_fail_safe_numbers() -> None:
    weak = fail_safe_n([0.1, -0.1, 0.05], [0.1, 0.1, 0.1])
    assert weak.n == 0
    assert fail_safe_n(Y, type="orwin", weighted=False, target=Y.mean() / 3).n == 12
    general = fail_safe_n(Y, V * 0.1, type="general")
    assert general.n > 0
    with pytest.raises(StatisticsError, match="needs the sampling variances"):
        fail_safe_n(Y)
    with pytest.raises(StatisticsError, match="cannot bring the estimate"):
        fail_safe_n(Y, V, type="orwin", target=-0.1)


def test_the_power_in_a_random_effects_model_is_an_average_of_powers() -> None:
    found = excess_significance(Y, V, theta=0.4, tau2=0.09)
    z, w = np.polynomial.hermite_e.hermegauss(60)
    average = sum(a * excess_significance(Y, V, theta=0.4 + 0.3 * b).power for a, b in zip(w / w.sum(), z, strict=True))
    assert_allclose(found.power, average, rtol=1e-10)
    both = [excess_significance(Y, V, theta=0.4, alternative=side, alpha=0.025).power for side in ("greater", "less")]
    assert_allclose(excess_significance(Y, V, theta=0.4).power, sum(both))


def test_the_gradient_of_the_selection_likelihood_is_its_derivative() -> None:
    for two_sided in (False, True):
        problem = _problem(Y, V, np.array([0.025, 0.5]), two_sided=two_sided)
        theta = np.array([0.3, 0.04, 0.7, 0.2])
        for i in range(4):
            step = 1e-6 * np.eye(4)[i]
            numeric = (_log_likelihood(problem, theta + step)[0] - _log_likelihood(problem, theta - step)[0]) / 2e-6
            assert_allclose(_log_likelihood(problem, theta)[1][i], numeric, rtol=1e-6)


def test_without_selection_the_likelihood_is_that_of_pooling() -> None:
    fit = random_effects(Y, V, estimator="ML", test="z")
    problem = _problem(Y, V, np.array([0.025]), two_sided=False)
    value, _ = _log_likelihood(problem, np.array([float(fit.mu), float(fit.tau2), 1.0]))
    assert_allclose(value, float(fit.log_likelihood))


def test_the_selection_model_finds_selection_again() -> None:
    rng = np.random.default_rng(1)
    v = rng.uniform(0.02, 0.2, 4000)
    y = rng.normal(0.2, np.sqrt(v + 0.04))
    published = (y / np.sqrt(v) > 1.96) | (rng.uniform(size=4000) < 0.3)
    found = selection_model(y[published], v[published])
    assert abs(found.mu - 0.2) < 3 * found.se
    assert abs(found.delta[1] - 0.3) < 3 * found.delta_se[1]
    mirrored = selection_model(-y[published], v[published], alternative="less")
    assert_allclose([mirrored.mu, mirrored.log_likelihood], [-found.mu, found.log_likelihood], rtol=1e-6)
    with pytest.raises(StatisticsError, match="between 0 and 1"):
        selection_model(Y, V, steps=[1.2])


TABLES = ([5, 9, 3, 12, 4], [20, 40, 25, 60, 15], [8, 12, 9, 14, 9], [21, 38, 24, 61, 16])


def test_count_tests_have_the_sign_of_their_definition() -> None:
    a, n1, c, n2 = (np.array(column, dtype=float) for column in TABLES)
    y = np.log(a / (n1 - a) * (n2 - c) / c)
    v = 1 / a + 1 / (n1 - a) + 1 / c + 1 / (n2 - c)
    assert macaskill_test(y, v, n1 + n2).predictor == "ni"
    found = [peters_test(y, a + c, n1 + n2), deeks_test(y, n1, n2), pustejovsky_test(y, v, n1, n2)]
    found += [harbord_test(*TABLES), harbord_test(*TABLES, measure="RR")]
    assert all(np.sign(test.slope) == -np.sign(macaskill_test(y, v, n1 + n2).slope) for test in found)
    assert not schwarzer_test(*TABLES).exact


def test_tables_without_an_event_are_left_out_and_bad_counts_refused() -> None:
    longer = tuple([*column, value] for column, value in zip(TABLES, (0, 10, 0, 12), strict=True))
    assert str(harbord_test(*longer)) == str(harbord_test(*TABLES))
    with pytest.raises(StatisticsError, match="events1 exceed n1"):
        harbord_test([9], [3], [1], [2])
    with pytest.raises(StatisticsError, match="at least 3"):
        harbord_test([1, 2], [3, 4], [1, 2], [3, 5])
    with pytest.raises(StatisticsError, match="zero or infinite"):
        schwarzer_test([0, 0, 0], [5, 6, 7], [1, 2, 3], [5, 6, 7])


def test_conditional_moments_at_no_effect_are_hypergeometric() -> None:
    mean, variance = conditional_moments(np.array([10.0]), np.array([15.0]), np.array([7.0]), np.zeros(1))
    assert_allclose([mean[0], variance[0]], [10 * 7 / 25, 10 * 15 * 7 * 18 / (25**2 * 24)])
