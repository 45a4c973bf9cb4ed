"""Decisions: what a reviewer says of candidates, written to the study file in one atomic step."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

from mscevidence import records
from mscevidence.errors import RecordError, UnknownTermError
from mscevidence.model import Candidate, Document, Study
from mscevidence.records.writing import commented
from mscevidence.records.yaml_nodes import parse
from mscevidence.review.corrections import corrected
from mscevidence.review.drafts import report_of
from mscevidence.review.entries import Accepted, list_of, write_entry
from mscevidence.review.versions import unchanged
from mscevidence.review.withdrawals import withdraw

Action = Literal["accept", "reject", "defer"]
VERDICTS = {"accept": "accepted", "reject": "rejected", "defer": "deferred"}


@dataclasses.dataclass(frozen=True)
class Ruling:
    """What is decided of one candidate; `corrections` replace what the extractor read."""

    candidate: Candidate
    action: Action
    reason: str | None = None
    corrections: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a ruling did, in a few words."""

    candidate: str
    did: str


def decide(
    path: Path,
    document: Document,
    rulings: Sequence[Ruling],
    *,
    draft: Study,
    report: str,
    by: str,
    on: str,
    expected: str | None = None,
) -> tuple[Outcome, ...]:
    """Write rulings into a study file, all or none; a new file is begun from `draft`.

    Args:
        path: the study file.
        document: that the candidates were read from.
        rulings: what is decided.
        draft: what a new file begins with.
        report: the id of the report that the document is of.
        by: initials of the reviewer.
        on: date of the decisions, such as 2026-11-22.
        expected: version of the file that the reviewer saw (`versions.version_of`); None where he looked at none.

    Raises:
        EditConflictError: the file has another version than expected.
        RecordError: a ruling cannot be written, or the file is wrong.
        UnknownTermError: a correction names an unknown term.
        WriteError: the file cannot be written.
    """
    told = [(one, Accepted(corrected(one.candidate, one.corrections), report, by, on, _said(one))) for one in rulings]
    done: list[Outcome] = []

    def change(study: Any) -> None:
        done.clear()
        _know_report(study, document, report)
        for ruling, accepted in told:
            # Accepting again as it was read only confirms; anything else begins by taking back the first decision.
            again = ruling.action == "accept" and not ruling.corrections
            before = "" if again else withdraw(study, ruling.candidate)
            did = write_entry(study, accepted) if ruling.action == "accept" else VERDICTS[ruling.action]
            _say(study, ruling, accepted)
            done.append(Outcome(ruling.candidate.id, "; ".join(words for words in (before, did) if words)))

    with unchanged(path, expected):
        begun = not path.exists()
        if begun:
            records.write_study(draft, path)
        try:
            records.edit_study(path, change)
        except BaseException:
            if begun:
                path.unlink(missing_ok=True)
            raise
    return tuple(done)


def _know_report(study: Any, document: Document, report: str) -> None:
    """Let the study file know the report and that it was captured."""
    for known in study["reports"]:
        if known["id"] == report:
            documents = list(known.get("documents") or [])
            if document.sha256 not in documents:
                known["documents"] = commented([*documents, document.sha256], key="documents")
            return
    entry = report_of(document, report).model_dump(by_alias=True, exclude_defaults=True, exclude_none=True, mode="json")
    study["reports"].append(commented(entry))


def _say(study: Any, ruling: Ruling, told: Accepted) -> None:
    """Record the verdict, replacing an earlier one of the same candidate."""
    entry = {
        "candidate": ruling.candidate.id,
        "document": ruling.candidate.document,
        "verdict": VERDICTS[ruling.action],
        "rule": ruling.candidate.rule,
        "quote": ruling.candidate.quote,
        "report": told.report,
        "by": told.by,
        "on": told.on,
    }
    why = "; ".join(words for words in (ruling.reason, told.corrected and f"corrected {told.corrected}") if words)
    if why:
        entry["reason"] = why
    verdicts = list_of(study, "verdicts")
    same = [
        i
        for i, one in enumerate(verdicts)
        if (one["candidate"], one["document"]) == (entry["candidate"], entry["document"])
    ]
    if same:
        verdicts[same[0]] = commented(entry, key="decision")
    else:
        verdicts.append(commented(entry, key="decision"))


def _said(ruling: Ruling) -> str | None:
    return ", ".join(f"{key}={value}" for key, value in ruling.corrections.items()) or None


def rulings_from(text: str, candidates: Sequence[Candidate], *, file: str) -> tuple[Ruling, ...]:
    """Return the rulings of a decisions file.

    The file is a YAML list of ``{candidate: <id>, decision: accept|reject|defer}`` with, where wanted, ``reason`` and
    corrections of the fields of that kind of candidate (`corrections.FIELDS`), such as ``events: 8``.

    Raises:
        RecordError: it is not such a list.
        UnknownTermError: it names an unknown candidate, decision or field.
    """
    located = parse(text, file=file)
    if not isinstance(located.value, list):
        raise RecordError(
            "expected a list of decisions", file=file, line=1, hint="begin each entry with `- candidate: `"
        )
    by_id = {candidate.id: candidate for candidate in candidates}
    return tuple(_ruling(entry, by_id, file, located.line((i,))) for i, entry in enumerate(located.value))


def _ruling(entry: object, by_id: Mapping[str, Candidate], file: str, line: int) -> Ruling:
    if not isinstance(entry, dict) or "candidate" not in entry or "decision" not in entry:
        raise RecordError("a decision needs candidate and decision", file=file, line=line, found=repr(entry))
    fields = {str(key): value for key, value in entry.items()}
    candidate_id, action, reason = (fields.pop(key, None) for key in ("candidate", "decision", "reason"))
    if candidate_id not in by_id:
        raise UnknownTermError(str(candidate_id), kind="candidate", choices=by_id)
    if action not in get_args(Action):
        raise UnknownTermError(str(action), kind="decision", choices=get_args(Action))
    return Ruling(
        by_id[str(candidate_id)],
        action,
        reason=None if reason is None else str(reason),
        corrections={key: str(value) for key, value in fields.items()},
    )
