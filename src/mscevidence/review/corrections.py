"""Corrections: what a reviewer may put right in a candidate, kind by kind, before it is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mscevidence import vocabulary
from mscevidence.errors import RecordError, UnknownTermError
from mscevidence.model import Candidate, Value

FIELDS: dict[str, tuple[str, ...]] = {
    "result": ("events", "n", "percent", "outcome", "arm", "time_point"),
    "part": ("events", "outcome", "term"),
    "participants": ("n", "arm"),
    "dose": ("value", "unit", "infusions", "interval_days", "arm"),
    "criterion": ("quantity", "minimum", "maximum", "unit"),
    "enrolment-period": ("from", "to"),
    "registration": ("value",),
}
"""The fields of each kind of candidate that can be corrected; the names are those of the study file."""

_ROLES = {"minimum": "lower", "maximum": "upper", "interval_days": "interval-days"}
_WHOLE = frozenset({"events", "n", "infusions"})


def corrected(candidate: Candidate, corrections: Mapping[str, str]) -> Candidate:
    """Return the candidate with corrections; its span and quote stay what was read.

    Raises:
        UnknownTermError: a field that this kind of candidate does not have, or an unknown outcome.
        RecordError: a value that is not a number where one is needed.
    """
    changes: dict[str, Any] = {}
    values = {value.role: value for value in candidate.values}
    for field, text in corrections.items():
        if field not in FIELDS[candidate.kind]:
            raise UnknownTermError(
                field, kind=f"field of a {candidate.kind} to correct", choices=FIELDS[candidate.kind]
            )
        if field == "outcome":
            changes["outcome"] = vocabulary.term("outcome", text).id
        elif field in ("arm", "time_point"):
            changes[field] = text
        elif field in ("term", "quantity"):
            changes["outcome_text"] = text
        elif field == "unit":
            values = {role: value.model_copy(update={"unit": text}) for role, value in values.items()}
        else:
            role = _ROLES.get(field, field)
            values[role] = _value(candidate, field, text, values.get(role))
    return candidate.model_copy(update={**changes, "values": tuple(values.values())})


def _value(candidate: Candidate, field: str, text: str, known: Value | None) -> Value:
    """Return a corrected value; it keeps the unit of what was read, and has no place in the text."""
    role = _ROLES.get(field, field)
    if field in ("from", "to") or candidate.kind == "registration":
        return Value(role=role, text=text, span=None)
    unit = known.unit if known is not None else next((v.unit for v in candidate.values if v.unit), None)
    return Value(role=role, text=text, span=None, number=_number(field, text), unit=unit)


def _number(field: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise RecordError(f"{field}={text!r} is not a number", hint=f"write {field}=8") from None
    if field in _WHOLE and not number.is_integer():
        raise RecordError(f"{field}={text!r} is not a whole number", hint=f"write {field}=8")
    return number
