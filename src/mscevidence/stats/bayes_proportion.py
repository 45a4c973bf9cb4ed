"""Bayesian models of single-arm proportions with the exact binomial likelihood, by deterministic quadrature.

`binomial_normal`: logits vary normally between trials (Smith, Spiegelhalter & Thomas 1995, Stat Med 14:2685; Günhan,
Röver & Friede 2020, Res Synth Methods 11:74 on weakly informative priors). `beta_binomial`: proportions vary by a beta
distribution with mean m and correlation rho between patients of a trial (Kleinman 1973, JASA 68:46). Zero events need
no correction. No simulation, no seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.beta_mixtures import mixtures
from mscevidence.stats.binomial_grid import JointPosterior, joint_posterior
from mscevidence.stats.binomial_integrals import Counts
from mscevidence.stats.display import Row, Shown, posterior_rows
from mscevidence.stats.grid_distribution import GridDistribution, Rows, cubic, posterior, posteriors, summary
from mscevidence.stats.inputs import FloatArray, aligned, at_least, counts, one_analysis, tail
from mscevidence.stats.mixtures import Posterior
from mscevidence.stats.priors import BetaPrior, HalfNormal, NormalPrior, TauPrior

DEFAULT_MU_PRIOR = NormalPrior(0.0, 1.5)
"""Nearly uniform between 0 and 100 % on the scale of the proportion."""
DEFAULT_TAU_PRIOR = HalfNormal(1.0)
"""Median 0.67: around a typical 50 %, most trials lie between 20 and 80 %."""
DEFAULT_MEAN_PRIOR = BetaPrior(1.0, 1.0)
DEFAULT_RHO_PRIOR = BetaPrior(1.0, 4.0)
"""Mean 0.2: proportions of trials around 50 % have a standard deviation of about 22 %."""


@dataclass(frozen=True, slots=True)
class BayesianProportion(Shown):
    """Posterior distributions on the scale of the proportion.

    Attributes:
        model: `binomial-normal` or `beta-binomial`.
        mean: the mean proportion over trials; typical: the proportion of the middle trial, expit(mu) (beta-binomial:
            the same as `mean`).
        heterogeneity: tau of the logits, or rho of the beta-binomial model.
        new: true proportion of the next trial.
        studies: (k) shrunken proportions of the trials.
        mean_distribution, typical_distribution: of logit(mean) and logit(typical); new_distribution: of the next trial,
            on the grid of its model.
        priors: as sentence; level: of the intervals; events, n: (k) data.
    """

    _lead = "events"

    model: str
    mean: Posterior
    typical: Posterior
    heterogeneity: Posterior
    new: Posterior
    studies: Posterior
    mean_distribution: GridDistribution
    typical_distribution: GridDistribution
    new_distribution: GridDistribution
    new_proportion: FloatArray
    priors: str
    level: float
    events: FloatArray
    n: FloatArray

    def rows(self) -> list[Row]:
        """Return mean and typical proportion, heterogeneity and the proportion of the next trial."""
        shown = {"mean": self.mean, "typical": self.typical, "heterogeneity": self.heterogeneity, "next": self.new}
        return posterior_rows("posterior", **shown)

    @property
    def k(self) -> int:
        """Number of trials."""
        return int(self.n.size)

    def probability_above(self, proportion: float) -> float:
        """Return the posterior probability that the mean proportion exceeds `proportion`."""
        if not 0 < proportion < 1:
            raise StatisticsError(f"a proportion lies between 0 and 1, got {proportion:g}")
        return float(1 - self.mean_distribution.cdf(np.array([special.logit(proportion)]))[0])

    def next_trial(self, n: int) -> FloatArray:
        """Return the probabilities of 0, 1, .. n events in the next trial with n patients."""
        n = at_least("the number of patients of the next trial", n, 1)
        j = np.arange(n + 1.0)
        p = np.clip(self.new_proportion, 1e-300, 1 - 1e-16)[:, np.newaxis]
        constant = special.gammaln(n + 1) - special.gammaln(j + 1) - special.gammaln(n - j + 1)
        share = np.exp(constant + special.xlogy(j, p) + special.xlog1py(n - j, -p))
        width = self.new_distribution.grid[1] - self.new_distribution.grid[0]
        result: FloatArray = (self.new_distribution.density * width) @ share
        result /= result.sum()
        return result

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on priors and on what makes the result fragile."""
        present = np.ones(self.n.shape, dtype=np.bool_)
        few = "Fewer than 5 trials: the heterogeneity is mostly what its prior says; vary the prior."
        findings = [(self.k < 5, few), *diagnosis.boundary_studies(self.events, self.n, present)]
        findings += diagnosis.uninformative(self.mean.lower, self.mean.upper)
        return (f"Priors: {self.priors}.", *diagnosis.sentences(findings))


def binomial_normal(
    events: ArrayLike,
    n: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    mu_prior: NormalPrior = DEFAULT_MU_PRIOR,
    tau_prior: TauPrior = DEFAULT_TAU_PRIOR,
    level: float = 0.95,
) -> BayesianProportion:
    """Return the posterior of the binomial-normal model, of one analysis.

    The grids of every analysis lie where its own posterior is, so a batch would share nothing and save nothing: call it
    once per analysis.

    Args:
        events: (k) patients with the event.
        n: (k) patients.
        mask: (k) boolean, True where a trial is present.
        mu_prior: of the mean logit, by default N(0, 1.5^2).
        tau_prior: of the standard deviation of the logits between trials, by default half-normal with scale 1.
        level: probability of the intervals.

    Raises:
        StatisticsError: events > n, n < 1, negative or fractional counts, no trial, leading axes.
    """
    tail(level)
    x, size = _checked(events, n, mask)
    # The last "trial" has no patients: its posterior is that of a new one.
    found = joint_posterior(Counts(np.append(x, 0.0), np.append(size, 0.0), mu_prior, tau_prior))
    trials = [GridDistribution.of(grid, height) for grid, height in found.studies]

    def rate(s: FloatArray) -> FloatArray:
        return np.asarray(special.expit(np.sinh(s)))

    typical, mean = (Rows.of(found.mu, found.cell, at) for at in (found.mu, special.logit(found.rate)))
    # Every trial with events and non-events makes the likelihood fall like 1/tau; the others hold it up.
    finite = tau_prior.tail_power - 1 + ((x > 0) & (x < size)).sum()
    tau = _tau_posterior(found, level, finite)
    return BayesianProportion(
        model="binomial-normal",
        mean=posterior(_rate_summary(mean, found.cell, found.rate, level)),
        typical=posterior(_rate_summary(typical, found.cell, special.expit(found.mu), level)),
        heterogeneity=tau,
        new=posterior(summary(trials[-1], rate, level)),
        studies=posteriors([summary(trial, rate, level) for trial in trials[:-1]]),
        mean_distribution=mean.distribution(), typical_distribution=typical.distribution(),
        new_distribution=trials[-1], new_proportion=rate(trials[-1].grid),
        priors=f"mean logit {mu_prior}, tau {tau_prior}", level=level, events=x, n=size,
    )  # fmt: skip


def beta_binomial(
    events: ArrayLike,
    n: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    mean_prior: BetaPrior = DEFAULT_MEAN_PRIOR,
    rho_prior: BetaPrior = DEFAULT_RHO_PRIOR,
    level: float = 0.95,
) -> BayesianProportion:
    """Return the posterior of the beta-binomial model, of one analysis.

    As with `binomial_normal` every analysis has grids of its own: call it once per analysis.

    Args:
        events: (k) patients with the event.
        n: (k) patients.
        mask: (k) boolean, True where a trial is present.
        mean_prior: of the mean proportion, by default uniform.
        rho_prior: of the correlation between patients of a trial, by default Beta(1, 4).
        level: probability of the intervals.

    Raises:
        StatisticsError: events > n, n < 1, negative or fractional counts, no trial, leading axes.
    """
    tail(level)
    x, size = _checked(events, n, mask)
    cells = _beta_cells(x, size, mean_prior, rho_prior)
    m = GridDistribution.of(cells["u"], cells["share"].sum(axis=0))
    rho = GridDistribution.of(cells["r"], cells["share"].sum(axis=1))
    grid = np.linspace(-45.0, 45.0, 1801)
    trials = _beta_trials(np.append(x, 0.0), np.append(size, 0.0), cells, grid, level)
    mean = posterior(summary(m, special.expit, level))
    return BayesianProportion(
        model="beta-binomial", mean=mean, typical=mean,
        heterogeneity=posterior(summary(rho, special.expit, level)),
        new=posterior(trials[-1][1]), studies=posteriors([shown for _, shown in trials[:-1]]),
        mean_distribution=m, typical_distribution=m, new_distribution=trials[-1][0],
        new_proportion=np.asarray(special.expit(grid)),
        priors=f"mean {mean_prior}, rho {rho_prior}", level=level, events=x, n=size,
    )  # fmt: skip


def _checked(events: ArrayLike, n: ArrayLike, mask: ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    columns, present = aligned(mask, events=events, n=n)
    one_analysis(present, "this model")
    counts(columns["events"], columns["n"], present)
    if not present.any():
        raise StatisticsError("no trial is left: all are masked out", hint="an analysis needs at least one trial")
    return columns["events"][present], columns["n"][present]


def _rate_summary(rows: Rows, cell: FloatArray, rate: FloatArray, level: float) -> tuple[float, ...]:
    """Return the summary of a proportion; mean and standard deviation from the cells."""
    mean = float((cell * rate).sum())
    sd = float(np.sqrt((cell * (rate - mean) ** 2).sum()))
    alpha = (1 - level) / 2
    quantiles = special.expit(rows.quantiles(np.array([0.5, alpha, 1 - alpha])))
    return (mean, sd, *(float(value) for value in quantiles))


def _tau_posterior(found: JointPosterior, level: float, moments_below: float) -> Posterior:
    """Return the summary of tau; quantiles on the scale of log tau, on which the nodes lie densely."""
    tau, weight = found.tau, found.tau_weight
    share = found.cell.sum(axis=1)
    mean = float(share @ tau)
    sd = float(np.sqrt(share @ (tau - mean) ** 2))
    mean, sd = mean if moments_below > 1 else np.inf, sd if moments_below > 2 else np.inf
    grid = np.linspace(np.log(tau[0]), np.log(tau[-1]), 2001)
    with np.errstate(divide="ignore"):
        height = np.log(share / weight * tau)
    smooth = cubic(grid, np.log(tau), np.maximum(height, -700.0))
    distribution = GridDistribution.of(grid, np.exp(smooth - smooth.max()))
    alpha = (1 - level) / 2
    return posterior((mean, sd, *(float(np.exp(distribution.quantile(p))) for p in (0.5, alpha, 1 - alpha))))


def _beta_cells(x: FloatArray, n: FloatArray, mean_prior: BetaPrior, rho_prior: BetaPrior) -> dict[str, Any]:
    """Return the posterior of (logit m, logit rho) on a grid (R, M) that zooms in on it."""
    u, r = np.array([-40.0, 40.0]), np.array([-25.0, 25.0])
    for points in (41, 41, 41, 81, 121):
        u, r = np.linspace(u[0], u[-1], points), np.linspace(r[0], r[-1], points)
        m, rho = special.expit(u), special.expit(r)
        total = 1 / rho - 1
        a, b = m * total[:, np.newaxis], special.expit(-u) * total[:, np.newaxis]
        height = _log_beta_binomial(x, n, a, b)
        height = height + mean_prior.log_density(np.clip(m, 1e-300, 1 - 1e-16)) + np.log(m) + np.log(special.expit(-u))
        height += (rho_prior.log_density(np.clip(rho, 0, 1 - 1e-16)) + np.log(rho) + np.log(special.expit(-r)))[:, None]
        inside = height > height.max() - 30
        rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
        share = np.exp(height - height.max())
        final = {"u": u, "r": r, "share": share / share.sum(), "a": a, "b": b}
        u = u[[max(columns[0] - 1, 0), min(columns[-1] + 1, points - 1)]]
        r = r[[max(rows[0] - 1, 0), min(rows[-1] + 1, points - 1)]]
    return final


def _log_beta_binomial(x: FloatArray, n: FloatArray, a: FloatArray, b: FloatArray) -> FloatArray:
    """Return sum_i log B(a + x_i, b + n_i - x_i)/B(a, b) as sums of logarithms, exact for tiny a too."""
    result = np.zeros_like(a)
    for events, size in zip(x, n, strict=True):
        result += special.gammaln(a + events) - special.gammaln(a) if events else 0.0
        result += special.gammaln(b + size - events) - special.gammaln(b) if size > events else 0.0
        result -= special.gammaln(a + b + size) - special.gammaln(a + b)
    return result


def _beta_trials(
    x: FloatArray, n: FloatArray, cells: dict[str, Any], grid: FloatArray, level: float
) -> list[tuple[GridDistribution, tuple[float, ...]]]:
    """Return the posterior of the logit of each trial's proportion and its summary.

    It is a mixture of Beta(a + x, b + n - x) over the cells.

    Mean and standard deviation are exact, because much of a beta distribution can lie beyond any grid.
    """
    kept = cells["share"].ravel() > 1e-7
    share = cells["share"].ravel()[kept]
    a, b = cells["a"].ravel()[kept], cells["b"].ravel()[kept]
    found = []
    for events, size, height in zip(x, n, mixtures(x, n, share, a, b, grid), strict=True):
        a_post, b_post = a + events, b + size - events
        distribution = GridDistribution.of(grid, height)
        total = a_post + b_post
        mean = float(share @ (a_post / total) / share.sum())
        square = float(share @ (a_post * (a_post + 1) / (total * (total + 1))) / share.sum())
        shown = summary(distribution, special.expit, level)
        found.append((distribution, (mean, float(np.sqrt(max(square - mean**2, 0.0))), *shown[2:])))
    return found
