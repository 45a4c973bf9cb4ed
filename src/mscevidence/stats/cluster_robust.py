"""Cluster-robust standard errors of a multilevel model, for sampling errors that are correlated in unknown ways.

CR0, CR1: Hedges, Tipton & Johnson 2010, Res Synth Methods 1:39. CR2 with Satterthwaite degrees of freedom: Bell &
McCaffrey 2002, Surv Methodol 28:169; Tipton 2015, Psychol Methods 20:375; Pustejovsky & Tipton 2018, J Bus Econ Stat
36:672 (eq. 5 to 11), with the fitted marginal covariance as working model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.display import Shown
from mscevidence.stats.distributions import critical_value, two_sided_p
from mscevidence.stats.inputs import FloatArray, IntArray, choose, expect, names, tail
from mscevidence.stats.nested import Multilevel

KINDS = names({"CR0": (), "CR1": (), "CR2": ("bias-reduced",)})


@dataclass(frozen=True, slots=True)
class RobustInference(Shown):
    """Coefficients with cluster-robust inference.

    Attributes:
        kind: `CR0`, `CR1` or `CR2`; clusters: how many; level: of the intervals.
        beta, se, statistic, p, lower, upper: (p) inference by t with `df` (p) degrees of freedom.
        covariance: (p, p) robust covariance of the coefficients.
    """

    _item = "coefficient"
    _lead = "beta"
    _hidden = ("covariance",)

    kind: str
    clusters: int
    level: float
    beta: FloatArray
    se: FloatArray
    df: FloatArray
    statistic: FloatArray
    p: FloatArray
    lower: FloatArray
    upper: FloatArray
    covariance: FloatArray

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what makes the result fragile; empty when nothing does."""
        low = "Fewer than 4 degrees of freedom: the p-values of this test are not reliable (Tipton 2015)."
        plain = f"{self.kind} with {self.clusters} clusters is too optimistic: use CR2."
        same = "A robust standard error is zero: the effects do not differ between clusters, nothing can be inferred."
        return diagnosis.sentences(
            [
                ((self.se < 1e-14).any(), same),
                ((self.df < 4).any(), low),
                (self.kind != "CR2" and self.clusters < 40, plain),
            ],
        )


def robust(
    model: Multilevel, *, kind: str = "CR2", cluster: ArrayLike | None = None, level: float = 0.95
) -> RobustInference:
    """Return cluster-robust inference on the coefficients of a model.

    Args:
        model: a fitted multilevel model.
        kind: `CR2` (bias-reduced, Satterthwaite), `CR1` (times m/(m - p)) or `CR0`, both t on m - p.
        cluster: (k) labels; by default the studies.
        level: level of the intervals.

    Raises:
        UnknownTermError: no such kind.
        StatisticsError: no more clusters than coefficients.
    """
    which, alpha = choose(kind, KINDS, kind="robust variance"), tail(level)
    expect(model, Multilevel, "multilevel")
    labels = model.study if cluster is None else np.asarray(cluster)
    if labels.shape != (model.k,):
        raise StatisticsError(f"{model.k} effects need {model.k} cluster labels, got shape {labels.shape}")
    codes = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    m, p = int(codes.max()) + 1, model.beta.size
    if m <= p:
        raise StatisticsError(f"{m} clusters cannot give robust errors of {p} coefficients")
    covariance, df = _sandwich(model, codes, m, which)
    se = np.sqrt(np.diagonal(covariance))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic, half = model.beta / se, critical_value(alpha, df) * se
    return RobustInference(
        kind=which, clusters=m, level=level, beta=model.beta, se=se, df=df, statistic=statistic,
        p=two_sided_p(statistic, df), lower=model.beta - half, upper=model.beta + half, covariance=covariance,
    )  # fmt: skip


def _sandwich(model: Multilevel, codes: IntArray, m: int, kind: str) -> tuple[FloatArray, FloatArray]:
    if kind == "CR2":
        return _bias_reduced(model, codes, m)
    p, bread = model.beta.size, model.covariance
    wx = np.linalg.solve(model.marginal, model.design)
    residual = model.y - model.design @ model.beta
    indicator = np.where(codes == np.arange(m)[:, np.newaxis], 1.0, 0.0)
    scores = indicator @ (wx * residual[:, np.newaxis])
    factor = m / (m - p) if kind == "CR1" else 1.0
    return factor * bread @ (scores.T @ scores) @ bread, np.full(p, float(m - p))


def _bias_reduced(model: Multilevel, codes: IntArray, m: int) -> tuple[FloatArray, FloatArray]:
    """Return the CR2 covariance and Satterthwaite degrees of freedom of each coefficient."""
    x, phi, bread = model.design, model.marginal, model.covariance
    wx = np.linalg.solve(phi, x)
    residual = model.y - x @ model.beta
    annihilator = np.eye(model.k) - x @ bread @ wx.T
    scores, directions = [], []
    for cluster in range(m):
        rows = np.flatnonzero(codes == cluster)
        adjusted = _adjustment(phi, annihilator, rows) @ wx[rows] @ bread
        scores.append(adjusted.T @ residual[rows])
        directions.append(annihilator[rows].T @ adjusted)
    covariance = np.einsum("ip,iq->pq", scores, scores)
    p = np.stack(directions)
    products = np.einsum("ikp,kl,jlp->pij", p, phi, p, optimize=True)
    expected = np.einsum("pii->p", products)
    return covariance, expected**2 / (products**2).sum(axis=(1, 2))


def _adjustment(phi: FloatArray, annihilator: FloatArray, rows: IntArray) -> FloatArray:
    """Return A_i = D (D B D')^-1/2 D' with D D' = Phi_i, B the covariance of the residuals of the cluster."""
    block = phi[np.ix_(rows, rows)]
    root = np.linalg.cholesky(block)
    b = annihilator[rows] @ phi @ annihilator[rows].T
    values, vectors = np.linalg.eigh(root.T @ b @ root)
    kept = values > 1e-12 * max(values.max(), 1e-300)
    inverse = np.where(kept, np.where(kept, values, 1.0) ** -0.5, 0.0)
    result: FloatArray = root @ (vectors * inverse) @ vectors.T @ root.T
    return result
