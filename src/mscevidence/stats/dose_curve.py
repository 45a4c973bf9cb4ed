"""Dose-response over cohorts: patients in dose arms, arms in studies, with a random intercept per study.

x_ia ~ Binomial(n_ia, expit(b0 + b1 f(dose_ia) + u_i)), u_i ~ N(0, tau2), f the logarithm or the identity; maximum
likelihood with adaptive Gauss-Hermite quadrature. Ursino et al. 2021, Ann Appl Stat 15:174 (phase I trials); Pinheiro &
Bates 1995, J Comput Graph Stat 4:12.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from mscevidence.stats import diagnosis
from mscevidence.stats.display import Row, Shown, coefficient_rows
from mscevidence.stats.distributions import critical_value, two_sided_p
from mscevidence.stats.dose_arms import NO_ARM, STATUSES, DoseArms, dose_arms, refused, scaled, statuses
from mscevidence.stats.dose_search import fit
from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray, at_least, choose, names, number, plain, tail

SCALES = names({"log": ("logarithmic",), "linear": ("identity",)})
_AT_ONCE = 5_000
"""Cells of tables of studies and arms that are fitted together."""


@dataclass(frozen=True, slots=True)
class DoseCurve(Shown):
    """Predicted proportions of a typical study (random effect zero): logit with error, proportion with interval.

    The fields have the leading shape of the models in front, doses on the last axis.
    """

    _item = "dose"

    dose: FloatArray
    logit: FloatArray
    logit_se: FloatArray
    proportion: FloatArray
    lower: FloatArray
    upper: FloatArray

    def rows(self) -> list[Row]:
        """Return one row per dose, of a batch with the number of the analysis."""
        rows, doses = Shown.rows(self), self.dose.shape[-1]
        if self.dose.ndim == 1:
            return rows
        return [{"analysis": i // doses + 1, **row} for i, row in enumerate(rows)]


@dataclass(frozen=True, slots=True)
class DoseResponse(Shown):
    """A logistic dose-response model, or a batch of them.

    Every field has the leading shape (...) of the input in front; for a single analysis it is empty.

    Attributes:
        scale: `log` or `linear`; nodes: of the quadrature (None: as many as needed); level: of the intervals.
        status: `ok`, or why an analysis of a batch has no estimate (NaN): `no-arm`, `one-dose`, `separated`.
        beta, se, statistic, p, lower, upper: (..., 2) intercept and slope on the logit scale, normal inference.
        covariance: (..., 2, 2) of them.
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
    status: NDArray[np.str_]
    beta: FloatArray
    se: FloatArray
    statistic: FloatArray
    p: FloatArray
    lower: FloatArray
    upper: FloatArray
    covariance: FloatArray
    tau2: FloatArray
    log_likelihood: FloatArray
    deviance: FloatArray
    studies: IntArray
    arms: IntArray
    events: IntArray
    n: IntArray
    smallest: FloatArray
    largest: FloatArray
    converged: BoolArray

    def rows(self) -> list[Row]:
        """Return one row per coefficient; of a batch with number, tau2 and status of the analysis."""
        columns = {name: getattr(self, name) for name in ("beta", "se", "statistic", "p", "lower", "upper")}
        return coefficient_rows(columns, {"tau2": self.tau2, "status": self.status})

    @property
    def odds_ratio(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Odds ratio of a doubled dose (`log`) or of one more unit (`linear`), with its interval."""
        step = np.log(2) if self.scale == "log" else 1.0
        low, middle, high = (plain(np.exp(step * value[..., 1])) for value in (self.lower, self.beta, self.upper))
        return middle, low, high

    def predict(self, doses: ArrayLike) -> DoseCurve:
        """Return the predicted proportions (..., doses) at `doses`.

        Raises:
            StatisticsError: a dose that is not positive (scale `log`) or not finite.
        """
        dose = np.ravel(number("doses", doses))
        x = np.stack([np.ones_like(dose), scaled(dose, self.scale)], axis=-1)
        eta, se = self.beta @ x.T, np.sqrt(np.einsum("ij,...jk,ik->...i", x, self.covariance, x))
        half = float(critical_value(tail(self.level), np.inf)) * se
        shares = (special.expit(values) for values in (eta, eta - half, eta + half))
        return DoseCurve(np.broadcast_to(dose, eta.shape), eta, se, *shares)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what makes the result fragile; empty when nothing does."""
        status, studies = np.asarray(self.status), np.asarray(self.studies)
        usable = status == "ok"
        flat = "The interval of the slope includes zero: these data do not show that response depends on dose."
        few = "Fewer than 5 studies: the variance between them is hardly determined."
        if not studies.ndim:
            few = f"{studies} studies: the variance between them is hardly determined."
        lost = "The search for the maximum did not converge: do not use this result."
        return diagnosis.sentences(
            [
                *((status == name, said) for name, said in STATUSES.items()),
                ((self.lower[..., 1] <= 0) & (self.upper[..., 1] >= 0), flat),
                (usable & (studies < 5), few),
                (usable & ~np.asarray(self.converged), lost),
            ]
        )


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
    """Return the logistic dose-response model of dose arms in studies, of each analysis.

    All analyses share the studies that arms belong to; a `mask` says which arms each of them has. An analysis without
    a finite estimate is an error if there is no other; in a batch it has NaN and a `status`.

    Args:
        study: (arms) labels of the studies.
        dose: (..., arms) doses, > 0 for scale `log`.
        events: (..., arms) patients with the event.
        n: (..., arms) patients.
        mask: (..., arms) boolean, True where an arm is present; the others are as if they had never been given.
        scale: `log` or `linear`, how the dose enters.
        random_studies: let the intercept vary between studies.
        nodes: quadrature nodes; by default as many as the accuracy needs, 1 is Laplace's approximation.
        level: level of the intervals.

    Raises:
        UnknownTermError: no such scale.
        StatisticsError: unusable counts or doses; in every analysis one dose only, or events that are separated by
            dose.
    """
    kind, alpha = choose(scale, SCALES, kind="dose scale"), tail(level)
    nodes = None if nodes is None else at_least("nodes", nodes, 1)
    arms, shape = dose_arms(study, dose, events, n, mask=mask, scale=kind)
    status = statuses(arms)
    if (status != "ok").all():
        raise refused(next(str(reason) for reason in status if reason != NO_ARM))
    values = _estimates(arms, np.flatnonzero(status == "ok"), nodes, random_studies=random_studies)
    se = np.sqrt(np.diagonal(values["covariance"], axis1=-2, axis2=-1))
    half, statistic = float(critical_value(alpha, np.inf)) * se, values["beta"] / se
    values |= {"se": se, "statistic": statistic, "p": two_sided_p(statistic, np.inf), "status": status}
    values |= {"lower": values["beta"] - half, "upper": values["beta"] + half}
    values |= {"studies": arms.studies, "arms": arms.present.sum(axis=-1)}
    values |= {"events": arms.x.sum(axis=-1).astype(np.int64), "n": arms.n.sum(axis=-1).astype(np.int64)}
    some = status != NO_ARM
    values["smallest"] = np.where(some, np.where(arms.present, arms.dose, np.inf).min(axis=-1), np.nan)
    values["largest"] = np.where(some, np.where(arms.present, arms.dose, -np.inf).max(axis=-1), np.nan)
    shaped = {name: plain(value.reshape(shape + value.shape[1:])) for name, value in values.items()}
    return DoseResponse(scale=kind, nodes=nodes, level=level, **shaped)


def _estimates(arms: DoseArms, usable: IntArray, nodes: int | None, *, random_studies: bool) -> dict[str, Any]:
    """Return what the search finds for the usable analyses, part by part; NaN or False for the others."""
    analyses = arms.x.shape[0]
    single = ("tau2", "log_likelihood", "deviance")
    values: dict[str, Any] = {name: np.full(analyses, np.nan) for name in single}
    values |= {"beta": np.full((analyses, 2), np.nan), "covariance": np.full((analyses, 2, 2), np.nan)}
    values["converged"] = np.zeros(analyses, dtype=np.bool_)
    studies, most = arms.shape
    size = max(1, _AT_ONCE // (studies * most))
    for start in range(0, usable.size, size):
        rows = usable[start : start + size]
        for name, part in _fitted(arms.rows(rows), nodes, random_studies=random_studies).items():
            values[name][rows] = part
    return values


def _fitted(arms: DoseArms, nodes: int | None, *, random_studies: bool) -> dict[str, Any]:
    centre = arms.centre()
    pooled = special.logit(arms.x.sum(axis=-1) / arms.n.sum(axis=-1))
    start = np.stack([pooled, np.zeros_like(pooled)], axis=-1)
    found = fit(arms.likelihood(centre), nodes, start, random_studies=random_studies)
    back = np.zeros((centre.size, 2, 2)) + np.eye(2)
    back[:, 0, 1] = -centre
    beta = np.einsum("bpq,bq->bp", back, found.theta[:, :2])
    covariance = back @ found.covariance @ np.swapaxes(back, -1, -2)
    deviance = arms.deviance(beta[:, :1] + beta[:, 1:] * arms.covariate)
    return {
        "beta": beta, "covariance": covariance, "tau2": found.theta[:, 2] ** 2, "log_likelihood": found.log_likelihood,
        "deviance": deviance, "converged": found.converged,
    }  # fmt: skip
