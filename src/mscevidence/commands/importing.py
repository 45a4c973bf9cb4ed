"""Commands that bring evidence into the folder of study files: from facts sheets, a registry, or a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mscevidence.errors import MscevidenceError, WriteError

if TYPE_CHECKING:
    from mscevidence.factsheets import Imported, Linkage

LinkageFile = Annotated[
    Path | None,
    typer.Option(
        "--linkage", help="Which sheet is which study, with reasons [default: linkage.toml among the study files]."
    ),
]
Into = Annotated[Path | None, typer.Option("--into", help="Folder of study files [default: extracted/ of the review].")]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace what differs in files that are there, comments included.")
]
By = Annotated[str | None, typer.Option("--by", help="Initials of who decided [default: as the linkage file says].")]
On = Annotated[
    str | None, typer.Option("--on", help="Day of the decision, YYYY-MM-DD [default: as the linkage file says].")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(no_args_is_help=True, help="Bring facts sheets and registry tables into the study files.")
    group.command("reports")(reports)
    group.command("registry")(registry)
    group.command("spreadsheet")(spreadsheet)
    app.add_typer(group, name="import")


def reports(
    folder: Annotated[Path, typer.Argument(help="Folder of facts sheets, one YAML file for each report.")],
    linkage: LinkageFile = None,
    into: Into = None,
    overwrite: Overwrite = False,
    by: By = None,
    on: On = None,
) -> None:
    """Make study files from a folder of facts sheets.

    Which sheet is about which study is decided in the linkage file. Files that are there and differ are kept and named.
    Running it twice changes nothing.
    """
    from mscevidence.factsheets import import_reports

    target, links, who, day = _settings(linkage, into, by, on)
    _show(import_reports(folder, links, target, by=who, on=day, overwrite=overwrite))


def registry(
    groups: Annotated[Path, typer.Argument(help="CSV of adverse-event groups, one row for each group of a trial.")],
    terms: Annotated[
        Path | None, typer.Option("--terms", help="CSV of single serious event terms; they are counted and left out.")
    ] = None,
    linkage: LinkageFile = None,
    into: Into = None,
    overwrite: Overwrite = False,
    by: By = None,
    on: On = None,
) -> None:
    """Add the adverse events that a registry shows for trials in immune-mediated conditions.

    Run it after `mscevidence import reports`. Trials that are left out are named with the reason.
    """
    from mscevidence.factsheets import import_registry

    target, links, who, day = _settings(linkage, into, by, on)
    _show(import_registry(groups, links, target, by=who, on=day, overwrite=overwrite, terms=terms))


def spreadsheet(
    file: Annotated[Path, typer.Argument(help="Filled-in form: .xlsx, .csv, .tsv or Excel's Unicode text.")],
    into: Into = None,
    by: Annotated[str | None, typer.Option("--by", help="Initials of who decided, for rows that do not say.")] = None,
    on: Annotated[str | None, typer.Option("--on", help="Day, YYYY-MM-DD, for rows that do not say.")] = None,
    overwrite: Overwrite = False,
) -> None:
    """Make study files from a filled-in spreadsheet (`mscevidence template -o FILE.xlsx` writes one to fill in).

    One row is one result. Every mistake is listed with its cell, and nothing is written while there is one. Files that
    are there and differ are kept and named.
    """
    from mscevidence import protocol
    from mscevidence.records import spreadsheet as form

    target = into or protocol.find().extracted
    found = form.examine(file, by=by, on=_day(on) if on else None)
    for problem in found.problems[:-1]:
        typer.echo("\n  ".join(str(problem).splitlines()), err=True)
    if found.problems:
        raise found.problems[-1]
    done = form.place(found.studies, target, overwrite=overwrite, comment=f"Imported from {file.name}.")
    results = sum(len(study.results) for study in found.studies)
    typer.echo(f"in: {found.results} rows with a result, {found.facts} rows that only describe")
    typer.echo(f"out: {results} results, {len(found.studies)} studies")
    for what, studies in (("written", done.written), ("unchanged", done.unchanged)):
        typer.echo(f"{what}: {len(studies)}" + (f": {', '.join(studies)}" if studies else ""))
    if done.kept:
        raise WriteError(
            f"kept although different: {', '.join(done.kept)}", hint="--overwrite replaces them, comments included"
        )


def _settings(
    linkage: Path | None, into: Path | None, by: str | None, on: str | None
) -> tuple[Path, Linkage, str, str]:
    from mscevidence import protocol
    from mscevidence.factsheets import read_linkage
    from mscevidence.factsheets.linkage import FILE_NAME

    target = into or protocol.find().extracted
    links = read_linkage(linkage or target / FILE_NAME)
    return target, links, by or links.decided.by, _day(on or links.decided.on)


def _day(text: str) -> str:
    import datetime as dt

    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise MscevidenceError(f"{text!r} is not a day", hint="write it as 2026-11-22") from error


def _show(done: Imported) -> None:
    from mscevidence.publish.table import render

    for way, counts in (("in", done.read), ("out", done.made)):
        typer.echo(f"{way}: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
    for what, studies in (
        ("written", done.written),
        ("extended by a report", done.extended),
        ("unchanged", done.unchanged),
        ("kept although different (--overwrite replaces)", done.kept),
    ):
        few = bool(studies) and (len(studies) <= 12 or studies is done.kept) and studies is not done.unchanged
        typer.echo(f"{what}: {len(studies)}" + (f": {', '.join(studies)}" if few else ""))
    typer.echo(f"left out: {len(done.leftovers)}")
    if done.leftovers:
        rows = [
            {"source": one.source, "what": _short(one.what), "rows": one.count, "reason": _short(one.reason, 110)}
            for one in done.leftovers
        ]
        typer.echo(render(rows))


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
