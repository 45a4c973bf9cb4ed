"""Begin a review, and look up the words that may be used."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mscevidence.commands.output_form import output_form


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(init)
    app.command()(terms)


def init(
    folder: Annotated[Path, typer.Argument(help="Folder of the review; made if it is missing.")] = Path(),
    title: Annotated[str, typer.Option(help="Title of the review.")] = "Evidence synthesis",
) -> None:
    """Begin a review: write mscevidence.toml and the folder for study files."""
    from mscevidence import protocol

    for path in protocol.write_new(folder, title=title):
        typer.echo(f"made {path}", err=True)


def terms(
    kind: Annotated[str | None, typer.Argument(help="Kind of term, such as condition or outcome.")] = None,
    word: Annotated[str | None, typer.Argument(help="One term: its definition and source.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV.")] = False,
) -> None:
    """List the vocabulary: its kinds, the terms of a kind, or one term with definition and source."""
    from mscevidence import vocabulary
    from mscevidence.publish import table
    from mscevidence.publish import terms as pages

    form = output_form(as_csv=as_csv, as_json=as_json)
    if kind is None:
        rows: list[table.Row] = [{"kind": name, "terms": len(vocabulary.load(name))} for name in vocabulary.kinds()]
    elif word is None:
        rows = pages.listing(vocabulary.load(kind).values())
    else:
        rows = pages.facts(vocabulary.term(kind, word))
    typer.echo(table.render(rows, form=form))
