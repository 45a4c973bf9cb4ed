"""Which arm of a study a label of the text means."""

from __future__ import annotations

import re
from typing import Any

_DOSE = re.compile(r"(?P<value>\d+(?:\.\d+)?)\s*[×x*]\s*10\^(?P<power>\d+)\s*(?P<unit>cells(?:/kg)?)?", re.IGNORECASE)
ALL = "all"


def dose_of(label: str) -> tuple[float, str | None] | None:
    """Return the dose that a label such as ``2.0×10^6 cells/kg`` names, as (cells, unit), or None."""
    match = _DOSE.search(label)
    if match is None:
        return None
    value = float(f"{match['value']}e{match['power']}")
    return value, match["unit"].lower() if match["unit"] else None


def find_arm(study: Any, label: str | None) -> Any | None:
    """Return the arm (a mapping of the study file) that a label means, or None.

    In order: the id or the name itself, or the id a new arm would get; for ``all`` the arm that combines others, or the
    only arm, unless that is called by a dose: others may not have been accepted yet; the only arm of the dose.
    """
    arms = study.get("arms") or []
    wanted = label or ALL
    names = {wanted.casefold(), arm_id(wanted)}
    for arm in arms:
        if names & {str(arm["id"]).casefold(), str(arm.get("name", "")).casefold()}:
            return arm
    if wanted == ALL:
        combined = [arm for arm in arms if arm.get("combines")]
        return _only(combined or arms) if combined or not any(map(_is_dose_cohort, arms)) else None
    dose = dose_of(wanted)
    if dose is not None:
        return _only([arm for arm in arms if (arm.get("dose") or {}).get("value") == dose[0]])
    return None


def _is_dose_cohort(arm: Any) -> bool:
    return dose_of(str(arm.get("name") or arm["id"])) is not None


def _only(arms: list[Any]) -> Any | None:
    return arms[0] if len(arms) == 1 else None


def arm_id(label: str) -> str:
    """Return the id of a new arm: ``dose-2.0`` (millions of cells) for doses, else words of the label."""
    match = _DOSE.search(label)
    if match:
        value = float(f"{match['value']}e{match['power']}") / 1e6
        return f"dose-{value:g}" if value != int(value) else f"dose-{value:.1f}"
    words = re.sub(r"[^a-z0-9]+", "-", label.casefold()).strip("-")
    words = re.sub(r"^dose-(?=escalation|expansion)|-(?:phase|group|arm|cohort|part|stage)$", "", words)
    return words or ALL
