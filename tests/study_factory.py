"""Small studies for tests: synthetic trials, no real patient data."""

from __future__ import annotations

from typing import Any

from mscevidence.model import Study

DECISION = {"by": "test", "on": "2026-01-02", "from": "person"}


def result(outcome: str, events: int | None, n: int | None, *, arm: str = "all", **more: Any) -> dict[str, Any]:
    source = {"report": more.pop("report", "r1"), "quote": more.pop("quote", f"{events}/{n}")}
    return {"outcome": outcome, "arm": arm, "events": events, "n": n, "source": source, "decision": DECISION, **more}


def report(report_id: str = "r1", **more: Any) -> dict[str, Any]:
    return {"id": report_id, "kind": "article", "year": 2020, "first_author": "Tester A", **more}


def arm(arm_id: str = "all", *, role: str = "experimental", **more: Any) -> dict[str, Any]:
    return {"id": arm_id, "role": role, **more}


def study(study_id: str, *results: dict[str, Any], **more: Any) -> Study:
    data: dict[str, Any] = {
        "study": study_id,
        "title": f"Synthetic trial {study_id}",
        "condition": "immune-thrombocytopenia",
        "design": "single-arm",
        "reports": [report(first_author=f"{study_id.title()} A")],
        "arms": [arm()],
        "results": list(results),
    }
    return Study.model_validate({**data, **more})
