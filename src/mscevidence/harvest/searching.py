"""Run a search of one source: each answer is on disk before the next is asked for, so that nothing is asked twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO

from mscevidence import read
from mscevidence.documents import DocumentLibrary
from mscevidence.fetch import Answer, Page, Source
from mscevidence.harvest.log import load_runs, new_id, save_run
from mscevidence.model import Document, Reject, SearchRun
from mscevidence.screening import found_by_of

Progress = Callable[[SearchRun], None]
"""Told of a run whenever a page of it is on disk."""

_SUFFIXES = {"xml": ".xml", "json": ".json", "html": ".html"}


def now() -> str:
    """Return the time as the log writes it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def run_search(
    source: Source,
    query: str,
    *,
    library: DocumentLibrary,
    log: Path,
    since: date | None = None,
    search: str | None = None,
    progress: Progress | None = None,
) -> SearchRun:
    """Search a source to its end and return the run, as it stands in the log.

    A run of the same search that was interrupted goes on where it stopped.

    Args:
        source: where to search.
        query: in the words of the source.
        library: where the answers are kept.
        log: path of the log of search runs.
        since: only records that are new to the source since this day.
        search: id of the saved search, if it is one.
        progress: told after every page.

    Raises:
        FetchError: the source did not answer; what came before is in the log and the library.
        DocumentError: an answer cannot be read.
        WriteError: the disk cannot be written.
    """
    run = _begun(log, source.name, query, since, search)
    save_run(log, run)
    for page in source.search(query, since=since, cursor=run.cursor or ""):
        run = _with_page(run, page, library)
        save_run(log, run)
        if progress is not None:
            progress(run)
    run = run.model_copy(update={"finished": now(), "cursor": None})
    save_run(log, run)
    return run


def _begun(log: Path, source: str, query: str, since: date | None, search: str | None) -> SearchRun:
    known = load_runs(log)
    asked = (source, query, since.isoformat() if since else None)
    for one in reversed(known):
        if one.finished is None and (one.source, one.query, one.since) == asked:
            return one
    started = now()
    return SearchRun(
        id=new_id(started, source, known),
        source=source,
        found_by=found_by_of(source),
        query=query,
        search=search,
        since=asked[2],
        started=started,
    )


def _with_page(run: SearchRun, page: Page, library: DocumentLibrary) -> SearchRun:
    changes: dict[str, object] = {"total": page.total, "cursor": page.cursor or None}
    notes = [*([run.note] if run.note else []), *page.notes]
    changes["note"] = "; ".join(dict.fromkeys(notes)) or None
    if page.records:
        if page.delivered <= page.records:
            # The first page: a source that could not go on began again, and everything comes once more.
            run = run.model_copy(update={"files": (), "records": 0, "rejects": 0})
        captured = library.capture(page.answer.data, reader_of(page.answer, run.source), name=name_of(page.answer, run))
        sha256 = page.answer.sha256
        if sha256 not in run.files:
            changes["files"] = (*run.files, sha256)
            changes["records"] = run.records + sum(1 for _ in captured)
            changes["rejects"] = run.rejects + len(captured.rejects)
    return run.model_copy(update=changes)


def name_of(answer: Answer, run: SearchRun | None = None) -> str:
    """Return a file name for an answer: its source or host, and a suffix by its type."""
    suffix = next((end for kind, end in _SUFFIXES.items() if kind in answer.content_type), ".txt")
    return f"{run.id if run else 'answer'}{suffix}"


def reader_of(answer: Answer, source: str | None = None) -> Callable[[BinaryIO, str], Iterator[Document | Reject]]:
    """Return what reads an answer: every document knows its address, the time it came, and the source."""

    def documents(stream: BinaryIO, sha256: str) -> Iterator[Document | Reject]:
        found = read.read_all(stream, name=name_of(answer), url=answer.url, container=sha256)
        for one in found:
            if isinstance(one, Reject):
                yield one
            else:
                known = {"retrieved": answer.retrieved.isoformat(timespec="seconds")}
                yield one.model_copy(update={**known, **({"source": source} if source and not one.source else {})})

    return documents
