"""Screen the records of the searches, and count the flow of the review."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mscevidence.errors import SelectionError, UnknownTermError

if TYPE_CHECKING:
    from mscevidence.commands.screening_desk import ScreeningDesk

Keys = Annotated[list[str] | None, typer.Option(metavar="RECORD", help="Judge this record so (PMID, DOI, hash).")]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(screen)
    app.command()(flow)


def screen(
    by: Annotated[
        str | None, typer.Option(help="Your initials, kept with every judgement.", envvar="MSCEVIDENCE_REVIEWER")
    ] = None,
    stage: Annotated[str, typer.Option(help="record (title and abstract) or report (full text).")] = "record",
    include: Keys = None,
    exclude: Keys = None,
    maybe: Keys = None,
    not_retrieved: Keys = None,
    reason: Annotated[str | None, typer.Option(help="Reason for --exclude, from the protocol.")] = None,
    note: Annotated[str | None, typer.Option(help="A remark kept with the judgement.")] = None,
    conflicts: Annotated[bool, typer.Option("--conflicts", help="Settle what two reviewers disagree about.")] = False,
    list_only: Annotated[bool, typer.Option("--list", help="Show where each record stands and judge nothing.")] = False,
    state: Annotated[str | None, typer.Option(help="With --list: only records in this state.")] = None,
    agreement: Annotated[bool, typer.Option("--agreement", help="How reviewers agree (Cohen's kappa).")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --list or --agreement: JSON.")] = False,
) -> None:
    """Judge each record of the searches against the eligibility criteria; each judgement is on disk at once."""
    from mscevidence.commands.screening_desk import ScreeningDesk

    if stage not in ("record", "report"):
        raise UnknownTermError(stage, kind="stage", choices=["record", "report"])
    if reason and not exclude:
        raise typer.BadParameter("--reason goes with --exclude")
    if state and not list_only:
        raise typer.BadParameter("--state goes with --list")
    desk = ScreeningDesk.open(stage, by=by, conflicts=conflicts)
    if list_only:
        typer.echo(desk.listing(state, as_json=as_json))
    elif agreement:
        typer.echo(desk.agreement(as_json=as_json))
    else:
        named = {"include": include, "exclude": exclude, "maybe": maybe, "not-retrieved": not_retrieved}
        _judge(desk, {verdict: keys for verdict, keys in named.items() if keys}, reason, note)
        desk.close()


def _judge(desk: ScreeningDesk, named: dict[str, list[str]], reason: str | None, note: str | None) -> None:
    if not named:
        desk.converse()
    told = [key.casefold() for keys in named.values() for key in keys]
    if twice := next((key for key in told if told.count(key) > 1), None):
        raise SelectionError(f"{twice} is named twice", hint="judge each record once")
    for verdict, keys in named.items():
        for key in keys:
            desk.judge_named(key, verdict, reason=reason if verdict == "exclude" else None, note=note)


def flow(
    previous: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="The last version was of this date: draw the form of an updated review."),
    ] = None,
    csv_file: Annotated[Path | None, typer.Option("--csv", help="Write PRISMA.csv for flow diagram tools.")] = None,
    figure: Annotated[Path | None, typer.Option(help="Write the diagram: .svg, .pdf or .png.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same keys and numbers as JSON.")] = False,
) -> None:
    """Count the PRISMA 2020 flow from the searches, the screening and the study files."""
    from mscevidence.commands.flow_counts import review_flow
    from mscevidence.publish.flow_text import flow_text
    from mscevidence.screening import prisma_csv, prisma_values

    found = review_flow(previous)
    if csv_file is not None:
        _write(csv_file, prisma_csv(found).encode())
    if figure is not None:
        from mscevidence.publish.figure import figure_bytes, figure_format
        from mscevidence.publish.flow_diagram import describe_flow, draw_flow

        form = figure_format(figure, None)
        described = describe_flow(found)
        _write(figure, figure_bytes(draw_flow(found), form, title="PRISMA 2020 flow diagram", description=described))
    typer.echo(json.dumps(prisma_values(found), ensure_ascii=False, indent=2) if as_json else flow_text(found))
    for gap in found.gaps:
        typer.echo(f"note: {gap}", err=True)


def _write(path: Path, data: bytes) -> None:
    from mscevidence.records.writing import write_atomically

    if path.is_dir():
        raise SelectionError(f"{path} is a folder", hint="name a file in it")
    write_atomically(path, data)
    typer.echo(f"wrote {path}", err=True)
