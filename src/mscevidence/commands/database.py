"""The database: make it, ask it, search it, browse it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mscevidence.commands.output_form import output_form
from mscevidence.errors import MscevidenceError, StoreError

if TYPE_CHECKING:
    from mscevidence.protocol import Protocol
    from mscevidence.store import Contents
    from mscevidence.store.questions import Question
    from mscevidence.web.room import Room

Database = Annotated[
    Path | None, typer.Option("--database", "-d", help="Another database than evidence.db of this review.")
]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
OF_ANALYSES = ("pooled", "pooled-studies", "exclusions")
"""Questions about analyses: `build` runs none, `reproduce` writes a database with all of them."""
NAMED = {"allow_extra_args": True, "ignore_unknown_options": True}


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(build)
    app.command(context_settings=NAMED)(query)
    app.command("find")(find)
    app.command()(serve)


def build(
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Where to write it, unless evidence.db.")
    ] = None,
) -> None:
    """Build evidence.db from the study files and the captured documents.

    It holds the texts of documents: `publish --database` writes one for everybody.
    """
    from mscevidence import protocol, store

    review = protocol.find()
    path = output or review.database
    counts = store.build_contents(path, _contents(review))
    typer.echo(counts.summary())
    typer.echo(f"wrote {path.name}; ask it with `mscevidence query --list`", err=True)


def _contents(review: Protocol) -> Contents:
    from mscevidence.commands.edition import gather
    from mscevidence.publish.edition import stored

    return stored(gather(review))


def query(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="QUESTION|SQL [--PARAMETER VALUE]...", help="A named question, or a SELECT in quotes."),
    ] = None,
    list_questions: Annotated[bool, typer.Option("--list", help="List the questions and their parameters.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="At most this many rows.")] = None,
    as_csv: AsCsv = False,
    as_json: AsJson = False,
    database: Database = None,
) -> None:
    """Ask the database a named question, such as ``response-rates --condition ITP``, or anything in SQL."""
    from mscevidence.publish.table import render
    from mscevidence.store import ask, run_sql

    form = output_form(as_csv=as_csv, as_json=as_json)
    asked, parameters = _question_and_parameters([*(words or []), *context.args])
    if list_questions or not asked:
        typer.echo(render(_listed(asked), form=form))
        return
    answer = (run_sql if _is_sql(asked) else ask)(_path(database), asked, parameters, limit=limit)
    typer.echo(render(answer.as_dicts(), form=form, columns=answer.columns))
    _tell_rows(len(answer), cut=answer.truncated)
    if not len(answer) and asked in OF_ANALYSES:
        typer.echo("analyses are in the database of `mscevidence reproduce`: -d output/evidence.db", err=True)


def find(
    words: Annotated[list[str], typer.Argument(help='Words, or "an exact phrase".')],
    limit: Annotated[int, typer.Option(min=1, help="At most this many of each kind.")] = 20,
    as_csv: AsCsv = False,
    as_json: AsJson = False,
    database: Database = None,
) -> None:
    """Find words in the text of documents, results and studies of the database."""
    from mscevidence import store
    from mscevidence.publish.table import render

    form = output_form(as_csv=as_csv, as_json=as_json)
    hits = store.search(_path(database), " ".join(words), limit=limit)
    columns = ("kind", "id", "title", "snippet")
    rows = [{name: getattr(hit, name) for name in columns} for hit in hits]
    typer.echo(render(rows, form=form, columns=columns))
    if not hits:
        typer.echo(f"nothing contains {' '.join(words)!r}; fewer words find more", err=True)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; others than yours can reach 0.0.0.0.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8001,
    open_browser: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
    reviewer: Annotated[
        list[str] | None,
        typer.Option(metavar="INITIALS", help="Open the review room to this reviewer; prints a link that works once."),
    ] = None,
    database: Database = None,
) -> None:
    """Browse the database with Datasette: tables, facets, questions, the living page; review after login."""
    from mscevidence.web import server

    path = _path(database)
    title, question = _titles(database)
    room = _room(reviewer, path) if reviewer else None
    living = _living_page() if database is None else None
    served = server.application(path, title=title, question=question, room=room, living=living)
    server.serve(served, host, port, open_browser=open_browser, say=_tell)


def _living_page() -> Callable[[Path], object]:
    """Return what writes the living page of the review in the current folder, in a process of its own.

    It takes a while, and the server must answer meanwhile.
    """
    import subprocess

    from mscevidence import protocol

    root = protocol.find().root

    def write(folder: Path) -> None:
        command = [sys.executable, "-m", "mscevidence", "publish", str(folder)]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603 - ourselves
        if done.returncode:
            raise StoreError(done.stderr.strip() or "publishing failed", hint="run `mscevidence publish`")

    return write


def _room(reviewers: Sequence[str], path: Path) -> Room:
    """Return the review room of the review in the current folder; its database is built where there is none yet."""
    from mscevidence import protocol, store
    from mscevidence.commands.edition import documents_to_extract
    from mscevidence.web.room import Room

    review = protocol.find()

    def rebuild() -> None:
        store.build_contents(path, _contents(review))

    if not path.exists():
        rebuild()
    return Room(review, reviewers, documents=lambda: documents_to_extract(review), rebuild=rebuild)


def _path(given: Path | None) -> Path:
    from mscevidence import protocol

    return given if given is not None else protocol.find().database


def _titles(given: Path | None) -> tuple[str, str]:
    """Return title and question of the review; of none where another database is named outside of one."""
    from mscevidence import protocol

    try:
        review = protocol.find(given.resolve().parent if given else None)
    except MscevidenceError:
        return "Evidence", ""
    return review.title, review.question


def _is_sql(text: str) -> bool:
    return any(character.isspace() or character == ";" for character in text.strip())


def _question_and_parameters(words: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Return the one word that is no option, and ``--name value`` (or ``--name=value``) as a dictionary."""
    plain: list[str] = []
    parameters: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        if not word.startswith("--") or _is_sql(word):
            plain.append(word)
            continue
        name, equals, value = word.removeprefix("--").partition("=")
        found = value if equals else next(rest, None)
        if found is None:
            raise typer.BadParameter(f"--{name} needs a value")
        parameters[name] = found
    if len(plain) > 1:
        raise typer.BadParameter(f"one question at a time: {', '.join(map(repr, plain))}; SQL needs quotes around it")
    return (plain[0] if plain else ""), parameters


def _listed(asked: str) -> list[dict[str, str]]:
    from mscevidence.store import questions

    known: Sequence[Question] = [questions.question(asked)] if asked else tuple(questions.load().values())
    return [
        {
            "question": one.id,
            "what it answers": one.description,
            "parameters": " ".join(f"--{parameter.name} {parameter.shown}" for parameter in one.parameters),
        }
        for one in known
    ]


def _tell_rows(rows: int, *, cut: bool) -> None:
    counted = "1 row" if rows == 1 else f"{rows} rows" if rows else "no rows"
    _tell(f"the first {counted}; there are more (--limit)" if cut else counted)


def _tell(words: str) -> None:
    typer.echo(words, err=True)
