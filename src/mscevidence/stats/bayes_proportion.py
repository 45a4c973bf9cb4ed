"""Bayesian models of single-arm proportions with the exact binomial likelihood, by deterministic quadrature.

`binomial_normal`: logits vary normally between trials (Smith, Spiegelhalter & Thomas 1995, Stat Med 14:2685; Günhan,
Röver & Friede 2020, Res Synth Methods 11:74 on weakly informative priors). `beta_binomial`: proportions vary by a beta
distribution with mean m and correlation rho between patients of a trial (Kleinman 1973, JASA 68:46). Zero events need
no correction. No simulation, no seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.beta_binomial_grid import Cells, trial_posteriors
from mscevidence.stats.binomial_grid import joint_posterior, rate_summary, tau_posterior
from mscevidence.stats.binomial_integrals import Counts
from mscevidence.stats.display import Row, Shown, posterior_rows
from mscevidence.stats.grid_distribution import GridDistribution, Rows, posterior, posteriors, summary
from mscevidence.stats.inputs import FloatArray, IntArray, aligned, at_least, counts, plain, tail
from mscevidence.stats.mixtures import Posterior
from mscevidence.stats.priors import BetaPrior, HalfNormal, NormalPrior, TauPrior
from mscevidence.stats.proportion_batch import distributions, padded, placed, spread, stacked

DEFAULT_MU_PRIOR = NormalPrior(0.0, 1.5)
"""Nearly uniform between 0 and 100 % on the scale of the proportion."""
DEFAULT_TAU_PRIOR = HalfNormal(1.0)
"""Median 0.67: around a typical 50 %, most trials lie between 20 and 80 %."""
DEFAULT_MEAN_PRIOR = BetaPrior(1.0, 1.0)
DEFAULT_RHO_PRIOR = BetaPrior(1.0, 4.0)
"""Mean 0.2: proportions of trials around 50 % have a standard deviation of about 22 %."""


@dataclass(frozen=True, slots=True)
class BayesianProportion(Shown):
    """Posterior distributions on the scale of the proportion, of one analysis or of a batch.

    Every field has the leading shape (...) of the input in front; for a single analysis it is empty. `at` returns one
    analysis of a batch.

    Attributes:
        model: `binomial-normal` or `beta-binomial`.
        mean: the mean proportion over trials; typical: the proportion of the middle trial, expit(mu) (beta-binomial:
            the same as `mean`).
        heterogeneity: tau of the logits, or rho of the beta-binomial model.
        new: true proportion of the next trial.
        studies: (..., k) shrunken proportions of the trials, NaN for absent ones.
        mean_distribution, typical_distribution: of logit(mean) and logit(typical); new_distribution: of the next trial,
            on the grid of its model.
        priors: as sentence; level: of the intervals; events, n: (..., k) data, NaN for absent trials.
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
        """Return mean and typical proportion, heterogeneity and the proportion of the next trial of each analysis."""
        if self._batch() == ():
            shown = {"mean": self.mean, "typical": self.typical, "heterogeneity": self.heterogeneity, "next": self.new}
            return posterior_rows("posterior", **shown)
        analyses = enumerate(np.ndindex(self._batch()), start=1)
        return [{"analysis": number} | row for number, index in analyses for row in self.at(index).rows()]

    def _batch(self) -> tuple[int, ...]:
        return np.shape(self.mean.mean)

    def at(self, index: int | tuple[int, ...]) -> BayesianProportion:
        """Return one analysis of a batch, with its own trials only."""
        place = index if isinstance(index, tuple) else (index,)
        here = np.isfinite(self.n[place])
        mean, typical, new = (
            GridDistribution(one.grid[place], one.density[place], one.cumulative[place])
            for one in (self.mean_distribution, self.typical_distribution, self.new_distribution)
        )
        return BayesianProportion(
            model=self.model, mean=self.mean.at(place), typical=self.typical.at(place),
            heterogeneity=self.heterogeneity.at(place), new=self.new.at(place),
            studies=self.studies.at(place).at((here,)),
            mean_distribution=mean, typical_distribution=typical, new_distribution=new,
            new_proportion=self.new_proportion[place], priors=self.priors, level=self.level,
            events=self.events[place][here], n=self.n[place][here],
        )  # fmt: skip

    @property
    def k(self) -> IntArray:
        """Number of trials."""
        return plain(np.isfinite(self.n).sum(axis=-1))  # type: ignore[no-any-return]

    def probability_above(self, proportion: float) -> FloatArray:
        """Return the posterior probability that the mean proportion exceeds `proportion`."""
        if not 0 < proportion < 1:
            raise StatisticsError(f"a proportion lies between 0 and 1, got {proportion:g}")
        at = np.array([special.logit(proportion)])
        analyses = [self] if self._batch() == () else [self.at(index) for index in np.ndindex(self._batch())]
        above = [1 - one.mean_distribution.cdf(at)[0] for one in analyses]
        return plain(np.reshape(above, self._batch()))  # type: ignore[no-any-return]

    def next_trial(self, n: int) -> FloatArray:
        """Return the probabilities (..., n + 1) of 0, 1, .. n events in the next trial with n patients."""
        n = at_least("the number of patients of the next trial", n, 1)
        j = np.arange(n + 1.0)
        p = np.clip(self.new_proportion, 1e-300, 1 - 1e-16)[..., np.newaxis]
        constant = special.gammaln(n + 1) - special.gammaln(j + 1) - special.gammaln(n - j + 1)
        share = np.exp(constant + special.xlogy(j, p) + special.xlog1py(n - j, -p))
        result: FloatArray = np.einsum("...g,...gj->...j", self.new_distribution.density, share)
        result /= result.sum(axis=-1, keepdims=True)
        return result

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on priors and on what makes the result fragile."""
        few = "Fewer than 5 trials: the heterogeneity is mostly what its prior says; vary the prior."
        findings = [*diagnosis.prior_alone(self.k), (np.asarray(self.k) < 5, few)]
        findings += diagnosis.boundary_studies(self.events, self.n, np.isfinite(self.n))
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
    """Return the posterior of the binomial-normal model, of each analysis.

    The grids of every analysis lie where its own posterior is: a batch is convenient, but takes as long as its analyses
    do one by one; those with the same trials are calculated once.

    Args:
        events: (..., k) patients with the event.
        n: (..., k) patients.
        mask: (..., k) boolean, True where a trial is present.
        mu_prior: of the mean logit, by default N(0, 1.5^2).
        tau_prior: of the standard deviation of the logits between trials, by default half-normal with scale 1.
        level: probability of the intervals.

    Raises:
        StatisticsError: events > n, n < 1, negative or fractional counts, no trial in any analysis.
    """
    tail(level)
    return _each(lambda x, size: _binomial_normal(x, size, mu_prior, tau_prior, level), events, n, mask)


def _binomial_normal(
    x: FloatArray, size: FloatArray, mu_prior: NormalPrior, tau_prior: TauPrior, level: float
) -> BayesianProportion:
    # The last "trial" has no patients: its posterior is that of a new one.
    found = joint_posterior(Counts(np.append(x, 0.0), np.append(size, 0.0), mu_prior, tau_prior))
    trials = [GridDistribution.of(grid, height) for grid, height in found.studies]

    def rate(s: FloatArray) -> FloatArray:
        return np.asarray(special.expit(np.sinh(s)))

    typical, mean = (Rows.of(found.mu, found.cell, at) for at in (found.mu, special.logit(found.rate)))
    # Every trial with events and non-events makes the likelihood fall like 1/tau; the others hold it up.
    finite = tau_prior.tail_power - 1 + ((x > 0) & (x < size)).sum()
    tau = tau_posterior(found, level, finite)
    return BayesianProportion(
        model="binomial-normal",
        mean=posterior(rate_summary(mean, found.cell, found.rate, level)),
        typical=posterior(rate_summary(typical, found.cell, special.expit(found.mu), level)),
        heterogeneity=tau,
        new=posterior(summary(trials[-1], rate, level)),
        studies=posteriors([summary(trial, rate, level) for trial in trials[:-1]]),
        mean_distribution=mean.distribution(), typical_distribution=typical.distribution(),
        new_distribution=trials[-1], new_proportion=rate(trials[-1].grid),
        priors=f"mean logit {mu_prior}, tau {tau_prior}", level=level, events=x, n=size,
    )  # fmt: skip


def typical_rate(
    x: FloatArray, size: FloatArray, mu_prior: NormalPrior, tau_prior: TauPrior, level: float
) -> tuple[tuple[float, ...], GridDistribution]:
    """Return the summary of the typical proportion of checked trials as in `binomial_normal`, and that of its logit."""
    found = joint_posterior(Counts(np.append(x, 0.0), np.append(size, 0.0), mu_prior, tau_prior), studies=False)
    typical = Rows.of(found.mu, found.cell, found.mu)
    return rate_summary(typical, found.cell, special.expit(found.mu), level), typical.distribution()


def beta_binomial(
    events: ArrayLike,
    n: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    mean_prior: BetaPrior = DEFAULT_MEAN_PRIOR,
    rho_prior: BetaPrior = DEFAULT_RHO_PRIOR,
    level: float = 0.95,
    of_trials: bool = True,
) -> BayesianProportion:
    """Return the posterior of the beta-binomial model, of each analysis.

    As with `binomial_normal` every analysis has grids of its own.

    Args:
        events: (..., k) patients with the event.
        n: (..., k) patients.
        mask: (..., k) boolean, True where a trial is present.
        mean_prior: of the mean proportion, by default uniform.
        rho_prior: of the correlation between patients of a trial, by default Beta(1, 4).
        level: probability of the intervals.
        of_trials: also the posteriors of the trials themselves, which are most of the work; of a single analysis they
            may be left out, and `studies` is then empty.

    Raises:
        StatisticsError: events > n, n < 1, negative or fractional counts, no trial in any analysis.
    """
    tail(level)
    return _each(lambda x, size: _beta_binomial(x, size, (mean_prior, rho_prior), level, of_trials), events, n, mask)


def _beta_binomial(
    x: FloatArray, size: FloatArray, priors: tuple[BetaPrior, BetaPrior], level: float, of_trials: bool
) -> BayesianProportion:
    mean_prior, rho_prior = priors
    cells = Cells.of(x, size, mean_prior, rho_prior)
    m, rho = (GridDistribution.of(grid, cells.share.sum(axis=axis)) for axis, grid in ((0, cells.u), (1, cells.r)))
    # The last "trial" has no patients: its posterior is that of a new one.
    asked = slice(None) if of_trials else slice(0, 0)
    *trials, new = trial_posteriors(cells, np.append(x[asked], 0.0), np.append(size[asked], 0.0))
    mean = posterior(summary(m, special.expit, level))
    return BayesianProportion(
        model="beta-binomial", mean=mean, typical=mean,
        heterogeneity=posterior(summary(rho, special.expit, level)),
        new=posterior(new.summary(level)), studies=posteriors([trial.summary(level) for trial in trials]),
        mean_distribution=m, typical_distribution=m, new_distribution=new.distribution, new_proportion=new.proportion,
        priors=f"mean {mean_prior}, rho {rho_prior}", level=level, events=x, n=size,
    )  # fmt: skip


Analyse = Callable[[FloatArray, FloatArray], BayesianProportion]


def _each(analyse: Analyse, events: ArrayLike, n: ArrayLike, mask: ArrayLike | None) -> BayesianProportion:
    """Return the result of one analysis, or those of a batch as one."""
    columns, present = aligned(mask, events=events, n=n)
    x, size = columns["events"], columns["n"]
    counts(x, size, present)
    if not present.any():
        raise StatisticsError("no trial is left: all are masked out", hint="an analysis needs at least one trial")
    lead = present.shape[:-1]
    known: dict[bytes, BayesianProportion] = {}
    found = []
    for index in np.ndindex(lead):
        own = np.stack([x[index][present[index]], size[index][present[index]]])
        # The same trials are the same analysis: what is simulated or drawn again often is.
        if (key := own.tobytes()) not in known:
            known[key] = analyse(*own)
        found.append(known[key])
    if lead == () and present.all():
        return found[0]
    return BayesianProportion(
        model=found[0].model,
        mean=stacked([one.mean for one in found], lead), typical=stacked([one.typical for one in found], lead),
        heterogeneity=stacked([one.heterogeneity for one in found], lead),
        new=stacked([one.new for one in found], lead), studies=spread([one.studies for one in found], present),
        mean_distribution=distributions([one.mean_distribution for one in found], lead),
        typical_distribution=distributions([one.typical_distribution for one in found], lead),
        new_distribution=distributions([one.new_distribution for one in found], lead),
        new_proportion=padded([one.new_proportion for one in found], lead, last=1.0),
        priors=found[0].priors, level=found[0].level,
        events=placed([one.events for one in found], present), n=placed([one.n for one in found], present),
    )  # fmt: skip
