"""The L'Abbe plot: the rate with cells against the rate in controls, study by study.

L'Abbe, Detsky and O'Rourke 1987 (Ann Intern Med 107:224).
"""

from __future__ import annotations

import math

import numpy as np
from matplotlib.figure import Figure

from mscevidence.errors import SelectionError
from mscevidence.model import Estimate, Pooled
from mscevidence.publish.figure import house_style
from mscevidence.publish.plot_page import BLUE, GREY, VERMILLION, PlotPage
from mscevidence.publish.scale import directions, scale_of

SMALLEST, LARGEST = 5.0, 20.0
ROOM = 3.5
TICKS = (0, 20, 40, 60, 80, 100)


def draw_labbe(pooled: Pooled) -> Figure:
    """Return the L'Abbe plot of a comparison.

    Raises:
        SelectionError: the analysis has no control arms.
    """
    rows = [(row, row.control) for row in pooled.overall.rows if row.control is not None]
    if not rows:
        raise SelectionError(f"{pooled.title}: a L'Abbé plot compares two arms", hint="ask with --measure OR, RR or RD")
    with house_style():
        page = PlotPage.blank(f"L'Abbé plot. {pooled.title}", _notes(pooled), across=330, down=330)
        panel = page.panel
        # Circles at 0 and 100 need room for their radius.
        panel.set(xlim=(-ROOM, 100 + ROOM), ylim=(-ROOM, 100 + ROOM), aspect="equal", xticks=TICKS, yticks=TICKS)
        panel.plot([0, 100], [0, 100], color=GREY, linewidth=0.9)
        lines = ([(0.0, 0.0), (100.0, 100.0)], _pooled_line(page, pooled))
        most = max(row.n + control.n for row, control in rows)
        points, radii = [], []
        for row, control in sorted(rows, key=lambda pair: -(pair[0].n + pair[1].n)):
            x, y = 100 * control.events / control.n, 100 * row.events / row.n
            side = max(SMALLEST, LARGEST * math.sqrt((row.n + control.n) / most))
            panel.plot(
                [x], [y], "o", markersize=side, markerfacecolor=BLUE, alpha=0.6, markeredgecolor=BLUE, clip_on=False
            )
            points.append((x, y, row.label))
            radii.append(side / 2)
        page.name_axes("Controls, % with the outcome", "With cells, % with the outcome")
        page.number_axes()
        page.name_points(points, radii=radii, lines=[line for line in lines if len(line) > 1])
    return page.figure


def _pooled_line(page: PlotPage, pooled: Pooled) -> list[tuple[float, float]]:
    """Draw the curve of the pooled effect; return its corners."""
    first: Estimate = pooled.overall.estimates[0]
    if first.effect is None:
        return []
    p = np.linspace(0.0005, 0.9995, 400)
    if pooled.question.measure == "OR":
        odds = first.effect * p / (1 - p)
        q = odds / (1 + odds)
    elif pooled.question.measure == "RR":
        q = first.effect * p
    else:
        q = p + first.effect
    keep = (q >= 0) & (q <= 1)
    page.panel.plot(100 * p[keep], 100 * q[keep], color=VERMILLION, dashes=(5, 3), linewidth=1.2)
    return [(float(x), float(y)) for x, y in zip(100 * p[keep], 100 * q[keep], strict=True)]


def _notes(pooled: Pooled) -> list[str]:
    scale, sides = scale_of(pooled), directions(pooled)
    sizes = [row.n + row.control.n for row in pooled.overall.rows if row.control is not None]
    span = f"{min(sizes):,} to {max(sizes):,}" if min(sizes) < max(sizes) else f"{max(sizes):,}"
    notes = [f"Area of a circle: patients of both arms ({span}). Grey: no difference."]
    first = pooled.overall.estimates[0]
    if first.effect is not None:
        notes.append(f"Orange: the pooled {scale.name}, {scale.estimate(first)}.")
    if sides is not None:
        notes.append(f"Above the grey line: {sides.above}; below it: {sides.below}.")
    return notes
