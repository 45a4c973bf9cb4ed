"""One study record as rows: what it is, who was treated with what, and its reports. Results are in `result_rows`."""

from __future__ import annotations

from collections.abc import Iterator

from mscevidence import vocabulary
from mscevidence.effects.names import study_label
from mscevidence.effects.rows import doses_text
from mscevidence.model import Arm, CellProduct, Report, Study
from mscevidence.store.registries import registration_url
from mscevidence.store.rows import Row, arm_key, as_json, report_key, states, truth


def study_rows(study: Study) -> Iterator[Row]:
    """Yield the rows of a study without its results."""
    enrolment = study.enrolment
    yield (
        "studies",
        {
            "id": study.study,
            "label": study_label(study),
            "title": study.title,
            "condition": study.condition,
            "condition_detail": study.condition_detail,
            "design": study.design,
            "phase": study.phase,
            "enrolment_from": enrolment.start if enrolment else None,
            "enrolment_to": enrolment.end if enrolment else None,
            "notes": as_json(study.notes),
        },
    )
    for position, number in enumerate(study.registrations, 1):
        url = registration_url(number)
        yield ("registrations", {"study": study.study, "position": position, "number": number, "url": url})
    for position, centre in enumerate(study.centres, 1):
        yield ("centres", {"study": study.study, "position": position, **centre.model_dump()})
    for overlap in study.overlaps:
        yield ("declared_overlaps", {"study": study.study, "family": overlap.family, "reason": overlap.reason})
    if study.cell_product:
        yield _product(study, study.cell_product)
    for position, report in enumerate(study.reports, 1):
        yield from _report(study, position, report)
    for position, arm in enumerate(study.arms, 1):
        yield from _arm(study, position, arm)


def _report(study: Study, position: int, report: Report) -> Iterator[Row]:
    key = report_key(study.study, report.id)
    plain = report.model_dump(exclude={"id", "documents", "unverified"})
    place = {"id": key, "study": study.study, "position": position, "report": report.id}
    yield ("reports", {**place, **plain, "unverified": as_json(report.unverified)})
    for document in dict.fromkeys(report.documents):
        yield ("report_documents", {"report": key, "document": document})


def _arm(study: Study, position: int, arm: Arm) -> Iterator[Row]:
    key = arm_key(study.study, arm.id)
    role = vocabulary.load("arm-role").get(arm.role)
    yield (
        "arms",
        {
            "id": key,
            "study": study.study,
            "position": position,
            "arm": arm.id,
            "name": arm.name,
            "role": arm.role,
            "receives_cells": truth(role.receives_cells if role else None),
            "dose": doses_text(study, (arm,)) or None,
            **states(arm, "enrolled", "treated", "evaluable"),
        },
    )
    for place, part in enumerate(dict.fromkeys(arm.combines), 1):
        yield ("arm_combines", {"arm": key, "part": arm_key(study.study, part), "position": place})
    if arm.dose:
        words = {"unit": arm.dose.unit, "route": arm.dose.route, "text": arm.dose.text}
        numbers = states(arm.dose, "value", "infusions", "interval_days")
        yield ("doses", {"arm": key, **numbers, **words})
    if arm.cell_product:
        yield _product(study, arm.cell_product, arm=key)


def _product(study: Study, product: CellProduct, *, arm: str | None = None) -> Row:
    values = product.model_dump()
    frozen = product.cryopreserved
    values["cryopreserved"] = {True: "yes", False: "no"}[frozen] if isinstance(frozen, bool) else frozen
    return ("products", {"id": arm or study.study, "study": study.study, "arm": arm, **values})
