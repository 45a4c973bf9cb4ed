"""Maps of the evidence as a whole: what the studies report, which trials are registered, how studies hang together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mscevidence.commands.output_form import output_form
from mscevidence.errors import UnknownTermError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.figure import Figure

    from mscevidence.identify import Linkage
    from mscevidence.model import Study

KINDS = {
    "completeness": "what each study reports, field by field",
    "trials": "registered and published trials by disease and source of cells",
    "harms": "adverse events by term and grade, study by study",
    "network": "which treatments were compared with which",
    "studies": "studies with their reports and the families that share patients",
}


def register(app: typer.Typer) -> None:
    """Add the command of this group."""
    app.command("map")(map_)


def map_(
    kind: Annotated[str, typer.Argument(help="; ".join(f"{name}: {words}" for name, words in KINDS.items()))],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write the figure: .svg, .png or .pdf.")] = None,
    condition: Annotated[str | None, typer.Option(help="Only this condition and those below it.")] = None,
    registry: Annotated[
        Path | None,
        typer.Option(help="For trials: CSV of a registry with nct, title, conditions, enrolment and status."),
    ] = None,
    doses: Annotated[
        bool, typer.Option("--doses", help="For network: the same cells in another dose are another treatment.")
    ] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the map as CSV.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the map as JSON.")] = False,
) -> None:
    """Draw or print a map of the evidence."""
    from mscevidence.publish.table import render

    if kind not in KINDS:
        raise UnknownTermError(kind, kind="map", choices=KINDS)
    form = output_form(as_csv=as_csv, as_json=as_json)
    for option, given, meant in (("--registry", registry, "trials"), ("--doses", doses, "network")):
        if given and kind != meant:
            raise typer.BadParameter(f"{option} is of the map of {meant}, not of {kind}")
    conditions = _conditions(condition)
    makers: dict[str, Callable[[], Map]] = {
        "completeness": lambda: _completeness(conditions),
        "trials": lambda: _trials(conditions, registry),
        "harms": lambda: _harms(conditions),
        "network": lambda: _network(conditions, doses=doses),
        "studies": lambda: _reports(conditions),
    }
    rows, draw, described = makers[kind]()
    if output is not None:
        _write(output, draw(), kind, described)
    if output is None or as_csv or as_json:
        typer.echo(render(rows, form=form))


Map = tuple[list[dict[str, object]], "Callable[[], Figure]", str]
"""Flat rows, who draws it, and what it shows in words."""


def _completeness(conditions: frozenset[str] | None) -> Map:
    from mscevidence.publish import completeness as page

    found = page.completeness(_studies(conditions))
    shares = "; ".join(f"{field} {100 * found.share(field):.0f}%" for field in found.fields)
    described = f"What {len(found.studies)} studies report, by field: {shares}"
    return page.rows_of(found), lambda: page.draw_completeness(found), described


def _trials(conditions: frozenset[str] | None, registry: Path | None) -> Map:
    from mscevidence.publish import trials_map as page

    trials: tuple[page.Trial, ...] = ()
    others = 0
    if registry is not None:
        trials, others = page.registered_trials(_text(registry), file=registry.name)
    chosen = [trial for trial in trials if conditions is None or trial.condition in conditions]
    found = page.trials_map(_studies(conditions), chosen, others=others + len(trials) - len(chosen))
    rows = page.rows_of(found)
    described = "; ".join(
        f"{row['condition']}, {row['cell source']}: {row['published']} studies, {row['registered']} registered"
        for row in rows
    )
    return rows, lambda: page.draw_trials_map(found), described


def _harms(conditions: frozenset[str] | None) -> Map:
    from mscevidence.publish import harms as page

    studies, linkage = _linked(conditions)
    found = page.harms(studies, linkage.families)
    rows = page.rows_of(found)
    described = "; ".join(f"{row['event']}, {row['study']}: {row['events']}/{row['n']}" for row in rows)
    return rows, lambda: page.draw_harms(found), described


def _network(conditions: frozenset[str] | None, *, doses: bool) -> Map:
    from mscevidence.publish import network as page
    from mscevidence.publish.network_plot import draw_network

    studies, linkage = _linked(conditions)
    found = page.network(studies, linkage.families, doses=doses)
    rows = page.rows_of(found)
    described = "; ".join(f"{row['treatment']} against {row['against']}: {row['studies']} studies" for row in rows)
    return rows, lambda: draw_network(found), described


def _reports(conditions: frozenset[str] | None) -> Map:
    from mscevidence.publish import studies_map as page
    from mscevidence.publish.studies_plot import draw_studies_map

    found = page.studies_map(*_linked(conditions))
    rows = page.rows_of(found)
    described = "; ".join(f"{row['label']}: {row['what']}, {row['status']}" for row in rows)
    return rows, lambda: draw_studies_map(found), described


def _text(path: Path) -> str:
    from mscevidence.errors import SelectionError

    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SelectionError(f"cannot read {path}: {error}", hint="give a UTF-8 CSV file") from error


def _conditions(condition: str | None) -> frozenset[str] | None:
    from mscevidence import vocabulary

    if condition is None:
        return None
    return frozenset(vocabulary.conditions_below(vocabulary.term("condition", condition).id))


def _studies(conditions: frozenset[str] | None) -> Sequence[Study]:
    from mscevidence import protocol, records
    from mscevidence.effects import named_apart

    studies = named_apart(records.load_all(protocol.find().extracted).studies)
    return [study for study in studies if conditions is None or study.condition in conditions]


def _linked(conditions: frozenset[str] | None) -> tuple[Sequence[Study], Linkage]:
    """Return the studies of some conditions, and what is known of who shares patients among all of them."""
    from mscevidence import identify, protocol, records

    folder = protocol.find().extracted
    linkage = identify.link(records.load_all(folder).studies, decisions=records.load_decisions(folder))
    return _studies(conditions), linkage


def _write(output: Path, figure: Figure, title: str, described: str) -> None:
    from mscevidence.publish.figure import figure_bytes, figure_format
    from mscevidence.records import write_atomically

    form = figure_format(output, None)
    write_atomically(output, figure_bytes(figure, form, title=title, description=described))
    typer.echo(f"wrote {output}", err=True)
