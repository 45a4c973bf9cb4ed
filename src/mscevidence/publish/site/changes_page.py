"""The page of changes: what differs from the last edition, and when which numbers were accepted."""

from __future__ import annotations

from collections import Counter
from typing import Any

from mscevidence.effects import study_label
from mscevidence.model import result_key
from mscevidence.publish.site.contents import Contents
from mscevidence.publish.site.snapshot import value_text


def changes_page(contents: Contents) -> dict[str, Any]:
    """Return what the template of the page of changes is filled with."""
    changes = contents.changes
    return {
        "changes": changes,
        "shifts": [(shift, _address(shift.id, contents)) for shift in changes.shifts] if changes else [],
        "values": [(one, _result_address(one.key, contents)) for one in changes.values] if changes else [],
        "new": [(label, title, contents.addresses.study(one)) for one, label, title in changes.studies_in]
        if changes
        else [],
        "days": _days(contents),
        "corrections": _corrections(contents),
    }


def _address(analysis: str, contents: Contents) -> str:
    known = {one.analysis.id for one in contents.done}
    return contents.addresses.analysis(analysis) if analysis in known else ""


def _result_address(key: str, contents: Contents) -> str:
    return next(iter(contents.addresses.results(key)), "")


def _days(contents: Contents) -> list[tuple[str, list[tuple[str, str, int]]]]:
    """Return by day, the newest first, how many results of which study were accepted."""
    counted: dict[str, Counter[str]] = {}
    labels = {study.study: study_label(study) for study in contents.evidence.studies}
    for study in contents.evidence.studies:
        for result in study.results:
            counted.setdefault(result.decision.on, Counter())[study.study] += 1
    return [
        (day, [(labels[one], contents.addresses.study(one), number) for one, number in sorted(counted[day].items())])
        for day in sorted(counted, reverse=True)
    ]


def _corrections(contents: Contents) -> list[dict[str, str]]:
    """Return every result that a reviewer changed or had to decide, with the reason."""
    return [
        {
            "label": study_label(study),
            "address": contents.addresses.results(result_key(study, index))[0],
            "value": f"{result.outcome}, {result.arm}: {value_text(result)}",
            "on": result.decision.on,
            "corrected": result.decision.corrected or "",
            "reason": result.decision.reason or "",
        }
        for study in contents.evidence.studies
        for index, result in enumerate(study.results)
        if result.decision.corrected or result.decision.reason
    ]
