"""The figures of one analysis by their kinds: what each is called, what it shows, and who draws it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence

from matplotlib.figure import Figure

from mscevidence.errors import UnknownTermError
from mscevidence.model import Family, Pooled, Study
from mscevidence.synthesis import with_series

FIGURES: dict[str, str] = {
    "funnel": "effects against standard errors, with regions of significance",
    "baujat": "what each study adds to heterogeneity and to the estimate",
    "gosh": "the pooled effect of every subset of the studies against its heterogeneity",
    "labbe": "rates with cells against rates in controls (comparisons only)",
    "methods": "what every sensible method says of the same studies",
    "leave-one-out": "the pooled effect without each study in turn",
    "cumulative": "the pooled effect as the studies came, year by year",
    "bayes": "what models with the exact binomial likelihood say (rates only)",
    "posterior": "how each disease's rate is distributed without and with borrowing from the others (rates only)",
    "dose-response": "rates of the arms against their doses, with a fitted curve (rates only)",
}
"""Kind and what it shows. One that is no series is drawn by ``draw_<kind>`` in the module of its name."""

FROM_RECORDS = frozenset({"posterior", "dose-response"})
"""The kinds that are not drawn from the rows of the analysis but go back to arms and studies beyond it."""

SERIES = {"methods": "every-method", "leave-one-out": "leave-one-out", "cumulative": "cumulative", "bayes": "bayes"}
"""The kinds that show a series of re-analyses, with the name of the series."""


def draw_figure(kind: str, pooled: Pooled, *, studies: Sequence[Study] = (), families: Sequence[Family] = ()) -> Figure:
    """Return the figure of a kind for an analysis.

    Args:
        kind: one of `FIGURES`.
        pooled: the analysis.
        studies: the records it was made from, for the kinds that are drawn `FROM_RECORDS`.
        families: of studies that share patients, for the same.

    Raises:
        UnknownTermError: no such kind.
        SelectionError: the analysis has too few studies for it, or is of the wrong kind.
        StatisticsError: a figure of rates was asked of a comparison, or a model cannot take the numbers.
    """
    if kind not in FIGURES:
        raise UnknownTermError(kind, kind="figure", choices=FIGURES)
    if kind in SERIES:
        from mscevidence.publish.series_plot import draw_series

        return draw_series(with_series(pooled, [SERIES[kind]]), SERIES[kind])
    module = importlib.import_module(f"mscevidence.publish.{kind.replace('-', '_')}")
    draw: Callable[..., Figure] = getattr(module, f"draw_{kind.replace('-', '_')}")
    return draw(pooled, studies, families) if kind in FROM_RECORDS else draw(pooled)


def describe_figure(kind: str, pooled: Pooled) -> str:
    """Return what a person who cannot see the figure is told."""
    k = len(pooled.overall.rows)
    studies = "; ".join(f"{row.label} {row.events}/{row.n}" for row in pooled.overall.rows)
    return f"{kind} plot of {pooled.title}: {FIGURES[kind]}. {k} studies: {studies}"
