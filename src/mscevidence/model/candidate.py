"""The candidate: a value proposed by an extractor, with its place, and what the checks say of it."""

from __future__ import annotations

from typing import Annotated, Literal

from mscevidence.model.noun import Frozen, Number, Span, in_vocabulary

Severity = Literal["error", "warning", "note"]


class Finding(Frozen):
    """What a check says: id of the check, severity, one sentence, and what it is about."""

    check: str
    severity: Severity
    sentence: str
    subject: str = ""
    file: str = ""
    line: int = 0


class Value(Frozen):
    """One value inside a candidate, with its own place in the text.

    `role` says what the number is: events, n, percent, value, lower, upper, infusions, interval-days, from, to, text.
    `text` is the raw words at `span`; `number` the parsed value in `unit`; `normal` the settled form of a value that is
    no number, such as ``2019-11`` for ``November 2019``; `derived` tells a value that the characters of the candidate
    do not show: it was computed, or taken from another place (`span`).
    """

    role: str
    text: str
    span: Span | None
    number: Number | None = None
    unit: str | None = None
    normal: str | None = None
    derived: bool = False


CandidateKind = Literal["result", "part", "participants", "dose", "criterion", "enrolment-period", "registration"]


class Candidate(Frozen):
    """A value proposed by an extractor.

    A ``part`` splits the events of another candidate (`part_of`): its n is those events, not the patients.
    `certainty` is a class given by the rule: ``stated`` in the text, ``derived`` by arithmetic, ``ambiguous`` when the
    arm or the outcome could not be settled. `arm` is the label as the text gives it, ``all`` for everybody.
    `population` is said only where words beside the number say whom it is of: intention to treat, per protocol, some of
    the patients. `also_at` are the other places of the document that say the same, in the text again or in a table.
    """

    id: str
    document: str
    kind: CandidateKind
    rule: str
    span: Span
    quote: str
    section: str = ""
    values: tuple[Value, ...] = ()
    arm: str | None = None
    arm_span: Span | None = None
    outcome: str | None = None
    outcome_text: str | None = None
    outcome_span: Span | None = None
    time_point: str | None = None
    population: Annotated[str | None, in_vocabulary("population")] = None
    certainty: Literal["stated", "derived", "ambiguous"] = "stated"
    part_of: str | None = None
    also_at: tuple[Span, ...] = ()
    findings: tuple[Finding, ...] = ()

    def value(self, role: str) -> Value | None:
        """Return the value with a role, or None."""
        return next((v for v in self.values if v.role == role), None)

    def number(self, role: str) -> float | None:
        """Return the number with a role, or None."""
        found = self.value(role)
        return found.number if found else None
