"""Regression tests of funnel-plot asymmetry: effect size against a measure of precision.

Egger, Davey Smith, Schneider & Minder 1997, BMJ 315:629, as weighted regression with multiplicative dispersion (`lm`);
Sterne & Egger 2005, in Rothstein et al., Publication Bias in Meta-Analysis, ch. 6; Thompson & Sharp 1999, Stat Med
18:2693, as meta-regression with additive between-study variance (`rma`). The value at infinite precision is the limit
estimate of Moreno et al. 2009, BMC Med Res Methodol 9:2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.display import Shown
from mscevidence.stats.distributions import critical_value, two_sided_p
from mscevidence.stats.inputs import FloatArray, choose, names, number, positive, tail
from mscevidence.stats.regression_tau2 import residual_tau2
from mscevidence.stats.single import single_analysis
from mscevidence.stats.weighted_least_squares import least_squares

PREDICTORS = names(
    {
        "sei": ("standard-error",),
        "vi": ("variance",),
        "ni": ("n", "sample-size"),
        "ninv": ("1/n",),
        "sqrtni": ("sqrt-n",),
        "sqrtninv": ("1/sqrt-n",),
    }
)
MODELS = names({"lm": ("egger", "weighted"), "rma": ("mixed", "thompson")})
TESTS = names({"z": ("normal",), "t": (), "knha": ("hartung-knapp",)})
TAU2 = names({"EE": ("FE", "CE"), "DL": ("dersimonian-laird",), "ML": (), "REML": ()})
NEEDED = 10


@dataclass(frozen=True, slots=True)
class RegressionTest(Shown):
    """A line through the funnel: intercept + slope times the predictor. The slope is what is tested.

    Attributes:
        model: `lm` or `rma`; `predictor`: code, such as `sei`; `k`: number of studies.
        intercept, intercept_se, slope, slope_se: coefficients with standard errors.
        statistic, df, p: test of slope = 0; `df` infinite for z.
        tau2: between-study variance (`rma`); for `lm` the dispersion of the weighted regression.
        limit, limit_lower, limit_upper: effect of an infinitely precise study, for predictors that are 0 there; else
        NaN.
    """

    model: str
    predictor: str
    k: int
    intercept: float
    intercept_se: float
    slope: float
    slope_se: float
    statistic: float
    df: float
    p: float
    tau2: float
    limit: float
    limit_lower: float
    limit_upper: float

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what makes the result fragile; empty when nothing does."""
        exact = "The studies lie exactly on the line: its standard error is zero and there is no test."
        return diagnosis.sentences([(self.k < NEEDED, few(self.k)), (self.slope_se == 0, exact)])


def few(k: int) -> str:
    """Return the sentence on tests of asymmetry with few studies (Sterne et al. 2011, BMJ 343:d4002)."""
    return (
        f"{k} studies: tests of funnel asymmetry with fewer than {NEEDED} have so little power that neither a "
        "large nor a small p-value says much."
    )


def regression_test(  # noqa: PLR0913 -- every one is an option of the test
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    n: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    model: str = "rma",
    predictor: str = "sei",
    estimator: str = "REML",
    test: str = "z",
    level: float = 0.95,
) -> RegressionTest:
    """Return the regression test of funnel-plot asymmetry of one analysis.

    Args:
        yi: (k) effect sizes.
        vi: (k) sampling variances.
        n: (k) total number of patients, for the predictors made of it.
        mask: (k) boolean, True where a study is present.
        model: `lm` (weights 1/vi, residual dispersion, t on k - 2) or `rma` (meta-regression).
        predictor: `sei`, `vi`, `ni`, `ninv` (1/n), `sqrtni`, `sqrtninv` (1/sqrt(n)).
        estimator: `EE`, `DL`, `ML` or `REML`, for `rma`.
        test: `z`, `t` or `knha`, for `rma`.
        level: level of the interval of the limit.

    Raises:
        UnknownTermError: no such model, predictor, estimator or test.
        StatisticsError: fewer than 3 studies, a predictor that is the same in all studies, `n` missing.
    """
    which, kind = choose(predictor, PREDICTORS, kind="predictor"), choose(model, MODELS, kind="model")
    code, rule, alpha = choose(estimator, TAU2, kind="tau2 estimator"), choose(test, TESTS, kind="test"), tail(level)
    y, v, size = single_analysis(yi, vi, n, mask=mask, least=3)
    x = _predictor(which, v, size)
    design = np.stack([np.ones_like(x), x], axis=-1)
    if kind == "lm":
        return _line((kind, which), y, design, 1 / v, 0.0, scaled=True, df=y.size - 2.0, alpha=alpha)
    tau2 = residual_tau2(y, v, design, code)
    df = np.inf if rule == "z" else y.size - 2.0
    return _line((kind, which), y, design, 1 / (v + tau2), tau2, scaled=rule == "knha", df=df, alpha=alpha)


def _predictor(which: str, v: FloatArray, n: FloatArray | None) -> FloatArray:
    if which in {"sei", "vi"}:
        return np.sqrt(v) if which == "sei" else v
    if n is None:
        raise StatisticsError(f"the predictor {which} needs n", hint="give the patients of each study, or use sei")
    positive("n", n, np.ones(n.shape, dtype=np.bool_))
    power = {"ni": 1.0, "ninv": -1.0, "sqrtni": 0.5, "sqrtninv": -0.5}[which]
    result: FloatArray = n**power
    return result


def _line(
    named: tuple[str, str], y: FloatArray, design: FloatArray, w: FloatArray, tau2: float, *,
    scaled: bool, df: float, alpha: float,
) -> RegressionTest:  # fmt: skip
    """Return the test from the weighted regression; `scaled` multiplies the variances by the residual mean square."""
    model, predictor = named
    fit = least_squares(y, design, w)
    scale = float(fit.residual_sum) / (y.size - 2) if scaled else 1.0
    se = np.sqrt(scale * np.diagonal(fit.covariance))
    (intercept, slope), statistic = fit.beta, fit.beta[1] / se[1] if se[1] > 0 else np.nan
    half = float(critical_value(alpha, df)) * se[0]
    has_limit = predictor in {"sei", "vi", "ninv", "sqrtninv"}
    limit = (intercept, intercept - half, intercept + half) if has_limit else (np.nan, np.nan, np.nan)
    return RegressionTest(
        model, predictor, int(y.size), float(intercept), float(se[0]), float(slope), float(se[1]), float(statistic),
        df, float(two_sided_p(statistic, df)), scale if model == "lm" else tau2, *(float(value) for value in limit),
    )  # fmt: skip


def weighted_line(
    y: ArrayLike, x: ArrayLike, w: ArrayLike, *, predictor: str = "", level: float = 0.95
) -> RegressionTest:
    """Return the weighted regression of `y` on `x` with weights `w`, dispersion estimated, t on k - 2.

    Raises:
        StatisticsError: fewer than 3 studies, an `x` that does not vary.
    """
    columns = [number(name, values) for name, values in (("y", y), ("x", x), ("w", w))]
    if columns[0].size < 3:
        raise StatisticsError(f"{columns[0].size} studies: a line with its error needs at least 3")
    design = np.stack([np.ones_like(columns[1]), columns[1]], axis=-1)
    df = columns[0].size - 2.0
    return _line(("lm", predictor), columns[0], design, columns[2], 0.0, scaled=True, df=df, alpha=tail(level))
