"""Borrowing across diseases: studies in diseases, partial pooling, and what a disease looks like with and without it.

x_ij ~ Binomial(n_ij, expit(theta_ij)), theta_ij ~ N(mu_j, tau_w^2) in disease j, mu_j ~ N(M, tau_b^2). Sources: Thall
et al. 2003, Stat Med 22:763; Berry et al. 2013, Clin Trials 10:720. `robust` is the mixture in which each disease may
stand apart (exchangeability-nonexchangeability: Neuenschwander et al. 2016, Pharm Stat 15:123; Schmidli et al. 2014,
Biometrics 70:1023). Exact binomial likelihood, deterministic quadrature.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from mscevidence.errors import StatisticsError, UnknownTermError
from mscevidence.stats.bayes_proportion import DEFAULT_MU_PRIOR, DEFAULT_TAU_PRIOR, binomial_normal
from mscevidence.stats.disease_grid import DiseasePosterior, Hierarchy, disease_posterior, layers_of
from mscevidence.stats.display import Row, Shown, table
from mscevidence.stats.grid_distribution import GridDistribution, posterior, posteriors, summary
from mscevidence.stats.inputs import FloatArray, IntArray, aligned, counts, one_analysis, tail
from mscevidence.stats.mixtures import Posterior
from mscevidence.stats.priors import HalfNormal, NormalPrior, TauPrior
from mscevidence.stats.rate_density import density_of_rate, proportions, rate_densities

DEFAULT_BETWEEN_PRIOR = HalfNormal(1.0)
"""Median 0.67 on the logit scale: diseases may differ about as much as trials do."""
DEFAULT_APART = 0.5
"""A disease is as likely to stand apart as to be like the others (Neuenschwander et al. 2016)."""


@dataclass(frozen=True, slots=True)
class Borrowing(Shown):
    """Response of the typical study of each disease, as proportion; rows are diseases in order of first appearance.

    Attributes:
        diseases: names; studies, events, n: (J) data.
        alone: (J) posterior from the disease's own studies; partial: with partial pooling; robust: with the mixture.
        weight: (J) borrowing weight under partial pooling, 0 (own data only) to 1 (all from the others).
        exchangeable: (J) posterior probability, in the mixture, that the disease is like the others.
        patients_alone, patients_partial, patients_robust: (J) what the posteriors are worth in patients (beta
            distribution with the same mean and variance).
        between, within: means of tau between and within diseases, on the logit scale; new: of a disease without data.
        logits: (J) distributions of the logit of the rate, by model; mean_prior: of a disease by itself.
        priors: as sentence; level: of the intervals.
    """

    _lead = "studies"
    _hidden = ("logits", "mean_prior")

    diseases: tuple[str, ...]
    studies: IntArray
    events: FloatArray
    n: FloatArray
    alone: Posterior
    partial: Posterior
    robust: Posterior
    weight: FloatArray
    exchangeable: FloatArray
    patients_alone: FloatArray
    patients_partial: FloatArray
    patients_robust: FloatArray
    between: float
    within: float
    new: Posterior
    logits: Mapping[str, tuple[GridDistribution, ...]]
    mean_prior: NormalPrior
    priors: str
    level: float

    def rows(self) -> list[Row]:
        """Return one row per disease: data, posterior medians with intervals, borrowing."""
        posteriors = {"alone": self.alone, "partial": self.partial, "robust": self.robust}
        shown = {"disease": self.diseases, "studies": self.studies, "events": self.events, "n": self.n}
        for name, one in posteriors.items():
            shown |= {name: one.median, f"{name}_lower": one.lower, f"{name}_upper": one.upper}
        shown |= {"weight": self.weight, "exchangeable": self.exchangeable}
        return table(shown, (len(self.diseases),), item="disease")

    def sentence(self, disease: str) -> str:
        """Return what a disease looks like without and with borrowing.

        Raises:
            UnknownTermError: no such disease, with the nearest ones.
        """
        if disease not in self.diseases:
            raise UnknownTermError(disease, kind="disease", choices=self.diseases)
        j = self.diseases.index(disease)
        parts = [
            f"{name} {100 * p.median[j]:.0f} % ({100 * p.lower[j]:.0f} to {100 * p.upper[j]:.0f} %)"
            for name, p in (("alone", self.alone), ("with borrowing", self.partial), ("robust", self.robust))
        ]
        share = f"borrowing weight {self.weight[j]:.2f}, like the others with probability {self.exchangeable[j]:.2f}"
        return f"{disease}: {', '.join(parts)}; {share}."

    def density(self, model: str, rates: ArrayLike) -> FloatArray:
        """Return the posterior densities (J, R) of the diseases at R proportions.

        Args:
            model: `alone`, `partial` or `robust`.
            rates: (R) proportions, between 0 and 1.

        Raises:
            UnknownTermError: no such model.
            StatisticsError: a rate outside (0, 1).
        """
        if model not in self.logits:
            raise UnknownTermError(model, kind="model", choices=self.logits)
        return rate_densities(self.logits[model], proportions(rates))

    def prior_density(self, rates: ArrayLike) -> FloatArray:
        """Return the prior density (R) of the rate of a disease by itself at R proportions between 0 and 1."""
        return density_of_rate(self.mean_prior.log_density, proportions(rates))

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on priors and on where borrowing decides the result."""
        said = [f"Priors: {self.priors}."]
        if len(self.diseases) < 4:
            said.append("Fewer than 4 diseases: how much they differ is mostly what the prior says.")
        for j, name in enumerate(self.diseases):
            if self.weight[j] > 0.5:
                said.append(f"{name}: more than half of the estimate comes from other diseases.")
            moved = not self.alone.lower[j] <= self.partial.median[j] <= self.alone.upper[j]
            if moved or self.exchangeable[j] < 0.2:
                said.append(f"{name}: its own studies disagree with the others; do not rest on the borrowed estimate.")
        return tuple(said)


def borrow(  # noqa: PLR0913 -- three columns and the priors, each of which must be changeable
    events: ArrayLike,
    n: ArrayLike,
    disease: Sequence[str],
    *,
    mask: ArrayLike | None = None,
    mean_prior: NormalPrior = DEFAULT_MU_PRIOR,
    between_prior: TauPrior = DEFAULT_BETWEEN_PRIOR,
    within_prior: TauPrior = DEFAULT_TAU_PRIOR,
    apart: float = DEFAULT_APART,
    level: float = 0.95,
) -> Borrowing:
    """Return the estimates of all diseases without, with, and with robust borrowing, of one analysis.

    Which diseases there are shapes the grids; call it once per analysis.

    Args:
        events: (k) patients with the event.
        n: (k) patients.
        disease: (k) name of the disease of each study.
        mask: (k) boolean, True where a study is present.
        mean_prior: of the mean logit over diseases, and of a disease that stands apart.
        between_prior: of the standard deviation of the logits between diseases.
        within_prior: of the standard deviation between studies of a disease.
        apart: prior probability that a disease stands apart, in the robust model.
        level: probability of the intervals.

    Raises:
        StatisticsError: unusable counts, one disease only, `apart` outside [0, 1].
    """
    tail(level)
    if not 0 <= apart <= 1:
        raise StatisticsError(f"apart is a probability, got {apart:g}")
    x, size, names = _checked(events, n, disease, mask)
    diseases = tuple(dict.fromkeys(names))
    if len(diseases) < 2:
        raise StatisticsError(
            f"all studies are of one disease ({diseases[0]}): there is nothing to borrow",
            hint="use binomial_normal for one disease",
        )
    codes = np.array([diseases.index(name) for name in names], dtype=np.int64)
    layers = layers_of(Hierarchy(x, size, codes, mean_prior, between_prior, within_prior))
    plain, mixed = (disease_posterior(layers, share) for share in (0.0, apart))
    by_disease = [
        binomial_normal(x[own], size[own], mu_prior=mean_prior, tau_prior=within_prior, level=level)
        for own in (codes == j for j in range(len(diseases)))
    ]
    alone = posteriors([_values(one.typical) for one in by_disease])
    logits = {"alone": tuple(one.typical_distribution for one in by_disease)}
    logits |= {"partial": _logits(plain), "robust": _logits(mixed)}
    partial, robust = (_rates(logits[model], level) for model in ("partial", "robust"))
    return Borrowing(
        diseases=diseases, studies=np.bincount(codes).astype(np.int64),
        events=_sums(codes, x), n=_sums(codes, size),
        alone=alone, partial=partial, robust=robust, weight=plain.weight, exchangeable=mixed.exchangeable,
        patients_alone=_worth(alone), patients_partial=_worth(partial), patients_robust=_worth(robust),
        between=float(plain.between[0] @ plain.between[1]), within=float(plain.within[0] @ plain.within[1]),
        new=posterior(summary(GridDistribution.of(plain.grid, plain.new), special.expit, level)),
        logits=logits, mean_prior=mean_prior,
        priors=f"mean logit {mean_prior}, between diseases {between_prior}, within {within_prior}, apart {apart:g}",
        level=level,
    )  # fmt: skip


def _checked(
    events: ArrayLike, n: ArrayLike, disease: Sequence[str], mask: ArrayLike | None
) -> tuple[FloatArray, FloatArray, list[str]]:
    columns, present = aligned(mask, events=events, n=n)
    one_analysis(present, "borrowing")
    names = [str(name) for name in disease]
    if present.shape != (len(names),):
        raise StatisticsError(f"{present.shape[-1]} studies need as many names of diseases, got {len(names)}")
    counts(columns["events"], columns["n"], present)
    if not present.any():
        raise StatisticsError("no study is left: all are masked out", hint="an analysis needs at least one study")
    kept = [name for name, here in zip(names, present, strict=True) if here]
    return columns["events"][present], columns["n"][present], kept


def _sums(codes: IntArray, values: FloatArray) -> FloatArray:
    return np.array([values[codes == j].sum() for j in range(int(codes.max()) + 1)])


def _values(found: Posterior) -> tuple[float, ...]:
    return tuple(float(value) for value in (found.mean, found.sd, found.median, found.lower, found.upper))


def _logits(found: DiseasePosterior) -> tuple[GridDistribution, ...]:
    return tuple(GridDistribution.of(found.grid, height) for height in found.disease)


def _rates(logits: Sequence[GridDistribution], level: float) -> Posterior:
    return posteriors([summary(one, special.expit, level) for one in logits])


def _worth(found: Posterior) -> FloatArray:
    """Return a + b of the beta distribution with this mean and variance (Morita, Thall & Müller 2008)."""
    mean, variance = np.asarray(found.mean), np.asarray(found.sd) ** 2
    result: FloatArray = mean * (1 - mean) / variance - 1
    return result
