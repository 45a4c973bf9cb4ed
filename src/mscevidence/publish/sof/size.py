"""The optimal information size: how many patients, or events, one adequate study of the same question would need."""

from __future__ import annotations

import math
from statistics import NormalDist


def size_for_rate(rate: float, *, margin: float, alpha: float = 0.05) -> int | None:
    """Return the patients that measure a rate to within a margin: z² p (1 - p) / d², rounded up.

    None at a rate of 0 or 1, where the formula ends. Cochran WG, Sampling Techniques, 3rd edition 1977, section 4.4.

    Args:
        rate: the expected proportion.
        margin: half of the width of the interval, as a proportion.
        alpha: one minus the level of the interval.
    """
    if not 0 < rate < 1:
        return None
    return _up(_z(1 - alpha / 2) ** 2 * rate * (1 - rate) / margin**2)


def events_for_incidence(factor: float, *, alpha: float = 0.05) -> int:
    """Return the events that measure an incidence rate to within a factor: (z / log of the factor)², rounded up.

    The standard error of a log rate is one over the root of its events. Rothman KJ, Greenland S, Lash TL, Modern
    Epidemiology, 3rd edition 2008, chapter 14.

    Args:
        factor: upper limit over rate, and rate over lower limit; above 1.
        alpha: one minus the level of the interval.
    """
    return _up((_z(1 - alpha / 2) / math.log(factor)) ** 2)


def size_for_difference(control: float, treated: float, *, alpha: float = 0.05, power: float = 0.80) -> int | None:
    """Return the patients of both arms together that show the difference of two risks, in equal arms.

    Each arm: (z for alpha/2 + z for power)² (p1 (1 - p1) + p2 (1 - p2)) / (p1 - p2)², rounded up. None where a risk is
    not between 0 and 1 or nothing differs. Fleiss JL, Levin B, Paik MC, Statistical Methods for Rates and Proportions,
    3rd edition 2003, section 4.2 (without correction for continuity).
    """
    if not (0 < control < 1 and 0 < treated < 1) or control == treated:
        return None
    quantiles = (_z(1 - alpha / 2) + _z(power)) ** 2
    return 2 * _up(quantiles * (control * (1 - control) + treated * (1 - treated)) / (control - treated) ** 2)


def _z(probability: float) -> float:
    return NormalDist().inv_cdf(probability)


def _up(number: float) -> int:
    return math.ceil(round(number, 9))
