"""Write every kind of figure of made-up studies into a folder, for 1, 4, 20 and 60 studies and for long names.

Run: ``python benchmarks/figure_gallery.py FOLDER``. One HTML page shows them all; each figure is written as svg, png
and pdf and timed. A figure that there cannot be, such as a funnel of one study, is named with the reason.
"""

from __future__ import annotations

import functools
import html
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

import made_up_forests
import made_up_studies
from mscevidence import identify, synthesis
from mscevidence.errors import MscevidenceError
from mscevidence.model import Family, Pooled, Question, Study
from mscevidence.publish import completeness, harms, network, studies_map, trials_map
from mscevidence.publish.figure import FORMATS, figure_bytes
from mscevidence.publish.figures import FIGURES, draw_figure
from mscevidence.publish.flow_diagram import draw_flow
from mscevidence.publish.forest import draw_forest
from mscevidence.publish.forest.style import STYLES
from mscevidence.publish.network_plot import draw_network
from mscevidence.publish.studies_plot import draw_studies_map

SIZES = {"1": (1, False), "4": (4, False), "20": (20, False), "60": (60, False), "long names": (12, True)}
COLUMNS = ("dose", "product", "phase", "follow-up", "completeness", "rob")
Draw = Callable[[], Figure]


def gallery() -> Iterator[tuple[str, Draw]]:
    """Yield the name of each figure and who draws it."""
    for size, (k, long) in SIZES.items():
        studies = made_up_studies.studies(k, long=long)
        linkage = identify.link(studies)
        yield from ((f"{name}, {size}", draw) for name, draw in _of_analyses(studies, linkage.families))
        yield from ((f"map {name}, {size}", draw) for name, draw in _maps(studies, linkage))
    for name, flow in made_up_studies.flows().items():
        yield f"flow, {name}", functools.partial(draw_flow, flow)
    for name, (pooled, options) in made_up_forests.forests().items():
        yield f"forest case, {name}", functools.partial(draw_forest, pooled, **options)


def _of_analyses(studies: tuple[Study, ...], families: tuple[Family, ...]) -> Iterator[tuple[str, Draw]]:
    def rates(**asked: object) -> Pooled:
        return synthesis.pool(studies, families, Question.model_validate({"outcome": "response", **asked}))

    yield "forest with columns", lambda: draw_forest(rates(), columns=COLUMNS, studies=studies)
    yield "forest by condition per 1000", lambda: draw_forest(rates(by="condition"), per=1000)
    yield "forest of odds ratios", lambda: draw_forest(rates(measure="OR"), estimates="all")
    timed = {"outcome": "any-adverse-event", "measure": "IRLN"}
    yield "forest over time at risk", lambda: draw_forest(rates(**timed, by="condition"))
    yield "forest per infusion", lambda: draw_forest(rates(**timed, time_unit="infusion"), per=1000)
    yield "forest of rare events", lambda: draw_forest(rates(outcome="malignancy"), per=1000)
    for style in STYLES:
        yield f"forest of risk ratios {style}", functools.partial(_forest, rates, {"style": style}, measure="RR")
        options = {"columns": ("dose", "rob"), "studies": studies, "style": style}
        yield f"forest {style}", functools.partial(_forest, rates, options)
    for kind in FIGURES:
        measure = "OR" if kind == "labbe" else "PLO"
        yield kind, functools.partial(_figure, kind, functools.partial(rates, measure=measure), studies, families)


def _forest(rates: Callable[..., Pooled], options: dict[str, Any], **asked: object) -> Figure:
    return draw_forest(rates(**asked), **options)


def _figure(kind: str, rates: Callable[[], Pooled], studies: tuple[Study, ...], families: tuple[Family, ...]) -> Figure:
    return draw_figure(kind, rates(), studies=studies, families=families)


def _maps(studies: tuple[Study, ...], linkage: identify.Linkage) -> Iterator[tuple[str, Draw]]:
    yield "completeness", lambda: completeness.draw_completeness(completeness.completeness(studies))
    yield "harms", lambda: harms.draw_harms(harms.harms(studies, linkage.families))
    yield "trials", lambda: trials_map.draw_trials_map(trials_map.trials_map(studies, ()))
    yield "studies", lambda: draw_studies_map(studies_map.studies_map(studies, linkage))
    yield "network", lambda: draw_network(network.network(studies, linkage.families))
    yield "network by dose", lambda: draw_network(network.network(studies, linkage.families, doses=True))


def write(folder: Path, name: str, draw: Draw) -> str:
    """Write one figure; return its part of the page."""
    stem = name.replace(", ", "--").replace(" ", "-")
    start = time.perf_counter()
    try:
        figure = draw()
    except MscevidenceError as error:
        print(f"{name:40}none: {error.message}")
        return f"<section><h2>{html.escape(name)}</h2><p>{html.escape(error.message)}</p></section>"
    drawn = time.perf_counter() - start
    for form in FORMATS:
        made = figure_bytes(figure, form, title=name, description=f"{name}, made-up studies", dpi=110)
        (folder / f"{stem}.{form}").write_bytes(made)
    print(f"{name:40}{drawn:.2f} s, written in {time.perf_counter() - start - drawn:.2f} s")
    links = " ".join(f'<a href="{stem}.{form}">{form}</a>' for form in FORMATS)
    heading = f"<h2>{html.escape(name)}</h2><p>{links} {drawn:.2f} s</p>"
    return f'<section>{heading}<img src="{stem}.svg" alt="{html.escape(name)}"></section>'


def main(folder: Path, wanted: str) -> None:
    """Write the gallery, or the figures whose names contain a word."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = [write(folder, name, draw) for name, draw in gallery() if wanted in name]
    style = "body{font-family:sans-serif;margin:2rem}img{max-width:100%;border:1px solid #ccc}section{margin:0 0 3rem}"
    title = "Figures of made-up studies"
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{style}</style>'
    page = f"{head}<h1>{title}</h1>\n{chr(10).join(parts)}\n</html>\n"
    (folder / "index.html").write_text(page, encoding="utf-8")
    print(folder / "index.html")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: python benchmarks/figure_gallery.py FOLDER [WORD IN THE NAMES]")
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
