"""The events of the arms of a study given their total: exactly (non-central hypergeometric) or as a multinomial.

Given the total, independent binomials with logits alpha + theta_j do not depend on alpha (Stijnen, Hamza & Özdemir
2010, Stat Med 29:3046, section 3; McCullagh & Nelder 1989, Generalized Linear Models, section 7.3). The log-likelihood
is concave; its gradient is events minus their conditional mean, its Hessian minus their conditional covariance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import special

from mscevidence.errors import StatisticsError
from mscevidence.stats.inputs import FloatArray

ArmsOfStudy = tuple[tuple[int, ...], FloatArray, FloatArray]
Moments = tuple[float, FloatArray, FloatArray]


def conditional_maximum(studies: Sequence[ArmsOfStudy], size: int, *, exact: bool) -> tuple[FloatArray, FloatArray]:
    """Return the log odds of the treatments (T, the first zero) and the information matrix (T, T).

    Args:
        studies: positions of the treatments, events and patients of the arms of each study.
        size: number of treatments T.
        exact: the hypergeometric likelihood, else the multinomial one.

    Raises:
        StatisticsError: the likelihood has no maximum, such as when a treatment has no event, or only events.
    """
    if exact and any((x != np.floor(x)).any() for _, x, _ in studies):
        raise StatisticsError("the exact likelihood needs whole counts", hint="keep or drop empty arms")
    theta = np.zeros(size)
    height, gradient, information = _sums(studies, theta, exact=exact)
    for _ in range(100):
        try:
            step = np.linalg.solve(information[1:, 1:], gradient[1:])
        except np.linalg.LinAlgError as error:
            raise _unbounded() from error
        if np.abs(step).max() < 1e-10:
            return theta, information
        scale = min(1.0, 2.0 / float(np.abs(step).max()))
        for _ in range(40):
            new = theta.copy()
            new[1:] += scale * step
            found = _sums(studies, new, exact=exact)
            if found[0] >= height - 1e-12 * abs(height):
                break
            scale /= 2
        theta, (height, gradient, information) = new, found
        if np.abs(theta).max() > 30:
            break
    raise _unbounded()


def _unbounded() -> StatisticsError:
    return StatisticsError(
        "the conditional likelihood has no maximum: a treatment has no event, or only events, or is not connected",
        hint="leave the treatment out, or use empty_arms='correct'",
    )


def _sums(studies: Sequence[ArmsOfStudy], theta: FloatArray, *, exact: bool) -> Moments:
    height, gradient, information = 0.0, np.zeros_like(theta), np.zeros((theta.size, theta.size))
    for arms, x, n in studies:
        at = list(arms)
        constant, mean, covariance = (_hypergeometric if exact else _multinomial)(theta[at], x, n)
        height += float(x @ theta[at]) - constant
        gradient[at] += x - mean
        information[np.ix_(at, at)] += covariance
    return height, gradient, information


def _multinomial(theta: FloatArray, x: FloatArray, n: FloatArray) -> Moments:
    total, log_share = x.sum(), theta + np.log(n)
    constant = special.logsumexp(log_share)
    p = np.exp(log_share - constant)
    return float(total * constant), total * p, total * (np.diag(p) - np.outer(p, p))


def _hypergeometric(theta: FloatArray, x: FloatArray, n: FloatArray) -> Moments:
    """Return the log constant, mean and covariance of the events given their total, by convolution of binomials.

    The common logit is chosen such that the binomials expect about the total, so that no probability vanishes.
    """
    total = int(x.sum())
    alpha = _centre(theta, n, total)
    logit = theta + alpha
    share = [_binomial(int(size), float(one), total) for size, one in zip(n, logit, strict=True)]
    arms = range(len(share))
    # How the events of the other arms are distributed, given one arm or two.
    whole = _sum_of(share, total)[total]
    mean, covariance = np.zeros(len(share)), np.zeros((len(share), len(share)))
    for i in arms:
        own = np.arange(share[i].size)
        rest = _sum_of([share[j] for j in arms if j != i], total)
        p = share[i] * rest[total - own] / whole
        mean[i] = p @ own
        covariance[i, i] = p @ (own - mean[i]) ** 2
    for i in arms:
        for j in range(i):
            rest = _sum_of([share[h] for h in arms if h not in (i, j)], total)
            one, other = np.arange(share[i].size), np.arange(share[j].size)
            deviation = share[j] * (other - mean[j])
            both = np.convolve(deviation, rest)[: total + 1]
            covariance[i, j] = covariance[j, i] = (share[i] * (one - mean[i])) @ both[total - one] / whole
    # The binomial probabilities carry (1 - p)^n and alpha x; take both out of the constant again.
    constant = float(np.log(whole) + (n * np.logaddexp(0.0, logit)).sum() - alpha * total)
    return constant, mean, covariance


def _centre(theta: FloatArray, n: FloatArray, total: int) -> float:
    alpha = float(special.logit(np.clip(total / n.sum(), 1e-9, 1 - 1e-9)) - np.average(theta, weights=n))
    for _ in range(50):
        p = special.expit(theta + alpha)
        step = float(np.clip((total - n @ p) / max(float(n @ (p * (1 - p))), 1e-12), -2.0, 2.0))
        alpha += step
        if abs(step) < 1e-6:
            break
    return alpha


def _binomial(n: int, logit: float, most: int) -> FloatArray:
    """Return the probabilities of 0, 1, .. min(n, most) events, zero-padded to most + 1."""
    x = np.arange(min(n, most) + 1.0)
    log_choose = special.gammaln(n + 1) - special.gammaln(x + 1) - special.gammaln(n - x + 1)
    found = np.zeros(most + 1)
    found[: x.size] = np.exp(log_choose + x * logit - n * np.logaddexp(0.0, logit))
    return found


def _sum_of(parts: Sequence[FloatArray], total: int) -> FloatArray:
    found = np.zeros(total + 1)
    found[0] = 1.0
    for part in parts:
        found = np.convolve(found, part)[: total + 1]
    return found
