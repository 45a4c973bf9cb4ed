"""The headline: the answer of an analysis in one line, and whether it tells anything."""

from __future__ import annotations

from mscevidence.model import Estimate
from mscevidence.publish import wording
from mscevidence.publish.scale import RATE, Scale


def headline(estimate: Estimate, level: float, scale: Scale = RATE) -> str:
    """Return the answer in one line: ``44.4 % (95% interval 21.5 to 69.2)``, or why there is none."""
    if estimate.effect is None:
        return wording.status_sentence(estimate)
    low, high = scale.number(estimate.lower), scale.number(estimate.upper)
    name = f"{scale.name} " if scale.comparative else ""
    answer = f"{name}{scale.number(estimate.effect)}{scale.unit} ({wording.level_text(level)} interval {low} to {high})"
    return f"{answer}: not informative" if is_uninformative(estimate, scale) else answer


def is_uninformative(estimate: Estimate, scale: Scale = RATE) -> bool:
    """Return whether an interval says nearly nothing.

    That of a share covers nine tenths of what is possible, that of a ratio or an incidence rate a hundredfold, that of
    a difference a whole.
    """
    low, high = estimate.lower, estimate.upper
    if low is None or high is None:
        return False
    if scale.logarithmic or scale.exposure:
        return high >= 100 * low
    return high - low >= (1.0 if scale.comparative else 0.9)
