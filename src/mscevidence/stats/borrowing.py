"""Borrowing across diseases: studies in diseases, partial pooling, and what a disease looks like with and without it.

x_ij ~ Binomial(n_ij, expit(theta_ij)), theta_ij ~ N(mu_j, tau_w^2) in disease j, mu_j ~ N(M, tau_b^2). Sources: Thall
et al. 2003, Stat Med 22:763; Berry et al. 2013, Clin Trials 10:720. `robust` is the mixture in which each disease may
stand apart (exchangeability-nonexchangeability: Neuenschwander et al. 2016, Pharm Stat 15:123; Schmidli et al. 2014,
Biometrics 70:1023). Exact binomial likelihood, deterministic quadrature.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mscevidence.errors import StatisticsError, UnknownTermError
from mscevidence.stats import diagnosis
from mscevidence.stats.bayes_proportion import DEFAULT_MU_PRIOR, DEFAULT_TAU_PRIOR
from mscevidence.stats.borrowing_batch import borrowed_rates, disease_studies
from mscevidence.stats.disease_grid import Hierarchy
from mscevidence.stats.display import Row, Shown, labelled_rows
from mscevidence.stats.inputs import FloatArray, IntArray, plain, tail
from mscevidence.stats.mixtures import Posterior
from mscevidence.stats.priors import HalfNormal, NormalPrior, TauPrior
from mscevidence.stats.rate_density import density_of_rate, proportions, rate_densities

DEFAULT_BETWEEN_PRIOR = HalfNormal(1.0)
"""Median 0.67 on the logit scale: diseases may differ about as much as trials do."""
DEFAULT_APART = 0.5
"""A disease is as likely to stand apart as to be like the others (Neuenschwander et al. 2016)."""


NO_STUDY, ONE_DISEASE = "no-study", "one-disease"
MODELS = ("alone", "partial", "robust")


@dataclass(frozen=True, slots=True)
class Borrowing(Shown):
    """Response of the typical study of each disease, as proportion; diseases are in order of first appearance.

    Every field but the names has the leading shape (...) of the input in front; for a single analysis it is empty.

    Attributes:
        status: `ok`, or why an analysis of a batch has no estimate (NaN): `no-study`, `one-disease`.
        diseases: (J) names; studies, events, n: (..., J) data.
        alone: (..., J) posterior from the disease's own studies; partial: with partial pooling; robust: with the
            mixture; NaN for a disease of which an analysis has no study.
        weight: (..., J) borrowing weight under partial pooling, 0 (own data only) to 1 (all from the others).
        exchangeable: (..., J) posterior probability, in the mixture, that the disease is like the others.
        patients_alone, patients_partial, patients_robust: (..., J) what the posteriors are worth in patients (beta
            distribution with the same mean and variance).
        between, within: means of tau between and within diseases, on the logit scale; new: of a disease without data.
        logits: (..., J) distributions of the logit of the rate (`GridDistribution`, or None), by model; mean_prior: of
            a disease by itself.
        priors: as sentence; level: of the intervals.
    """

    _lead = "studies"
    _hidden = ("logits", "mean_prior")

    status: NDArray[np.str_]
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
    between: FloatArray
    within: FloatArray
    new: Posterior
    logits: Mapping[str, NDArray[np.object_]]
    mean_prior: NormalPrior
    priors: str
    level: float

    def rows(self) -> list[Row]:
        """Return one row per disease: data, posterior medians with intervals, borrowing.

        Of a batch for each analysis.
        """
        shown = {"studies": self.studies, "events": self.events, "n": self.n}
        for name, one in zip(MODELS, (self.alone, self.partial, self.robust), strict=True):
            shown |= {name: one.median, f"{name}_lower": one.lower, f"{name}_upper": one.upper}
        shown |= {"weight": self.weight, "exchangeable": self.exchangeable}
        of_analysis = {"between": self.between, "within": self.within, "status": self.status}
        return labelled_rows({"disease": self.diseases}, shown, of_analysis)

    def sentence(self, disease: str) -> str:
        """Return what a disease looks like without and with borrowing, in a single analysis.

        Raises:
            UnknownTermError: no such disease, with the nearest ones.
            StatisticsError: this is a batch.
        """
        if disease not in self.diseases:
            raise UnknownTermError(disease, kind="disease", choices=self.diseases)
        if self.studies.ndim > 1:
            raise StatisticsError("the sentence is about one analysis, this is a batch", hint="take it from `rows()`")
        j = self.diseases.index(disease)
        parts = [
            f"{name} {100 * p.median[j]:.0f} % ({100 * p.lower[j]:.0f} to {100 * p.upper[j]:.0f} %)"
            for name, p in (("alone", self.alone), ("with borrowing", self.partial), ("robust", self.robust))
        ]
        share = f"borrowing weight {self.weight[j]:.2f}, like the others with probability {self.exchangeable[j]:.2f}"
        return f"{disease}: {', '.join(parts)}; {share}."

    def density(self, model: str, rates: ArrayLike) -> FloatArray:
        """Return the posterior densities (..., J, R) of the diseases at R proportions, NaN for those without studies.

        Args:
            model: `alone`, `partial` or `robust`.
            rates: (R) proportions, between 0 and 1.

        Raises:
            UnknownTermError: no such model.
            StatisticsError: a rate outside (0, 1).
        """
        if model not in self.logits:
            raise UnknownTermError(model, kind="model", choices=self.logits)
        at, known = (
            proportions(rates),
            np.asarray(self.studies > 0) & (np.asarray(self.status) == "ok")[..., np.newaxis],
        )
        found = np.full((*known.shape, at.size), np.nan)
        found[known] = rate_densities(list(self.logits[model][known]), at)
        return found

    def prior_density(self, rates: ArrayLike) -> FloatArray:
        """Return the prior density (R) of the rate of a disease by itself at R proportions between 0 and 1."""
        return density_of_rate(self.mean_prior.log_density, proportions(rates))

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on priors and on where borrowing decides the result."""
        few = "Fewer than 4 diseases: how much they differ is mostly what the prior says."
        none, alone = "No study is left.", "All studies are of one disease: there is nothing to borrow."
        usable = np.asarray(self.status) == "ok"
        findings: list[diagnosis.Finding] = [
            (self.status == NO_STUDY, none), (self.status == ONE_DISEASE, alone),
            (usable & (np.asarray(self.studies > 0).sum(axis=-1) < 4), few)
        ]  # fmt: skip
        for j, name in enumerate(self.diseases):
            median, lower, upper = self.partial.median[..., j], self.alone.lower[..., j], self.alone.upper[..., j]
            odd = (median < lower) | (median > upper) | (self.exchangeable[..., j] < 0.2)
            disagree = "its own studies disagree with the others; do not rest on the borrowed estimate."
            findings += [
                (usable & (self.studies[..., j] == 0), f"{name}: no study, hence no estimate."),
                (self.weight[..., j] > 0.5, f"{name}: more than half of the estimate comes from other diseases."),
                (odd, f"{name}: {disagree}"),
            ]
        return (f"Priors: {self.priors}.", *diagnosis.sentences(findings))


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
    """Return the estimates of all diseases without, with, and with robust borrowing.

    An analysis without a study, or whose studies are all of one disease, has NaN and a `status` in a batch, and is an
    error if there is no other.

    Args:
        events: (..., k) patients with the event.
        n: (..., k) patients.
        disease: (k) name of the disease of each study.
        mask: (..., k) boolean, True where a study is present.
        mean_prior: of the mean logit over diseases, and of a disease that stands apart.
        between_prior: of the standard deviation of the logits between diseases.
        within_prior: of the standard deviation between studies of a disease.
        apart: prior probability that a disease stands apart, in the robust model.
        level: probability of the intervals.

    Raises:
        StatisticsError: unusable counts, no study in any analysis, in every analysis one disease only, `apart` outside
            [0, 1].
    """
    tail(level)
    if not 0 <= apart <= 1:
        raise StatisticsError(f"apart is a probability, got {apart:g}")
    table = disease_studies(events, n, disease, mask)
    status = np.take([NO_STUDY, ONE_DISEASE, "ok"], np.minimum((table.studies > 0).sum(axis=1), 2))
    if (status != "ok").all():
        some = table.studies[int(np.argmax(status == ONE_DISEASE))] > 0
        only = table.diseases[int(np.argmax(some))]
        raise StatisticsError(
            f"all studies are of one disease ({only}): there is nothing to borrow",
            hint="one disease has its own model: `mscevidence pool --bayes`, or binomial_normal",
        )
    found = borrowed_rates(table, status == "ok", Hierarchy(mean_prior, between_prior, within_prior), apart, level)
    values = {**table.sums(), **found.numbers}
    shown: dict[str, Any] = {name: plain(value.reshape(table.lead + value.shape[1:])) for name, value in values.items()}
    shown |= {name: _posterior(shown[name]) for name in (*MODELS, "new")}
    shown |= {f"patients_{name}": _worth(shown[name]) for name in MODELS}
    return Borrowing(
        status=plain(status.reshape(table.lead)), diseases=table.diseases, **shown,
        logits={name: value.reshape((*table.lead, -1)) for name, value in found.logits.items()}, mean_prior=mean_prior,
        priors=f"mean logit {mean_prior}, between diseases {between_prior}, within {within_prior}, apart {apart:g}",
        level=level,
    )  # fmt: skip


def _posterior(values: FloatArray) -> Posterior:
    """Return summaries from (..., 5): mean, sd, median, lower, upper."""
    nothing = np.full(values.shape[:-1], np.nan)
    return Posterior(*(plain(part) for part in (*np.moveaxis(values, -1, 0), nothing, nothing)))


def _worth(found: Posterior) -> FloatArray:
    """Return a + b of the beta distribution with this mean and variance (Morita, Thall & Müller 2008)."""
    mean, variance = np.asarray(found.mean), np.asarray(found.sd) ** 2
    return plain(mean * (1 - mean) / variance - 1)  # type: ignore[no-any-return]
