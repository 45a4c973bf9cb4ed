"""From the arms of facts sheets to the arms of a study: the first sheet decides, what others print is noted."""

from __future__ import annotations

from collections.abc import Sequence

from mscevidence import vocabulary
from mscevidence.factsheets import wording
from mscevidence.factsheets.linkage import ArmLink, StudyLink
from mscevidence.factsheets.pieces import Piece
from mscevidence.factsheets.sheets import SheetArm
from mscevidence.model import Arm, Dose

SIZES = ("enrolled", "treated", "evaluable")


def arms_of(pieces: Sequence[Piece], link: StudyLink) -> tuple[tuple[Arm, ...], tuple[str, ...]]:
    """Return the arms of a study, and a sentence for every size or dose in which its reports differ."""
    arms: dict[str, Arm] = {}
    notes: list[str] = []
    for piece in pieces:
        for name, arm_id in piece.arms.items():
            sheet_arm = piece.sheet.arm(name)
            if sheet_arm is None:
                continue
            fresh = _arm(arm_id, sheet_arm, link.arm.get(arm_id, ArmLink()))
            if arm_id in arms:
                arms[arm_id], said = _together(arms[arm_id], fresh, piece.link.report)
                notes += said if piece.link.repeats is None else []
            else:
                arms[arm_id] = fresh
    return tuple(arms.values()), tuple(notes)


def _arm(arm_id: str, sheet_arm: SheetArm, said: ArmLink) -> Arm:
    sizes = {
        size: getattr(said, size) if getattr(said, size) is not None else getattr(sheet_arm, f"n_{size}")
        for size in SIZES
    }
    return Arm(
        id=arm_id,
        name=said.name or sheet_arm.name,
        role=vocabulary.term("arm-role", said.role or sheet_arm.role).id,
        dose=_dose(sheet_arm, said),
        combines=said.combines,
        **sizes,
    )


def _dose(sheet_arm: SheetArm, said: ArmLink) -> Dose | None:
    dose = wording.dose(sheet_arm.dose_value, sheet_arm.dose_unit, sheet_arm.n_doses)
    added = {
        "infusions": said.infusions,
        "interval_days": said.interval_days,
        "route": vocabulary.term("route", said.route).id if said.route else None,
        "text": said.dose_text,
    }
    known = {field: value for field, value in added.items() if value is not None}
    return (dose or Dose()).model_copy(update=known) if dose or known else None


def _together(first: Arm, other: Arm, report: str) -> tuple[Arm, list[str]]:
    """Return the arm as the first report has it, completed from the other, and what the other adds or contradicts."""
    sizes = {size: (getattr(first, size), getattr(other, size)) for size in SIZES}
    update: dict[str, object] = {size: theirs for size, (mine, theirs) in sizes.items() if mine is None}
    differing = [
        f"{size} {theirs} (here {mine})"
        for size, (mine, theirs) in sizes.items()
        if mine is not None and theirs is not None and mine != theirs
    ]
    notes: list[str] = []
    mine, theirs = first.dose or Dose(), other.dose or Dose()
    dose, said = _dose_together(mine, theirs)
    if dose != mine:
        update["dose"] = dose
        notes.append(f"Arm {first.id}: dose completed from {report}: {said}.")
    elif _contradicts(mine, theirs):
        differing.append(f"dose {said}")
    if differing:
        notes.append(f"Arm {first.id}: {report} prints {', '.join(differing)}.")
    return first.model_copy(update=update), notes


def _dose_together(mine: Dose, theirs: Dose) -> tuple[Dose, str]:
    """Return my dose with what only theirs has, unless they count in other units, and theirs in words."""
    if _contradicts(mine, theirs):
        return mine, shown_dose(theirs)
    lacking = {
        field: value for field, value in theirs.model_dump(exclude_none=True).items() if getattr(mine, field) is None
    }
    added = theirs.model_copy(update=dict.fromkeys(set(theirs.model_fields_set) - set(lacking)))
    return mine.model_copy(update=lacking), shown_dose(added)


def _contradicts(mine: Dose, theirs: Dose) -> bool:
    return any(
        None not in (getattr(mine, field), getattr(theirs, field)) and getattr(mine, field) != getattr(theirs, field)
        for field in ("value", "unit", "infusions")
    )


def shown_dose(value: Dose) -> str:
    """Return a dose for reading, such as ``2 × 10^6 cells/kg, 4 infusions``."""
    amount = f"{_cells(value.value)} {value.unit or ''}".strip() if isinstance(value.value, float) else ""
    times = f"{value.infusions} infusion{'' if value.infusions == 1 else 's'}" if value.infusions else ""
    return ", ".join(part for part in (amount, times, value.text or "") if part) or f"in {value.unit}"


def _cells(value: float) -> str:
    """Return a number of cells as people write it: ``4.73 × 10^6``."""
    mantissa, _, exponent = f"{value:.3e}".partition("e")
    return f"{float(mantissa):g} × 10^{int(exponent)}"
