"""An axis of effects on the scale of an analysis, labelled in what a reader understands: per cent, ratios, points."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from matplotlib.axes import Axes

from mscevidence.model import INCIDENCES, Measure, Pooled
from mscevidence.publish.scale import scale_of

_FEWEST_TICKS = 4
_MOST_TICKS = 12
_DIGITS = (
    (1,),
    (1, 2, 5),
    (1, 1.5, 2, 3, 4, 5, 6, 7, 8),
    (1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9),
    tuple(tenth / 10 for tenth in range(10, 100)),
)
"""First digits of round numbers, sparse to dense."""
_EDGES = (0.001, 0.01, 0.02, 0.05)
"""Rates near 0 that have ticks of their own; 1 less each of them near 1."""
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
    shown: list[tuple[float, float]] = []
    for candidates in _candidates(measure):
        shown = _apart([(TO_SCALE[measure](value), value) for value in candidates], low, high)
        if len(shown) >= _FEWEST_TICKS:
            break
    scale, outcome = scale_of(pooled), f"{pooled.outcome_label[:1].upper()}{pooled.outcome_label[1:]}"
    panel.set_xticks([place for place, _ in shown], [_text(value, measure) for _, value in shown])
    if scale.exposure:
        return f"{outcome}, events{scale.unit}"
    return scale.heading if scale.comparative else f"{outcome}, % of patients"


def _candidates(measure: Measure) -> Iterator[list[float]]:
    """Yield round numbers of a measure for ticks, ever closer together."""
    if measure == "RD":
        yield from ([number / parts for number in range(-parts, parts + 1)] for parts in (10, 20, 50, 100))
    elif measure in ("OR", "RR") or measure in INCIDENCES:
        yield from (sorted(step * 10.0**power for power in range(-5, 5) for step in steps) for steps in _DIGITS)
    else:
        yield [*_EDGES, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, *(1 - edge for edge in reversed(_EDGES))]
        yield from ([number / parts for number in range(1, parts)] for parts in (10, 20, 50, 100, 200, 1000))


def _apart(ticks: Sequence[tuple[float, float]], low: float, high: float) -> list[tuple[float, float]]:
    """Return the ticks between two ends that leave each other room, places and values."""
    shown: list[tuple[float, float]] = []
    for place, value in ticks:
        if low <= place <= high and (not shown or place - shown[-1][0] >= (high - low) / _MOST_TICKS):
            shown.append((place, value))
    return shown


def _text(value: float, measure: Measure) -> str:
    if measure in ("OR", "RR"):
        return f"{value:g}"
    points = round(100 * value, 3)
    return f"{points:,g}".replace("-", "\N{MINUS SIGN}")
