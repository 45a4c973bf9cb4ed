"""Reproduce the whole review: pages, database, figures, tables and manifest in one folder."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from mscevidence.model import Document
    from mscevidence.protocol import Protocol
    from mscevidence.publish.contents import Evidence


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(reproduce)


def reproduce(
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder of the edition; output/ of the review unless told.")
    ] = None,
) -> None:
    """Rebuild everything from the study files: the same records give the same bytes."""
    from mscevidence import protocol
    from mscevidence.publish import edition as editions
    from mscevidence.publish.headline import headline
    from mscevidence.publish.table import render

    review = protocol.find()
    evidence = gather(review)
    made = editions.write_edition(
        review, evidence, output or review.output, progress=show_progress(len(review.analyses))
    )
    rows = [
        {
            "analysis": one.analysis.id,
            "studies": one.pooled.overall.estimates[0].k if one.pooled else 0,
            "patients": one.pooled.overall.estimates[0].all_patients if one.pooled else 0,
            "rate": headline(one.pooled.overall.estimates[0], one.pooled.level) if one.pooled else one.why_not,
        }
        for one in made.analyses
    ]
    typer.echo(render(rows))
    typer.echo(f"wrote {len(made.hashes) + 1} files to {made.folder}; open index.html", err=True)


def gather(review: Protocol) -> Evidence:
    """Return all evidence of a review: records, their families, captured documents, candidates and findings."""
    from mscevidence import check, identify, records
    from mscevidence.commands.evidence import candidates_of
    from mscevidence.commands.flow_counts import review_flow
    from mscevidence.documents import DocumentLibrary
    from mscevidence.effects import named_apart
    from mscevidence.harvest import load_runs
    from mscevidence.publish.contents import Evidence

    studies = named_apart(records.load_all(review.extracted).studies)
    linkage = identify.link(studies, decisions=records.load_decisions(review.extracted))
    documents = tuple(DocumentLibrary(review.captured))
    known = {document.sha256: document for document in documents}
    return Evidence(
        studies=studies,
        families=linkage.families,
        links=linkage.links,
        documents=documents,
        candidates=tuple(one for document in _to_extract(review, documents) for one in candidates_of(document)),
        findings=tuple(
            finding
            for study in studies
            for finding in (*check.check_study(study), *check.check_provenance(study, known))
        ),
        flow=review_flow(None) if review.search_log.exists() else None,
        runs=load_runs(review.search_log),
    )


def documents_to_extract(review: Protocol) -> tuple[Document, ...]:
    """Return the captured documents of a review that values are proposed from."""
    from mscevidence.documents import DocumentLibrary

    return tuple(_to_extract(review, tuple(DocumentLibrary(review.captured))))


def _to_extract(review: Protocol, documents: Sequence[Document]) -> Iterator[Document]:
    """Yield the documents that values are proposed from: those taken in alone, and records that passed screening."""
    from mscevidence.harvest import load_runs, to_extract

    passed = to_extract(review)
    found = frozenset(sha256 for run in load_runs(review.search_log) for sha256 in run.files)
    for document in documents:
        searched = (document.container or document.sha256) in found
        if not searched or (passed is not None and document.sha256 in passed):
            yield document


def show_progress(analyses: int) -> Callable[[str], None]:
    """Return a function that shows what is being made on stderr when a terminal is there."""
    done = 0

    def show(what: str) -> None:
        nonlocal done
        done += 1
        if sys.stderr.isatty():
            typer.echo(f"\r\x1b[K[{done}/{analyses + 2}] {what}", nl=done > analyses + 1, err=True)

    return show
