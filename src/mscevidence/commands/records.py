"""Study files: check them, begin new ones, publish their schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from mscevidence.errors import CheckError


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(check)
    app.command()(template)
    app.command()(schema)


def check(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Study files; all by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Findings as JSON.")] = False,
    list_checks: Annotated[
        bool, typer.Option("--list", help="List the checks: how serious, and what should hold.")
    ] = False,
    notes: Annotated[bool, typer.Option("--notes", help="Show notes too, not only their number.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
) -> None:
    """Walk every number back to its characters and check its arithmetic; leaves with 1 when something is wrong."""
    from mscevidence import check as checks
    from mscevidence.commands.auditing import audit
    from mscevidence.publish import table

    if list_checks:
        known = [
            {"check": one.id, "severity": one.severity, "what holds": one.sentence} for one in checks.CHECKS.values()
        ]
        typer.echo(table.render(known))
        return
    result = audit(files or [])
    if as_json:
        typer.echo(json.dumps([one.model_dump() for one in result.findings], ensure_ascii=False, indent=2))
    else:
        typer.echo(result.page(notes=notes), nl=bool(result.page(notes=notes)))
    typer.echo(result.summary(), err=True)
    if result.fails(strict=strict):
        raise CheckError(
            "the records are not in order", hint="mend the lines above; `mscevidence check --list` explains"
        )


def template(
    form: Annotated[str, typer.Argument(help="single-arm, two-arm or dose-escalation.")] = "single-arm",
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Where to write: .yaml, .csv or .xlsx; the screen unless told."),
    ] = None,
    study: Annotated[str, typer.Option(help="Id of the new study, also its file name.")] = "new-study",
    condition: Annotated[str, typer.Option(help="Condition of the vocabulary.")] = "immune-thrombocytopenia",
) -> None:
    """Write a new study file to fill in, with comments; or a spreadsheet that `import spreadsheet` reads back."""
    from mscevidence import vocabulary
    from mscevidence.records import templates

    made = templates.template(form, study=study, condition=vocabulary.term("condition", condition).id)
    if output is None:
        typer.echo(made.yaml(), nl=False)
        return
    made.write(output)
    typer.echo(f"wrote {output}", err=True)


def schema(
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Where to write; the screen unless told.")
    ] = None,
) -> None:
    """Print the JSON Schema of study files; editors complete and check from it."""
    from mscevidence import records

    text = json.dumps(records.json_schema(), ensure_ascii=False, indent=2) + "\n"
    if output is None:
        typer.echo(text, nl=False)
        return
    records.write_atomically(output, text.encode("utf-8"))
    typer.echo(f"wrote {output}", err=True)
