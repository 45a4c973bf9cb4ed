"""Maps of the evidence as a whole: what the studies report, which trials are registered, how studies hang together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mscevidence.errors import UnknownTermError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mscevidence.model import Study
    from mscevidence.publish.completeness import Completeness

KINDS = ("completeness",)


def register(app: typer.Typer) -> None:
    """Add the command of this group."""
    app.command("map")(map_)


def map_(
    kind: Annotated[str, typer.Argument(help="completeness: what each study reports, field by field.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write the figure: .svg, .png or .pdf.")] = None,
    condition: Annotated[str | None, typer.Option(help="Only this condition and those below it.")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the map as CSV.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the map as JSON.")] = False,
) -> None:
    """Draw or print a map of the evidence."""
    from mscevidence.publish import completeness as page
    from mscevidence.publish.table import render

    if kind not in KINDS:
        raise UnknownTermError(kind, kind="map", choices=KINDS)
    found = page.completeness(_studies(condition))
    if output is not None:
        _write(output, found)
    if output is None or as_csv or as_json:
        typer.echo(render(page.rows_of(found), form="csv" if as_csv else "json" if as_json else "table"))


def _studies(condition: str | None) -> Sequence[Study]:
    from mscevidence import protocol, records, vocabulary

    studies = records.load_all(protocol.find().extracted).studies
    if condition is None:
        return studies
    wanted = vocabulary.conditions_below(vocabulary.term("condition", condition).id)
    return [study for study in studies if study.condition in wanted]


def _write(output: Path, found: Completeness) -> None:
    from mscevidence.publish.completeness import draw_completeness
    from mscevidence.publish.figure import figure_bytes, figure_format
    from mscevidence.records import write_atomically

    form = figure_format(output, None)
    shares = "; ".join(f"{field} {100 * found.share(field):.0f}%" for field in found.fields)
    described = f"What {len(found.studies)} studies report, by field: {shares}"
    write_atomically(output, figure_bytes(draw_completeness(found), form, title="Completeness", description=described))
    typer.echo(f"wrote {output} ({len(found.studies)} studies)", err=True)
