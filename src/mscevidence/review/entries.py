"""What accepting a candidate writes into the mapping of a study file, one function per kind of candidate."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from mscevidence.errors import RecordError
from mscevidence.model import Candidate, Study
from mscevidence.records.writing import commented
from mscevidence.review.arms import ALL, EXPERIMENTAL, arm_id, dose_of, find_arm, is_control, role_of
from mscevidence.review.selections import PERSON

TREATED = frozenset({"treated", "received", "infused", "dosed", "transplanted", "administered"})
"""Words that say a patient got the cells; other counts of participants are of the enrolled."""

Mapping = Any
"""A round-trip mapping of a study file."""


@dataclasses.dataclass(frozen=True)
class Accepted:
    """A candidate that was accepted, of which report, by whom, when, and the corrections made to it in words."""

    candidate: Candidate
    report: str
    by: str
    on: str
    corrected: str | None = None

    def source(self) -> dict[str, Any]:
        """Return the source of an entry: report, quote, section, document and span."""
        source: dict[str, Any] = {"report": self.report, "quote": self.candidate.quote}
        if self.candidate.section:
            source["section"] = self.candidate.section
        return {**source, "document": self.candidate.document, "span": list(self.candidate.span)}

    def decision(self) -> dict[str, Any]:
        """Return the decision of an entry."""
        decision = {"by": self.by, "on": self.on, "from": origin_of(self.candidate)}
        return {**decision, "corrected": self.corrected} if self.corrected else decision


def origin_of(candidate: Candidate) -> str:
    """Return what a value comes from, as a decision tells it: ``rule:...`` or ``person``."""
    return PERSON if candidate.rule == PERSON else f"rule:{candidate.rule}"


def write_entry(study: Mapping, accepted: Accepted) -> str:
    """Write what an accepted candidate says into a study file; return what was done in a few words.

    Raises:
        RecordError: the candidate lacks what its kind needs (an outcome, a whole that its part belongs to).
    """
    return WRITERS[accepted.candidate.kind](study, accepted)


def _result(study: Mapping, accepted: Accepted) -> str:
    candidate = accepted.candidate
    if candidate.outcome is None:
        raise RecordError(
            f"{candidate.id}: the outcome is not settled",
            hint="correct it with outcome=<term>; `mscevidence terms outcome`",
        )
    arm = _arm(study, candidate.arm)
    entry: dict[str, Any] = {"outcome": candidate.outcome, "arm": str(arm["id"])}
    entry |= {role: _plain(candidate.number(role)) for role in ("events", "n", "percent") if candidate.value(role)}
    known = _same_result(study, entry, accepted.report)
    if known is not None:
        known["source"] = commented(accepted.source())
        known["decision"] = commented(accepted.decision(), key="decision")
        return f"confirmed {_address(entry)}"
    if candidate.outcome_text and candidate.outcome_text.casefold() != candidate.outcome:
        entry["definition"] = candidate.outcome_text
    if candidate.time_point:
        entry["time_point"] = {"text": candidate.time_point}
    if candidate.population:
        entry["population"] = candidate.population
    entry |= _how_it_was_read(candidate)
    entry |= {"source": accepted.source(), "decision": accepted.decision()}
    list_of(study, "results").append(commented(entry))
    return f"added {_address(entry)}"


def _how_it_was_read(candidate: Candidate) -> dict[str, Any]:
    scope = candidate.value("scope")
    if scope is not None:
        return {"narrative_zero": {"scope": scope.text or candidate.quote}}
    derived = [value for value in candidate.values if value.derived]
    if derived:
        steps = ", ".join(f"{value.role} = {_plain(value.number)}" for value in derived)
        return {"derived": {"method": "words", "steps": f"{steps} read from: {candidate.quote[:120]}"}}
    return {}


def _same_result(study: Mapping, entry: dict[str, Any], report: str) -> Mapping | None:
    keys = ("outcome", "arm", "events", "n")
    for known in study.get("results") or []:
        if known["source"]["report"] == report and all(known.get(key) == entry.get(key) for key in keys):
            return known
    return None


def _part(study: Mapping, accepted: Accepted) -> str:
    candidate = accepted.candidate
    whole = next((one for one in study.get("results") or [] if _holds(one, candidate)), None)
    if whole is None:
        raise RecordError(
            f"{candidate.id}: the result it is a part of is not in the record", hint=f"accept {candidate.part_of} first"
        )
    entry = {
        "term": candidate.outcome_text or candidate.quote,
        **({"outcome": candidate.outcome} if candidate.outcome else {}),
        "events": _plain(candidate.number("events")),
        "source": accepted.source(),
        "decision": accepted.decision(),
    }
    parts = list_of(whole, "parts")
    if any(part["term"] == entry["term"] and part["events"] == entry["events"] for part in parts):
        return f"already there: {entry['term']}"
    parts.append(commented(entry))
    return f"added the part {entry['term']}"


def _holds(result: Mapping, part: Candidate) -> bool:
    """Return whether a result of the record is the whole that a part names (``rule@start`` of the same document)."""
    if part.part_of is None or result["source"].get("document") != part.document:
        return False
    rule, _, start = part.part_of.partition("@")
    span = result["source"].get("span") or [-1, -1]
    return str(span[0]) == start.split("-")[0] and str(result["decision"]["from"]) == f"rule:{rule}"


def _participants(study: Mapping, accepted: Accepted) -> str:
    candidate = accepted.candidate
    number = _plain(candidate.number("n"))
    if candidate.value("qualifier") is not None:
        note = f"{candidate.quote} ({accepted.report})"
        notes = list_of(study, "notes")
        if note not in notes:
            notes.append(note)
        return "noted"
    arm = _arm(study, candidate.arm)
    status = candidate.value("status")
    field = "treated" if status is not None and status.text.casefold() in TREATED else "enrolled"
    if arm.get(field) == number or (field == "enrolled" and arm.get("treated") == number):
        return f"confirmed {arm['id']}: {number}"
    if isinstance(arm.get(field), int):
        raise RecordError(
            f"{candidate.id}: arm {arm['id']} has {field} {arm[field]} in the record, the text says {number}",
            hint="correct the record or the candidate",
        )
    arm[field] = number
    _combine(study)
    role = "" if arm["role"] in (EXPERIMENTAL, arm["id"]) else f" ({arm['role']})"
    return f"arm {arm['id']}{role}: {field} {number}"


def _combine(study: Mapping) -> None:
    """Let the arm of everybody combine the dose cohorts, or cells and control, when they add up to it exactly."""
    arms = study.get("arms") or []
    everybody = next((arm for arm in arms if arm["id"] == ALL and not arm.get("combines")), None)
    compared = any(is_control(str(arm["role"])) for arm in arms)
    cohorts = [arm for arm in arms if arm["id"] != ALL and (compared or str(arm["id"]).startswith("dose-"))]
    sizes = [arm.get("treated", arm.get("enrolled")) for arm in cohorts]
    if everybody is None or len(cohorts) < 2 or not all(isinstance(size, int) for size in sizes):
        return
    if sum(size for size in sizes if isinstance(size, int)) == everybody.get("treated", everybody.get("enrolled")):
        everybody["combines"] = commented([str(arm["id"]) for arm in cohorts], key="combines")


def _dose(study: Mapping, accepted: Accepted) -> str:
    candidate = accepted.candidate
    arm = _arm(study, candidate.arm)
    dose: dict[str, Any] = {
        key: _plain(candidate.number(role))
        for key, role in (("value", "value"), ("infusions", "infusions"), ("interval_days", "interval-days"))
        if candidate.number(role) is not None
    }
    value = candidate.value("value")
    if value is not None and value.unit:
        dose = {"value": dose["value"], "unit": value.unit, **{k: v for k, v in dose.items() if k != "value"}}
    arm["dose"] = commented({**(arm.get("dose") or {}), **dose}, key="dose")
    return f"arm {arm['id']}: dose {candidate.quote}"


def _criterion(study: Mapping, accepted: Accepted) -> str:
    candidate = accepted.candidate
    bounds = {
        key: _plain(candidate.number(role))
        for key, role in (("minimum", "lower"), ("maximum", "upper"))
        if candidate.number(role) is not None
    }
    unit = next((value.unit for value in candidate.values if value.unit), None)
    entry = {
        "quantity": candidate.outcome_text or candidate.quote,
        **bounds,
        **({"unit": unit} if unit else {}),
        "source": accepted.source(),
        "decision": accepted.decision(),
    }
    criteria = list_of(study, "criteria")
    if any(known["quantity"] == entry["quantity"] for known in criteria):
        return f"already there: {entry['quantity']}"
    criteria.append(commented(entry))
    return f"added the criterion {entry['quantity']}"


def _enrolment(study: Mapping, accepted: Accepted) -> str:
    candidate = accepted.candidate
    found = {role: _month(candidate, role) for role in ("from", "to") if candidate.value(role)}
    put(study, "enrolment", commented({**(study.get("enrolment") or {}), **found}, key="enrolment"))
    return "enrolment " + " to ".join(found.values())


def _month(candidate: Candidate, role: str) -> str:
    value = candidate.value(role)
    if value is None:
        raise AssertionError("only roles that are there are asked for")
    return value.normal or value.text


def _registration(study: Mapping, accepted: Accepted) -> str:
    candidate = accepted.candidate
    value = candidate.value("value")
    number = (value.normal or value.text) if value is not None else candidate.quote
    registrations = list_of(study, "registrations")
    if number not in registrations:
        registrations.append(number)
    return f"registration {number}"


def _arm(study: Mapping, label: str | None) -> Mapping:
    """Return the arm that a label means; a new one where the study has none like it."""
    found = find_arm(study, label)
    if found is not None:
        return found
    wanted = label or ALL
    entry: dict[str, Any] = {"id": arm_id(wanted), "name": wanted, "role": role_of(wanted)}
    if wanted == ALL:
        entry["name"] = "all patients"
    dose = dose_of(wanted)
    if dose is not None:
        entry["dose"] = {"value": _plain(dose[0]), **({"unit": dose[1]} if dose[1] else {})}
    arms = list_of(study, "arms")
    arms.append(commented(entry))
    return arms[-1]


def list_of(mapping: Mapping, key: str) -> Any:
    """Return a list of a mapping, made where it is missing."""
    if not mapping.get(key):
        put(mapping, key, commented([]))
    return mapping[key]


def put(mapping: Mapping, key: str, value: Any) -> None:
    """Set a key; a new key of a study file goes to its place in the order of keys."""
    if key in mapping or "study" not in mapping:
        mapping[key] = value
        return
    order = [field.alias or name for name, field in Study.model_fields.items()]
    later = set(order[order.index(key) + 1 :])
    place = next((position for position, known in enumerate(mapping) if known in later), len(mapping))
    mapping.insert(place, key, value)


def _plain(number: float | None) -> float | int | None:
    return int(number) if number is not None and float(number).is_integer() else number


def _address(entry: dict[str, Any]) -> str:
    told = [str(entry[key]) for key in ("events", "n") if entry.get(key) is not None]
    return f"{entry['outcome']} {'/'.join(told)} in {entry['arm']}"


WRITERS: dict[str, Callable[[Mapping, Accepted], str]] = {
    "result": _result,
    "part": _part,
    "participants": _participants,
    "dose": _dose,
    "criterion": _criterion,
    "enrolment-period": _enrolment,
    "registration": _registration,
}
