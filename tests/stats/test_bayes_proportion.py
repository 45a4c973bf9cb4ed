"""Bayesian models of proportions with the binomial likelihood."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import special

from mscevidence.errors import StatisticsError
from mscevidence.stats import (
    BetaPrior,
    HalfCauchy,
    HalfNormal,
    NormalPrior,
    UniformTau,
    bayesian_pooling,
    beta_binomial,
    binomial_normal,
)
from mscevidence.stats.beta_binomial_grid import Cells
from mscevidence.stats.grid_distribution import GridDistribution, cubic

X, N = np.array([8.0, 7, 4, 2, 0, 5]), np.array([18.0, 7, 4, 2, 3, 12])
MODELS = [binomial_normal, beta_binomial]


def by_brute_force(tau_max: float = 8.0) -> dict[str, float]:
    """Posterior moments of the binomial-normal model with its default priors on a plain product grid."""
    mu, tau = np.linspace(-7, 7, 141), np.linspace(0, tau_max, 161)[1:] - tau_max / 320
    z, w = np.polynomial.hermite_e.hermegauss(80)
    p = special.expit(mu[:, None, None] + tau[:, None] * z)
    height = -(mu[:, None] ** 2) / (2 * 1.5**2) - tau**2 / 2
    for x, n in zip(X, N, strict=True):
        height = height + np.log((p**x * (1 - p) ** (n - x)) @ (w / w.sum()))
    share = np.exp(height - height.max())
    share /= share.sum()
    mean = p @ (w / w.sum())
    return {
        "mean": float((share * mean).sum()),
        "square": float((share * mean**2).sum()),
        "tau": float((share * tau).sum()),
        "typical": float((share * special.expit(mu)[:, None]).sum()),
        "above": float(share[mean > 0.5 + 1e-9].sum() + share[np.abs(mean - 0.5) < 1e-9].sum() / 2),
    }


def test_the_posterior_is_that_of_a_plain_grid() -> None:
    found, wanted = binomial_normal(X, N), by_brute_force()
    got = [found.mean.mean, found.mean.sd, found.heterogeneity.mean, found.typical.mean, found.probability_above(0.5)]
    sd = np.sqrt(wanted["square"] - wanted["mean"] ** 2)
    want = [wanted["mean"], sd, wanted["tau"], wanted["typical"], wanted["above"]]
    assert_allclose(np.array(got, dtype=float), want, rtol=2e-3)
    assert_allclose(np.array(got[:4], dtype=float), want[:4], rtol=2e-4)


def test_the_beta_binomial_posterior_is_that_of_a_plain_grid() -> None:
    m, rho = (np.arange(400) + 0.5) / 400, (np.arange(400) + 0.5) / 400
    a, b = m * (1 / rho[:, None] - 1), (1 - m) * (1 / rho[:, None] - 1)
    height = 3 * np.log1p(-rho)[:, None] + sum(
        special.betaln(a + x, b + n - x) - special.betaln(a, b) for x, n in zip(X, N, strict=True)
    )
    share = np.exp(height - height.max())
    share /= share.sum()
    found = beta_binomial(X, N)
    assert_allclose(found.mean.mean, (share * m).sum(), rtol=1e-4)
    assert_allclose(found.heterogeneity.mean, (share * rho[:, None]).sum(), rtol=1e-4)
    rates = [(share * (a + x) / (a + b + n)).sum() for x, n in zip(X, N, strict=True)]
    assert_allclose(found.studies.mean, rates, rtol=2e-4)


@pytest.mark.parametrize("model", MODELS)
def test_the_next_trial_has_the_mean_of_the_trials(model: Any) -> None:
    found = model(X, N)
    assert_allclose(found.new.mean, found.mean.mean, atol=2e-5)
    counts = found.next_trial(7)
    assert_allclose(counts.sum(), 1.0)
    assert_allclose(counts @ np.arange(8) / 7, found.new.mean, atol=1e-3)
    assert float(found.new.lower) < float(found.mean.lower) < float(found.mean.upper) < float(found.new.upper)


@pytest.mark.parametrize("model", MODELS)
def test_studies_are_shrunken_towards_the_mean(model: Any) -> None:
    found = model(X, N)
    raw, shrunken, mean = X / N, np.asarray(found.studies.mean), float(found.mean.mean)
    assert (np.abs(shrunken - mean) < np.abs(raw - mean)).all()
    # Seven of seven says more than two of two.
    assert shrunken[1] > shrunken[3]


@pytest.mark.parametrize("model", MODELS)
def test_events_and_non_events_can_be_exchanged(model: Any) -> None:
    found, mirrored = model(X, N), model(N - X, N)
    assert_allclose(mirrored.mean.mean, 1 - found.mean.mean, atol=1e-5)
    assert_allclose(mirrored.mean.lower, 1 - found.mean.upper, atol=1e-5)
    assert_allclose(mirrored.heterogeneity.median, found.heterogeneity.median, rtol=1e-4)


@pytest.mark.parametrize("model", MODELS)
def test_no_event_anywhere_is_data(model: Any) -> None:
    found = model([0, 0, 0], [20, 15, 30])
    assert 0 < float(found.mean.lower) < float(found.mean.upper) < 0.3
    assert any("3 of 3 studies lie at the boundary" in note for note in found.notes)


def test_without_heterogeneity_the_trials_are_one_trial() -> None:
    found = binomial_normal(X, N, tau_prior=HalfNormal(1e-4), mu_prior=NormalPrior(0.0, 2.0))
    mu = np.linspace(-6, 6, 20001)
    height = X.sum() * mu - N.sum() * np.logaddexp(0, mu) - mu**2 / 8
    share = np.exp(height - height.max())
    assert_allclose(found.mean.mean, (share * special.expit(mu)).sum() / share.sum(), rtol=1e-5)
    assert_allclose(found.typical.mean, found.mean.mean, rtol=1e-6)
    beta = beta_binomial(X, N, rho_prior=BetaPrior(1.0, 1e6))
    assert_allclose(beta.mean.mean, (X.sum() + 1) / (N.sum() + 2), rtol=1e-4)


@pytest.mark.parametrize("prior", [HalfCauchy(0.5), UniformTau(4.0), HalfNormal(0.5)])
def test_any_prior_of_tau_and_large_trials(prior: Any) -> None:
    found = binomial_normal([400, 380, 450], [1000, 1000, 1000], tau_prior=prior)
    assert abs(float(found.mean.mean) - 0.41) < 0.03
    assert_allclose(found.studies.mean, [0.4, 0.38, 0.45], atol=0.01)
    assert "prior" in found.notes[1]


MILLIONS = ([420_000, 430_000, 400_000, 425_000], [1_000_000] * 4)


@pytest.mark.parametrize("trials", [MILLIONS, ([420_000], [1_000_000]), ([4_200, 4_300], [10_000, 10_000])])
def test_trials_of_very_many_patients_are_as_good_as_normal(trials: Any) -> None:
    x, n = (np.array(values, dtype=float) for values in trials)
    found = binomial_normal(x, n)
    normal = bayesian_pooling(
        special.logit(x / n), 1 / x + 1 / (n - x), tau_prior=HalfNormal(1.0), mu_prior=NormalPrior(0.0, 1.5)
    )
    for name in ("median", "lower", "upper"):
        assert_allclose(getattr(found.heterogeneity, name), getattr(normal.tau, name), rtol=2e-3)
        assert_allclose(getattr(found.typical, name), special.expit(getattr(normal.mu, name)), rtol=2e-4)
        assert_allclose(getattr(found.studies, name), special.expit(getattr(normal.studies, name)), rtol=2e-4)
        assert_allclose(getattr(found.new, name), special.expit(getattr(normal.new, name)), rtol=3e-3)


def test_a_grid_of_its_own_changes_nothing_for_a_study(monkeypatch: pytest.MonkeyPatch) -> None:
    x, n = [3, 40, 300, 0], [200, 90, 600, 50]
    shared = binomial_normal(x, n)
    monkeypatch.setattr("mscevidence.stats.binomial_integrals._RESOLUTION", 0.02)
    own = binomial_normal(x, n)
    for name in ("mean", "typical", "heterogeneity", "new", "studies"):
        one, other = getattr(shared, name), getattr(own, name)
        assert_allclose(other.mean, one.mean, rtol=2e-4)
        assert_allclose(other.lower, one.lower, rtol=2e-3)


def test_no_event_in_a_million_patients_is_data() -> None:
    found = binomial_normal([0, 8, 7], [1_000_000, 18, 9])
    assert 0 < float(found.studies.mean[0]) < 3e-6
    assert float(found.heterogeneity.median) > 2


def test_a_heavy_prior_and_few_trials_leave_tau_without_mean() -> None:
    found = binomial_normal([0], [3], tau_prior=HalfCauchy(0.5))
    assert np.isinf(found.heterogeneity.mean)
    assert 0.3 < float(found.heterogeneity.median) < 1
    assert_allclose(found.new.mean, found.mean.mean, atol=1e-4)


@pytest.mark.parametrize("model", MODELS)
def test_unusable_input_is_refused(model: Any) -> None:
    with pytest.raises(StatisticsError, match="events exceed n"):
        model([3], [2])
    with pytest.raises(StatisticsError, match="all are masked out"):
        model([3], [4], mask=[False])
    found = model([3], [4])
    with pytest.raises(StatisticsError, match="next trial must be at least 1"):
        found.next_trial(0)
    with pytest.raises(StatisticsError, match="between 0 and 1"):
        found.probability_above(40)


def test_a_grid_distribution_knows_the_normal_one() -> None:
    grid = np.linspace(-9, 9, 181)
    found = GridDistribution.of(grid, np.exp(-(grid**2) / 2))
    assert_allclose([found.quantile(p) for p in (0.025, 0.5, 0.8)], special.ndtri([0.025, 0.5, 0.8]), atol=1e-5)
    assert_allclose(found.cdf(np.array([-1.23, 0.456])), special.ndtr([-1.23, 0.456]), atol=2e-6)
    assert_allclose(cubic(np.array([0.3]), grid, grid**2), [0.09], atol=1e-9)


@pytest.mark.parametrize("model", MODELS)
def test_a_batch_with_a_mask_is_each_analysis_without_the_masked_trials(model: Any) -> None:
    mask = np.array([[[True] * 6], [[True, False, True, False, True, True]]])
    batch = model([X[::-1], X], [N[::-1], N], mask=mask)
    assert (batch.mean.mean.shape, batch.studies.mean.shape, batch.k.tolist()) == ((2, 2), (2, 2, 6), [[6, 6], [4, 4]])
    for index in np.ndindex(2, 2):
        here, turn = mask[index[0], 0], slice(None, None, 1 if index[1] else -1)
        one, same = model(X[turn][here], N[turn][here]), batch.at(index)
        for name in ("mean", "typical", "heterogeneity", "new", "studies"):
            for value in ("mean", "sd", "median", "lower", "upper"):
                assert_allclose(getattr(getattr(same, name), value), getattr(getattr(one, name), value), rtol=1e-12)
        assert_allclose(batch.studies.lower[index][here], one.studies.lower, rtol=1e-12)
        assert np.isnan(batch.studies.lower[index][~here]).all()
        assert_allclose(batch.probability_above(0.4)[index], one.probability_above(0.4), atol=1e-10)
        assert_allclose(batch.next_trial(5)[index], one.next_trial(5), atol=1e-10)
        assert_allclose(same.new_distribution.quantile(0.3), one.new_distribution.quantile(0.3), rtol=1e-10)
        assert_allclose(same.mean_distribution.cdf(np.array([0.2])), one.mean_distribution.cdf(np.array([0.2])))
    assert len(batch.rows()) == 16
    assert "(in 2 of 4 analyses)" in " ".join(batch.notes)
    masked = model(X, N, mask=mask[1, 0])
    assert_allclose(masked.studies.median, batch.studies.median[1, 1])


@pytest.mark.parametrize("model", MODELS)
def test_an_analysis_that_occurs_again_in_a_batch_is_calculated_once(
    model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, module = f"_{model.__name__}", sys.modules[model.__module__]
    analyse, seen = getattr(module, name), []

    def counted(x: Any, *rest: Any) -> Any:
        seen.append(x.tolist())
        return analyse(x, *rest)

    monkeypatch.setattr(module, name, counted)
    found = model([[1, 4, 2], [1, 4, 2], [4, 1, 2]], [9, 8, 7], mask=[[True] * 3, [True] * 3, [False, True, True]])
    assert seen == [[1, 4, 2], [1, 2]]
    assert found.mean.median[0] == found.mean.median[1] != found.mean.median[2]


BETA_TRIALS = [
    (X, N), ([0, 0, 0], [20, 15, 30]), ([3], [4]), MILLIONS, ([4_200, 4_300], [10_000, 10_000]),
    ([400, 380, 3, 0], [1000, 1000, 10, 5]), ([0, 8, 7], [1_000_000, 18, 9]),
]  # fmt: skip


@pytest.mark.parametrize(("events", "n"), BETA_TRIALS)
def test_quantiles_of_the_beta_binomial_model_are_those_of_its_mixture_of_beta_distributions(
    events: Any, n: Any
) -> None:
    x, size = (np.append(np.asarray(values, dtype=float), 0.0) for values in (events, n))
    found = beta_binomial(events, n)
    cells = Cells.of(x[:-1], size[:-1], BetaPrior(1, 1), BetaPrior(1, 4))
    for i in range(x.size):
        shown = found.new if i == x.size - 1 else found.studies.at((i,))
        for p, quantile in ((0.5, shown.median), (0.025, shown.lower), (0.975, shown.upper)):
            below = (cells.share * special.betainc(cells.a + x[i], cells.b + size[i] - x[i], quantile)).sum()
            assert_allclose(below, p, atol=2e-4)
        # Mean and standard deviation are sums over the cells; the density has the same ones.
        assert_allclose((cells.share * (cells.a + x[i]) / (cells.a + cells.b + size[i])).sum(), shown.mean, rtol=1e-5)
    density = found.new_distribution.density * (found.new_distribution.grid[1] - found.new_distribution.grid[0])
    assert_allclose(density @ found.new_proportion, found.new.mean, atol=2e-5)


def test_the_posterior_of_a_very_large_trial_is_as_good_as_normal() -> None:
    found = beta_binomial(*MILLIONS)
    x, n = np.array(MILLIONS[0]), 1e6
    se = np.sqrt(x / n * (1 - x / n) / n)
    # A standard error is 5e-4; the others pull by a hundredth of it.
    assert_allclose(found.studies.lower, x / n - 1.96 * se, atol=2e-5)
    assert_allclose(found.studies.upper, x / n + 1.96 * se, atol=2e-5)


def test_the_trials_may_be_left_out_without_changing_the_rest() -> None:
    events, n = [3, 8, 0, 12, 5], [9, 18, 4, 30, 6]
    whole, bare = beta_binomial(events, n), beta_binomial(events, n, of_trials=False)
    for name in ("mean", "heterogeneity", "new"):
        for number in ("mean", "sd", "median", "lower", "upper"):
            assert_allclose(getattr(getattr(bare, name), number), getattr(getattr(whole, name), number), rtol=1e-9)
    assert bare.studies.mean.shape == (0,)
    batch = beta_binomial([events] * 2, n, of_trials=False)
    assert np.isnan(batch.studies.mean).all()
    assert_allclose(batch.new.upper, np.full(2, float(whole.new.upper)), rtol=1e-9)
    assert bare.notes == whole.notes
