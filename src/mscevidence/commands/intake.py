"""What `mscevidence ingest` takes in, one source after another; one that fails stops no other."""

from __future__ import annotations

import dataclasses
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from mscevidence.commands.evidence import candidates_of
from mscevidence.documents import Captured, DocumentLibrary
from mscevidence.errors import DocumentError, FetchError, MscevidenceError
from mscevidence.model import Candidate, Document, FoundBy, Reject
from mscevidence.protocol import Protocol
from mscevidence.publish import candidates as page
from mscevidence.publish.wording import count

if TYPE_CHECKING:
    from mscevidence.fetch import Sources


_LONGEST_LIST = 1_000_000
_LONGEST_NAME = 1000
_AT_ONCE = 200
_NUMBER = re.compile(r"(?:PMID\W{1,3})?0*[1-9]\d{0,7}", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Taken:
    """One file that was taken in: its name, its single document with candidates, or its many records."""

    name: str
    captured: Captured
    documents: int
    rejects: tuple[Reject, ...]
    single: tuple[Document, tuple[Candidate, ...]] | None


class Intake:
    """Takes sources in, one by one.

    Args:
        review: where they are captured.
        url: where the text of a file was copied from.
        form: format to read files as; found out unless given.
        found_by: how the documents were found.
        contact: e-mail address of the person who fetches.
    """

    def __init__(
        self, review: Protocol, *, url: str | None, form: str | None, found_by: str | None, contact: str
    ) -> None:
        self._review = review
        self._library = DocumentLibrary(review.captured)
        self._url = url
        self._form = form
        self._found_by = found_by
        self._contact = contact
        self._sources: Sources | None = None
        self.taken: list[Taken] = []
        self.failures: list[MscevidenceError] = []

    def take(self, source: str) -> None:
        """Take in a file, the files of a folder, standard input, or what an identifier or address names."""
        if source == "-":
            self._take_bytes(sys.stdin.buffer.read(), "standard input")
        elif not _is_there(source) and ("://" in source or _is_identifier(source)):
            self._keep(_shown(source), lambda: self._fetched(source))
        elif not _is_there(source):
            reason = "No such file or directory" if len(source) < _LONGEST_NAME else "this is longer than a path can be"
            shown_name = source if len(source) < _LONGEST_NAME else f"{source[:60]}…"
            hint = "check the path and that you may read it"
            self.failures.append(DocumentError(f"{shown_name}: {reason}", hint=hint))
        else:
            files = _files(Path(source))
            for path in shown(self._wanted(files, source), "ingest"):
                if path.is_file() and path.stat().st_size <= _LONGEST_LIST:
                    self._take_bytes(path.read_bytes(), path.name)
                else:
                    self._keep(path.name, lambda path=path: self._file(path, path.name))  # type: ignore[misc]

    def _wanted(self, files: list[Path], source: str) -> list[Path]:
        """Return the files of a folder that may be sources, and say what else was there; a file named alone is one."""
        if files == [Path(source)]:
            return files
        seen = [each for each in files if not _is_hidden(each, source)]
        wanted = [each for each in seen if not self._review.wrote(each)]
        if passed := len(files) - len(seen):
            typer.echo(f"note: {source}: {count(passed, 'hidden file')} not read", err=True)
        if passed := len(seen) - len(wanted):
            own = count(passed, "file of this review", "files of this review")
            typer.echo(f"note: {source}: {own} not read: records, captured files and pages made from them", err=True)
        return wanted

    def _take_bytes(self, data: bytes, name: str) -> None:
        """Take in the bytes of a file, or what a list of identifiers names."""
        from mscevidence.read import listed_identifiers

        short = len(data) <= _LONGEST_LIST and self._form is None
        listed = listed_identifiers(data.decode("utf-8", "replace")) if short else ()
        if not listed:
            self._keep(name, lambda: self._file(data, name))
            return
        typer.echo(f"{name} lists {count(len(listed), 'identifier')}", err=True)
        for some in _batches(listed):
            shown_name = f"{some[0]} and {len(some) - 1} more" if len(some) > 1 else some[0]
            self._keep(shown_name, lambda some=some: self._fetched(*some))  # type: ignore[misc]

    def _keep(self, name: str, taken: Callable[[], Taken]) -> None:
        try:
            one = taken()
        except MscevidenceError as error:
            self.failures.append(_named(error, name))
            return
        self.taken.append(one)
        read = count(one.documents, "record") if one.single is None else one.single[0].sha256[:12]
        typer.echo(f"{'captured' if one.captured.new else 'already captured'} {name} as {read}", err=True)

    def _file(self, source: bytes | Path, name: str) -> Taken:
        from mscevidence.harvest import take_file

        return self._taken(take_file(self._library, source, name=name, url=self._url, form=self._form), name)

    def _fetched(self, source: str, *others: str) -> Taken:
        """Return what an identifier names; of several PubMed numbers all records."""
        from mscevidence import fetch
        from mscevidence.commands.searching import sources_of
        from mscevidence.harvest import take_answer

        if self._sources is None:
            self._sources = sources_of(self._review, self._contact, os.environ.get("NCBI_API_KEY", ""))
        if others:
            page = self._sources.pubmed.records([fetch.recognised(each).value for each in (source, *others)])
        else:
            page = fetch.by_identifier(source, self._sources)
        name = f"{source} and {len(others)} more" if others else source
        for note in page.notes:
            typer.echo(f"note: {name}: {note}", err=True)
        return self._taken(take_answer(self._library, page.answer), name)

    def _taken(self, captured: Captured, name: str) -> Taken:
        from mscevidence.harvest import log_file

        found_by: FoundBy | None = self._found_by  # type: ignore[assignment]
        run = log_file(self._review.search_log, captured, name=name, found_by=found_by)
        documents = list(captured)
        if self._form is not None and not captured.new and any(one.format != self._form for one in documents):
            typer.echo(f"note: {name} was read as {documents[0].format} before, and stays so", err=True)
        rejects = captured.rejects
        alone = len(documents) == 1 and not rejects
        single = (documents[0], candidates_of(documents[0])) if alone else None
        if run is not None:
            typer.echo(f"counted as search {run.id} of {run.source} ({run.found_by})", err=True)
        return Taken(name, captured, len(documents), rejects, single)

    def as_json(self) -> str:
        """Return every document with its candidates as JSON."""
        pairs = [pair for one in self.taken for pair in _pairs(one)]
        return page.as_json(pairs)

    def as_text(self) -> str:
        """Return single documents with their candidates, and what files of many records hold."""
        return "\n\n".join(page.as_text(*one.single) if one.single else _records_text(one) for one in self.taken)

    def close(self) -> None:
        """Say what was read and what was not.

        Raises:
            MscevidenceError: the first thing that could not be read.
        """
        documents = sum(one.documents for one in self.taken)
        rejects = sum(len(one.rejects) for one in self.taken)
        proposed = sum(len(one.single[1]) for one in self.taken if one.single)
        read = f"{count(documents, 'document')} read, {count(proposed, 'candidate')}"
        broken = f", {count(rejects, 'record')} rejected" if rejects else ""
        typer.echo(f"{read}{broken}; {len(self.failures)} not read", err=True)
        for one in self.taken:
            if one.single and not one.single[1]:
                shown = one.single[0].name or one.single[0].sha256[:12]
                typer.echo(f"note: no count was found in {shown}", err=True)
        if self.failures:
            first, *others = self.failures
            for error in others:
                typer.echo(f"error: {error.message}", err=True)
            raise first


def shown(paths: list[Path], what: str) -> Iterator[Path]:
    """Yield paths, showing on stderr how many are done when a terminal is there and there are several."""
    if len(paths) < 2 or not sys.stderr.isatty():
        yield from paths
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(paths, description=what, console=Console(stderr=True), transient=True)


def _batches(listed: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the PubMed numbers of a list together, as many as one answer may hold, and any other identifier alone."""
    numbers = [each for each in dict.fromkeys(listed) if _NUMBER.fullmatch(each)]
    for start in range(0, len(numbers), _AT_ONCE):
        yield tuple(numbers[start : start + _AT_ONCE])
    yield from ((each,) for each in dict.fromkeys(listed) if each not in set(numbers))


def _is_there(source: str) -> bool:
    """Return whether there is something at a path, which may be any text: too long, or with a NUL in it."""
    try:
        return Path(source).exists()
    except OSError:
        return False


def _is_identifier(source: str) -> bool:
    from mscevidence import fetch

    try:
        fetch.recognised(source)
    except FetchError:
        return False
    return True


def _shown(source: str) -> str:
    """Return an identifier, or an address without a password that may stand in it."""
    from mscevidence.fetch import without_secrets

    return without_secrets(source) if "://" in source else source


def _is_hidden(path: Path, folder: str) -> bool:
    """Return whether a file of a folder is one that the system keeps there and does not show: ``.DS_Store``."""
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _files(path: Path) -> list[Path]:
    return sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]


def _named(error: MscevidenceError, name: str) -> MscevidenceError:
    return DocumentError(error.message if name in error.message else f"{name}: {error.message}", hint=error.hint)


def _pairs(one: Taken) -> Iterator[tuple[Document, tuple[Candidate, ...]]]:
    if one.single is not None:
        yield one.single
        return
    for document in one.captured:
        yield document, candidates_of(document)


def _records_text(one: Taken) -> str:
    kinds = Counter(document.kind.replace("-", " ") for document in one.captured)
    bare = sum(document.text.strip() == document.title.strip() for document in one.captured)
    lines = [f"{one.name}: {count(one.documents, 'record')}, {len(one.rejects)} rejected"]
    lines += [f"  {number:>7,} {kind}" for kind, number in kinds.most_common()]
    lines += [f"  {bare:>7,} without an abstract"] if bare else []
    lines += [f"  rejected: record {each.position}: {each.reason}  {each.excerpt[:60]!r}" for each in one.rejects]
    return "\n".join(lines)
