"""The Baujat plot: what each study adds to heterogeneity, against what it does to the estimate."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from mscevidence.model import Pooled
from mscevidence.publish.figure import house_style
from mscevidence.publish.plot_page import BLUE, PlotPage
from mscevidence.synthesis.diagnostics import contributions

NOTES = (
    "Right: studies that make the others look heterogeneous. Top: studies that move the pooled estimate.",
    "Baujat et al. 2002, common-effect model on the scale of the analysis. Names stand where there is room.",
)


def draw_baujat(pooled: Pooled) -> Figure:
    """Return the Baujat plot of an analysis.

    Raises:
        SelectionError: fewer than three studies.
    """
    found = contributions(pooled)
    x, y = found.heterogeneity, found.influence
    with house_style():
        page = PlotPage.blank(f"Baujat plot: {pooled.title}", NOTES)
        page.panel.set_xlim(0, float(x.max()) * 1.12 or 1.0)
        page.panel.set_ylim(0, float(y.max()) * 1.12 or 1.0)
        page.panel.plot(
            x, y, "o", markersize=5.5, markerfacecolor=BLUE, markeredgecolor="white", markeredgewidth=0.6, clip_on=False
        )
        page.name_axes("Contribution to Cochran's Q", "Influence on the pooled estimate")
        page.number_axes()
        far = np.argsort(-(x / (x.max() or 1) + y / (y.max() or 1)), kind="stable")
        page.name_points([(float(x[i]), float(y[i]), found.labels[i]) for i in far])
    return page.figure
