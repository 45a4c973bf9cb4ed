"""Study files in the making: the smallest valid one, one with a result, and a study that uses every noun."""

from __future__ import annotations

from mscevidence.model import Study

SMALL = """\
study: a
title: A trial
condition: immune-thrombocytopenia
design: single-arm
reports:
  - {id: r, kind: article}
"""

WITH_RESULT = (
    SMALL
    + """\
arms:
  - {id: all, role: experimental, treated: 18}
results:
  - outcome: response
    arm: all
    events: 8
    n: 18
    source: {report: r, quote: "44.4% (8/18)"}
    decision: {by: AB, on: 2026-11-22, from: person}
"""
)

DECISION = {"by": "AB", "on": "2026-11-22", "from": "rule:fraction-percent"}
SHA = "0123456789abcdef" * 4


def rich() -> Study:
    """Return a study that uses every noun of a study file."""
    source = {"report": "ash-2023-687", "quote": "44.4% (8/18)", "section": "Results", "document": SHA, "span": [5, 17]}
    return Study.model_validate(
        {
            "study": "nct04014166",
            "title": "UC-MSC for refractory ITP: phase I",
            "condition": "immune-thrombocytopenia",
            "condition_detail": "refractory, platelets < 30e9/L",
            "design": "dose-escalation",
            "phase": "1",
            "registrations": ["NCT04014166"],
            "centres": [{"city": "Tianjin", "country": "China"}],
            "enrolment": {"from": "2019-11", "to": "not-reported"},
            "cell_product": {"source": "umbilical-cord", "donor": "not-reported", "cryopreserved": "not-reported"},
            "criteria": [
                {"quantity": "platelets", "maximum": 30e9, "unit": "1/L", "source": source, "decision": DECISION}
            ],
            "overlaps": [{"family": "tianjin-itp", "reason": "same centre and dates"}],
            "reports": [
                {"id": "ash-2023-687", "kind": "conference-abstract", "status": "cancelled", "year": 2023},
                {"id": "r2", "kind": "article", "doi": "10.1000/x(1)", "pmid": "00123", "unverified": ["doi"]},
            ],
            "arms": [
                {
                    "id": "dose-0.5",
                    "role": "experimental",
                    "dose": {"value": 0.5e6, "unit": "cells/kg", "infusions": 4, "interval_days": 7},
                    "treated": 3,
                },
                {"id": "all", "role": "experimental", "combines": ["dose-0.5"], "treated": 18, "evaluable": 0},
            ],
            "results": [
                {
                    "outcome": "response",
                    "arm": "all",
                    "events": 8,
                    "n": 18,
                    "percent": 44.4,
                    "population": "treated",
                    "time_point": {"value": 12, "unit": "month"},
                    "source": source,
                    "decision": DECISION,
                },
                {
                    "outcome": "serious-adverse-event",
                    "arm": "all",
                    "events": 0,
                    "n": "not-reported",
                    "narrative_zero": {"scope": "no serious events were observed"},
                    "derived": {"method": "narrative-zero", "steps": "phrase, no count"},
                    "parts": [{"term": "bleeding", "events": 0, "source": source, "decision": DECISION}],
                    "source": source,
                    "decision": DECISION,
                },
            ],
            "verdicts": [
                {
                    "candidate": "c1",
                    "document": SHA,
                    "verdict": "rejected",
                    "rule": "fraction",
                    "quote": "8/18",
                    "report": "r2",
                    "by": "AB",
                    "on": "2026-11-22",
                }
            ],
            "appraisal": [{"tool": "minors-2003", "by": "AB", "answers": {"aim": "2"}}],
            "notes": ["no"],
        }
    )
