"""The binomial-normal model: the founding numbers, an independent quadrature, degenerate data by name, batches."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray
from scipy import optimize, special

from mscevidence.errors import StatisticsError, UnknownTermError
from mscevidence.stats.glmm import log_binomial, proportion_glmm
from mscevidence.stats.logit_normal import fit_one
from mscevidence.stats.proportion_maximum import general_fit

EVENTS, N = [8, 7, 4, 2], [18, 7, 4, 2]
FIELDS = ["mu", "se", "tau2", "log_likelihood", "lower", "upper", "pi_lower", "lrt", "lrt_p", "i2"]


def brute_force(x: NDArray[np.float64], n: NDArray[np.float64], mu: float, tau: float) -> float:
    """Marginal log-likelihood by a very fine trapezoidal rule, which converges exponentially here."""
    u = np.linspace(-12, 12, 24_001)
    eta = mu + tau * u
    height = x[:, None] * eta - n[:, None] * np.logaddexp(0, eta) - u**2 / 2
    height += np.log(u[1] - u[0]) - np.log(2 * np.pi) / 2
    return float((special.logsumexp(height, axis=1) + log_binomial(n, x)).sum())


def test_founding_response_rate() -> None:
    fit = proportion_glmm(EVENTS, N)
    assert_allclose([fit.mu, fit.tau2], [3.6394, 8.7560], atol=1e-4)
    assert_allclose(fit.log_likelihood, -5.3551, atol=5e-5)
    assert_allclose(fit.lrt, 14.2549, atol=5e-5)
    assert int(fit.lrt_df) == 3
    notes = " ".join(fit.notes)
    assert "3 of 4 studies lie at the boundary (3 with an event in every patient)." in notes
    assert "Fewer than 5 studies" in notes
    assert "not informative" in notes


def test_the_founding_maximum_at_full_precision() -> None:
    fit = proportion_glmm(EVENTS, N)
    assert_allclose([fit.mu, fit.tau2, fit.log_likelihood], [3.639364, 8.755955, -5.355053], atol=2e-6)


@pytest.mark.parametrize(
    ("most", "tau"), [(2, 2.0), (4, 1.0), (40, 0.0), (40, 0.5), (40, 8.0), (300, 0.1), (3000, 3.0)]
)
def test_the_way_for_one_analysis_leads_where_the_way_for_many_does(most: int, tau: float) -> None:
    generator = np.random.default_rng(most)
    for _ in range(6):
        n = generator.integers(2, most + 1, 9).astype(float)
        x = generator.binomial(n.astype(int), special.expit(generator.normal(-0.5, tau or 1e-9, 9))).astype(float)
        short, general = fit_one(x, n), general_fit(np.array([x]), np.array([n]), None)
        assert short is not None
        assert_allclose(short.log_likelihood, general.log_likelihood, atol=2e-8)
        assert_allclose(short.beta, general.beta, rtol=1e-5, atol=1e-6)
        assert_allclose(short.tau, general.tau, rtol=1e-5, atol=1e-6)
        assert_allclose(np.sqrt(short.covariance[0, 0, 0]), np.sqrt(general.covariance[0, 0, 0]), rtol=1e-4)
        assert_allclose(
            short.tau**2 * short.covariance[0, 1, 1], general.tau**2 * general.covariance[0, 1, 1], rtol=2e-4
        )


def test_one_patient_per_study_is_what_the_way_for_many_finds() -> None:
    x, n = np.array([1.0, 0, 0, 1, 0]), np.ones(5)
    short, general = fit_one(x, n), general_fit(np.array([x]), np.array([n]), None)
    assert short is not None
    assert short.tau == general.tau == 0
    assert np.isnan(short.covariance[0, 1, 1])
    for name in ("beta", "log_likelihood", "information"):
        assert_allclose(getattr(short, name), getattr(general, name), rtol=1e-9, err_msg=name)
    assert_allclose(short.covariance[0, 0, 0], general.covariance[0, 0, 0], rtol=1e-9)
    assert short.converged


def test_seven_nodes_give_the_numbers_of_r() -> None:
    fit = proportion_glmm(EVENTS, N, nodes=7)
    assert_allclose([fit.mu, fit.tau2], [3.5541, 8.0906], atol=1e-4)


DATA = [
    (EVENTS, N),
    ([0, 1, 0, 3, 0], [12, 9, 30, 40, 5]),
    ([1, 20, 3, 9], [20, 20, 40, 10]),
    ([3, 4, 5, 6, 7, 2], [10, 12, 15, 14, 20, 9]),
    ([0, 60, 1], [60, 60, 60]),
]


@pytest.mark.parametrize(("events", "n"), DATA)
def test_the_maximum_is_that_of_an_independent_search_on_a_fine_quadrature(events: list[int], n: list[int]) -> None:
    x, size = np.array(events, dtype=float), np.array(n, dtype=float)
    fit = proportion_glmm(events, n)
    assert_allclose(fit.log_likelihood, brute_force(x, size, float(fit.mu), float(fit.tau2) ** 0.5), atol=1e-8)
    starts = itertools.product([-2.0, 0.0, 2.0], [0.0, 0.5, 3.0])
    precise = {"fatol": 1e-9}
    found = [
        optimize.minimize(lambda t: -brute_force(x, size, t[0], t[1]), start, method="Nelder-Mead", options=precise)
        for start in itertools.islice(starts, 0, 9, 4)
    ]
    assert fit.log_likelihood >= max(-result.fun for result in found) - 1e-8


def test_standard_error_is_that_of_the_observed_information() -> None:
    x, size = np.array([1.0, 20, 3, 9]), np.array([20.0, 20, 40, 10])
    fit = proportion_glmm(x, size)
    at, h = np.array([fit.mu, np.sqrt(fit.tau2)]), 1e-3
    hessian = np.empty((2, 2))
    for i, j in itertools.product(range(2), range(2)):
        a, b = np.eye(2)[i] * h, np.eye(2)[j] * h
        corners = [(1, a + b), (-1, a - b), (-1, b - a), (1, -a - b)]
        hessian[i, j] = sum(sign * brute_force(x, size, *(at + d)) for sign, d in corners) / (4 * h**2)
    assert_allclose(fit.se, np.sqrt(np.linalg.inv(-hessian)[0, 0]), rtol=1e-5)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_batch_with_masks_equals_single_analyses(seed: int) -> None:
    generator = np.random.default_rng(seed)
    n = generator.integers(1, 30, 5)
    x = generator.binomial(n, special.expit(generator.normal(0, 1.5, 5)))
    mask = np.vstack([~np.eye(5, dtype=bool), np.ones(5, dtype=bool)])
    batch = proportion_glmm(x, n, mask=mask)
    for row, kept in enumerate(mask):
        single = proportion_glmm(x[kept], n[kept])
        assert str(batch.status[row]) == str(single.status)
        for name in FIELDS:
            assert_allclose(getattr(batch, name)[row], getattr(single, name), rtol=1e-8, atol=1e-8, err_msg=name)
        assert_array_equal(batch.weights[row][~kept], 0)
        assert_allclose(batch.weights[row][kept], single.weights, rtol=1e-8)


SPREAD = [([0, 60, 1], [60, 60, 60]), ([0, 0, 30], [40, 2, 30]), ([1, 2, 3], [4, 5, 6]), ([1, 0, 1], [1, 1, 1])]
"""tau2 from 0 to several hundred: these need many points of a quadrature and few ones."""


def test_what_an_analysis_is_fitted_together_with_changes_nothing() -> None:
    batch = proportion_glmm(*zip(*SPREAD, strict=True))
    for row, (events, n) in enumerate(SPREAD):
        single = proportion_glmm(events, n)
        assert str(batch.status[row]) == str(single.status)
        for name in (*FIELDS, "se_tau2", "weights"):
            assert_array_equal(getattr(batch, name)[row], getattr(single, name), err_msg=name)


def test_swapping_events_and_non_events_mirrors_the_result() -> None:
    x, n = np.array([1, 5, 0, 9]), np.array([9, 8, 7, 12])
    fit, mirrored = proportion_glmm(x, n), proportion_glmm(n - x, n)
    assert_allclose([mirrored.mu, mirrored.lower, mirrored.tau2], [-fit.mu, -fit.upper, fit.tau2], rtol=1e-6)


def test_order_does_not_matter() -> None:
    fit, turned = proportion_glmm([1, 5, 0, 9], [9, 8, 7, 12]), proportion_glmm([9, 0, 5, 1], [12, 7, 8, 9])
    assert_allclose([turned.mu, turned.se, turned.tau2], [fit.mu, fit.se, fit.tau2], rtol=1e-7)
    assert_allclose(turned.weights[::-1], fit.weights, rtol=1e-6)
    assert_allclose(fit.weights.sum(), 100)


@pytest.mark.parametrize(
    ("events", "n", "status", "mu"),
    [
        ([0, 0, 0], [13, 20, 4], "all-zero", -np.inf),
        ([3, 4], [3, 4], "all-events", np.inf),
        ([0, 4], [3, 4], "separated", np.nan),
        ([0], [6], "all-zero", -np.inf),
    ],
)
def test_data_without_an_estimate_are_named(events: list[int], n: list[int], status: str, mu: float) -> None:
    fit = proportion_glmm(events, n)
    assert fit.status == status
    assert_array_equal(fit.mu, mu)
    assert np.isnan([fit.se, fit.lower, fit.upper, fit.pi_lower, fit.pi_upper]).all()
    assert fit.notes


def test_identical_proportions_have_no_heterogeneity() -> None:
    fit = proportion_glmm([4, 16, 20, 20, 4], [10, 40, 50, 50, 10])
    assert_allclose(fit.mu, np.log(0.4 / 0.6), rtol=1e-9)
    assert_allclose(fit.se, 1 / np.sqrt(160 * 0.4 * 0.6), rtol=1e-9)
    assert fit.tau2 == 0
    assert any("estimated as zero" in note for note in fit.notes)


def test_one_study_is_shown_and_not_pooled() -> None:
    fit = proportion_glmm([8], [18])
    assert_allclose([fit.mu, fit.tau2], [np.log(8 / 10), 0])
    assert np.isinf(fit.df)
    assert fit.notes[0].startswith("One study")


def test_one_patient_per_study_leaves_tau2_unidentified_and_says_so() -> None:
    fit = proportion_glmm([1, 0, 1], [1, 1, 1])
    assert_allclose([fit.mu, fit.tau2], [np.log(2), 0], atol=1e-9)
    assert any("one patient" in note for note in fit.notes)


def test_a_batch_counts_its_findings() -> None:
    fit = proportion_glmm([[0, 0], [1, 2]], [[5, 6], [7, 8]])
    assert list(fit.status) == ["all-zero", "ok"]
    assert any("(in 1 of 2 analyses)" in note for note in fit.notes)


def test_wrong_input_is_refused() -> None:
    with pytest.raises(StatisticsError, match="events exceed n: study 1 has 3 of 2"):
        proportion_glmm([3], [2])
    with pytest.raises(StatisticsError, match="all are masked out"):
        proportion_glmm([1], [2], mask=[False])
    with pytest.raises(StatisticsError, match="nodes must be at least 1"):
        proportion_glmm([1], [2], nodes=0)
    with pytest.raises(UnknownTermError, match="unknown test 'knha'"):
        proportion_glmm([1], [2], test="knha")
