"""Dose-response over cohorts: patients in dose arms, arms in studies, with a random intercept per study.

x_ia ~ Binomial(n_ia, expit(b0 + b1 f(dose_ia) + u_i)), u_i ~ N(0, tau2), f the logarithm or the identity; maximum
likelihood with adaptive Gauss-Hermite quadrature. Ursino et al. 2021, Ann Appl Stat 15:174 (phase I trials); Pinheiro &
Bates 1995, J Comput Graph Stat 4:12.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.display import Shown
from mscevidence.stats.distributions import critical_value, two_sided_p
from mscevidence.stats.exponential_families import Binomial
from mscevidence.stats.glmm import log_binomial
from mscevidence.stats.inputs import FloatArray, IntArray, aligned, choose, counts, names, one_analysis, refuse, tail
from mscevidence.stats.mixed_model import MixedModel
from mscevidence.stats.mixed_model_fit import fit

COLUMNS = ("events", "n", "dose")
SCALES = names({"log": ("logarithmic",), "linear": ("identity",)})


@dataclass(frozen=True, slots=True)
class DoseCurve(Shown):
    """Predicted proportions of a typical study (random effect zero): logit with error, proportion with interval."""

    _item = "dose"

    dose: FloatArray
    logit: FloatArray
    logit_se: FloatArray
    proportion: FloatArray
    lower: FloatArray
    upper: FloatArray


@dataclass(frozen=True, slots=True)
class DoseResponse(Shown):
    """A logistic dose-response model.

    Attributes:
        scale: `log` or `linear`; nodes: of the quadrature (None: as many as needed); level: of the intervals.
        beta, se, statistic, p, lower, upper: (2) intercept and slope on the logit scale, normal inference.
        covariance: (2, 2) of them.
        tau2: variance of the intercepts between studies; 0 without random effect.
        log_likelihood: with all constants; deviance: against one proportion per arm, at random effect zero.
        studies, arms, events, n: sizes; converged: whether the search for the maximum ended.
        largest, smallest: dose observed.
    """

    _item = "coefficient"
    _lead = "beta"
    _hidden = ("covariance",)

    scale: str
    nodes: int | None
    level: float
    beta: FloatArray
    se: FloatArray
    statistic: FloatArray
    p: FloatArray
    lower: FloatArray
    upper: FloatArray
    covariance: FloatArray
    tau2: float
    log_likelihood: float
    deviance: float
    studies: int
    arms: int
    events: int
    n: int
    smallest: float
    largest: float
    converged: bool

    @property
    def odds_ratio(self) -> tuple[float, float, float]:
        """Odds ratio of a doubled dose (`log`) or of one more unit (`linear`), with its interval."""
        step = np.log(2) if self.scale == "log" else 1.0
        low, middle, high = (float(np.exp(step * value[1])) for value in (self.lower, self.beta, self.upper))
        return middle, low, high

    def predict(self, doses: ArrayLike) -> DoseCurve:
        """Return the predicted proportions at `doses`.

        Raises:
            StatisticsError: a dose that is not positive (scale `log`) or not finite.
        """
        dose = np.atleast_1d(np.asarray(doses, dtype=np.float64))
        x = np.stack([np.ones_like(dose), _scaled(dose, self.scale)], axis=-1)
        eta, se = x @ self.beta, np.sqrt(np.einsum("ij,jk,ik->i", x, self.covariance, x))
        half = float(critical_value(tail(self.level), np.inf)) * se
        return DoseCurve(dose, eta, se, special.expit(eta), special.expit(eta - half), special.expit(eta + half))

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what makes the result fragile; empty when nothing does."""
        flat = "The interval of the slope includes zero: these data do not show that response depends on dose."
        few = f"{self.studies} studies: the variance between them is hardly determined."
        found = [
            (self.lower[1] <= 0 <= self.upper[1], flat),
            (self.studies < 5, few),
            (not self.converged, "The search for the maximum did not converge: do not use this result."),
        ]
        return diagnosis.sentences(found)


def dose_response(  # noqa: PLR0913 -- the four columns of a table of dose arms
    study: ArrayLike,
    dose: ArrayLike,
    events: ArrayLike,
    n: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    scale: str = "log",
    random_studies: bool = True,
    nodes: int | None = None,
    level: float = 0.95,
) -> DoseResponse:
    """Return the logistic dose-response model of dose arms in studies, of one analysis.

    Which arms belong to which study shapes the likelihood: call it once per analysis, with a `mask` to leave arms out.

    Args:
        study: (arms) labels of the studies.
        dose: (arms) doses, > 0 for scale `log`.
        events: (arms) patients with the event.
        n: (arms) patients.
        mask: (arms) boolean, True where an arm is present; the others are as if they had never been given.
        scale: `log` or `linear`, how the dose enters.
        random_studies: let the intercept vary between studies.
        nodes: quadrature nodes; by default as many as the accuracy needs, 1 is Laplace's approximation.
        level: level of the intervals.

    Raises:
        UnknownTermError: no such scale.
        StatisticsError: unusable counts or doses, one dose only, events that are separated by dose.
    """
    kind, alpha = choose(scale, SCALES, kind="dose scale"), tail(level)
    if nodes is not None and nodes < 1:
        raise StatisticsError(f"nodes must be at least 1, got {nodes}")
    columns, present = aligned(mask, dose=dose, events=events, n=n)
    one_analysis(present, "dose_response")
    counts(columns["events"], columns["n"], present)
    labels = np.asarray(study)
    if labels.shape != present.shape:
        raise StatisticsError(f"{present.size} dose arms need {present.size} study labels, got shape {labels.shape}")
    if not present.any():
        raise StatisticsError("no arm is left: all are masked out", hint="an analysis needs at least two doses")
    labels, x, size, amount = (values[present] for values in (labels, *(columns[name] for name in COLUMNS)))
    covariate = _scaled(amount, kind)
    _estimable(covariate, x, size)
    codes = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    # Centred, so that intercept and slope are nearly independent in the search.
    centre = float(np.average(covariate, weights=size))
    model = _model(codes, covariate - centre, x, size)
    start = np.array([[special.logit(x.sum() / size.sum()), 0.0]])
    found = fit(model, nodes, start, without_tau=None if random_studies else np.array([True]))
    back = np.array([[1.0, -centre], [0.0, 1.0]])
    beta, covariance = back @ found.beta[0], back @ found.covariance[0, :2, :2] @ back.T
    se = np.sqrt(np.diagonal(covariance))
    half, statistic = float(critical_value(alpha, np.inf)) * se, beta / se
    return DoseResponse(
        scale=kind, nodes=nodes, level=level, beta=beta, se=se, statistic=statistic, p=two_sided_p(statistic, np.inf),
        lower=beta - half, upper=beta + half, covariance=covariance, tau2=float(found.tau[0]) ** 2,
        log_likelihood=float(found.log_likelihood[0]), deviance=_deviance(x, size, beta[0] + beta[1] * covariate),
        studies=int(codes.max()) + 1, arms=x.size, events=int(x.sum()), n=int(size.sum()),
        smallest=float(amount.min()), largest=float(amount.max()), converged=bool(found.converged[0]),
    )  # fmt: skip


def _scaled(dose: FloatArray, scale: str) -> FloatArray:
    refuse(~np.isfinite(dose), dose, "dose must be a finite number")
    if scale == "linear":
        return dose
    refuse(dose <= 0, dose, "dose must be greater than zero", hint="use scale='linear' for a dose of zero")
    result: FloatArray = np.log(dose)
    return result


def _estimable(x: FloatArray, events: FloatArray, n: FloatArray) -> None:
    """Refuse data without a finite maximum: one dose, or events and non-events separated by dose."""
    if np.ptp(x) == 0:
        raise StatisticsError("all arms have the same dose: there is no dose-response to estimate")
    yes, no = x[events > 0], x[events < n]
    if not yes.size or not no.size or yes.min() >= no.max() or no.min() >= yes.max():
        raise StatisticsError(
            "events and non-events are separated by dose: the slope has no finite estimate",
            hint="report the counts per dose; a Bayesian model with an informative prior could be used",
        )


def _model(codes: IntArray, x: FloatArray, events: FloatArray, n: FloatArray) -> MixedModel:
    """Return the model with studies as rows and arms as columns; absent arms have no patients."""
    order = np.argsort(codes, kind="stable")
    sizes = np.bincount(codes)
    column = np.empty(codes.size, dtype=np.int64)
    column[order] = np.concatenate([np.arange(size) for size in sizes])
    shape = (1, sizes.size, int(sizes.max()))

    def spread(values: FloatArray) -> FloatArray:
        table = np.zeros(shape)
        table[0, codes, column] = values
        return table

    design = np.stack([spread(np.ones_like(x)), spread(x)], axis=-1)
    constant = np.array([log_binomial(n, events).sum()])
    family = Binomial(spread(n)[..., np.newaxis])
    return MixedModel(family, spread(events), np.ones(shape[2]), design, np.zeros((1, 1, 1)), constant)


def _deviance(events: FloatArray, n: FloatArray, eta: FloatArray) -> float:
    p = special.expit(eta)
    gain = special.xlogy(events, events / (n * p)) + special.xlogy(n - events, (n - events) / (n * (1 - p)))
    return float(2 * gain.sum())
