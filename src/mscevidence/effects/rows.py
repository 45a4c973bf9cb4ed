"""How a study is described beside its numbers."""

from __future__ import annotations

from mscevidence import vocabulary
from mscevidence.model import NOT_REPORTED, Arm, CellProduct, Dose, Grouping, Report, Study

SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

GROUP_KINDS: dict[str, str] = {
    "condition": "condition",
    "cell-source": "cell-source",
    "donor": "donor",
    "design": "design",
    "phase": "phase",
}


def group_value(study: Study, by: Grouping) -> str:
    """Return the vocabulary id that puts a study into a subgroup, or ``not-reported`` (also: nobody extracted it)."""
    product = study.cell_product
    values = {
        "condition": study.condition,
        "cell-source": product.source if product else None,
        "donor": product.donor if product else None,
        "design": study.design,
        "phase": study.phase,
    }
    return values[by] or NOT_REPORTED


def group_label(by: Grouping, value: str) -> str:
    """Return how a subgroup is headed; what no report tells and what nobody extracted yet stand together."""
    if value == NOT_REPORTED:
        return "Not reported or not yet extracted"
    label = vocabulary.load(GROUP_KINDS[by])[value].label
    return f"Phase {label}" if by == "phase" and label[:1].isdigit() else label[:1].upper() + label[1:]


def dose_text(dose: Dose | None) -> str:
    """Return a dose such as ``2×10⁶ cells/kg ×4``, or its words; empty when nothing is known."""
    if dose is None:
        return ""
    if dose.value is None or dose.value == NOT_REPORTED:
        return dose.text or ""
    amount = f"{scientific(float(dose.value))} {dose.unit or ''}".strip()
    return f"{amount} ×{dose.infusions}" if isinstance(dose.infusions, int) and dose.infusions > 1 else amount


def scientific(value: float) -> str:
    """Return a number of cells as ``2×10⁶``; plain below ten thousand."""
    if value < 1e4:
        return f"{value:g}"
    exponent = len(f"{int(value)}") - 1
    return f"{value / 10**exponent:g}×10" + f"{exponent}".translate(SUPERSCRIPTS)


def product_text(product: CellProduct | None) -> str:
    """Return a product such as ``umbilical cord, allogeneic``; empty when nothing is known."""
    if product is None:
        return ""
    words = [
        vocabulary.load(kind)[value].label
        for kind, value in (("cell-source", product.source), ("donor", product.donor))
        if value is not None and value != NOT_REPORTED
    ]
    return ", ".join(words)


def columns_of(
    study: Study, arms: tuple[Arm, ...], *, report: Report, quote: str, at: str, doses: str
) -> dict[str, str]:
    """Return what may stand beside a study in a table or figure, empty texts left out."""
    product = arms[0].cell_product or study.cell_product
    columns = {
        "condition": vocabulary.load("condition")[study.condition].label,
        "arm": " + ".join(arm.name or arm.id for arm in arms),
        "dose": doses,
        "product": product_text(product),
        "design": vocabulary.load("design")[study.design].label,
        "phase": study.phase or "",
        "time-point": at,
        "reports": ", ".join(one.id for one in study.reports),
        "report": report.id,
        "unverified": ", ".join(report.unverified),
        "quote": quote,
    }
    return {name: text for name, text in columns.items() if text and text != NOT_REPORTED}


def control_text(arms: tuple[Arm, ...]) -> str:
    """Return what the control arms got, such as ``saline (placebo)``."""
    roles = vocabulary.load("arm-role")
    names = [(arm.name or arm.id, roles[arm.role].label) for arm in arms]
    return " + ".join(name if name.casefold() == role else f"{name} ({role})" for name, role in names)


def doses_text(study: Study, arms: tuple[Arm, ...]) -> str:
    """Return the dose of the arms, a range when they differ, with combined arms opened up."""
    leaves: list[Arm] = []
    for arm in arms:
        leaves.extend(_opened(study, arm))
    texts = list(dict.fromkeys(filter(None, (dose_text(leaf.dose) for leaf in leaves))))
    if len(texts) < 2:
        return texts[0] if texts else dose_text(arms[0].dose)
    values = [leaf.dose.value for leaf in leaves if leaf.dose and isinstance(leaf.dose.value, float)]
    units = {leaf.dose.unit for leaf in leaves if leaf.dose}
    infusions = {leaf.dose.infusions for leaf in leaves if leaf.dose}
    if len(values) == len(leaves) and len(units) == 1:
        low, high = min(values), max(values)
        span = f"{scientific(low)}–{scientific(high)} {units.pop() or ''}".strip()
        number = infusions.pop() if len(infusions) == 1 else None
        return f"{span} ×{number}" if isinstance(number, int) and number > 1 else span
    return "; ".join(texts)


def numbers_of(study: Study, arms: tuple[Arm, ...], *, year: int | None, n: int) -> dict[str, float]:
    """Return what a meta-regression may use: year, patients, and the mean dose in cells per kg and infusion.

    The dose of several arms, or of an arm that combines others, is the mean weighted by their patients; it is left out
    when one of them has no dose per kg.
    """
    numbers: dict[str, float] = {"patients": float(n)}
    if year is not None:
        numbers["year"] = float(year)
    doses = [_dose_per_kg(leaf) for arm in arms for leaf in _opened(study, arm)]
    known = [(dose, size) for dose, size in doses if dose is not None]
    if known and len(known) == len(doses):
        numbers["dose"] = sum(dose * size for dose, size in known) / sum(size for _, size in known)
    return numbers


def _opened(study: Study, arm: Arm) -> list[Arm]:
    parts = [part for part in (study.arm(name) for name in arm.combines) if part is not None]
    return parts or [arm]


def _dose_per_kg(arm: Arm) -> tuple[float | None, float]:
    size = next((one for one in (arm.treated, arm.enrolled) if isinstance(one, int) and one > 0), 1)
    dose = arm.dose
    if dose is None or not isinstance(dose.value, float) or dose.unit is None:
        return None, size
    unit = vocabulary.load("dose-unit")[dose.unit]
    return (dose.value * unit.factor if unit.base == "cells/kg" and unit.factor else None), size
