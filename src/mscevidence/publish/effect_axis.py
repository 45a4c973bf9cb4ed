"""An axis of effects on the scale of an analysis, labelled in what a reader understands: per cent, ratios, points."""

from __future__ import annotations

import math
from collections.abc import Callable

from matplotlib.axes import Axes

from mscevidence.model import Measure, Pooled
from mscevidence.publish.scale import scale_of

RATES = (0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999)
_FEWEST_TICKS = 3
RATIOS = (0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 1000)
TO_SCALE: dict[Measure, Callable[[float], float]] = {
    "PLO": lambda rate: math.log(rate / (1 - rate)),
    "PLN": math.log,
    "PAS": lambda rate: math.asin(math.sqrt(rate)),
    "PFT": lambda rate: math.asin(math.sqrt(rate)),
    "PR": float,
    "IRLN": math.log,
    "IR": float,
    "IRS": math.sqrt,
    "OR": math.log,
    "RR": math.log,
    "RD": float,
}


def label_effects(panel: Axes, pooled: Pooled) -> str:
    """Put ticks of readable numbers on the horizontal axis, as far apart as it takes; return the name of the axis."""
    measure = pooled.question.measure
    low, high = sorted(panel.get_xlim())
    if measure == "RD":
        candidates = [number / 10 for number in range(-10, 11)]
    elif pooled.question.incidence:
        candidates = _incidences(*(FROM_SCALE[measure](end) for end in (low, high)))
    else:
        candidates = list(RATIOS if measure in ("OR", "RR") else RATES)
    ticks = [(TO_SCALE[measure](value), value) for value in candidates]
    ticks = [(place, value) for place, value in ticks if low <= place <= high]
    shown: list[tuple[float, float]] = []
    for place, value in ticks:
        if not shown or place - shown[-1][0] >= (high - low) / 12:
            shown.append((place, value))
    scale = scale_of(pooled)
    panel.set_xticks([place for place, _ in shown], [_text(value, measure) for _, value in shown])
    if scale.exposure:
        return f"{pooled.outcome_label.capitalize()}, events{scale.unit}"
    return scale.heading if scale.comparative else f"{pooled.outcome_label.capitalize()}, % of patients"


FROM_SCALE: dict[Measure, Callable[[float], float]] = {
    "IRLN": math.exp,
    "IR": float,
    "IRS": lambda root: max(root, 0.0) ** 2,
}


def _incidences(low: float, high: float) -> list[float]:
    """Return round numbers of events per 1 between two ends, closer together where only few would be there."""
    for steps in ((1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 7, 8), tuple(tenth / 10 for tenth in range(10, 100))):
        found = [step * 10.0**power for power in range(-5, 4) for step in steps]
        if sum(low <= one <= high for one in found) >= _FEWEST_TICKS:
            break
    return found


def _text(value: float, measure: Measure) -> str:
    if measure in ("OR", "RR"):
        return f"{value:g}"
    points = round(100 * value, 3)
    return f"{points:,g}".replace("-", "\N{MINUS SIGN}")
