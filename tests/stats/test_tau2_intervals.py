"""Intervals for tau2: the equations they solve, coverage of the estimate, refused input."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy import integrate, special

from mscevidence.errors import StatisticsError, UnknownTermError
from mscevidence.stats.distributions import chi2_quantile
from mscevidence.stats.pooling import random_effects
from mscevidence.stats.studies import Studies
from mscevidence.stats.tau2 import generalised_q
from mscevidence.stats.tau2_intervals import q_interval, tau2_interval
from mscevidence.stats.weighted_chi2 import q_distribution

Y = np.array([-0.9, -1.6, 0.4, -1.4, -0.2, 1.8])
V = np.array([0.33, 0.19, 0.42, 0.02, 0.05, 0.5])


def test_q_profile_limits_solve_their_equations() -> None:
    found = tau2_interval(Y, V)
    studies = Studies.of(Y, V, None)
    assert_allclose(generalised_q(studies, np.asarray(found.lower))[0], chi2_quantile(0.025, 5))
    assert_allclose(generalised_q(studies, np.asarray(found.upper))[0], chi2_quantile(0.975, 5))
    assert found.converged
    assert not found.null_set


@pytest.mark.parametrize("estimator", ["ML", "REML"])
def test_profile_likelihood_limits_solve_their_equation(estimator: str) -> None:
    found = tau2_interval(Y, V, method="profile-likelihood", estimator=estimator)
    best = random_effects(Y, V, estimator=estimator).log_likelihood
    for limit in (found.lower, found.upper):
        height = random_effects(Y, V, estimator=estimator, tau2=float(limit)).log_likelihood
        assert_allclose(2 * (best - height), chi2_quantile(0.05, 1))


def imhof(q: float, weights: NDArray[np.float64]) -> float:
    """P(sum w chi2_1 <= q) by Imhof's integral (Imhof 1961, Biometrika 48:419)."""

    def integrand(u: float) -> float:
        angle = np.arctan(weights * u).sum() / 2 - q * u / 2
        return float(np.sin(angle) / (u * np.prod((1 + (weights * u) ** 2) ** 0.25)))

    value, _ = integrate.quad(integrand, 0, 200, limit=2000)
    return 0.5 - float(value) / np.pi


@pytest.mark.parametrize("q", [0.5, 3.0, 20.0])
def test_the_distribution_of_q_equals_imhofs_integral(q: float) -> None:
    a = 1 / V
    s = np.diag(np.sqrt(V + 0.3))
    weights = np.linalg.eigvalsh(s @ (np.diag(a) - np.outer(a, a) / a.sum()) @ s)[1:]
    assert_allclose(q_distribution(np.array(q), a, V + 0.3)[0], imhof(q, weights), atol=1e-5)


def test_equal_weights_give_the_chi_squared_distribution() -> None:
    q = np.array([0.1, 2.0, 9.0, 30.0])
    value, _ = q_distribution(q, np.ones((4, 8)), np.ones((4, 8)))
    assert_allclose(value, special.gammainc(3.5, q / 2), atol=1e-12)


@pytest.mark.parametrize("method", ["QP", "PL", "BJ", "J"])
def test_batches_with_masks_equal_single_analyses_and_hold_the_estimate(method: str) -> None:
    mask = np.vstack([~np.eye(6, dtype=bool), np.ones(6, dtype=bool)])
    batch = tau2_interval(Y, V, mask=mask, method=method)
    assert (batch.lower <= batch.tau2).all()
    assert (batch.tau2 <= batch.upper).all()
    for row, kept in enumerate(mask):
        single = tau2_interval(Y[kept], V[kept], method=method)
        assert_allclose([batch.lower[row], batch.upper[row]], [single.lower, single.upper], rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("method", ["QP", "BJ", "J"])
def test_studies_that_agree_too_well_have_an_empty_set(method: str) -> None:
    found = tau2_interval([0.1, 0.1001, 0.1, 0.1002], [0.1, 0.2, 0.3, 0.2], method=method)
    assert found.null_set
    assert (float(found.lower), float(found.upper)) == (0.0, 0.0)


def test_identical_outcomes_have_limits_of_zero() -> None:
    assert tau2_interval([1.0, 1.0, 1.0], [0.1, 0.2, 0.3], method="BJ").upper == 0


def test_i2_from_q_is_cut_at_zero_and_two_studies_without_excess_have_no_interval() -> None:
    found = q_interval([3.0, 40.0, 0.5], [6, 6, 2])
    assert_allclose(found.i2[0], 0)
    assert_allclose(found.i2[1], 100 * (40 - 5) / 40)
    assert np.isnan(found.h_lower[2])


def test_wrong_input_is_refused() -> None:
    with pytest.raises(StatisticsError, match="tau2 has no interval: an analysis has one study"):
        tau2_interval([1.0], [0.1])
    with pytest.raises(StatisticsError, match="needs the estimator ML or REML, not DL"):
        tau2_interval(Y, V, method="PL", estimator="DL")
    with pytest.raises(UnknownTermError, match="q-profile"):
        tau2_interval(Y, V, method="q-profil")
