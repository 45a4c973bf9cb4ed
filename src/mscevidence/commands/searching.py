"""``mscevidence search``: ask the sources of the literature, page by page."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from mscevidence.errors import MscevidenceError, SelectionError

if TYPE_CHECKING:
    from mscevidence.fetch import Source, Sources
    from mscevidence.model import SearchRun
    from mscevidence.protocol import Protocol

Contact = Annotated[
    str, typer.Option(envvar="MSCEVIDENCE_CONTACT", help="Your e-mail address, which the sources ask for.")
]
ApiKey = Annotated[str, typer.Option(envvar="NCBI_API_KEY", help="Key of NCBI: ten requests a second, not three.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(search)


def search(
    query: Annotated[str | None, typer.Argument(help="The query, in the words of the sources.")] = None,
    source: Annotated[
        list[str] | None, typer.Option(help="pubmed, europepmc, ctgov or crossref; may be given several times.")
    ] = None,
    saved: Annotated[str | None, typer.Option(help="Run this [[search]] of the protocol instead.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only what is new to the source since then.")
    ] = None,
    contact: Contact = "",
    api_key: ApiKey = "",
    list_runs: Annotated[bool, typer.Option("--list", help="Show the runs so far and search nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The runs as JSON.")] = False,
) -> None:
    """Search PubMed, Europe PMC, ClinicalTrials.gov and Crossref; keep every answer, and the run for PRISMA.

    Interrupted, the same command goes on where it stopped. Words in the evidence database: `mscevidence find`.
    """
    from mscevidence import protocol
    from mscevidence.harvest import load_runs

    review = protocol.find()
    if list_runs:
        typer.echo(_runs_text(load_runs(review.search_log), as_json=as_json))
        return
    query, names, search_id = _asked(review, query, source, saved)
    day = _date(since)
    sources = sources_of(review, contact, api_key)
    wanted = [(sources.named(name), query, day, search_id) for name in names]
    runs, failures = search_all(review, wanted)
    typer.echo(_runs_text(runs, as_json=as_json))
    tell_failures(failures)


def _asked(
    review: Protocol, query: str | None, source: list[str] | None, saved: str | None
) -> tuple[str, list[str], str | None]:
    from mscevidence.errors import UnknownTermError

    if saved is None:
        if not query or not source:
            hint = 'such as: mscevidence search "mesenchymal AND thrombocytopenia" --source pubmed --source ctgov'
            raise SelectionError("a query and at least one --source are needed, or --saved", hint=hint)
        return query, list(dict.fromkeys(source)), None
    if query:
        raise SelectionError("give a query or --saved, not both", hint="the saved search has its own words")
    found = next((one for one in review.searches if one.id == saved), None)
    if found is None:
        raise UnknownTermError(saved, kind="saved search", choices=[one.id for one in review.searches])
    return found.query, list(dict.fromkeys(source or found.sources)), found.id


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SelectionError(f"{text!r} is no date", hint="write it as 2026-05-31") from error


def sources_of(review: Protocol, contact: str, api_key: str) -> Sources:
    """Return where a review searches, with its cache of raw answers."""
    from mscevidence import fetch

    client = fetch.Client(contact=contact, cache=fetch.AnswerCache(review.captured / "answers"))
    return fetch.Sources.on(client, ncbi_api_key=api_key)


def search_all(
    review: Protocol, wanted: Sequence[tuple[Source, str, date | None, str | None]]
) -> tuple[list[SearchRun], list[MscevidenceError]]:
    """Return the runs of some searches, and the errors of those that failed: a dead source stops no other.

    Args:
        review: where answers and log are kept.
        wanted: source, query, since, and id of the saved search.
    """
    from mscevidence.documents import DocumentLibrary
    from mscevidence.errors import DocumentError, FetchError
    from mscevidence.harvest import load_runs, run_search

    runs: list[SearchRun] = []
    failures: list[MscevidenceError] = []
    library = DocumentLibrary(review.captured)
    for one, query, since, search_id in wanted:
        with shown_progress(one.name) as progress:
            try:
                run = run_search(
                    one,
                    query,
                    library=library,
                    log=review.search_log,
                    since=since,
                    search=search_id,
                    progress=progress,
                )
            except (FetchError, DocumentError) as error:
                failures.append(error)
                run = next(each for each in reversed(load_runs(review.search_log)) if each.source == one.name)
        runs.append(run)
    return runs, failures


@contextlib.contextmanager
def shown_progress(name: str) -> Iterator[Callable[[SearchRun], None] | None]:
    """Show how far a search is, on stderr, when a terminal is there."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None)
        yield lambda run: bar.update(task, completed=run.records + run.rejects, total=run.total)


def _runs_text(runs: Sequence[SearchRun], *, as_json: bool) -> str:
    from mscevidence.publish.table import render

    if as_json:
        return json.dumps([run.model_dump(mode="json", exclude={"cursor"}) for run in runs], indent=2)
    rows = [
        {
            "run": run.id,
            "source": run.source,
            "announced": run.total,
            "records": run.records,
            "not read": run.rejects,
            "state": "done" if run.finished else "to be continued",
            "query": run.query or run.note or "",
        }
        for run in runs
    ]
    return render(rows, columns=("run", "source", "announced", "records", "not read", "state", "query"))


def tell_failures(failures: list[MscevidenceError]) -> None:
    """Print all errors but the first, which is raised.

    Raises:
        MscevidenceError: the first of them.
    """
    if failures:
        first, *others = failures
        for error in others:
            typer.echo(f"error: {error.message}", err=True)
            if error.hint:
                typer.echo(f"hint: {error.hint}", err=True)
        raise first
