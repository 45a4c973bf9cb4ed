"""Adjudication: a third look at where two extractors differ; the agreed record keeps what each had and why."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from mscevidence import records
from mscevidence.errors import RecordError, UnknownTermError
from mscevidence.model import Study, result_key
from mscevidence.records.writing import commented
from mscevidence.review.differences import Difference, differences
from mscevidence.review.entries import list_of, put
from mscevidence.review.versions import unchanged

Side = Literal["first", "second"]
ORIGIN = "adjudication"


@dataclasses.dataclass(frozen=True)
class Settlement:
    """Whose value is taken at one place, and why."""

    place: str
    taken: Side
    reason: str


@dataclasses.dataclass(frozen=True)
class _Ruled:
    difference: Difference
    settlement: Settlement
    extractors: tuple[str, str]
    by: str
    on: str

    def entry(self) -> dict[str, Any]:
        told = self.difference
        return {
            "place": told.place,
            "extractors": list(self.extractors),
            "first": told.first,
            "second": told.second,
            "taken": self.settlement.taken,
            "reason": self.settlement.reason,
            "by": self.by,
            "on": self.on,
        }

    def decision(self) -> dict[str, str]:
        return {"by": self.by, "on": self.on, "from": ORIGIN, "reason": self.settlement.reason}


def adjudicate(
    path: Path,
    second: Study,
    settlements: Mapping[str, Settlement],
    *,
    extractors: tuple[str, str],
    by: str,
    on: str,
    expected: str | None = None,
) -> tuple[Difference, ...]:
    """Write the settled values into the record of a study and return the differences that are left.

    The record keeps, for each difference, both values, whose was taken, the reason, and who settled it. Where the first
    extractor's value stays, only that is written.

    Args:
        path: the study file, with the first extractor's record.
        second: the record of the second extractor.
        settlements: whose value is taken, by place; places that are not named stay open.
        extractors: initials of both.
        by: initials of who settles.
        on: the date, such as 2026-11-22.
        expected: version of the file that was looked at.

    Raises:
        EditConflictError: the file has another version than expected.
        RecordError: a reason is missing, or the record would be wrong.
        UnknownTermError: a place where the two do not differ.
    """
    with unchanged(path, expected):
        first = records.load_study(path)
        known = {one.place: one for one in open_differences(first, second)}
        ruled = [_Ruled(_of(known, one), one, extractors, by, on) for one in settlements.values()]

        def change(mapping: Any) -> None:
            for one in ruled:
                if one.settlement.taken == "second":
                    _take_second(mapping, one, second)
                list_of(mapping, "adjudications").append(commented(one.entry()))

        settled = records.edit_study(path, change) if ruled else first
    return open_differences(settled, second)


def open_differences(first: Study, second: Study) -> tuple[Difference, ...]:
    """Return the differences that nobody has settled: a value that was kept for a reason is not asked about again."""
    kept = {(one.place, one.first, one.second) for one in first.adjudications if one.taken == "first"}
    return tuple(one for one in differences(first, second) if (one.place, one.first, one.second) not in kept)


def _of(known: Mapping[str, Difference], settlement: Settlement) -> Difference:
    if settlement.taken not in get_args(Side):
        raise UnknownTermError(settlement.taken, kind="side", choices=get_args(Side))
    if settlement.place not in known:
        raise UnknownTermError(settlement.place, kind="difference", choices=known)
    if not settlement.reason.strip():
        raise RecordError(f"{settlement.place}: the reason is missing", hint="say in a few words why this value holds")
    return known[settlement.place]


def _take_second(mapping: Any, ruled: _Ruled, second: Study) -> None:
    kind, _, rest = ruled.difference.place.partition(" ")
    entry, _, field = rest.partition(" ")
    if kind == "study":
        value = getattr(second, entry)
        _set(lambda item: put(mapping, entry, item), lambda: mapping.pop(entry, None), value)
    elif kind == "arm":
        _take_arm(mapping, entry, field, second)
    else:
        _take_result(mapping, entry, field, ruled, second)


def _take_arm(mapping: Any, arm_id: str, field: str, second: Study) -> None:
    arms = list_of(mapping, "arms")
    mine = next((one for one in arms if one["id"] == arm_id), None)
    theirs = second.arm(arm_id)
    if theirs is None:
        used = any(one["arm"] == arm_id for one in mapping.get("results") or [])
        if used or any(arm_id in (one.get("combines") or ()) for one in arms):
            raise RecordError(f"arm {arm_id} has results in the record", hint="settle its results first, or keep it")
        arms.remove(mine)
        return
    dumped = _dumped(theirs)
    if mine is None:
        arms.append(commented(dumped))
    elif field.startswith("dose."):
        dose = {**(mine.get("dose") or {})}
        dose.pop(field.removeprefix("dose."), None)
        theirs_dose = dumped.get("dose", {})
        if field.removeprefix("dose.") in theirs_dose:
            dose[field.removeprefix("dose.")] = theirs_dose[field.removeprefix("dose.")]
        mine["dose"] = commented(dose, key="dose")
    else:
        _set(lambda item: mine.__setitem__(field, item), lambda: mine.pop(field, None), dumped.get(field))


def _take_result(mapping: Any, address: str, field: str, ruled: _Ruled, second: Study) -> None:
    results = list_of(mapping, "results")
    place = _place_of(Study.model_validate(_plain(mapping)), address)
    theirs_at = _place_of(second, address)
    theirs = _dumped(second.results[theirs_at]) if theirs_at is not None else None
    if theirs is None:
        if place is not None:
            del results[place]
    elif place is None:
        _bring_arm(mapping, theirs["arm"], second)
        _bring_report(mapping, theirs["source"]["report"], second)
        results.append(commented({**theirs, "decision": ruled.decision()}))
    else:
        mine = results[place]
        _bring_report(mapping, theirs["source"]["report"], second)
        _set(lambda item: mine.__setitem__(field, item), lambda: mine.pop(field, None), theirs.get(field))
        mine["source"] = commented(theirs["source"])
        told = f"{field}: {ruled.difference.first or 'nothing'} -> {ruled.difference.second or 'nothing'}"
        mine["decision"] = commented({**ruled.decision(), "corrected": told}, key="decision")


def _bring_arm(mapping: Any, arm_id: str, second: Study) -> None:
    theirs = second.arm(arm_id)
    arms = list_of(mapping, "arms")
    if theirs is not None and all(one["id"] != arm_id for one in arms):
        arms.append(commented(_dumped(theirs)))


def _bring_report(mapping: Any, report_id: str, second: Study) -> None:
    theirs = second.report(report_id)
    if theirs is not None and all(one["id"] != report_id for one in mapping["reports"]):
        mapping["reports"].append(commented(_dumped(theirs)))


def _place_of(study: Study, address: str) -> int | None:
    wanted = f"{study.study}/{address}"
    return next((index for index in range(len(study.results)) if result_key(study, index) == wanted), None)


def _set(write: Callable[[Any], object], remove: Callable[[], object], value: Any) -> None:
    if value is None:
        remove()
    else:
        write(value)


def _dumped(noun: Any) -> dict[str, Any]:
    found: dict[str, Any] = noun.model_dump(by_alias=True, exclude_defaults=True, exclude_none=True, mode="json")
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
