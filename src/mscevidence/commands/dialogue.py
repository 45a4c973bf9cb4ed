"""The reviewer's desk: the queue of one document, shown and decided one candidate at a time."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from mscevidence import identify, protocol, records, review, vocabulary
from mscevidence.commands.asking import ask, no_choice
from mscevidence.commands.evidence import candidates_of
from mscevidence.documents import Captured, DocumentLibrary
from mscevidence.errors import SelectionError, UnknownTermError
from mscevidence.model import Document, Study
from mscevidence.publish import candidates as page
from mscevidence.publish import table
from mscevidence.review.decisions import Action

PROMPT = "[a]ccept  [c]orrect  [r]eject  [d]efer  [s]kip  [q]uit"
KEYS: dict[str, Action] = {"a": "accept", "r": "reject", "d": "defer"}


@dataclasses.dataclass
class Desk:
    """One document under review and the study file its decisions go to."""

    document: Document
    report: str
    path: Path
    draft: Study
    by: str
    on: str
    items: tuple[review.Item, ...]
    decided: int = 0
    put_off: int = 0

    @classmethod
    def open(cls, report: str, *, by: str, on: str | None, condition: str | None, blind: bool = False) -> Desk:
        """Return the desk for a captured document, found by report, registration, title words or hash.

        Raises:
            SelectionError: no captured document answers to it.
            RecordError: the study files are wrong, the condition of a new study is not known, or `by` is no initials.
            UnknownTermError: the condition is not in the vocabulary.
        """
        if by or blind:
            review.initials(by)
        date = _day(on) if on else dt.datetime.now(tz=dt.UTC).date().isoformat()
        project = protocol.find()
        known = records.load_all(project.extracted)
        document = _captured(DocumentLibrary(project.captured), report, known.studies)
        second = by if blind else None
        candidates = candidates_of(document)
        sat = review.sit_down(document, candidates, known, project.extracted, condition=condition, second=second)
        typer.echo(f"{sat.report} -> {sat.path.name}: {'; '.join(sat.reasons)}", err=True)
        if condition and vocabulary.term("condition", condition).id != sat.study.condition:
            typer.echo(
                f"note: {sat.study.study} has {sat.study.condition} in its file; --condition is not used", err=True
            )
        return cls(document, sat.report, sat.path, sat.study, by, date, sat.items)

    @property
    def waiting(self) -> list[review.Item]:
        """Return what still wants a decision: never seen, or deferred."""
        return [item for item in self.items if item.verdict in (None, "deferred")]

    def listing(self) -> str:
        """Return the queue as a table."""
        rows = [
            {
                "candidate": item.candidate.id,
                "state": item.verdict or "waiting",
                "kind": item.candidate.kind,
                "value": page.value_text(item.candidate),
                "of": page.of_what(item.candidate),
                "arm": item.candidate.arm or "",
                "checks": "; ".join(item.errors),
            }
            for item in self.items
        ]
        return table.render(rows)

    def rule(self, rulings: list[review.Ruling]) -> None:
        """Write rulings and say what each did."""
        if not rulings:
            return
        done = review.decide(
            self.path, self.document, rulings, draft=self.draft, report=self.report, by=self.by, on=self.on
        )
        self.decided += len(done)
        self.put_off += sum(ruling.action == "defer" for ruling in rulings)
        for outcome in done:
            typer.echo(f"  {outcome.candidate}: {outcome.did}", err=True)

    def apply_rules(self, *, accept: list[str], reject: list[str]) -> None:
        """Decide everything that waits and was proposed by the named rules; what failed a check is left waiting.

        A rule that is named goes before ``all``.

        Raises:
            UnknownTermError: no candidate was proposed by a rule of this name.
            SelectionError: a rule is to be both accepted and rejected.
        """
        known = sorted({item.candidate.rule for item in self.items})
        for name in (*accept, *reject):
            if name not in (*known, "all"):
                raise UnknownTermError(name, kind="rule", choices=[*known, "all"])
        if both := sorted(set(accept) & set(reject)):
            raise SelectionError(f"{both[0]} is both to be accepted and rejected", hint="name each rule once")
        for action, rules, others in (("accept", accept, reject), ("reject", reject, accept)):
            self._apply(action, rules, frozenset(others))  # type: ignore[arg-type]

    def _apply(self, action: Action, rules: list[str], others: frozenset[str]) -> None:
        named = {item.candidate.rule for item in self.items} - others if "all" in rules else frozenset(rules)
        chosen = [item for item in self.waiting if item.candidate.rule in named]
        held = [item for item in chosen if action == "accept" and not item.may_be_accepted_unseen]
        for item in held:
            why = "; ".join(item.errors) or f"{item.candidate.certainty}, or its outcome is not settled"
            typer.echo(f"  {item.candidate.id}: left for a person: {why}", err=True)
        # Parts come after the wholes they belong to.
        ordered = sorted((item for item in chosen if item not in held), key=lambda one: one.candidate.kind == "part")
        self.rule([review.Ruling(item.candidate, action) for item in ordered])

    def apply_file(self, text: str, name: str) -> None:
        """Decide what a decisions file says."""
        self.rule(list(review.rulings_from(text, [item.candidate for item in self.items], file=name)))

    def converse(self) -> None:
        """Show each waiting candidate in its sentence and ask; stop at q or at the end of input."""
        waiting = self.waiting
        for number, item in enumerate(waiting, 1):
            typer.echo("\n" + self.card(item, f"{number} of {len(waiting)}"))
            if not self._ask(item):
                break

    def _ask(self, item: review.Item) -> bool:
        """Return whether to go on to the next candidate."""

        def settle(key: str, rest: str) -> bool:
            ruling = self._ruling(item, key, rest)
            if ruling is None:
                return False
            self.rule([ruling])
            return True

        return ask(lambda: PROMPT, settle)

    def _ruling(self, item: review.Item, key: str, rest: str) -> review.Ruling | None:
        if key in KEYS:
            return review.Ruling(item.candidate, KEYS[key], reason=rest or None)
        if key == "c":
            if not rest:
                fields = " ".join(f"{field}=..." for field in review.FIELDS[item.candidate.kind])
                typer.echo(f"  what is right, as {fields} > ", nl=False, err=True)
                rest = sys.stdin.readline().strip()
            return review.Ruling(item.candidate, "accept", corrections=_pairs(rest)) if rest else None
        no_choice(key, PROMPT)
        return None

    def card(self, item: review.Item, position: str) -> str:
        """Return one candidate in its sentence, the words it was read from marked."""
        one, text = item.candidate, self.document.text
        start, end = item.sentence
        before, inside, after = (
            _one_line(piece) for piece in (text[start : one.span[0]], text[slice(*one.span)], text[one.span[1] : end])
        )
        marked = typer.style(inside, reverse=True) if sys.stdout.isatty() else f"»{inside}«"
        lines = [
            f"{position}   {one.kind}   {one.id}   {one.section}" + (f"   ({item.verdict})" if item.verdict else ""),
            f"  {before.lstrip()}{marked}{after}".rstrip(),
            f"  reads: {page.value_text(one)}"
            + (f" of {one.outcome or one.outcome_text}" if one.outcome or one.outcome_text else "")
            + (f", arm {one.arm}" if one.arm else "")
            + (f", a part of {one.part_of}" if one.part_of else "")
            + (f"   [{one.certainty}]" if one.certainty != "stated" else ""),
        ]
        return "\n".join([*lines, *(f"  {finding.severity}: {finding.sentence}" for finding in one.findings)])

    def close(self) -> None:
        """Say how many were decided and how many wait."""
        left = len(self.waiting) - self.decided + self.put_off
        typer.echo(f"{self.decided} decided, {max(left, 0)} waiting; record: {self.path.name}", err=True)


def listed_documents() -> str:
    """Return what was captured one by one, with the study file of each and how many candidates wait there."""
    project = protocol.find()
    known = records.load_all(project.extracted)
    rows: list[table.Row] = []
    for file in DocumentLibrary(project.captured).files():
        document = _only_document(file)
        if document is not None:
            match = identify.match(document, known.studies)
            study = known.study(match.study) if match.known_study else None
            items = review.queue(document, candidates_of(document), study)
            waiting = sum(item.verdict in (None, "deferred") for item in items)
            name = document.name or (str(document.identifiers[0].value) if document.identifiers else "")
            row = {"document": document.sha256[:12], "name": name, "study": match.study if study else ""}
            rows.append({**row, "candidates": len(items), "waiting": waiting, "title": document.title[:70]})
    if not rows:
        raise SelectionError("nothing is captured yet", hint="`mscevidence ingest FILE`")
    return table.render(sorted(rows, key=lambda row: -int(str(row["waiting"]))))


def _pairs(text: str) -> dict[str, str]:
    """Return ``field=value`` pairs as typed; quotes hold a value with spaces together."""
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    wrong = [word for word in words if "=" not in word.strip("=")]
    if wrong:
        raise SelectionError(f"{wrong[0]!r} is not field=value", hint="such as events=13 n=18; nothing was written")
    return dict(word.split("=", 1) for word in words)


def _day(text: str) -> str:
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        raise SelectionError(f"{text!r} is no day", hint="write year, month and day, such as 2026-11-22") from None


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _only_document(file: Captured) -> Document | None:
    """Return the document of a captured file that holds one, whatever its format; None where there are several."""
    first, *others = (*itertools.islice(file, 2), None)
    return None if others[:-1] else first


def _call(document: Document) -> str:
    """Return a word by which a document can be asked for; many records share the name of their file."""
    alone = document.name if document.container is None else None
    return alone or next((str(one.value) for one in document.identifiers), document.sha256[:12])


def _captured(library: DocumentLibrary, report: str, studies: Sequence[Study]) -> Document:
    """Return the captured document that a word names, or that the record has under this report or study."""
    wanted = report.casefold()
    told = [one for study in studies for one in study.reports if wanted in (one.id.casefold(), study.study)]
    hashes = frozenset(sha256 for one in told for sha256 in one.documents)
    found = library.find(report) or tuple(document for document in library if document.sha256 in hashes)
    if not found:
        # The name of a file with many records names none of them, but of one it does.
        single = (_only_document(file) for file in library.files())
        found = tuple(one for one in single if one is not None and (one.name or "").casefold() == wanted)
    if not found:
        names = sorted({_call(document) for document in library})
        more = f" and {len(names) - 8} more" if len(names) > 8 else ""
        have = f"captured are: {', '.join(names[:8])}{more}" if names else "nothing is captured yet"
        raise SelectionError(f"no captured document answers to {report!r}", hint=f"{have}; `mscevidence ingest FILE`")
    if len(found) > 1:
        others = ", ".join(f"{document.sha256[:12]} ({document.format})" for document in found[1:])
        typer.echo(f"note: {report} stands for {len(found)} captured documents; not shown: {others}", err=True)
    return found[0]
