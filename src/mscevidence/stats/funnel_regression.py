"""Regression tests of funnel-plot asymmetry: effect size against a measure of precision.

Egger, Davey Smith, Schneider & Minder 1997, BMJ 315:629, as weighted regression with multiplicative dispersion (`lm`);
Sterne & Egger 2005, in Rothstein et al., Publication Bias in Meta-Analysis, ch. 6; Thompson & Sharp 1999, Stat Med
18:2693, as meta-regression with additive between-study variance (`rma`). The value at infinite precision is the limit
estimate of Moreno et al. 2009, BMC Med Res Methodol 9:2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.display import Shown
from mscevidence.stats.distributions import critical_value, two_sided_p
from mscevidence.stats.inputs import (
    BoolArray,
    FloatArray,
    IntArray,
    aligned,
    choose,
    measured,
    names,
    plain,
    positive,
    tail,
)
from mscevidence.stats.moderator_tests import SINGULAR, TOO_FEW, statuses
from mscevidence.stats.regression_tau2 import Regression, estimate
from mscevidence.stats.weighted_least_squares import singular

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
_LEAST = 3


@dataclass(frozen=True, slots=True)
class RegressionTest(Shown):
    """A line through the funnel: intercept + slope times the predictor. The slope is what is tested.

    Every field but `model` and `predictor` has the leading shape of the input; for a single analysis it is a scalar.

    Attributes:
        model: `lm` or `rma`; `predictor`: code, such as `sei`; `k`: number of studies.
        status: `ok`, or why an analysis of a batch has no line (NaN): `singular`, `too-few`.
        intercept, intercept_se, slope, slope_se: coefficients with standard errors.
        statistic, df, p: test of slope = 0; `df` infinite for z.
        tau2: between-study variance (`rma`); for `lm` the dispersion of the weighted regression.
        limit, limit_lower, limit_upper: effect of an infinitely precise study, for predictors that are 0 there; else
        NaN.
        converged: whether the search for tau2 ended.
    """

    _item = "analysis"
    _lead = "slope"

    model: str
    predictor: str
    status: NDArray[np.str_]
    k: IntArray
    intercept: FloatArray
    intercept_se: FloatArray
    slope: FloatArray
    slope_se: FloatArray
    statistic: FloatArray
    df: FloatArray
    p: FloatArray
    tau2: FloatArray
    limit: FloatArray
    limit_lower: FloatArray
    limit_upper: FloatArray
    converged: BoolArray

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what makes the result fragile; empty when nothing does."""
        status, k = np.asarray(self.status), np.asarray(self.k)
        usable = status == "ok"
        exact = "The studies lie exactly on the line: its standard error is zero and there is no test."
        return diagnosis.sentences(
            [
                (status == TOO_FEW, f"Fewer than {_LEAST} studies: a line with its error needs that many."),
                (status == SINGULAR, "The predictor does not vary: there is no line."),
                (usable & (k < NEEDED), few(self.k)),
                (usable & (np.asarray(self.slope_se) == 0), exact),
                (usable & ~np.asarray(self.converged), "The search for tau2 did not converge: do not use this result."),
            ]
        )


def few(k: int | IntArray) -> str:
    """Return the sentence on tests of asymmetry with few studies (Sterne et al. 2011, BMJ 343:d4002)."""
    studies = "Few studies" if np.ndim(k) else f"{k} studies"
    return (
        f"{studies}: tests of funnel asymmetry with fewer than {NEEDED} have so little power that neither a "
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
    """Return the regression test of funnel-plot asymmetry of each analysis.

    An analysis without a line is an error if there is no other; in a batch it has NaN and a `status`.

    Args:
        yi: (..., k) effect sizes.
        vi: (..., k) sampling variances.
        n: (..., k) total number of patients, for the predictors made of it.
        mask: (..., k) boolean, True where a study is present.
        model: `lm` (weights 1/vi, residual dispersion, t on k - 2) or `rma` (meta-regression).
        predictor: `sei`, `vi`, `ni`, `ninv` (1/n), `sqrtni`, `sqrtninv` (1/sqrt(n)).
        estimator: `EE`, `DL`, `ML` or `REML`, for `rma`.
        test: `z`, `t` or `knha`, for `rma`.
        level: level of the interval of the limit.

    Raises:
        UnknownTermError: no such model, predictor, estimator or test.
        StatisticsError: unusable values, `n` missing; in every analysis fewer than 3 studies or a predictor that is
            the same in all of them.
    """
    which, kind = choose(predictor, PREDICTORS, kind="predictor"), choose(model, MODELS, kind="model")
    code, rule, alpha = choose(estimator, TAU2, kind="tau2 estimator"), choose(test, TESTS, kind="test"), tail(level)
    columns, present = aligned(mask, yi=yi, vi=vi, **({} if n is None else {"n": n}))
    measured(columns["yi"], columns["vi"], present)
    v = np.where(present, columns["vi"], 1.0)
    data = _regressions(columns["yi"], _predictor(which, v, columns.get("n"), present), v, present)
    options = ("EE", "lm") if kind == "lm" else (code, rule)
    return _lines((kind, which), data, present.shape[:-1], *options, alpha)


def _predictor(which: str, v: FloatArray, n: FloatArray | None, present: BoolArray) -> FloatArray:
    if which in {"sei", "vi"}:
        return np.sqrt(v) if which == "sei" else v
    if n is None:
        raise StatisticsError(f"the predictor {which} needs n", hint="give the patients of each study, or use sei")
    positive("n", n, present)
    power = {"ni": 1.0, "ninv": -1.0, "sqrtni": 0.5, "sqrtninv": -0.5}[which]
    result: FloatArray = np.where(present, n, 1.0) ** power
    return result


def _regressions(y: FloatArray, x: FloatArray, v: FloatArray, present: BoolArray) -> Regression:
    """Return the regressions of y on x, all (..., k), with all leading axes as one."""
    y, x, v, one = (
        np.where(present, values, absent).reshape(-1, present.shape[-1])
        for values, absent in ((y, 0.0), (x, 0.0), (v, 1.0), (np.ones(present.shape), 0.0))
    )
    return Regression(y, v, np.stack([one, x], axis=-1), one, one.sum(axis=-1))


def _lines(
    named: tuple[str, str], data: Regression, lead: tuple[int, ...], estimator: str, rule: str, alpha: float
) -> RegressionTest:
    """Return the tests; `rule` as in TESTS, or `lm` for the residual dispersion in the place of tau2."""
    status = statuses(data, more=True)
    _some_usable(status, data)
    usable = status == "ok"
    tau2 = estimate(data.rows(usable), estimator)
    # With tau2 in the weights, columns may turn out dependent that were not before.
    regular = data.rows(usable).fit(tau2.value).parts.regular
    status[usable] = np.where(regular, "ok", SINGULAR)
    _some_usable(status, data)
    found = _line(data.rows(status == "ok"), tau2.value[regular], rule, alpha)
    if named[1] not in {"sei", "vi", "ninv", "sqrtninv"}:
        found |= {name: np.full_like(found["slope"], np.nan) for name in ("limit", "limit_lower", "limit_upper")}
    found["converged"] = tau2.converged[regular]
    values: dict[str, Any] = {"status": status, "k": data.k.astype(np.int64)}
    for name, part in found.items():
        values[name] = np.full(status.shape, False if name == "converged" else np.nan, dtype=part.dtype)
        values[name][status == "ok"] = part
    return RegressionTest(*named, **{name: plain(value.reshape(lead)) for name, value in values.items()})


def _some_usable(status: NDArray[np.str_], data: Regression) -> None:
    if (status == TOO_FEW).all():
        raise StatisticsError(f"{data.k.max():g} studies are too few: this method needs at least {_LEAST}")
    if (status != "ok").all():
        raise singular()


def _line(data: Regression, tau2: FloatArray, rule: str, alpha: float) -> dict[str, Any]:
    """Return the line of each regression with weights 1/(v + tau2), its slope tested."""
    fit = data.fit(tau2)
    scale = fit.rest / data.df if rule in {"lm", "knha"} else np.ones_like(tau2)
    variance = scale[:, np.newaxis] * np.diagonal(fit.parts.covariance(), axis1=-2, axis2=-1)
    (intercept, slope), (intercept_se, slope_se) = fit.beta.T, np.sqrt(variance).T
    statistic = np.where(slope_se > 0, slope / np.where(slope_se > 0, slope_se, 1.0), np.nan)
    df = np.full_like(tau2, np.inf) if rule == "z" else data.df
    half = critical_value(alpha, df) * intercept_se
    return {
        "intercept": intercept, "intercept_se": intercept_se, "slope": slope, "slope_se": slope_se,
        "statistic": statistic, "df": df, "p": two_sided_p(statistic, df), "tau2": scale if rule == "lm" else tau2,
        "limit": intercept, "limit_lower": intercept - half, "limit_upper": intercept + half,
    }  # fmt: skip


def weighted_line(
    y: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    predictor: str = "",
    level: float = 0.95,
) -> RegressionTest:
    """Return the weighted regression of `y` on `x` with weights `w`, all (..., k), dispersion estimated, t on k - 2.

    Raises:
        StatisticsError: unusable values; in every analysis fewer than 3 studies or an `x` that does not vary.
    """
    columns, present = aligned(mask, y=y, x=x, w=w)
    positive("w", columns["w"], present)
    data = _regressions(columns["y"], columns["x"], 1 / np.where(present, columns["w"], 1.0), present)
    return _lines(("lm", predictor), data, present.shape[:-1], "EE", "lm", tail(level))
