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
from mscevidence.stats.inputs import FloatArray, IntArray, plain, tail
from mscevidence.stats.mixtures import NormalMixture, Posterior
from mscevidence.stats.priors import HalfNormal, NormalPrior, TauPrior
from mscevidence.stats.studies import Studies, inner
from mscevidence.stats.tau_posterior import TauPosterior, integrate

DEFAULT_TAU_PRIOR = HalfNormal(0.5)
"""For log odds ratios and log risk ratios (Röver et al. 2021); take a larger scale for logits of single-arm rates."""


@dataclass(frozen=True, slots=True)
class BayesianPooling(Shown):
    """Posterior distributions of the normal-normal model, of one analysis or of a batch (...).

    Attributes:
        mu: mean effect; `tau`: between-study standard deviation; `new`: true effect of a new study.
        studies: (..., k) shrunken true effects of the studies, NaN for absent ones; shortest intervals are not
            calculated.
        tau_mode: highest point of the density of tau, NaN if it is constant.
        weights: (..., k) posterior mean of the weight of each study in mu, 0 for absent ones; `prior_weight`: of the
            prior of mu.
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
    tau_mode: FloatArray
    weights: FloatArray
    prior_weight: FloatArray
    log_marginal_likelihood: FloatArray
    mixture: NormalMixture
    new_mixture: NormalMixture
    tau_distribution: TauPosterior
    tau_prior: TauPrior
    mu_prior: NormalPrior | None
    level: float
    k: IntArray

    def rows(self) -> list[Row]:
        """Return mean effect, tau and the effect in a new study; of a batch for each analysis."""
        shown = {"mean": self.mu, "tau": self.tau, "new": self.new}
        if self.weights.ndim == 1:
            return posterior_rows("posterior", **shown)
        return [
            {"analysis": number + 1, **row}
            for number, index in enumerate(np.ndindex(self.weights.shape[:-1]))
            for row in posterior_rows("posterior", **{name: one.at(index) for name, one in shown.items()})
        ]

    def probability_above(self, value: float) -> FloatArray:
        """Return the posterior probability that mu exceeds `value`."""
        return plain(1 - self.mixture.cdf(value))  # type: ignore[no-any-return]

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on priors and on what makes the result fragile."""
        flat = "flat" if self.mu_prior is None else str(self.mu_prior)
        few = "Fewer than 5 studies: the posterior of tau is mostly its prior; vary the prior."
        infinite = "The prior of tau is so heavy-tailed for so few studies that some standard deviations are infinite."
        return (
            f"Priors: tau {self.tau_prior}, mu {flat}.",
            *diagnosis.sentences(
                [*diagnosis.prior_alone(self.k), (np.asarray(self.k) < 5, few), (~np.isfinite(self.tau.sd), infinite)]
            ),
        )


@dataclass(frozen=True, slots=True)
class _Conditional:
    """Posterior of mu given tau (..., T): mean, variance, weights of studies (..., T, k) and of the prior."""

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
        yi: (..., k) effect sizes.
        vi: (..., k) sampling variances.
        mask: (..., k) boolean, True where a study is present.
        tau_prior: `HalfNormal(scale)`, `HalfCauchy(scale)` or `UniformTau(upper)`, on the scale of yi.
        mu_prior: `NormalPrior(mean, sd)`; by default flat.
        level: probability of the intervals.

    Raises:
        StatisticsError: no study (in a batch: with a flat prior), a value that is not finite, a variance that is not
            positive.
    """
    tail(level)
    # Without a study the posterior is the prior, and a flat one is no distribution.
    studies = Studies.of(yi, vi, mask, gaps=mu_prior is not None)

    def log_density(tau: FloatArray) -> FloatArray:
        return tau_prior.log_density(tau) + _conditional(studies, tau, mu_prior).log_likelihood

    tau = integrate(log_density, upper=tau_prior.upper, scale=tau_prior.scale)
    given = _conditional(studies, tau.node, mu_prior)
    mu = NormalMixture(tau.weight, given.mean, np.sqrt(given.variance))
    new = NormalMixture(tau.weight, given.mean, np.sqrt(given.variance + tau.node**2))
    finite = _moments_below(tau_prior, studies.k, proper=mu_prior is not None)
    nothing = np.full_like(studies.k, np.nan)
    return BayesianPooling(
        mu=_finite(mu.summary(level), finite if mu_prior is None else np.full_like(finite, np.inf)),
        tau=tau_summary(tau, level, finite),
        new=_finite(new.summary(level), finite),
        studies=_shrunken(studies, tau, given).summary(level, shortest=False).where(studies.present),
        tau_mode=plain(tau.mode()),
        weights=np.einsum("...j,...jk->...k", tau.weight, given.weights),
        prior_weight=plain(inner(tau.weight, given.prior_weight)),
        log_marginal_likelihood=plain(nothing if mu_prior is None else tau.log_constant),
        mixture=mu, new_mixture=new, tau_distribution=tau,
        tau_prior=tau_prior, mu_prior=mu_prior, level=level, k=plain(studies.k.astype(np.int64)),
    )  # fmt: skip


def _conditional(studies: Studies, tau: FloatArray, prior: NormalPrior | None) -> _Conditional:
    """Return the posterior of mu given each tau (T) or (..., T), and the log-likelihood with mu integrated out.

    With a flat prior of mu the constant is that of the density 1 on the whole line.
    """
    y, one = studies.y[..., np.newaxis, :], studies.one[..., np.newaxis, :]
    variance = studies.v[..., np.newaxis, :] + tau[..., np.newaxis] ** 2
    w = one / variance
    prior_w, prior_mean = (0.0, 0.0) if prior is None else (prior.sd**-2, prior.mean)
    total = w.sum(axis=-1) + prior_w
    mean = (inner(w, y) + prior_w * prior_mean) / total
    residual = inner(w, (y - mean[..., np.newaxis]) ** 2) + prior_w * (mean - prior_mean) ** 2
    known = studies.k[..., np.newaxis] - (1 if prior is None else 0)
    constant = known * np.log(2 * np.pi) - (0.0 if prior is None else np.log(prior_w))
    height = -(constant + inner(one, np.log(variance)) + np.log(total) + residual) / 2
    return _Conditional(mean, 1 / total, w / total[..., np.newaxis], prior_w / total, height)


def _shrunken(studies: Studies, tau: TauPosterior, given: _Conditional) -> NormalMixture:
    """Return theta_i: weight B = v/(v + tau^2) on mu, 1 - B on y_i."""
    y, v = studies.y[..., np.newaxis], studies.v[..., np.newaxis]
    b = v / (v + tau.node**2)
    mean = (1 - b) * y + b * given.mean[..., np.newaxis, :]
    sd = np.sqrt((1 - b) * v + b**2 * given.variance[..., np.newaxis, :])
    return NormalMixture(tau.weight[..., np.newaxis, :], mean, sd)


def _moments_below(prior: TauPrior, k: FloatArray, *, proper: bool) -> FloatArray:
    """Return the power below which the moments of tau are finite: its density falls like tau^-(k - 1 or k) prior."""
    result: FloatArray = k - (0 if proper else 1) + prior.tail_power - 1
    return result


def _finite(summary: Posterior, below: FloatArray) -> Posterior:
    """Return the summary with the moments that do not exist as NaN (mean) and infinity (sd)."""
    mean, sd = np.where(below > 1, summary.mean, np.nan), np.where(below > 2, summary.sd, np.inf)
    return Posterior(
        plain(mean),
        plain(sd),
        summary.median,
        summary.lower,
        summary.upper,
        summary.shortest_lower,
        summary.shortest_upper,
    )


def tau_summary(tau: TauPosterior, level: float, moments_below: FloatArray) -> Posterior:
    """Return the summary of tau; moments of an order not below `moments_below` are infinite."""
    mean = inner(tau.weight, tau.node)
    sd = np.sqrt(inner(tau.weight, (tau.node - mean[..., np.newaxis]) ** 2))
    alpha = (1 - level) / 2
    quantiles = np.moveaxis(tau.quantile(np.array([0.5, alpha, 1 - alpha])), -1, 0)
    moments = np.where(moments_below > 1, mean, np.inf), np.where(moments_below > 2, sd, np.inf)
    return Posterior(*(plain(value) for value in (*moments, *quantiles, *tau.shortest(level))))
