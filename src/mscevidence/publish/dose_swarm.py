"""Many arms of a dose-response at once: dots beside each other, and per study whether its rate rises with the dose.

Where a symbol for each study would be more symbols than anybody can tell apart, what counts is how many studies go up
and how many go down.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mscevidence.publish.plot_page import BLUE, GREY, VERMILLION, PlotPage
from mscevidence.publish.sheet import write
from mscevidence.synthesis import DoseArm

ACROSS, DOWN, LEGEND, ENTRY = 460.0, 340.0, 150.0, 16.0
SMALLEST, LARGEST = 3.5, 9.0
BETWEEN = 1.5
"""Points between two dots."""
WIDEST = 0.8
"""How much of the way to the nearest other dose the dots of one may take."""


@dataclass(frozen=True)
class Trend:
    """Which way the rate of a study goes with its dose, and how its line looks: by colour and by dashes."""

    name: str
    colour: str
    dashes: tuple[float, ...]


RISES = Trend("rises with the dose", BLUE, ())
FALLS = Trend("falls with the dose", VERMILLION, (5.0, 2.0))
NEITHER = Trend("neither", GREY, (1.0, 1.6))


def draw_swarm(page: PlotPage, arms: Sequence[DoseArm], graded: Sequence[str]) -> None:
    """Draw all arms as dots, and a line through the arms of each study with several doses."""
    own = {name: sorted((arm for arm in arms if arm.study == name), key=lambda arm: arm.dose) for name in graded}
    most = max(arm.n for arm in arms)
    sizes = {id(arm): max(SMALLEST, LARGEST * math.sqrt(arm.n / most)) for arm in arms}
    places = swarm([(math.log10(arm.dose), 100 * arm.effect, sizes[id(arm)]) for arm in arms], *_units(page))
    at = {id(arm): place for arm, place in zip(arms, places, strict=True)}
    trends = {name: trend_of(found) for name, found in own.items()}
    for name, found in own.items():
        trend = trends[name]
        page.panel.plot(
            [at[id(arm)] for arm in found], [100 * arm.effect for arm in found],
            color=trend.colour, linewidth=0.9, alpha=0.45, dashes=trend.dashes or (None, None), zorder=3,
        )  # fmt: skip
    for arm in arms:
        colour = trends[arm.study].colour if arm.study in trends else GREY
        page.panel.plot(
            [at[id(arm)]], [100 * arm.effect], "o", markersize=sizes[id(arm)], color=colour, zorder=5, clip_on=False,
            markerfacecolor=colour if arm.study in trends else "white", markeredgewidth=0.8,
            markeredgecolor="white" if arm.study in trends else colour,
        )  # fmt: skip
    _legend(page, trends, len({arm.study for arm in arms} - set(graded)))


def trend_of(arms: Sequence[DoseArm]) -> Trend:
    """Return which way the rate goes from the lowest to the highest dose of a study."""
    if not arms or arms[-1].effect == arms[0].effect:
        return NEITHER
    return RISES if arms[-1].effect > arms[0].effect else FALLS


def swarm(dots: Sequence[tuple[float, float, float]], across: float, down: float) -> list[float]:
    """Return the places of dots on the horizontal axis: as near to their own as they can be without touching.

    Args:
        dots: x, y and diameter in points.
        across: units of the horizontal axis in a point.
        down: units of the vertical axis in a point.
    """
    levels = sorted({x for x, _, _ in dots})
    gaps = [later - sooner for sooner, later in itertools.pairwise(levels)]
    reach = WIDEST * min((gap for gap in gaps if gap > 2 * LARGEST * across), default=math.inf) / 2
    columns: dict[float, list[int]] = defaultdict(list)
    for number, (x, _, _) in enumerate(dots):
        columns[x].append(number)
    found = [x for x, _, _ in dots]
    for x, members in columns.items():
        placed: list[tuple[float, float, float]] = []
        for number in sorted(members, key=lambda one: -dots[one][2]):
            _, y, size = dots[number]
            found[number] = _nearest(x, y, size, placed, (across, down, reach))
            placed.append((found[number], y, size))
    return found


def _nearest(
    x: float, y: float, size: float, placed: Sequence[tuple[float, float, float]], room: tuple[float, float, float]
) -> float:
    """Return the free place nearest to x; x itself where nothing is free within reach."""
    across, down, reach = room
    for step in range(400):
        for sign in (1, -1):
            tried = x + sign * step * across
            if abs(tried - x) > reach:
                return x
            if all(
                math.hypot((tried - other) / across, (y - height) / down) >= (size + its) / 2 + BETWEEN
                for other, height, its in placed
            ):
                return tried
    return x


def _units(page: PlotPage) -> tuple[float, float]:
    """Return how many units of both axes a point is."""
    low, high = page.panel.get_xlim()
    bottom, top = page.panel.get_ylim()
    return (high - low) / ACROSS, (top - bottom) / DOWN


def _legend(page: PlotPage, trends: Mapping[str, Trend], others: int) -> None:
    counted = Counter(trends.values())
    y = page.top + ENTRY / 2
    for trend in (RISES, FALLS, NEITHER):
        if counted[trend]:
            x = page.beside + 14
            page.page.plot([x, x + 24], [y, y], color=trend.colour, linewidth=1.2, dashes=trend.dashes or (None, None))
            page.page.plot([x + 12], [y], "o", color=trend.colour, markersize=6)
            write(page.page, x + 31, y, f"{trend.name}: {counted[trend]}")
            y += ENTRY
    if others:
        page.page.plot([page.beside + 26], [y], "o", color=GREY, markerfacecolor="white", markersize=6)
        write(page.page, page.beside + 45, y, f"one dose only: {others}")


def notes() -> Iterator[str]:
    """Yield what a reader of the swarm must know."""
    yield "Dots of one dose stand beside each other; lines join the arms of a study."
    yield "With so many arms their intervals are not drawn."
