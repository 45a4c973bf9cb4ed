"""Which arm of a study a label of the text means, and what part a new one plays."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from mscevidence import vocabulary
from mscevidence.extract.arms.words import CONTROL_WORDS
from mscevidence.model import Candidate, Study

_DOSE = re.compile(r"(?P<value>\d+(?:\.\d+)?)\s*[×x*]\s*10\^(?P<power>\d+)\s*(?P<unit>cells(?:/kg)?)?", re.IGNORECASE)
ALL = "all"
EXPERIMENTAL = "experimental"
_CELLS = re.compile(r"(?i:\b(?:cells?|stem|stromal)\b)|\w*SCs?\b")
_LACKING = re.compile(
    r"^(?:no|without)\b|\b(?:no|non|not|without)[\s-](?:\w+[\s-]){0,2}(?:\w*SCs?|cells?)\b", re.IGNORECASE
)


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
    only arm, unless that is called by a dose or compared with another: others may not have been accepted yet; the only
    arm of the dose.
    """
    arms = study.get("arms") or []
    wanted = label or ALL
    names = {wanted.casefold(), arm_id(wanted)}
    for arm in arms:
        if names & {str(arm["id"]).casefold(), str(arm.get("name", "")).casefold()}:
            return arm
    if wanted == ALL:
        combined = [arm for arm in arms if arm.get("combines")]
        alone = not _compares(study) and not any(map(_is_dose_cohort, arms))
        return _only(combined or arms) if combined or alone else None
    dose = dose_of(wanted)
    if dose is not None:
        return _only([arm for arm in arms if (arm.get("dose") or {}).get("value") == dose[0]])
    return None


def role_of(label: str) -> str:
    """Return the role of a new arm: a kind of control where its label says so, otherwise experimental.

    Whoever gets the cells is no control, whatever is given with them: ``MSC plus conventional drugs``.
    """
    lacking = _LACKING.search(label)
    if _CELLS.search(label) and not lacking:
        return EXPERIMENTAL
    named = next((one.id for one in vocabulary.find("arm-role", label) if is_control(one.id)), None)
    if named is not None:
        return named
    words = re.findall(r"[a-z]+", label.casefold())
    kind = next((word for word in words if word in vocabulary.load("arm-role")), EXPERIMENTAL)
    return "control" if kind == EXPERIMENTAL and (lacking or CONTROL_WORDS & set(words)) else kind


def is_control(role: str) -> bool:
    """Return whether an arm of a role goes without the cells."""
    return not vocabulary.load("arm-role")[role].receives_cells


def _compares(study: Any) -> bool:
    """Return whether a study has a control arm, or a design with one."""
    design = study.get("design")
    planned = design is not None and vocabulary.load("design")[str(design)].comparative
    return planned or any(is_control(str(arm["role"])) for arm in study.get("arms") or [] if arm.get("role"))


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


def with_the_only_dose(candidates: Sequence[Candidate], study: Study) -> tuple[Candidate, ...]:
    """Return candidates in which the only dose of a document is that of whoever got the cells, not of a group apart.

    Where doses are compared, or the study has arms by dose, everything stays as it was proposed.
    """
    labels = {one.arm for one in candidates if one.kind == "dose"}
    others = {one.arm for one in candidates if one.kind != "dose"} - {None}
    owner = _who_got_the_cells({label for label in others if label is not None})
    compared = "dose" in study.design or any(arm.dose is not None for arm in study.arms)
    if len(labels) != 1 or labels & others or compared or owner is None or not dose_of(str(*labels)):
        return tuple(candidates)
    return tuple(one.model_copy(update={"arm": owner}) if one.kind == "dose" else one for one in candidates)


def _who_got_the_cells(labels: set[str]) -> str | None:
    """Return everybody where no group is named, the only group beside controls, and None where it is not certain."""
    cells = [label for label in labels if label != ALL and not is_control(role_of(label))]
    if not cells and labels <= {ALL}:
        return ALL
    return cells[0] if len(cells) == 1 and any(is_control(role_of(label)) for label in labels) else None
