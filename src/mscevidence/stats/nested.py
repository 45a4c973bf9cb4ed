"""Multilevel meta-analysis: effects nested in studies, by (restricted) maximum likelihood.

y = X b + Z1 u1 (+ Z2 u2) + e with e ~ N(0, diag(v)), u1 ~ N(0, s1) per study and u2 ~ N(0, s2) per effect within a
study. Konstantopoulos 2011, Res Synth Methods 2:61; Van den Noortgate et al. 2013, Behav Res Methods 45:576. With
P = W - W X (X'WX)^-1 X'W, W the inverse of the marginal covariance, the score of the restricted likelihood is
-(tr(P ZZ') - y'P ZZ' P y)/2 (Harville 1977, JASA 72:320).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.box_newton import maximise
from mscevidence.stats.display import Shown
from mscevidence.stats.distributions import chi2_tail, critical_value, f_tail, two_sided_p
from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray, choose, names, tail, together
from mscevidence.stats.single import single_analysis
from mscevidence.stats.weighted_least_squares import least_squares

METHODS = names({"REML": (), "ML": ()})
TESTS = names({"z": ("normal",), "t": ()})


@dataclass(frozen=True, slots=True)
class Multilevel(Shown):
    """A multilevel model.

    Attributes:
        method, test, level: as asked for.
        beta, se, statistic, p, lower, upper: (p) coefficients with their inference; `df`: infinite for z.
        covariance: (p, p) of the coefficients.
        sigma2: variance components, between studies and (if modelled) within studies.
        qe, qe_df, qe_p: residual heterogeneity; qm, qm_df, qm_p: Wald test of the moderators (of the mean without
            moderators), F with test t.
        log_likelihood: with all constants, restricted for REML.
        pi_lower, pi_upper: prediction interval of a new effect in a new study; NaN with moderators.
        k: number of effects; studies: number of studies; converged: whether the search ended in a maximum.
        y, design, study, marginal: the data (k), (k, p), (k) and the fitted marginal covariance (k, k).
    """

    _item = "coefficient"
    _lead = "beta"
    _hidden = ("covariance", "sigma2", "y", "design", "study", "marginal")

    method: str
    test: str
    level: float
    beta: FloatArray
    se: FloatArray
    statistic: FloatArray
    p: FloatArray
    lower: FloatArray
    upper: FloatArray
    df: float
    covariance: FloatArray
    sigma2: FloatArray
    qe: float
    qe_df: int
    qe_p: float
    qm: float
    qm_df: int
    qm_p: float
    log_likelihood: float
    pi_lower: float
    pi_upper: float
    k: int
    studies: int
    converged: bool
    y: FloatArray
    design: FloatArray
    study: IntArray
    marginal: FloatArray

    @property
    def parameters(self) -> int:
        """Number of coefficients and variance components."""
        return int(self.beta.size + self.sigma2.size)

    @property
    def aic(self) -> float:
        """Akaike's information criterion."""
        return -2 * self.log_likelihood + 2 * self.parameters

    @property
    def bic(self) -> float:
        """Schwarz's information criterion; observations are k, for REML k - p."""
        return float(-2 * self.log_likelihood + self.parameters * np.log(self._observations()))

    @property
    def aicc(self) -> float:
        """Akaike's criterion with the small-sample correction of Hurvich & Tsai 1989."""
        size = max(self._observations(), self.parameters + 2)
        return -2 * self.log_likelihood + 2 * self.parameters * size / (size - self.parameters - 1)

    def _observations(self) -> int:
        return self.k - (self.beta.size if self.method == "REML" else 0)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what makes the result fragile; empty when nothing does."""
        few = f"{self.studies} studies: the variance between studies is hardly determined."
        zero = "A variance component is estimated as zero: with few studies this is no proof that they agree."
        return diagnosis.sentences(
            [
                (self.studies < 5, few),
                ((self.sigma2 == 0).any(), zero),
                (not self.converged, "The search for the maximum did not converge: do not use this result."),
            ]
        )


def multilevel(  # noqa: PLR0913 -- three columns and what the model is
    yi: ArrayLike,
    vi: ArrayLike,
    study: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    within: bool = True,
    moderators: ArrayLike | None = None,
    method: str = "REML",
    test: str = "t",
    level: float = 0.95,
) -> Multilevel:
    """Return the multilevel model of effects in studies, of one analysis.

    Which effects belong together shapes the covariance matrix: a batch would share nothing. Call it once per analysis.

    Args:
        yi: (k) effect sizes.
        vi: (k) sampling variances; sampling errors are taken as independent (see `robust` where they are not).
        study: (k) labels of the studies.
        mask: (k) boolean, True where an effect is present; the others are as if they had never been given.
        within: also let the effects of a study differ (second variance component).
        moderators: (k) or (k, m) covariates; an intercept is added.
        method: `REML` or `ML`.
        test: `t` (k - p degrees of freedom) or `z`.
        level: level of the intervals.

    Raises:
        UnknownTermError: no such method or test.
        StatisticsError: unusable values, fewer than two studies, a singular design, `within` without a study with
            several effects.
    """
    rule, kind, alpha = choose(method, METHODS, kind="method"), choose(test, TESTS, kind="test"), tail(level)
    y, v, _ = single_analysis(yi, vi, mask=mask, least=2)
    present = together(mask, yi=yi, vi=vi)[1]
    codes, design = _codes(study, present), _design(moderators, present)
    if y.size <= design.shape[1]:
        raise StatisticsError(f"{y.size} effects cannot determine {design.shape[1]} coefficients")
    fixed = least_squares(y, design, 1 / v)
    problem = _Problem(y, v, design, _members(codes, within=within), within, rule == "REML")
    sigma2, height, converged = _search(problem)
    solved = problem.solve(sigma2)
    beta, covariance = solved.beta, solved.covariance
    df = float(y.size - design.shape[1]) if kind == "t" else np.inf
    se, qe, qe_df = np.sqrt(np.diagonal(covariance)), float(fixed.residual_sum), y.size - design.shape[1]
    half, statistic = float(critical_value(alpha, df)) * se, beta / se
    qm, qm_df, qm_p = _wald(beta, covariance, df)
    spread = float(critical_value(alpha, df)) * float(np.sqrt(se[0] ** 2 + sigma2.sum())) if beta.size == 1 else np.nan
    return Multilevel(
        method=rule, test=kind, level=level, beta=beta, se=se, statistic=statistic, p=two_sided_p(statistic, df),
        lower=beta - half, upper=beta + half, df=df, covariance=covariance, sigma2=sigma2,
        qe=qe, qe_df=qe_df, qe_p=float(chi2_tail(qe, qe_df)), qm=qm, qm_df=qm_df, qm_p=qm_p,
        log_likelihood=height, pi_lower=float(beta[0] - spread), pi_upper=float(beta[0] + spread),
        k=y.size, studies=int(codes.max()) + 1, converged=converged, y=y, design=design, study=codes,
        marginal=problem.marginal(sigma2),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Solved:
    """What the likelihood needs at given variance components, without the marginal covariance V itself.

    V is diagonal plus s1 for every pair of effects of one study; with d = 1/(v + s2), a = sum d in a study and f =
    s1/(1 + s1 a) its inverse is diag(d) - f d d' (Sherman & Morrison 1950).
    """

    d: FloatArray
    a: FloatArray
    f: FloatArray
    wx: FloatArray
    covariance: FloatArray
    beta: FloatArray
    e: FloatArray
    log_determinant: float


@dataclass(frozen=True, slots=True)
class _Problem:
    y: FloatArray
    v: FloatArray
    design: FloatArray
    member: FloatArray
    within: bool
    restricted: bool

    @property
    def components(self) -> int:
        """Number of variance components."""
        return 2 if self.within else 1

    def marginal(self, sigma2: FloatArray) -> FloatArray:
        """Return V (k, k)."""
        diagonal = self.v + (sigma2[1] if self.within else 0.0)
        result: FloatArray = np.diag(diagonal) + sigma2[0] * (self.member.T @ self.member)
        return result

    def solve(self, sigma2: FloatArray) -> _Solved:
        """Return the generalised least-squares solution."""
        d = 1 / (self.v + (sigma2[1] if self.within else 0.0))
        a = self.member @ d
        f = sigma2[0] / (1 + sigma2[0] * a)

        def weighted(columns: FloatArray) -> FloatArray:
            scaled = d[:, np.newaxis] * columns
            inner = self.member.T @ (f[:, np.newaxis] * (self.member @ scaled))
            result: FloatArray = scaled - d[:, np.newaxis] * inner
            return result

        wx, wy = weighted(self.design), weighted(self.y[:, np.newaxis])[:, 0]
        covariance = np.asarray(np.linalg.inv(self.design.T @ wx), dtype=np.float64)
        beta = covariance @ (wx.T @ self.y)
        logdet = float(np.log1p(sigma2[0] * a).sum() - np.log(d).sum())
        return _Solved(d, a, f, wx, covariance, beta, wy - wx @ beta, logdet)

    def value(self, sigma2: FloatArray) -> tuple[float, FloatArray]:
        """Return the (restricted) log-likelihood and its gradient at the variance components."""
        shift = sigma2[1] if self.within else 0.0
        if (self.v + shift).min() <= 0 or (1 + sigma2[0] * (self.member @ (1 / (self.v + shift)))).min() <= 0:
            return -np.inf, np.zeros_like(sigma2)
        at = self.solve(sigma2)
        p = self.design.shape[1] if self.restricted else 0
        total = (self.y.size - p) * np.log(2 * np.pi) + at.log_determinant + self.y @ at.e
        sums = self.member @ at.wx
        trace = [(at.a - at.f * at.a**2).sum(), (at.d - at.d**2 * (self.member.T @ at.f)).sum()]
        if self.restricted:
            total -= np.linalg.slogdet(self.design.T @ self.design)[1] + np.linalg.slogdet(at.covariance)[1]
            trace[0] -= np.einsum("gp,pq,gq->", sums, at.covariance, sums)
            trace[1] -= np.einsum("kp,pq,kq->", at.wx, at.covariance, at.wx)
        squares = np.array([((self.member @ at.e) ** 2).sum(), (at.e**2).sum()])
        return float(-total / 2), ((squares - trace) / 2)[: self.components]


def _search(problem: _Problem) -> tuple[FloatArray, float, bool]:
    spread = max(float(np.var(problem.y)), 1e-6)
    count = problem.components
    shares = [np.full(count, f) for f in (0.5, 0.05)] + [np.eye(count)[i] * 0.8 + 0.05 for i in range(count)]
    lower, upper = np.zeros(count), np.full(count, np.inf)
    found = [maximise(problem.value, spread * share, lower, upper) for share in shares]
    return max(found, key=lambda result: (result[1], result[2]))


def _members(codes: IntArray, *, within: bool) -> FloatArray:
    """Return the indicator matrix (studies, k)."""
    studies = int(codes.max()) + 1
    if studies < 2:
        raise StatisticsError("all effects are of one study: there is nothing between studies")
    if within and studies == codes.size:
        raise StatisticsError(
            "no study has several effects: variance within studies cannot be told from variance between them",
            hint="use within=False, or random_effects",
        )
    return np.where(np.arange(studies)[:, np.newaxis] == codes, 1.0, 0.0)


def _codes(study: ArrayLike, present: BoolArray) -> IntArray:
    """Return the studies of the present effects as numbers 0, 1, .."""
    labels = np.asarray(study)
    if labels.shape != present.shape:
        raise StatisticsError(f"{present.size} effects need {present.size} study labels, got shape {labels.shape}")
    return np.unique(labels[present], return_inverse=True)[1].astype(np.int64)


def _design(moderators: ArrayLike | None, present: BoolArray) -> FloatArray:
    """Return the intercept and the moderators of the present effects as columns (k, p)."""
    k = present.size
    ones = np.ones((int(present.sum()), 1))
    if moderators is None:
        return ones
    columns = np.asarray(moderators, dtype=np.float64)
    columns = columns[:, np.newaxis] if columns.ndim == 1 else columns
    if columns.shape[0] != k or not np.isfinite(columns[present]).all():
        raise StatisticsError(f"moderators must be {k} finite numbers each, got shape {columns.shape}")
    return np.concatenate([ones, columns[present]], axis=1)


def _wald(beta: FloatArray, covariance: FloatArray, df: float) -> tuple[float, int, float]:
    """Return the Wald test of all but the intercept (of the intercept if there is nothing else)."""
    tested = slice(1, None) if beta.size > 1 else slice(None)
    b = beta[tested]
    q = float(b @ np.linalg.solve(covariance[tested, tested], b))
    if np.isinf(df):
        return q, b.size, float(chi2_tail(q, b.size))
    return q / b.size, b.size, float(f_tail(q / b.size, b.size, df))
