"""Review the candidates of a document: in a dialogue, or by rules and files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mscevidence.commands.output_form import output_form
from mscevidence.errors import SelectionError

if TYPE_CHECKING:
    from mscevidence.commands.dialogue import Desk

Rules = Annotated[list[str] | None, typer.Option(metavar="RULE", help="Accept what this rule proposed; 'all' for all.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(review)
    app.command()(differences)


def review(
    report: Annotated[
        str | None, typer.Argument(help="Report (ash-2023-687), registration, file name, or hash of a document.")
    ] = None,
    by: Annotated[
        str, typer.Option(help="Your initials, kept with every decision.", envvar="MSCEVIDENCE_REVIEWER")
    ] = "",
    accept: Rules = None,
    reject: Annotated[list[str] | None, typer.Option(metavar="RULE", help="Reject what this rule proposed.")] = None,
    from_file: Annotated[Path | None, typer.Option("--from", help="Take decisions from a YAML file.")] = None,
    condition: Annotated[str | None, typer.Option(help="Condition of a new study, where the text names none.")] = None,
    on: Annotated[str | None, typer.Option(metavar="DATE", help="Date of the decisions; today unless told.")] = None,
    blind: Annotated[
        bool, typer.Option("--blind", help="Extract a second time: into <study>.<initials>.yaml, nothing shown.")
    ] = False,
    list_only: Annotated[
        bool, typer.Option("--list", help="Show the queue and decide nothing; without REPORT, all documents.")
    ] = False,
) -> None:
    """Accept, correct, reject or defer the candidates of a report; each decision is written at once."""
    from mscevidence.commands.dialogue import Desk, listed_documents

    if report is None and list_only:
        typer.echo(listed_documents())
        return
    if report is None:
        raise SelectionError("which report is to be reviewed?", hint="`mscevidence review --list` shows what waits")
    if not by and not list_only:
        raise SelectionError("whose decision is it?", hint="give your initials: --by fe")
    desk = Desk.open(report, by=by, on=on, condition=condition, blind=blind)
    if list_only:
        typer.echo(desk.listing())
    elif accept or reject or from_file:
        _by_rule(desk, accept or [], reject or [], from_file)
    elif sys.stdin.isatty() or not sys.stdin.closed:
        desk.converse()
    desk.close()


def differences(
    study: Annotated[str, typer.Argument(help="Study that was extracted twice.")],
    second: Annotated[str, typer.Argument(metavar="INITIALS", help="Initials of the second extractor.")],
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show where two extractors of a study differ, and their agreement per field (Cohen's kappa)."""
    from dataclasses import asdict

    from mscevidence import protocol, records
    from mscevidence import review as room
    from mscevidence.publish.table import render
    from mscevidence.screening.agreement import cohen_kappa

    form = output_form(as_csv=as_csv, as_json=as_json)
    folder = protocol.find().extracted
    mine = records.load_all(folder).study(study)
    theirs = records.load_study(room.second_file(folder, mine.study, second))
    rows = [asdict(one) for one in room.open_differences(mine, theirs)]
    typer.echo(render(rows, form=form))
    for field, pairs in room.agreed_pairs(mine, theirs).items():
        kappa, _ = cohen_kappa(pairs)
        same = sum(one == other for one, other in pairs)
        told = "not defined" if kappa is None else f"{kappa:.2f}"
        typer.echo(f"{field}: {same} of {len(pairs)} alike, kappa {told}", err=True)


def _by_rule(desk: Desk, accept: list[str], reject: list[str], from_file: Path | None) -> None:
    if from_file is not None:
        try:
            text = from_file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise SelectionError(f"cannot read {from_file}: {error}", hint="give a UTF-8 YAML file") from error
        desk.apply_file(text, from_file.name)
    desk.apply_rules(accept=accept, reject=reject)
