"""One round of the living review in the current folder: search again, compare, and say what it means."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

import typer

from mscevidence import protocol, records, synthesis
from mscevidence.commands.evidence import candidates_of
from mscevidence.commands.screening_desk import key_of
from mscevidence.commands.searching import search_all, sources_of
from mscevidence.documents import DocumentLibrary
from mscevidence.errors import MscevidenceError, SelectionError
from mscevidence.harvest import (
    Change,
    changes,
    documents_of,
    load_runs,
    new_records,
    recheck,
    review_records,
    since_of,
)
from mscevidence.identify import link
from mscevidence.model import Document, SearchRun, Study
from mscevidence.protocol import Protocol
from mscevidence.publish.wording import count
from mscevidence.screening import excluded_by_rule


@dataclasses.dataclass(frozen=True)
class NewRecord:
    """A report that no earlier search had found: its key and title, what rule excludes it, how much could be read."""

    key: str
    title: str
    excluded_by: str | None
    candidates: int


@dataclasses.dataclass(frozen=True)
class Round:
    """What one round of the saved searches brought.

    Attributes:
        runs: the searches.
        asked: how many records of reports and trials of the review were asked for again.
        new: reports found for the first time.
        changes: what became known of studies of the review.
        touched: analyses that a change may alter, with the studies for which.
        notes: what could not be asked again, and why.
    """

    runs: tuple[SearchRun, ...]
    asked: int
    new: tuple[NewRecord, ...]
    changes: tuple[Change, ...]
    touched: dict[str, tuple[str, ...]]
    notes: tuple[str, ...] = ()

    def as_text(self) -> str:
        """Return it for a terminal."""
        lines = [f"{run.source}: {count(run.records, 'record')} since {run.since or 'ever'}" for run in self.runs]
        lines += [f"asked again: {count(self.asked, 'record')} of reports and trials in the study files"]
        lines += ["", f"New: {count(len(self.new), 'report')}"]
        for one in self.new:
            what = f"excluded by rule {one.excluded_by}" if one.excluded_by else count(one.candidates, "candidate")
            lines.append(f"  {one.key}  {one.title} ({what})")
        lines += ["", f"Changed: {count(len(self.changes), 'thing')}"]
        lines += [f"  {one.sentence}" for one in self.changes]
        lines += ["", f"Touched: {count(len(self.touched), 'analysis', 'analyses')}"]
        lines += [f"  {analysis}: {', '.join(studies)}" for analysis, studies in self.touched.items()]
        lines += ["", "Not asked again", *(f"  {each}" for each in self.notes)] if self.notes else []
        return "\n".join(lines)

    def as_json(self) -> str:
        """Return it for a machine."""
        return json.dumps(
            {
                "runs": [run.model_dump(mode="json", exclude={"cursor"}) for run in self.runs],
                "asked_again": self.asked,
                "new": [dataclasses.asdict(one) for one in self.new],
                "changes": [dataclasses.asdict(one) for one in self.changes],
                "touched": self.touched,
                "not_asked_again": self.notes,
            },
            ensure_ascii=False,
            indent=2,
        )


def updated(*, contact: str, api_key: str) -> tuple[Round, list[MscevidenceError]]:
    """Return what a new round of all saved searches brought, and the errors of the sources that failed.

    Raises:
        SelectionError: the protocol saves no search.
    """
    review = protocol.find()
    if not review.searches:
        hint = 'add [[search]] with id = "itp", query = "..." and sources = ["pubmed"] to mscevidence.toml'
        raise SelectionError("the protocol saves no search", hint=hint)
    library, before = DocumentLibrary(review.captured), load_runs(review.search_log)
    # What an interrupted round has brought was told to nobody yet.
    known = frozenset(one.sha256 for one in documents_of(library, [run for run in before if run.finished]))
    sources = sources_of(review, contact, api_key)
    wanted = [
        (sources.named(name), one.query, since_of(before, one.id, name), one.id)
        for one in review.searches
        for name in one.sources
    ]
    runs, failures = search_all(review, wanted)
    found = new_records(review_records(review).records, known)
    studies = records.load_all(review.extracted).studies if review.extracted.is_dir() else ()
    if studies:
        typer.echo(f"asking again for the reports and trials of {count(len(studies), 'study', 'studies')}", err=True)
    again = recheck(studies, sources, library)
    told = (*changes(documents_of(library, runs), studies), *again.changes)
    changed = tuple({(one.kind, one.study, one.report): one for one in told}.values())
    new = tuple(_new(record.document, review) for record in found)
    brought = Round(tuple(runs), again.asked, new, changed, _touched(review, studies, changed), again.notes)
    return brought, [*failures, *again.failures]


def _new(document: Document, review: Protocol) -> NewRecord:
    rule = excluded_by_rule(document, review.eligibility.rules)
    proposed = 0 if rule else len(candidates_of(document))
    return NewRecord(key_of(document), document.title, rule.id if rule else None, proposed)


def _touched(review: Protocol, studies: Sequence[Study], changed: Sequence[Change]) -> dict[str, tuple[str, ...]]:
    """Return the analyses that hold a changed study, or would hold a study of its condition."""
    wanted = {one.study for one in changed}
    touched: dict[str, tuple[str, ...]] = {}
    families = link(studies, decisions=records.load_decisions(review.extracted)).families
    for analysis in review.analyses if wanted else ():
        try:
            answer = synthesis.pool(studies, families, analysis.question)
        except MscevidenceError:
            # No study answers it yet, so none of its numbers can change.
            continue
        inside = {row.study for row in answer.overall.rows} | {one.what.partition("/")[0] for one in answer.exclusions}
        if inside & wanted:
            touched[analysis.id] = tuple(sorted(inside & wanted))
    return touched
