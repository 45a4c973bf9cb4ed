"""Sums over disjoint arms: what arms are made of, and results added up where no patient is in two of them."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Sequence

from mscevidence.effects.usable import Usable
from mscevidence.model import Arm, Study


def sums(usable: Sequence[Usable]) -> list[Usable]:
    """Return the sums over disjoint arms, one per report, time point, definition and population."""
    alike: dict[tuple[object, ...], list[Usable]] = defaultdict(list)
    for option in usable:
        result = option.result
        alike[option.report.id, result.time_point, result.definition, result.population].append(option)
    found = [sum_of(parts) for parts in map(disjoint, alike.values()) if len(parts) > 1]
    return [one for one in found if fits(one)]


def fits(total: Usable) -> bool:
    """Return whether a sum is no larger than its study: arms cut two ways (by dose, by phase) add up to more."""
    return total.n <= _size_of(total.study)


def _size_of(study: Study) -> float:
    """Return how many patients a study has at most, by the sizes of its combined arms."""
    sizes = [
        size
        for arm in study.arms
        if arm.combines
        for size in (arm.enrolled, arm.treated, arm.evaluable)
        if isinstance(size, int)
    ]
    return max(sizes, default=float("inf"))


def disjoint(options: Iterable[Usable]) -> list[Usable]:
    """Return options whose arms share no patient, uncombined arms first; a combined arm covers its parts."""
    covered: set[str] = set()
    kept: list[Usable] = []
    for option in sorted(options, key=lambda one: len(one.arms[0].combines)):
        own = leaves(option.study, option.arms[0])
        if not own & covered:
            kept.append(option)
            covered |= own
    return kept


def leaves(study: Study, arm: Arm) -> set[str]:
    """Return the ids of the arms that an arm is made of in the end: its own, or those that it combines."""
    found: set[str] = set()
    waiting = [arm.id]
    seen: set[str] = set()
    while waiting:
        arm_id = waiting.pop()
        if arm_id in seen:
            continue
        seen.add(arm_id)
        part = study.arm(arm_id)
        if part is not None and part.combines:
            waiting.extend(part.combines)
        else:
            found.add(arm_id)
    return found


def sum_of(parts: Sequence[Usable]) -> Usable:
    """Return the sum of results that share no patient."""
    return dataclasses.replace(
        parts[0],
        keys=tuple(part.key for part in parts),
        arms=tuple(part.arms[0] for part in parts),
        events=sum(part.events for part in parts),
        n=sum(part.n for part in parts),
        time=None if parts[0].time is None else sum(part.time or 0.0 for part in parts),
        derived=any(part.derived for part in parts),
        narrative=all(part.narrative for part in parts),
    )
