"""The figures of one analysis by their kinds: what each is called, what it shows, and who draws it."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from matplotlib.figure import Figure

from mscevidence.errors import UnknownTermError
from mscevidence.model import Pooled

FIGURES: dict[str, str] = {
    "funnel": "effects against standard errors, with regions of significance",
    "baujat": "what each study adds to heterogeneity and to the estimate",
    "gosh": "the pooled effect of every subset of the studies against its heterogeneity",
    "labbe": "rates with cells against rates in controls (comparisons only)",
}
"""Kind and what it shows; each is drawn by ``draw_<kind>`` in the module of its name."""


def draw_figure(kind: str, pooled: Pooled) -> Figure:
    """Return the figure of a kind for an analysis.

    Raises:
        UnknownTermError: no such kind.
        SelectionError: the analysis has too few studies for it, or is of the wrong kind.
    """
    if kind not in FIGURES:
        raise UnknownTermError(kind, kind="figure", choices=FIGURES)
    module = importlib.import_module(f"mscevidence.publish.{kind.replace('-', '_')}")
    draw: Callable[[Pooled], Figure] = getattr(module, f"draw_{kind.replace('-', '_')}")
    return draw(pooled)


def describe_figure(kind: str, pooled: Pooled) -> str:
    """Return what a person who cannot see the figure is told."""
    k = len(pooled.overall.rows)
    studies = "; ".join(f"{row.label} {row.events}/{row.n}" for row in pooled.overall.rows)
    return f"{kind} plot of {pooled.title}: {FIGURES[kind]}. {k} studies: {studies}"
