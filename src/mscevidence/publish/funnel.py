"""The contour-enhanced funnel plot: effects against standard errors, with the regions of significance.

Peters et al. 2008 (J Clin Epidemiol 61:991). Below ten studies asymmetry cannot be told from chance (Sterne et al.
2011, BMJ 343:d4002): the figure says so itself.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from scipy.stats import norm

from mscevidence.model import Measure, Pooled
from mscevidence.publish.effect_axis import label_effects
from mscevidence.publish.figure import house_style
from mscevidence.publish.plot_page import BLUE, GREY, INK, PlotPage
from mscevidence.publish.scale import scale_of
from mscevidence.synthesis.diagnostics import Effects, effects

FEW = 10
SHADES = ((0.10, "#ffffff", "p > 0.10"), (0.05, "#dbe9f3", "0.05 to 0.10"), (0.01, "#b9d3e6", "0.01 to 0.05"))
_MODELLED: dict[Measure, str] = {
    "PLO": "logit",
    "PLN": "log of the rate",
    "PAS": "arcsine",
    "PFT": "double arcsine",
    "PR": "rate",
    "IRLN": "log of the rate",
    "IR": "rate",
    "IRS": "root of the rate",
    "OR": "log odds ratio",
    "RR": "log risk ratio",
    "RD": "risk difference",
}
"""What has the standard error, by measure."""
OUTSIDE = ("#8fb6d3", "p < 0.01")


def draw_funnel(pooled: Pooled) -> Figure:
    """Return the funnel plot of an analysis.

    Raises:
        SelectionError: fewer than two studies.
    """
    found = effects(pooled)
    with house_style():
        page = PlotPage.blank(f"Funnel plot: {pooled.title}", _notes(pooled, found), down=300)
        _draw(page, pooled, found)
    return page.figure


def _notes(pooled: Pooled, found: Effects) -> list[str]:
    scale = scale_of(pooled)
    k = len(found.labels)
    centre = f"no difference ({scale.null:g})" if scale.comparative else "the pooled rate of the common-effect model"
    notes = [
        f"Dashed: {centre}, and where 95% of studies would lie around it without heterogeneity.",
        "Shades: two-sided p of a study against that centre: "
        + "; ".join([*(words for _, _, words in SHADES), OUTSIDE[1]])
        + ", lightest to darkest. Names stand where there is room.",
    ]
    if k < FEW:
        notes.insert(0, f"Only {k} studies: below {FEW}, asymmetry cannot be told from chance. Do not read it as bias.")
    if not scale.comparative:
        notes.append("Rates bend the funnel by themselves: their standard errors depend on them. See pool --bias.")
    return notes


def _draw(page: PlotPage, pooled: Pooled, found: Effects) -> None:
    panel = page.panel
    centre = 0.0 if scale_of(pooled).comparative else found.mu
    se = np.sqrt(found.vi)
    deepest = float(se.max()) * 1.12
    reach = max(float(np.abs(found.yi - centre).max()) * 1.15, 1.96 * deepest)
    panel.set_xlim(centre - reach, centre + reach)
    panel.set_ylim(deepest, 0)
    panel.set_facecolor(OUTSIDE[0])
    for p, shade, _ in reversed(SHADES):
        half = float(norm.ppf(1 - p / 2)) * deepest
        panel.fill([centre, centre - half, centre + half], [0, deepest, deepest], color=shade, linewidth=0, zorder=1)
    half = 1.959964 * deepest
    sides = [(centre - half, deepest), (centre, 0.0), (centre + half, deepest)]
    panel.plot(*zip(*sides, strict=True), color=GREY, dashes=(4, 3), linewidth=0.9)
    panel.axvline(centre, color=GREY, dashes=(4, 3), linewidth=0.9)
    panel.plot(
        found.yi, se, "o", markersize=5.5, markerfacecolor=BLUE, markeredgecolor="white", markeredgewidth=0.6, zorder=4
    )
    name = label_effects(panel, pooled)
    page.name_axes(name, f"Standard error of the {_MODELLED[pooled.question.measure]}")
    page.number_axes()
    far = np.argsort(-np.abs((found.yi - centre) / se), kind="stable")
    named = [(float(found.yi[i]), float(se[i]), found.labels[i]) for i in far if se[i] > 0]
    page.name_points(named, lines=(sides, [(centre, 0.0), (centre, deepest)]))
    panel.spines["left"].set_color(INK)
