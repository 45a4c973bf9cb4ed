"""The Bayesian normal-normal model by quadrature: no simulation, no seed.

y_i ~ N(theta_i, v_i), theta_i ~ N(mu, tau^2). Given tau, mu and theta_i are normal; the posterior of tau has one
dimension, so each posterior is a mixture of normals over the quadrature nodes of tau (Röver 2020, J Stat Softw
93(6), section 2; Gelman et al. 2013, Bayesian Data Analysis, section 5.4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.stats import diagnosis
from mscevidence.stats.display import Row, Shown, posterior_rows
from mscevidence.stats.inputs import FloatArray, tail
from mscevidence.stats.mixtures import NormalMixture, Posterior
from mscevidence.stats.priors import HalfNormal, NormalPrior, TauPrior
from mscevidence.stats.single import single_analysis
from mscevidence.stats.tau_posterior import TauPosterior, integrate

DEFAULT_TAU_PRIOR = HalfNormal(0.5)
"""For log odds ratios and log risk ratios (Röver et al. 2021); take a larger scale for logits of single-arm rates."""


@dataclass(frozen=True, slots=True)
class BayesianPooling(Shown):
    """Posterior distributions of the normal-normal model.

    Attributes:
        mu: mean effect; `tau`: between-study standard deviation; `new`: true effect of a new study.
        studies: (k) shrunken true effects of the studies; shortest intervals are not calculated.
        tau_mode: highest point of the density of tau, NaN if it is constant.
        weights: (k) posterior mean of the weight of each study in mu; `prior_weight`: of the prior of mu.
        log_marginal_likelihood: NaN if the prior of mu is improper.
        mixture: posterior of mu; `new_mixture`: of a new study; `tau_distribution`: of tau.
        tau_prior, mu_prior: the priors (mu_prior None: flat); `level`: of the intervals; `k`: number of studies.
    """

    _lead = "weights"
    _hidden = ("tau_prior", "mu_prior")

    mu: Posterior
    tau: Posterior
    new: Posterior
    studies: Posterior
    tau_mode: float
    weights: FloatArray
    prior_weight: float
    log_marginal_likelihood: float
    mixture: NormalMixture
    new_mixture: NormalMixture
    tau_distribution: TauPosterior
    tau_prior: TauPrior
    mu_prior: NormalPrior | None
    level: float
    k: int

    def rows(self) -> list[Row]:
        """Return mean effect, tau and the effect in a new study."""
        return posterior_rows("posterior", mean=self.mu, tau=self.tau, new=self.new)

    def probability_above(self, value: float) -> float:
        """Return the posterior probability that mu exceeds `value`."""
        return float(1 - self.mixture.cdf(value))

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on priors and on what makes the result fragile."""
        flat = "flat" if self.mu_prior is None else str(self.mu_prior)
        few = "Fewer than 5 studies: the posterior of tau is mostly its prior; vary the prior."
        infinite = "The prior of tau is so heavy-tailed for so few studies that some standard deviations are infinite."
        return (
            f"Priors: tau {self.tau_prior}, mu {flat}.",
            *diagnosis.sentences([(self.k < 5, few), (not np.isfinite(self.tau.sd), infinite)]),
        )


@dataclass(frozen=True, slots=True)
class _Conditional:
    """Posterior of mu given tau at nodes (T): mean, variance, weights of studies (T, k) and of the prior (T)."""

    mean: FloatArray
    variance: FloatArray
    weights: FloatArray
    prior_weight: FloatArray
    log_likelihood: FloatArray


def bayesian_pooling(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    tau_prior: TauPrior = DEFAULT_TAU_PRIOR,
    mu_prior: NormalPrior | None = None,
    level: float = 0.95,
) -> BayesianPooling:
    """Return the posterior distributions of the normal-normal model.

    Args:
        yi: (k) effect sizes.
        vi: (k) sampling variances.
        mask: (k) boolean, True where a study is present.
        tau_prior: `HalfNormal(scale)`, `HalfCauchy(scale)` or `UniformTau(upper)`, on the scale of yi.
        mu_prior: `NormalPrior(mean, sd)`; by default flat.
        level: probability of the intervals.

    Raises:
        StatisticsError: no study, a value that is not finite, a variance that is not positive.
    """
    tail(level)
    y, v, _ = single_analysis(yi, vi, mask=mask)

    def log_density(tau: FloatArray) -> FloatArray:
        return tau_prior.log_density(tau) + _conditional(y, v, tau, mu_prior).log_likelihood

    tau = integrate(log_density, upper=tau_prior.upper, scale=tau_prior.scale)
    given = _conditional(y, v, tau.node, mu_prior)
    mu = NormalMixture(tau.weight, given.mean, np.sqrt(given.variance))
    new = NormalMixture(tau.weight, given.mean, np.sqrt(given.variance + tau.node**2))
    finite = _moments_below(tau_prior, y.size, proper=mu_prior is not None)
    return BayesianPooling(
        mu=_finite(mu.summary(level), finite if mu_prior is None else np.inf),
        tau=tau_summary(tau, level, finite),
        new=_finite(new.summary(level), finite),
        studies=_shrunken(y, v, tau, given).summary(level, shortest=False),
        tau_mode=tau.mode(),
        weights=tau.weight @ given.weights,
        prior_weight=float(tau.weight @ given.prior_weight),
        log_marginal_likelihood=np.nan if mu_prior is None else tau.log_constant,
        mixture=mu, new_mixture=new, tau_distribution=tau,
        tau_prior=tau_prior, mu_prior=mu_prior, level=level, k=y.size,
    )  # fmt: skip


def _conditional(y: FloatArray, v: FloatArray, tau: FloatArray, prior: NormalPrior | None) -> _Conditional:
    """Return the posterior of mu given each tau (T), and the log-likelihood of tau with mu integrated out.

    With a flat prior of mu the constant is that of the density 1 on the whole line.
    """
    variance = v + tau[:, np.newaxis] ** 2
    w = 1 / variance
    prior_w, prior_mean = (0.0, 0.0) if prior is None else (prior.sd**-2, prior.mean)
    total = w.sum(axis=-1) + prior_w
    mean = (w @ y + prior_w * prior_mean) / total
    residual = (w * (y - mean[:, np.newaxis]) ** 2).sum(axis=-1) + prior_w * (mean - prior_mean) ** 2
    known = y.size - (1 if prior is None else 0)
    constant = known * np.log(2 * np.pi) - (0.0 if prior is None else np.log(prior_w))
    height = -(constant + np.log(variance).sum(axis=-1) + np.log(total) + residual) / 2
    return _Conditional(mean, 1 / total, w / total[:, np.newaxis], prior_w / total, height)


def _shrunken(y: FloatArray, v: FloatArray, tau: TauPosterior, given: _Conditional) -> NormalMixture:
    """Return theta_i: weight B = v/(v + tau^2) on mu, 1 - B on y_i."""
    b = v[:, np.newaxis] / (v[:, np.newaxis] + tau.node**2)
    mean = (1 - b) * y[:, np.newaxis] + b * given.mean
    return NormalMixture(tau.weight, mean, np.sqrt((1 - b) * v[:, np.newaxis] + b**2 * given.variance))


def _moments_below(prior: TauPrior, k: int, *, proper: bool) -> float:
    """Return the power below which the moments of tau are finite: its density falls like tau^-(k - 1 or k) prior."""
    return k - (0 if proper else 1) + prior.tail_power - 1


def _finite(summary: Posterior, below: float) -> Posterior:
    """Return the summary with the moments that do not exist as NaN (mean) and infinity (sd)."""
    mean = summary.mean if below > 1 else np.asarray(np.nan)
    sd = summary.sd if below > 2 else np.asarray(np.inf)
    return Posterior(
        mean, sd, summary.median, summary.lower, summary.upper, summary.shortest_lower, summary.shortest_upper
    )


def tau_summary(tau: TauPosterior, level: float, moments_below: float = np.inf) -> Posterior:
    """Return the summary of tau; moments of an order not below `moments_below` are infinite."""
    mean = float(tau.weight @ tau.node)
    sd = float(np.sqrt(tau.weight @ (tau.node - mean) ** 2))
    alpha = (1 - level) / 2
    quantiles = tau.quantile(np.array([0.5, alpha, 1 - alpha]))
    values = (mean if moments_below > 1 else np.inf, sd if moments_below > 2 else np.inf, *quantiles)
    return Posterior(*(np.asarray(value) for value in (*values, *tau.shortest(level))))
