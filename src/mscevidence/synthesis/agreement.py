"""Whether the methods agree on a comparison of two arms, or on an incidence rate.

On a comparison they disagree if the interval of one excludes "no difference" and that of another does not, or if two
such intervals lie on different sides; on both, if one estimate lies outside another's interval.
"""

from __future__ import annotations

from collections.abc import Sequence

from mscevidence.model import Estimate
from mscevidence.synthesis.incidence import per_text
from mscevidence.synthesis.recipes import RATIOS, Recipe

STATE_IT = "State the method with the number."
Named = tuple[str, float, float, float]
ROUNDING = 1e-6
"""Estimates of identical studies differ in the last digits; that is no disagreement."""


def agreement(named: Sequence[tuple[str, Estimate]], asked: Recipe, *, level: float) -> str:
    """Return whether the conclusion depends on the method, in a sentence that names the extremes."""
    found = [_numbers(name, one) for name, one in named]
    there = [one for one in found if one is not None]
    if len(there) < 2:
        return "Fewer than two methods give an estimate."
    low, high = min(there, key=lambda one: one[1]), max(there, key=lambda one: one[1])
    span = f"the {RATIOS.get(asked.measure, 'incidence rate')}s range from {_text(low[1], asked)} ({low[0]})"
    span += f" to {_text(high[1], asked)} ({high[0]})"
    outside = [one for one in there if _is_outside(one[1], there)]
    doubts = [_outside(len(outside), len(there))] if outside else []
    if asked.incidence:
        return f"Yes: {span}; {doubts[0]}. {STATE_IT}" if doubts else f"No: {span}; each interval holds every estimate."
    null = 0.0 if asked.measure == "RD" else 1.0
    sides = {name: (upper < null) - (lower > null) for name, _, lower, upper in there}
    reasons = [*_disagreement(sides, level), *doubts]
    if not reasons:
        where = "include" if set(sides.values()) == {0} else "exclude"
        return f"No: {span}; all {len(there)} intervals {where} no difference, and each holds every estimate."
    return f"Yes: {span}; {'; '.join(reasons)}. {STATE_IT}"


def _numbers(name: str, one: Estimate) -> Named | None:
    if one.effect is None or one.lower is None or one.upper is None:
        return None
    return name, one.effect, one.lower, one.upper


def _is_outside(effect: float, others: Sequence[Named]) -> bool:
    return any(effect < lower - ROUNDING or effect > upper + ROUNDING for _, _, lower, upper in others)


def _disagreement(sides: dict[str, int], level: float) -> list[str]:
    if len(set(sides.values())) == 1:
        return []
    excluding = [name for name, side in sides.items() if side]
    return [f"no difference lies outside the {100 * level:g}% interval of {', '.join(excluding)} only"]


def _outside(outside: int, total: int) -> str:
    return f"{outside} of {total} estimates lie outside another method's interval"


def _text(value: float, asked: Recipe) -> str:
    if asked.incidence:
        return per_text(value, asked.time_unit)
    return f"{100 * value:.1f} points" if asked.measure == "RD" else f"{value:.2f}"
