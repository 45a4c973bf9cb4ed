"""The page of all studies: a table to sort and filter, and the map of what each of them reports."""

from __future__ import annotations

from typing import Any

from mscevidence import vocabulary
from mscevidence.effects import study_label
from mscevidence.publish.completeness import LEGEND, completeness
from mscevidence.publish.site.contents import Contents
from mscevidence.publish.site.study_page import families_of, worst_status

SIGN = {"reported": "●", "not-reported": "–", "not-extracted": "?"}
"""What stands in a cell of the map: the state must not rest on colour alone."""


def studies_page(contents: Contents) -> dict[str, Any]:
    """Return what the template of the page of all studies is filled with."""
    studies = contents.evidence.studies
    labels = [study_label(study) for study in studies]
    found = completeness(studies) if studies else None
    return {
        "rows": [
            {
                "label": label,
                "id": study.study,
                "address": contents.addresses.study(study.study),
                "title": study.title,
                "condition": vocabulary.load("condition")[study.condition].label,
                "design": vocabulary.load("design")[study.design].label,
                "status": worst_status(study),
                "registrations": ", ".join(study.registrations),
                "reports": len(study.reports),
                "arms": len(study.arms),
                "results": len(study.results),
                "partners": [other for family in families_of(study, contents) for other in family["others"]],
            }
            for study, label in zip(studies, labels, strict=True)
        ],
        "fields": found.fields if found else (),
        "shares": [round(100 * found.share(field)) for field in found.fields] if found else [],
        "map": [
            {
                "label": label,
                "address": contents.addresses.study(study.study),
                "cells": [(state, SIGN[state], LEGEND[state]) for state in states],
            }
            for study, label, states in zip(studies, labels, found.states, strict=True)
        ]
        if found
        else [],
        "legend": [(state, SIGN[state], words) for state, words in LEGEND.items()],
        "findings": [one for one in contents.evidence.findings if one.severity != "note"],
    }
