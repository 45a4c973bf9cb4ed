"""Cluster-robust standard errors of multilevel models, for sampling errors that are correlated in unknown ways.

CR0, CR1: Hedges, Tipton & Johnson 2010, Res Synth Methods 1:39. CR2 with Satterthwaite degrees of freedom: Bell &
McCaffrey 2002, Surv Methodol 28:169; Tipton 2015, Psychol Methods 20:375.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.display import Row, Shown, coefficient_rows
from mscevidence.stats.distributions import critical_value, two_sided_p
from mscevidence.stats.inputs import FloatArray, IntArray, choose, expect, names, plain, tail
from mscevidence.stats.labels import numbered
from mscevidence.stats.nested import Multilevel
from mscevidence.stats.nested_effects import Given
from mscevidence.stats.sandwich import Clusters, Fitted, bias_reduced, plain_sandwich

KINDS = names({"CR0": (), "CR1": (), "CR2": ("bias-reduced",)})
TOO_FEW_CLUSTERS = "too-few-clusters"
_AT_ONCE = 4_000_000
"""Numbers in memory at once; larger batches are done in parts."""


@dataclass(frozen=True, slots=True)
class RobustInference(Shown):
    """Coefficients with cluster-robust inference, of one model or of a batch (...).

    Attributes:
        kind: `CR0`, `CR1` or `CR2`; level: of the intervals.
        status: `ok`, or why an analysis of a batch has none (NaN): `too-few-clusters`, or the status of its model.
        clusters: how many there are.
        beta, se, statistic, p, lower, upper: (..., p) inference by t with `df` (..., p) degrees of freedom.
        covariance: (..., p, p) robust covariance of the coefficients.
    """

    _item = "coefficient"
    _lead = "beta"
    _hidden = ("covariance",)

    kind: str
    level: float
    status: NDArray[np.str_]
    clusters: IntArray
    beta: FloatArray
    se: FloatArray
    df: FloatArray
    statistic: FloatArray
    p: FloatArray
    lower: FloatArray
    upper: FloatArray
    covariance: FloatArray

    def rows(self) -> list[Row]:
        """Return one row per coefficient; of a batch with number, clusters and status of the analysis."""
        columns = {name: getattr(self, name) for name in ("beta", "se", "df", "statistic", "p", "lower", "upper")}
        return coefficient_rows(columns, {"clusters": self.clusters, "status": self.status})

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what makes the result fragile; empty when nothing does."""
        clusters, status = np.asarray(self.clusters), np.asarray(self.status)
        low = "Fewer than 4 degrees of freedom: the p-values of this test are not reliable (Tipton 2015)."
        many = "few" if clusters.ndim else str(clusters)
        optimistic = f"{self.kind} with {many} clusters is too optimistic: use CR2."
        same = "A robust standard error is zero: the effects do not differ between clusters, nothing can be inferred."
        none = "No robust errors: no more clusters than coefficients."
        model = "No robust errors: the model has no estimate."
        return diagnosis.sentences(
            [
                (status == TOO_FEW_CLUSTERS, none),
                (~np.isin(status, ["ok", TOO_FEW_CLUSTERS]), model),
                ((self.se < 1e-14).any(axis=-1), same),
                ((self.df < 4).any(axis=-1), low),
                ((self.kind != "CR2") & (clusters < 40) & (status == "ok"), optimistic),
            ],
        )


def robust(
    model: Multilevel, *, kind: str = "CR2", cluster: ArrayLike | None = None, level: float = 0.95
) -> RobustInference:
    """Return cluster-robust inference on the coefficients of each model.

    A model that has too few clusters is an error if there is no other; in a batch it has NaN and a `status`.

    Args:
        model: a fitted multilevel model, or a batch.
        kind: `CR2` (bias-reduced, Satterthwaite), `CR1` (times m/(m - p)) or `CR0`, both t on m - p.
        cluster: (k) labels of the effects as they were given to `multilevel`, absent ones included; by default the
            studies.
        level: level of the intervals.

    Raises:
        UnknownTermError: no such kind.
        StatisticsError: labels that do not fit; in every model no more clusters than coefficients.
    """
    which, alpha = choose(kind, KINDS, kind="robust variance"), tail(level)
    expect(model, Multilevel, "multilevel")
    codes = model.study
    if cluster is not None:
        codes = numbered(cluster, model.present, items="effects", group="cluster")
    given = Given(model.y, model.v, model.present, model.design, model.study)
    order, effects = given.order(), given.effects()
    clusters = Clusters.of(codes[order], effects.runs.member)
    p, c = model.beta.shape[-1], model.sigma2.shape[-1]
    m = (clusters.sums(effects.one) > 0).sum(axis=-1)
    fitted = Fitted(effects, model.sigma2.reshape(-1, c), model.beta.reshape(-1, p), model.covariance.reshape(-1, p, p))
    status = np.where((status := np.ravel(model.status)) == "ok", np.where(m > p, "ok", TOO_FEW_CLUSTERS), status)
    usable = np.flatnonzero(status == "ok")
    if not usable.size:
        raise StatisticsError(
            f"{m[np.argmax(status == TOO_FEW_CLUSTERS)]} clusters cannot give robust errors of {p} coefficients",
            hint="use smaller clusters or fewer moderators",
        )
    values = _inference(fitted, *_estimates(fitted, clusters, m, usable, which), alpha)
    shape = model.beta.shape[:-1]
    values |= {"status": status, "clusters": m}
    shaped = {name: plain(value.reshape(shape + value.shape[1:])) for name, value in values.items()}
    return RobustInference(kind=which, level=level, **shaped)


def _estimates(
    fitted: Fitted, clusters: Clusters, m: IntArray, usable: IntArray, kind: str
) -> tuple[FloatArray, FloatArray]:
    """Return the covariances (B, p, p) and degrees of freedom (B, p) of the usable models, NaN for the others."""
    p = fitted.beta.shape[-1]
    covariance, df = np.full(fitted.covariance.shape, np.nan), np.full(fitted.beta.shape, np.nan)
    size = max(1, _AT_ONCE // clusters.elements(p))
    for start in range(0, usable.size, size):
        rows = usable[start : start + size]
        part = Fitted(fitted.effects.rows(rows), *(values[rows] for values in fitted[1:]))
        if kind == "CR2":
            covariance[rows], df[rows] = bias_reduced(part, clusters)
            continue
        factor = m[rows] / (m[rows] - p) if kind == "CR1" else np.ones(rows.size)
        covariance[rows] = factor[:, np.newaxis, np.newaxis] * plain_sandwich(part, clusters)
        df[rows] = (m[rows] - p)[:, np.newaxis]
    return covariance, df


def _inference(fitted: Fitted, covariance: FloatArray, df: FloatArray, alpha: float) -> dict[str, Any]:
    beta = np.where(np.isnan(df), np.nan, fitted.beta)
    se = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic, half = beta / se, critical_value(alpha, df) * se
    return {
        "beta": beta, "se": se, "df": df, "statistic": statistic, "p": two_sided_p(statistic, df),
        "lower": beta - half, "upper": beta + half, "covariance": covariance,
    }  # fmt: skip
