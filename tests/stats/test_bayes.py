"""The Bayesian normal-normal model, its priors and its quadrature."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import special

from mscevidence.errors import StatisticsError
from mscevidence.stats import BetaPrior, HalfCauchy, HalfNormal, NormalPrior, UniformTau, bayesian_pooling
from mscevidence.stats.mixtures import NormalMixture
from mscevidence.stats.priors import TauPrior
from mscevidence.stats.tau_posterior import integrate

Y = np.array([-0.4, 0.3, 0.9, 0.1])
V = np.array([0.1, 0.2, 0.15, 0.05])


@pytest.mark.parametrize("prior", [HalfNormal(0.7), HalfCauchy(0.7), UniformTau(2.0)])
def test_the_density_of_tau_is_normalised_and_its_quantiles_invert_it(prior: TauPrior) -> None:
    found = integrate(prior.log_density, upper=prior.upper, scale=prior.scale)
    assert_allclose(found.log_constant, 0.0, atol=1e-10)
    p = np.array([0.025, 0.5, 0.9])
    exact = {
        "HalfNormal": 0.7 * special.ndtri((1 + p) / 2),
        "HalfCauchy": 0.7 * np.tan(np.pi * p / 2),
        "UniformTau": 2 * p,
    }[type(prior).__name__]
    assert_allclose(found.quantile(p), exact, rtol=1e-10)


def test_a_density_concentrated_away_from_its_prior_is_still_integrated() -> None:
    found = integrate(lambda t: -(((t - 3.0) / 0.005) ** 2) / 2, upper=np.inf, scale=0.5)
    assert_allclose(found.log_constant, np.log(0.005 * np.sqrt(2 * np.pi)), rtol=1e-8)
    assert_allclose(found.quantile(np.array([0.975])), 3.0 + 0.005 * special.ndtri(0.975), rtol=1e-8)
    assert_allclose(found.mode(), 3.0, rtol=1e-6)
    low, high = found.shortest(0.95)
    assert_allclose([low, high], 3.0 + 0.005 * special.ndtri(0.975) * np.array([-1, 1]), rtol=1e-6)


def test_a_density_that_cannot_be_integrated_is_refused() -> None:
    with pytest.raises(StatisticsError, match="cannot be integrated"):
        integrate(lambda t: np.full_like(t, -np.inf), upper=np.inf, scale=1.0)


def test_the_posterior_is_that_of_a_fine_grid() -> None:
    found = bayesian_pooling(Y, V, tau_prior=HalfNormal(0.5), mu_prior=NormalPrior(0.0, 1.0))
    tau, mu = np.linspace(0, 4, 2001)[1:], np.linspace(-3, 3, 1201)
    variance = V + tau[:, None, None] ** 2
    height = -((Y - mu[:, None]) ** 2 / variance + np.log(2 * np.pi * variance)).sum(-1) / 2
    height = height + HalfNormal(0.5).log_density(tau)[:, None] + NormalPrior(0.0, 1.0).log_density(mu)
    density = np.exp(height)
    cell = (tau[1] - tau[0]) * (mu[1] - mu[0])
    assert_allclose(found.log_marginal_likelihood, np.log(density.sum() * cell), atol=2e-3)
    assert_allclose(found.mu.mean, (density * mu).sum() / density.sum(), atol=2e-3)
    assert_allclose(found.tau.mean, (density * tau[:, None]).sum() / density.sum(), atol=2e-3)
    assert_allclose(found.probability_above(0.0), density[:, mu > 0].sum() / density.sum(), atol=5e-3)
    assert_allclose(found.weights.sum() + found.prior_weight, 1.0)


def test_a_tiny_tau_prior_is_the_equal_effects_model() -> None:
    found = bayesian_pooling(Y, V, tau_prior=HalfNormal(1e-6))
    w = 1 / V
    assert_allclose([found.mu.mean, found.mu.sd], [(w * Y).sum() / w.sum(), w.sum() ** -0.5], rtol=1e-6)
    assert_allclose(found.studies.mean, np.full(4, found.mu.mean), rtol=1e-5)
    half = special.ndtri(0.975) * found.mu.sd
    assert_allclose([found.mu.lower, found.mu.shortest_lower], found.mu.mean - half, rtol=1e-5)


def test_shrinkage_lies_between_study_and_mean_and_masked_studies_do_not_count() -> None:
    found = bayesian_pooling([*Y, np.nan], [*V, 1.0], mask=[True] * 4 + [False])
    low, high = np.minimum(Y, found.mu.mean), np.maximum(Y, found.mu.mean)
    assert ((found.studies.mean[:4] >= low) & (found.studies.mean[:4] <= high)).all()
    assert np.isnan(found.studies.mean[4])
    assert found.k == 4
    assert found.weights[4] == 0
    assert any("half-normal(0.5)" in note for note in found.notes)
    assert any("mostly its prior" in note for note in found.notes)


@pytest.mark.parametrize("mu_prior", [None, NormalPrior(0.2, 1.0)])
@pytest.mark.parametrize("tau_prior", [HalfNormal(0.5), HalfCauchy(0.5), UniformTau(3.0)])
def test_a_batch_with_a_mask_is_its_analyses(tau_prior: TauPrior, mu_prior: NormalPrior | None) -> None:
    generator = np.random.default_rng(9)
    y, v = generator.normal(0.3, 0.7, (2, 3, 6)), generator.uniform(0.02, 0.4, (2, 3, 6))
    mask = generator.uniform(size=y.shape) < 0.8
    mask[..., 0] = True
    mask[0, 0, 1:] = False
    y[1, 2] = 5 * np.arange(6)
    y[~mask] = np.nan
    batch = bayesian_pooling(y, v, mask=mask, tau_prior=tau_prior, mu_prior=mu_prior)
    assert batch.mu.median.shape == (2, 3)
    for index in np.ndindex(2, 3):
        there = mask[index]
        one = bayesian_pooling(y[index][there], v[index][there], tau_prior=tau_prior, mu_prior=mu_prior)
        for part in ("mu", "tau", "new"):
            found, single = getattr(batch, part), getattr(one, part)
            for name in ("mean", "sd", "median", "lower", "upper", "shortest_lower", "shortest_upper"):
                where = f"{part} {name} of {index}"
                # Where a shortest interval ends is hardly determined: the density there changes slowly.
                # Moments of heavy tails are the least exact ones.
                close = 1e-6 if name.startswith("shortest") else 1e-8 if name in {"mean", "sd"} else 1e-10
                assert_allclose(
                    getattr(found, name)[index], getattr(single, name), rtol=close, atol=close, err_msg=where
                )
        assert_allclose(batch.weights[index][there], one.weights, rtol=1e-10)
        assert_allclose(batch.studies.upper[index][there], one.studies.upper, rtol=1e-10)
        assert_allclose(batch.probability_above(0.1)[index], one.probability_above(0.1), rtol=1e-10)
        assert_allclose(batch.log_marginal_likelihood[index], one.log_marginal_likelihood, rtol=1e-10)
    assert len(batch.rows()) == 18
    assert batch.rows()[4]["analysis"] == 2
    assert np.isnan(batch.studies.mean[~mask]).all()


def test_moments_that_do_not_exist_are_not_numbers() -> None:
    found = bayesian_pooling(Y[:1], V[:1], tau_prior=HalfCauchy(0.5))
    assert np.isnan(found.mu.mean)
    assert np.isinf([found.tau.mean, found.tau.sd, found.new.sd]).all()
    assert_allclose(found.tau.median, 0.5, rtol=1e-6)
    assert any("infinite" in note for note in found.notes)


def test_the_shortest_interval_of_two_separate_peaks_has_its_probability() -> None:
    mixture = NormalMixture(np.array([0.6, 0.4]), np.array([-3.0, 4.0]), np.array([0.5, 1.0]))
    for low, high in (mixture.shortest(0.9), mixture._shortest_by_halving(0.9)):
        assert_allclose(mixture.cdf(high) - mixture.cdf(low), 0.9, atol=1e-6)


def test_impossible_priors_are_refused() -> None:
    with pytest.raises(StatisticsError, match="half-normal prior must be positive"):
        HalfNormal(0)
    with pytest.raises(StatisticsError, match="beta prior must be positive"):
        BetaPrior(1, -1)
    with pytest.raises(StatisticsError, match="must be finite"):
        NormalPrior(np.inf, 1)
    with pytest.raises(StatisticsError, match="level must lie between"):
        bayesian_pooling(Y, V, level=95)
