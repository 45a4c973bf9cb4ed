"""The generalised linear mixed models for counts: which family, coding, design and offset each of them has.

=========  =======  ==========================================================================================
measure    model    x_i ~ family with linear predictor
=========  =======  ==========================================================================================
PLO                 Binomial(n): mu + u
IRLN                Poisson(t): mu + u
OR, IRR    UM.FS    both arms, Binomial or Poisson: alpha_i + mu g + u z, g = 1, 0 and z = +1/2, -1/2
OR, IRR    UM.RS    the same with alpha + s_i, s ~ N(0, sigma2), instead of alpha_i
OR         CM.AL    events of arm 1 given all events: Binomial(a + c): log(n1/n2) + mu + u
OR         CM.EL    the same exactly: non-central hypergeometric with log odds ratio mu + u
IRR        CM.EL    events of arm 1 given all events: Binomial(x1 + x2): log(t1/t2) + mu + u
=========  =======  ==========================================================================================

u ~ N(0, tau2). Sources: Stijnen, Hamza & Ozdemir 2010, Stat Med 29:3046; Turner et al. 2000, Stat Med 19:3417;
Jackson et al. 2018, Stat Med 37:1059 (models 3 to 7).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from mscevidence.stats.exponential_families import Binomial, Hypergeometric, Poisson
from mscevidence.stats.inputs import FloatArray
from mscevidence.stats.mixed_model import MixedModel


@dataclass(frozen=True, slots=True)
class CountModel:
    """B analyses of k studies each, ready to fit.

    Attributes:
        model: the likelihood; the first `coefficients` columns of its design are the answer, the others study
            intercepts.
        coefficients: number of coefficients asked for: mu and moderators.
        saturated: (B, k) log-likelihood of each study at its own effect.
        effect: (B, k) the study's own effect, not finite if it has none; `information`: (B, k) of it.
        moderators: (B, k, coefficients) with the intercept first.
    """

    model: MixedModel
    coefficients: int
    saturated: FloatArray
    effect: FloatArray
    information: FloatArray
    moderators: FloatArray

    def rows(self, index: NDArray[np.intp]) -> CountModel:
        """Return the analyses of `index`."""
        parts = (self.saturated[index], self.effect[index], self.information[index], self.moderators[index])
        return CountModel(self.model.rows(index), self.coefficients, *parts)


def binomial_constant(x: FloatArray, n: FloatArray) -> FloatArray:
    """Return log C(n, x)."""
    result: FloatArray = special.gammaln(n + 1) - special.gammaln(x + 1) - special.gammaln(n - x + 1)
    return result


def _binomial_top(x: FloatArray, n: FloatArray) -> FloatArray:
    """Return the binomial log-likelihood at p = x/n."""
    result: FloatArray = binomial_constant(x, n) + special.xlogy(x, x / n) + special.xlogy(n - x, (n - x) / n)
    return result


def _poisson_top(x: FloatArray) -> FloatArray:
    """Return the Poisson log-likelihood at the mean x."""
    result: FloatArray = special.xlogy(x, x) - x - special.gammaln(x + 1)
    return result


def one_binomial(x: FloatArray, n: FloatArray, offset: FloatArray, moderators: FloatArray) -> CountModel:
    """Return the model of one binomial count (B, k) per study: PLO, CM.AL, and CM.EL for rates."""
    model = MixedModel(
        family=Binomial(n[..., np.newaxis, np.newaxis]),
        x=x[..., np.newaxis],
        coding=np.ones(1),
        design=moderators[..., np.newaxis, :],
        offset=offset[..., np.newaxis],
        constant=binomial_constant(x, n).sum(axis=-1),
    )
    with np.errstate(divide="ignore"):
        effect = np.log(x) - np.log(n - x) - offset
    return CountModel(model, moderators.shape[-1], _binomial_top(x, n), effect, x * (n - x) / n, moderators)


def one_poisson(x: FloatArray, time: FloatArray, moderators: FloatArray) -> CountModel:
    """Return the model of one event rate (B, k) per study: IRLN."""
    offset = np.log(time)
    model = MixedModel(
        family=Poisson(np.ones((1, 1, 1, 1))),
        x=x[..., np.newaxis],
        coding=np.ones(1),
        design=moderators[..., np.newaxis, :],
        offset=offset[..., np.newaxis],
        constant=-special.gammaln(x + 1).sum(axis=-1),
    )
    with np.errstate(divide="ignore"):
        return CountModel(model, moderators.shape[-1], _poisson_top(x), np.log(x) - offset, x, moderators)


def two_arms(
    x: FloatArray, size: FloatArray, moderators: FloatArray, *, rates: bool, random_studies: bool
) -> CountModel:
    """Return the model of both arms: UM.FS, or the fixed part of UM.RS.

    Args:
        x: (B, k, 2) events of arm 1 and arm 2.
        size: (B, k, 2) patients, or person-time.
        moderators: (B, k, q) with the intercept first; they act on the treatment effect.
        rates: Poisson instead of binomial.
        random_studies: one common intercept instead of one per study.
    """
    analyses, k, _ = x.shape
    treatment = np.stack([moderators, np.zeros_like(moderators)], axis=2)
    intercepts = np.ones((k, 2, 1)) if random_studies else np.repeat(np.eye(k)[:, np.newaxis, :], 2, axis=1)
    intercepts = np.broadcast_to(intercepts, (analyses, *intercepts.shape))
    if rates:
        constant, top = -special.gammaln(x + 1), _poisson_top(x)
        cells = x
    else:
        constant, top = binomial_constant(x, size), _binomial_top(x, size)
        cells = np.concatenate([x, size - x], axis=-1)
    model = MixedModel(
        family=Poisson(np.ones((1, 1, 1, 1))) if rates else Binomial(size[..., np.newaxis]),
        x=x,
        coding=np.array([0.5, -0.5]),
        design=np.concatenate([treatment, intercepts], axis=-1),
        offset=np.log(size) if rates else np.zeros((1, 1, 1)),
        constant=constant.sum(axis=(-1, -2)),
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        link = np.log(x / size) if rates else np.log(x) - np.log(size - x)
        effect = link[..., 0] - link[..., 1]
    information = 1 / (1 / np.maximum(cells, 1e-300)).sum(axis=-1)
    return CountModel(model, moderators.shape[-1], top.sum(axis=-1), effect, information, moderators)


def exact_conditional(x: FloatArray, n: FloatArray, moderators: FloatArray) -> CountModel:
    """Return the exact conditional model CM.EL of odds ratios: x (B, k, 2) events, n (B, k, 2) patients."""
    total = x.sum(axis=-1)
    lowest, highest = np.maximum(0.0, total - n[..., 1]), np.minimum(total, n[..., 0])
    support = lowest[..., np.newaxis] + np.arange(int((highest - lowest).max()) + 1)
    possible = support <= highest[..., np.newaxis]
    support = np.where(possible, support, lowest[..., np.newaxis])
    weight = binomial_constant(support, n[..., :1]) + binomial_constant(total[..., np.newaxis] - support, n[..., 1:])
    weight = np.where(possible, weight, -np.inf)
    shape = (*total.shape, 1, 1, -1)
    family = Hypergeometric(support.reshape(shape), weight.reshape(shape))
    constant = binomial_constant(x, n).sum(axis=-1)
    model = MixedModel(
        family=family,
        x=x[..., :1],
        coding=np.ones(1),
        design=moderators[..., np.newaxis, :],
        offset=np.zeros((1, 1, 1)),
        constant=constant.sum(axis=-1),
    )
    effect, saturated, information = _own_effects(model, constant, x[..., 0], lowest, highest)
    return CountModel(model, moderators.shape[-1], saturated, effect, information, moderators)


def _own_effects(
    model: MixedModel, constant: FloatArray, x: FloatArray, lowest: FloatArray, highest: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return each study's conditional maximum-likelihood log odds ratio, its log-likelihood and its information.

    At an edge of the support the estimate is infinite and the likelihood is 1.
    """
    inside: NDArray[np.bool_] = (x > lowest) & (x < highest)
    theta = np.zeros_like(x)
    low, high = np.full_like(x, -50.0), np.full_like(x, 50.0)
    for _ in range(200):
        mean, variance = _moments(model, theta)
        low, high = np.where(mean < x, theta, low), np.where(mean > x, theta, high)
        new = theta + (x - mean) / np.maximum(variance, 1e-300)
        new = np.where((new > low) & (new < high), new, (low + high) / 2)
        settled = np.abs(new - theta) <= 1e-14 * (1 + np.abs(theta))
        theta = np.where(inside, new, 0.0)
        if (settled | ~inside).all():
            break
    value = constant + x * theta - model.family.cumulant(theta[..., np.newaxis, np.newaxis])[..., 0, 0]
    edge = np.where(x == lowest, -np.inf, np.inf)
    information = np.where(inside, _moments(model, theta)[1], 0.0)
    return np.where(inside, theta, edge), np.where(inside, value, 0.0), information


def _moments(model: MixedModel, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
    mean, variance, _ = model.family.moments(theta[..., np.newaxis, np.newaxis])
    return mean[..., 0, 0], variance[..., 0, 0]
