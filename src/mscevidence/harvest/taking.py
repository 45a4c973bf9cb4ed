"""Take files and fetched answers in: captured with every record they hold, and logged when they hold many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from mscevidence import read
from mscevidence.documents import Captured, DocumentLibrary
from mscevidence.fetch import Answer
from mscevidence.harvest.log import load_runs, new_id, save_run
from mscevidence.harvest.searching import name_of, now, reader_of
from mscevidence.model import Document, FoundBy, Reject, SearchRun
from mscevidence.screening import found_by_of


def take_file(
    library: DocumentLibrary, source: bytes | Path, *, name: str, url: str | None = None, form: str | None = None
) -> Captured:
    """Return a file as captured, with all documents in it.

    Args:
        library: where it is kept.
        source: its bytes, or its path.
        name: its name without the folder.
        url: where it was copied from.
        form: the format to read it as; found out unless given.

    Raises:
        DocumentError: it cannot be read.
        UnknownTermError: no such format.
        WriteError: the library cannot be written.
    """
    retrieved = now()

    def documents(stream: BinaryIO, sha256: str) -> Iterator[Document | Reject]:
        for one in read.read_all(stream, name=name, url=url, format=form, container=sha256):
            yield one if isinstance(one, Reject) else one.model_copy(update={"retrieved": retrieved})

    return library.capture(source, documents, name=name)


def take_answer(library: DocumentLibrary, answer: Answer) -> Captured:
    """Return a fetched answer as captured, with all documents in it.

    Raises:
        DocumentError: it cannot be read.
        WriteError: the library cannot be written.
    """
    return library.capture(answer.data, reader_of(answer), name=name_of(answer))


def log_file(log: Path, captured: Captured, *, name: str, found_by: FoundBy | None) -> SearchRun | None:
    """Return the run that a file of records stands for, written into the log; None where it is no search result.

    A file of many records is what somebody searched for elsewhere: it counts as identified from its database or
    register. A single document counts only when `found_by` says how it was found. A file in the log already counts
    once.

    Raises:
        RecordError: the log cannot be read.
        WriteError: the log cannot be written.
    """
    known = load_runs(log)
    documents = list(captured)
    sha256 = captured.sha256
    many = len(documents) + len(captured.rejects) > 1
    if any(sha256 in run.files for run in known) or not (many or found_by):
        return None
    sources = Counter(one.source for one in documents if one.source)
    source = sources.most_common(1)[0][0] if sources else "file"
    started = now()
    run = SearchRun(
        id=new_id(started, source, known),
        source=source,
        found_by=found_by or found_by_of(source),
        started=started,
        finished=started,
        records=len(documents),
        rejects=len(captured.rejects),
        files=(sha256,),
        note=f"records taken in from the file {name}",
    )
    save_run(log, run)
    return run
