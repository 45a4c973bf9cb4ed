"""Densities of the borrowing model agree with its quantiles, its moments and known distributions."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import special

from mscevidence.errors import StatisticsError, UnknownTermError
from mscevidence.stats import Borrowing, HalfNormal, NormalPrior, binomial_normal, borrow
from mscevidence.stats.mixtures import Posterior

RATES = np.linspace(0.0005, 0.9995, 4001)
MODELS = ("alone", "partial", "robust")


@pytest.fixture(scope="module")
def found() -> Borrowing:
    return borrow([8, 7, 4, 10, 12, 3, 20], [18, 7, 4, 20, 30, 10, 30], ["itp", "itp", "itp", "sle", "sle", "ra", "cd"])


def below(density: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Return the probability below an end for each disease, by the trapezoidal rule on what is left of it."""
    steps = (density[:, 1:] + density[:, :-1]) * np.diff(RATES) / 2
    cumulative = np.concatenate([np.zeros((len(density), 1)), np.cumsum(steps, axis=1)], axis=1)
    return np.array([np.interp(end, RATES, row) for end, row in zip(ends, cumulative, strict=True)])


@pytest.mark.parametrize("model", MODELS)
def test_half_of_a_density_lies_below_the_median_and_a_tail_beyond_each_limit(found: Borrowing, model: str) -> None:
    density, summary = found.density(model, RATES), getattr(found, model)
    assert isinstance(summary, Posterior)
    assert density.shape == (4, RATES.size)
    # The grid misses the outermost 0.0005 on either side and the trapezoidal rule is of second order.
    assert_allclose(below(density, np.full(4, RATES[-1])), 1.0, atol=1e-3)
    assert_allclose(below(density, summary.median), 0.5, atol=1e-3)
    assert_allclose(below(density, summary.lower), 0.025, atol=1e-3)
    assert_allclose(below(density, summary.upper), 0.975, atol=1e-3)
    assert_allclose(density @ RATES * (RATES[1] - RATES[0]), summary.mean, atol=2e-3)


def test_the_prior_is_a_normal_distribution_of_the_logit(found: Borrowing) -> None:
    density = found.prior_density(RATES)
    cumulative = np.cumsum(density) * (RATES[1] - RATES[0])
    expected = special.ndtr(special.logit(RATES) / 1.5)
    assert_allclose(cumulative, expected, atol=1e-3)


def test_without_a_study_to_speak_of_the_posterior_is_the_prior_and_with_a_large_one_a_beta() -> None:
    tight = HalfNormal(0.001)
    prior = NormalPrior(0.3, 1.0)
    found = borrow([0, 400], [1, 1000], ["little", "much"], mean_prior=prior, within_prior=tight)
    little, much = found.density("alone", RATES)
    # One patient without the event tilts the prior by (1 - p).
    expected = found.prior_density(RATES) * (1 - RATES)
    expected /= expected.sum() * (RATES[1] - RATES[0])
    assert_allclose(little, expected, rtol=5e-3, atol=5e-3)
    # The likelihood of 400/1000 times the prior.
    height = special.xlogy(400, RATES) + special.xlog1py(600, -RATES)
    exact = np.exp(height - height.max()) * found.prior_density(RATES)
    exact /= exact.sum() * (RATES[1] - RATES[0])
    assert np.abs(much - exact).max() / exact.max() < 0.01


def test_the_rate_of_the_typical_trial_has_the_distribution_of_its_summary() -> None:
    fit = binomial_normal([8, 7, 4], [18, 7, 4])
    assert fit.typical_distribution.quantile(0.5) == pytest.approx(float(special.logit(fit.typical.median)), abs=2e-3)
    assert fit.typical_distribution.quantile(0.9) != pytest.approx(fit.mean_distribution.quantile(0.9), abs=0.01)


@pytest.mark.parametrize("rates", [[0.0, 0.5], [0.5, 1.0], [1.2], [float("nan")], [[0.2, 0.3]]])
def test_a_density_has_no_place_outside_0_and_1(found: Borrowing, rates: list[float]) -> None:
    with pytest.raises(StatisticsError, match="proportions"):
        found.density("partial", rates)
    with pytest.raises(StatisticsError, match="proportions"):
        found.prior_density(rates)


def test_an_unknown_model_names_the_three(found: Borrowing) -> None:
    with pytest.raises(UnknownTermError, match="partal") as raised:
        found.density("partal", RATES)
    assert "partial" in raised.value.hint


def test_the_densities_are_not_printed(found: Borrowing) -> None:
    assert "logits" not in str(found)
    assert "mean_prior" not in str(found)
