"""A value that a reviewer adds by selecting its words: the place is captured, never typed, and checked again here."""

from __future__ import annotations

import dataclasses
from typing import Literal

from mscevidence import vocabulary
from mscevidence.check import check_candidates
from mscevidence.check.provenance import can_be_read
from mscevidence.errors import RecordError
from mscevidence.model import Arm, Candidate, Document, Study, Value
from mscevidence.review.arms import ALL, find_arm

PERSON = "person"
"""The rule of what a person proposed."""
MAX_QUOTE = 400

Kind = Literal["result", "participants"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Selection:
    """Selected words and what they say.

    Attributes:
        start: first character in the canonical text.
        end: the character after the last one.
        quote: the selected words as the reviewer saw them.
        kind: ``result`` (events of n) or ``participants`` (size of an arm).
        n: patients; for a result it may be empty where the quote does not tell and the arm has one size only.
        events: of a result.
        outcome: of a result, by any of its names.
        arm: id, name or label; everybody where it is empty.
        time_point: in words.
    """

    start: int
    end: int
    quote: str
    kind: Kind = "result"
    n: str = ""
    events: str = ""
    outcome: str = ""
    arm: str = ""
    time_point: str = ""


def candidate_from(document: Document, chosen: Selection, study: Study) -> Candidate:
    """Return the checked candidate that a selection makes.

    Raises:
        RecordError: the text at the place is not the quote, a number cannot be read in it, or a check fails.
        UnknownTermError: the outcome is not in the vocabulary.
    """
    _refuse_other_text(document, chosen)
    result = chosen.kind == "result"
    values = _values(chosen, study) if result else [_read("n", chosen.n, chosen.quote)]
    outcome = vocabulary.term("outcome", chosen.outcome).id if result else None
    parts = (outcome or chosen.kind, chosen.arm or ALL, chosen.time_point)
    proposed = Candidate(
        id=f"{PERSON}@{chosen.start}-{chosen.end}:{':'.join(part for part in parts if part)}",
        document=document.sha256,
        kind=chosen.kind,
        rule=PERSON,
        span=(chosen.start, chosen.end),
        quote=chosen.quote,
        section=document.section_at(chosen.start),
        values=tuple(values),
        arm=chosen.arm or ALL,
        outcome=outcome,
        time_point=chosen.time_point or None,
    )
    (checked,) = check_candidates((proposed,), document)
    errors = [finding.sentence for finding in checked.findings if finding.severity == "error"]
    if errors:
        raise RecordError("; ".join(errors), hint="select the words that say it, or correct the numbers")
    return checked


def _refuse_other_text(document: Document, chosen: Selection) -> None:
    if not 0 <= chosen.start < chosen.end <= len(document.text):
        raise RecordError("nothing is selected", hint="select the words of the text that hold the number")
    if document.text[chosen.start : chosen.end] != chosen.quote:
        raise RecordError("the selected words are not the text at that place", hint="load the page again and reselect")
    if len(chosen.quote) > MAX_QUOTE or not chosen.quote.strip():
        raise RecordError(
            f"{len(chosen.quote)} characters are selected", hint=f"a quote has 1 to {MAX_QUOTE}: the words around it"
        )


def _values(chosen: Selection, study: Study) -> list[Value]:
    events = _read("events", chosen.events, chosen.quote, everybody=chosen.events == chosen.n)
    if not chosen.n or can_be_read(_whole("n", chosen.n), chosen.quote, everybody=False):
        return [events, *([_read("n", chosen.n, chosen.quote)] if chosen.n else [_size(chosen, study)])]
    n = _whole("n", chosen.n)
    if n not in _sizes(chosen, study):
        raise RecordError(
            f"n {n} cannot be read in the selected words, and is not the size of the arm",
            hint="select words that show both numbers, or leave n empty to take the size of the arm",
        )
    return [events, Value(role="n", text=str(n), span=None, number=n)]


def _size(chosen: Selection, study: Study) -> Value:
    sizes = _sizes(chosen, study)
    if len(sizes) != 1:
        raise RecordError("n is missing", hint="give n, or accept the number of patients of the arm first")
    (n,) = sizes
    return Value(role="n", text=str(n), span=None, number=n)


def _sizes(chosen: Selection, study: Study) -> set[int]:
    raw = [arm.model_dump(by_alias=True) for arm in study.arms]
    found = find_arm({"arms": raw}, chosen.arm or ALL)
    arm = Arm.model_validate(found) if found is not None else None
    return {size for size in (arm.enrolled, arm.treated, arm.evaluable) if isinstance(size, int)} if arm else set()


def _read(role: str, text: str, quote: str, *, everybody: bool = False) -> Value:
    number = _whole(role, text)
    if not can_be_read(number, quote, everybody=everybody):
        raise RecordError(
            f"{role} {number} cannot be read in the selected words {quote[:60]!r}",
            hint="select the words that show the number",
        )
    return Value(role=role, text=text, span=None, number=number)


def _whole(role: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise RecordError(f"{role}={text!r} is not a whole number", hint=f"write {role} in digits, such as 8")
    return int(text)
