"""Figures beside the forest plot: diagnostics of one analysis, and its re-analyses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mscevidence.commands.evidence import asks_a_question, studies_and_families
from mscevidence.commands.quick_start import import_matplotlib

if TYPE_CHECKING:
    from mscevidence.model import Pooled


def register(app: typer.Typer) -> None:
    """Add the command of this group."""
    app.command("figure")(asks_a_question(figure))


def figure(
    pooled: Pooled,
    kind: Annotated[
        str,
        typer.Option(
            help="funnel, baujat, gosh, labbe, methods, leave-one-out, cumulative, bayes, posterior or dose-response."
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write; .svg, .png or .pdf.")],
) -> None:
    """Draw a diagnostic or a re-analysis of an outcome; asks the same question as pool."""
    import_matplotlib()
    from mscevidence.publish.figure import figure_bytes, figure_format
    from mscevidence.publish.figures import FROM_RECORDS, describe_figure, draw_figure
    from mscevidence.publish.wording import count
    from mscevidence.records import write_atomically

    form = figure_format(output, None)
    studies, families = studies_and_families() if kind in FROM_RECORDS else ((), ())
    drawn = draw_figure(kind, pooled, studies=studies, families=families)
    described = describe_figure(kind, pooled)
    write_atomically(output, figure_bytes(drawn, form, title=f"{kind}: {pooled.title}", description=described))
    typer.echo(f"wrote {output} ({count(len(pooled.overall.rows), 'study', 'studies')})", err=True)
