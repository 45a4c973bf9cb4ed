"""Ask a document: the 2x2 of an outcome in two groups, and what kind of study it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mscevidence.errors import DocumentError, SelectionError

if TYPE_CHECKING:
    from mscevidence.extract.description import Description
    from mscevidence.extract.lookup import Answer
    from mscevidence.model import Document, Value

File = Annotated[Path, typer.Argument(metavar="FILE", help="Article in JATS, saved page, or text of an abstract.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON, each number with its place in the text.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(lookup)
    app.command()(describe)


def lookup(
    file: File,
    outcome: Annotated[str, typer.Option(help="The outcome in words, such as 'relapse at 12 months'.")],
    intervention: Annotated[str, typer.Option(help="The first group in words, such as 'umbilical cord MSC'.")],
    comparator: Annotated[str, typer.Option(help="The second group in words, such as 'placebo'.")],
    as_json: Json = False,
) -> None:
    """Answer a question from an article: events and n of two groups with their places, or nothing."""
    from mscevidence.extract.lookup import answer

    document = _read(file)
    found = answer(document, outcome=outcome, intervention=intervention, comparator=comparator)
    if as_json:
        typer.echo(found.model_dump_json(indent=2) if found else "null")
    elif found is not None and found.complete:
        typer.echo(_table(document, found, intervention, comparator))
    else:
        raise SelectionError(_nothing(found), hint="ask in the words of the article, or look at it: nothing is guessed")


def describe(file: File, as_json: Json = False) -> None:
    """Say what study a document reports: design, phase, condition, cells, enrolment, follow-up, registration."""
    from mscevidence.extract import description
    from mscevidence.publish import table

    document = _read(file)
    found = description.describe(document)
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        typer.echo(table.render(list(_facts(found)), form="table"))


def _read(file: Path) -> Document:
    from mscevidence import read

    try:
        data = file.read_bytes()
    except OSError as error:
        raise DocumentError(f"{file}: {error.strerror}", hint="check the path and that you may read it") from error
    return read.read(data, name=file.name)


def _nothing(found: Answer | None) -> str:
    if found is None:
        return "the document does not answer this beyond doubt"
    sizes = f"{found.intervention_n.number:g} and {found.comparator_n.number:g} patients"
    return f"the document tells the sizes of the groups ({sizes}), but not the events beyond doubt"


def _table(document: Document, found: Answer, intervention: str, comparator: str) -> str:
    from mscevidence.publish import table

    sides = (
        (intervention, found.intervention_events, found.intervention_n),
        (comparator, found.comparator_events, found.comparator_n),
    )
    rows: list[table.Row] = [
        {"group": name, "events": _shown(events), "n": _shown(n), "read from": f"{_quoted(events)}; {_quoted(n)}"}
        for name, events, n in sides
    ]
    where = document.section_at(found.span[0]) if found.span else ""
    note = f"{where or 'text'}: {found.outcome}\nrule {found.rule}" + (
        "; * computed, not printed" if found.derived else ""
    )
    return f"{table.render(rows, form='table')}\n{note}"


def _shown(value: Value | None) -> str:
    return "" if value is None else f"{value.number:g}{'*' if value.derived else ''}"


def _quoted(value: Value | None) -> str:
    return "" if value is None or value.span is None else f"“{value.text}” at {value.span[0]}"


def _facts(found: Description) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for name, told in found:
        for value in told if isinstance(told, tuple) else [told]:
            if value is not None and not isinstance(value, str):
                normal = value.normal or (
                    f"{value.number:g} {value.unit or ''}".strip() if value.number is not None else ""
                )
                rows.append(
                    {"fact": name.replace("_", " ").removesuffix("s"), "value": normal, "text": value.text[:80]}
                )
    return rows
