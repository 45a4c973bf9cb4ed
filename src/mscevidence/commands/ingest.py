"""Take documents in: bytes to captured document to candidates."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mscevidence.errors import DocumentError, MscevidenceError

if TYPE_CHECKING:
    from mscevidence.model import Candidate, Document
    from mscevidence.protocol import Protocol


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(ingest)


def ingest(
    sources: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files, folders, or - for standard input.")],
    url: Annotated[str | None, typer.Option(help="Address the text was copied from; kept with the document.")] = None,
    form: Annotated[str | None, typer.Option("--format", help="Read as this format instead of finding out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Documents and candidates as JSON.")] = False,
) -> None:
    """Capture documents, read them, and propose candidate values, each with its exact place in the text."""
    from mscevidence import protocol
    from mscevidence.publish import candidates as page

    review = protocol.find()
    taken: list[tuple[Document, tuple[Candidate, ...]]] = []
    failures: list[MscevidenceError] = []
    for name, data in _inputs(sources, failures):
        try:
            document, proposed, new = _take_in(review, data, name=name, url=url, form=form)
        except MscevidenceError as error:
            failures.append(_named(error, name))
            continue
        taken.append((document, proposed))
        typer.echo(f"{'captured' if new else 'already captured'} {name} as {document.sha256[:12]}", err=True)
    if as_json:
        typer.echo(page.as_json(taken))
    else:
        typer.echo("\n\n".join(page.as_text(document, proposed) for document, proposed in taken))
    _report(taken, failures)


def _inputs(sources: list[str], failures: list[MscevidenceError]) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for source in sources:
        if source == "-":
            found.append(("standard input", sys.stdin.buffer.read()))
            continue
        path = Path(source)
        files = sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else [path]
        for file in files:
            try:
                found.append((file.name, file.read_bytes()))
            except OSError as error:
                failures.append(
                    DocumentError(f"{source}: {error.strerror}", hint="check the path and that you may read it")
                )
    return found


def _take_in(
    review: Protocol, data: bytes, *, name: str, url: str | None, form: str | None
) -> tuple[Document, tuple[Candidate, ...], bool]:
    from collections.abc import Iterator
    from datetime import UTC, datetime
    from typing import BinaryIO

    from mscevidence import read
    from mscevidence.commands.evidence import candidates_of
    from mscevidence.documents import DocumentLibrary

    now = datetime.now(UTC).isoformat(timespec="seconds")

    def documents(stream: BinaryIO, _: str) -> Iterator[Document]:
        document = read.read(stream.read(), name=name, url=url, format=form)
        yield document.model_copy(update={"retrieved": now})

    captured = DocumentLibrary(review.captured).capture(data, documents, name=name)
    (stored,) = captured
    return stored, candidates_of(stored), captured.new


def _named(error: MscevidenceError, name: str) -> MscevidenceError:
    return DocumentError(error.message if name in error.message else f"{name}: {error.message}", hint=error.hint)


def _report(taken: list[tuple[Document, tuple[Candidate, ...]]], failures: list[MscevidenceError]) -> None:
    from mscevidence.publish.wording import count

    total = sum(len(proposed) for _, proposed in taken)
    read = f"{count(len(taken), 'document')} read, {count(total, 'candidate')}"
    typer.echo(f"{read}; {len(failures)} not read", err=True)
    for document, proposed in taken:
        if not proposed:
            typer.echo(f"note: no count was found in {document.name or document.sha256[:12]}", err=True)
    if failures:
        first, *others = failures
        for error in others:
            typer.echo(f"error: {error.message}", err=True)
        raise first
