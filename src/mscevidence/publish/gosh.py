"""The GOSH plot: the pooled effect of every subset of the studies against its heterogeneity.

Olkin, Dahabreh and Trikalinos 2012 (Res Synth Methods 3:214). Two clouds mean two kinds of study; the study that parts
them is named.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.figure import Figure

from mscevidence.model import Pooled
from mscevidence.publish.effect_axis import label_effects
from mscevidence.publish.figure import house_style
from mscevidence.publish.lettering import SUPERSCRIPTS
from mscevidence.publish.plot_page import BLUE, VERMILLION, PlotPage
from mscevidence.synthesis.diagnostics import Subsets, subsets

BINS = 90
FEW = 300
"""Up to so many subsets each is a point; more are a map of how many lie where."""


def draw_gosh(pooled: Pooled) -> Figure:
    """Return the GOSH plot of an analysis, as a map of how many subsets lie where.

    Raises:
        SelectionError: fewer than three studies.
    """
    found = subsets(pooled)
    parting = _parting(found)
    with house_style():
        page = PlotPage.blank(f"All subsets (GOSH): {pooled.title}", _notes(found, parting))
        panel = page.panel
        low, high = float(found.mu.min()), float(found.mu.max())
        room = (high - low) * 0.05 or 0.5
        panel.set_xlim(low - room, high + room)
        panel.set_ylim(-3, 103)
        with_it = found.holds[:, parting]
        for chosen, colour, lightest in ((with_it, VERMILLION, "#fbe3d6"), (~with_it, BLUE, "#d6e6f2")):
            _cloud(panel, found.mu[chosen], found.i2[chosen], LinearSegmentedColormap.from_list("", [lightest, colour]))
        name = label_effects(panel, pooled)
        page.name_axes(f"{name}, pooled", "I², %")
        page.number_axes()
    return page.figure


def _cloud(panel: Axes, mu: np.ndarray, i2: np.ndarray, colours: LinearSegmentedColormap) -> None:
    if len(mu) <= FEW:
        panel.plot(mu, i2, "o", markersize=5, color=colours(1.0), alpha=0.7, markeredgewidth=0, clip_on=False)
        return
    low, high = panel.get_xlim()
    counts, xs, ys = np.histogram2d(mu, i2, bins=BINS, range=((low, high), (-3, 103)))
    shown = np.ma.masked_equal(counts.T, 0)
    panel.pcolormesh(
        xs, ys, shown, cmap=colours, norm=LogNorm(1, max(2.0, counts.max())), alpha=0.75, linewidth=0, rasterized=True
    )


def _parting(found: Subsets) -> int:
    """Return the study whose presence moves the subsets most, in effect or heterogeneity, in standard deviations."""
    return int(np.argmax(np.maximum(_shifts(found, found.mu), _shifts(found, found.i2))))


def _shifts(found: Subsets, values: np.ndarray) -> np.ndarray:
    spread = float(values.std()) or 1.0
    return np.array(
        [
            abs(float(values[found.holds[:, i]].mean()) - float(values[~found.holds[:, i]].mean())) / spread
            if 0 < found.holds[:, i].sum() < len(values)
            else 0.0
            for i in range(len(found.labels))
        ]
    )


def _notes(found: Subsets, parting: int) -> list[str]:
    number = f"{len(found.mu):,}"
    which = (
        f"All {number} subsets"
        if found.complete
        else f"A sample of {number} of the {_power(2, len(found.labels))} subsets"
    )
    return [
        f"{which} of two or more of {len(found.labels)} studies, DerSimonian-Laird on the scale of the analysis.",
        f"Orange: subsets with {found.labels[parting]}, the study that moves the result most; blue: those without it.",
        "Darker: more subsets." if len(found.mu) > 2 * FEW else "Each point is a subset.",
    ]


def _power(base: int, exponent: int) -> str:
    return f"{base}{str(exponent).translate(SUPERSCRIPTS)}"
