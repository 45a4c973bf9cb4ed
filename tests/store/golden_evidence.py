"""A small set of made-up evidence that touches every table of the database."""

from __future__ import annotations

from typing import Any

from mscevidence.model import (
    BetweenGroups,
    Candidate,
    Choice,
    Document,
    Estimate,
    Exclusion,
    Family,
    Finding,
    Group,
    Link,
    Pooled,
    Question,
    Study,
    StudyRow,
)
from mscevidence.store.writing import Contents

TEXT = (
    "Umbilical cord cells for refractory ITP. Eighteen patients were enrolled. "
    "Responses were seen in 44.4% (8/18) of patients. Serious adverse events occurred in 4 of 18 (22.2%): "
    "bleeding in 2, infection in 1, thrombosis in 1. Platelets were below 30×10^9/L. Trial NCT04014166."
)
SHA = "a1" * 32
NOT_CAPTURED = "b2" * 32


def span(quote: str, text: str = TEXT) -> tuple[int, int]:
    start = text.index(quote)
    return start, start + len(quote)


def decided(**changes: str) -> dict[str, str]:
    return {"by": "ab", "on": "2026-11-22", "from": "rule:fraction-percent", **changes}


def captured(quote: str, report: str = "ash-2023-687") -> dict[str, Any]:
    return {"report": report, "quote": quote, "section": "Results", "document": SHA, "span": span(quote)}


def result(outcome: str, arm: str, report: str, quote: str = "as printed", **values: Any) -> dict[str, Any]:
    source = values.pop("source", {"report": report, "quote": quote})
    return {"outcome": outcome, "arm": arm, "source": source, "decision": decided(), **values}


DOCUMENT = Document.model_validate(
    {
        "sha256": SHA,
        "format": "ash-text",
        "reader": "ash_text@1",
        "text": TEXT,
        "title": "Umbilical cord cells for refractory ITP",
        "status": "cancelled",
        "kind": "conference-abstract",
        "number": "687",
        "meeting": "ASH 2023",
        "session": "311. Disorders of Platelet Number",
        "topics": ["Platelets", "Biological therapies"],
        "date": "2023-12-10",
        "authors": [
            {"name": "Li Wang", "degrees": ["MD"], "affiliations": ["1"], "presenting": True, "member": False},
            {"name": "Wei Chen"},
        ],
        "affiliations": {"1": "Institute of Hematology, Tianjin"},
        "sections": [{"name": "Results", "span": span("Responses were seen in 44.4% (8/18) of patients.")}],
        "identifiers": [{"kind": "nct", "value": "NCT04014166", "span": span("NCT04014166")}],
        "name": "ash-2023-687.txt",
    }
)

ITP = Study.model_validate(
    {
        "study": "nct04014166",
        "title": "Umbilical cord cells for refractory ITP, phase 1",
        "condition": "immune-thrombocytopenia",
        "condition_detail": "refractory, platelets < 30×10^9/L",
        "design": "dose-escalation",
        "phase": "1",
        "registrations": ["NCT04014166"],
        "centres": [{"name": "Institute of Hematology", "city": "Tianjin", "country": "China"}],
        "enrolment": {"from": "2019-11", "to": "not-reported"},
        "cell_product": {
            "source": "umbilical-cord",
            "donor": "allogeneic",
            "passage": "not-reported",
            "cryopreserved": False,
        },
        "criteria": [
            {
                "quantity": "platelets",
                "maximum": 30,
                "unit": "10^9/L",
                "source": captured("below 30×10^9/L"),
                "decision": decided(),
            }
        ],
        "reports": [
            {
                "id": "ash-2023-687",
                "kind": "conference-abstract",
                "status": "cancelled",
                "year": 2023,
                "documents": [SHA],
            },
            {
                "id": "doi:10.1000/itp-2024",
                "kind": "article",
                "year": 2024,
                "first_author": "Chen Y",
                "doi": "10.1000/itp-2024",
                "documents": [NOT_CAPTURED],
                "unverified": ["journal"],
            },
        ],
        "arms": [
            {
                "id": "low",
                "role": "experimental",
                "treated": 3,
                "dose": {"value": 5e5, "unit": "cells/kg", "infusions": 4},
            },
            {
                "id": "high",
                "role": "experimental",
                "treated": 15,
                "dose": {"value": 2e6, "unit": "cells/kg", "infusions": 4, "interval_days": "not-reported"},
            },
            {"id": "all", "name": "all patients", "role": "experimental", "treated": 18, "combines": ["low", "high"]},
        ],
        "results": [
            result("response", "all", "", events=8, n=18, population="treated", source=captured("44.4% (8/18)")),
            result(
                "serious-adverse-event",
                "all",
                "",
                events=4,
                n=18,
                source=captured("4 of 18 (22.2%)"),
                parts=[
                    {"term": term, "events": events, "source": captured(f"{term} in {events}"), "decision": decided()}
                    for term, events in (("bleeding", 2), ("infection", 1), ("thrombosis", 1))
                ],
            ),
            result("complete-response", "all", "ash-2023-687", events="not-reported", n=18),
            result(
                "sustained-response",
                "all",
                "doi:10.1000/itp-2024",
                events=5,
                n=18,
                time_point={"value": 6, "unit": "month"},
                derived={"method": "percent-times-n", "steps": "27.8% of 18 = 5.0"},
                decision=decided(corrected="events: 4 -> 5", reason="misread digit"),
            ),
        ],
        "verdicts": [
            {
                "candidate": "age-range@9",
                "document": SHA,
                "verdict": verdict,
                "rule": "age-range",
                "quote": "Eighteen",
                "report": "ash-2023-687",
                "by": "ab",
                "on": "2026-11-22",
                "reason": "a number of patients, no age",
            }
            for verdict in ("rejected",)
        ]
        + [
            {
                "candidate": "part@200",
                "document": SHA,
                "verdict": "deferred",
                "rule": "part",
                "quote": "bleeding in 2",
                "report": "ash-2023-687",
                "by": "ab",
                "on": "2026-11-22",
            }
        ],
        "appraisal": [
            {
                "tool": "rob-2-2019",
                "by": "ab",
                "on": "2026-11-22",
                "result": "nct04014166/all/response",
                "answers": {"randomisation": "low", "measurement": "some-concerns"},
                "overall": "some-concerns",
                "support": {"randomisation": captured("44.4% (8/18)")},
            }
        ],
        "adjudications": [
            {
                "place": "result all/response events",
                "extractors": ["ab", "cd"],
                "first": "8",
                "second": "9",
                "taken": "first",
                "reason": "the table counts nine patients with minor responses",
                "by": "ef",
                "on": "2026-11-22",
            }
        ],
        "notes": ["The abstract was cancelled, the article is its successor."],
    }
)


def lupus(study: str, events: int) -> Study:
    return Study.model_validate(
        {
            "study": study,
            "title": f"Cells for lupus nephritis, {study}",
            "condition": "lupus-nephritis",
            "design": "randomised-controlled",
            "overlaps": [{"family": "nanjing-lupus", "reason": "same centre, overlapping dates"}],
            "cell_product": {"source": "bone-marrow"},
            "reports": [
                {"id": f"pmid:{study}", "kind": "article", "pmid": "123", "year": 2018, "first_author": "Sun L"}
            ],
            "arms": [
                {"id": "cells", "role": "experimental", "treated": 12, "cell_product": {"source": "umbilical-cord"}},
                {"id": "placebo", "role": "placebo", "treated": 6, "evaluable": "not-reported"},
            ],
            "results": [
                result("remission", "cells", f"pmid:{study}", events=events, n=12),
                result("remission", "placebo", f"pmid:{study}", events=5, n=6),
                result(
                    "related-serious-adverse-event",
                    "cells",
                    f"pmid:{study}",
                    quote="no serious adverse event related to the cells",
                    events=0,
                    n=12,
                    narrative_zero={"scope": "related, serious"},
                    derived={"method": "narrative-zero", "steps": "no ... event: 0"},
                ),
            ],
        }
    )


STUDIES = (ITP, lupus("sun-2018", 9), lupus("sun-2020", 7))

CANDIDATES = tuple(
    Candidate.model_validate(each)
    for each in (
        {
            "id": "fraction-percent@100",
            "document": SHA,
            "kind": "result",
            "rule": "fraction-percent",
            "span": span("44.4% (8/18)"),
            "quote": "44.4% (8/18)",
            "section": "Results",
            "arm": "all",
            "outcome": "response",
            "outcome_text": "Responses",
            "outcome_span": span("Responses"),
            "population": "treated",
            "also_at": [span("Responses")],
            "values": [
                {"role": "events", "text": "8", "span": (span("8/18")[0], span("8/18")[0] + 1), "number": 8},
                {"role": "n", "text": "18", "span": None, "number": 18},
            ],
            "findings": [
                {"check": "fraction-percent", "severity": "note", "sentence": "8/18 is 44.4%.", "subject": "8/18"},
                {
                    "check": "no-definition",
                    "severity": "warning",
                    "sentence": "Response is not defined.",
                    "subject": "x",
                },
            ],
        },
        {
            "id": "part@200",
            "document": SHA,
            "kind": "part",
            "rule": "part",
            "span": span("bleeding in 2"),
            "quote": "bleeding in 2",
            "part_of": "fraction-percent@100",
            "values": [{"role": "from", "text": "November 2019", "span": None, "normal": "2019-11"}],
            "certainty": "ambiguous",
        },
        {
            "id": "age-range@9",
            "document": SHA,
            "kind": "criterion",
            "rule": "age-range",
            "span": span("Eighteen"),
            "quote": "Eighteen",
        },
    )
)


def estimate(method: str, proportion: float | None, **values: Any) -> Estimate:
    numbers = {"k": 2, "events": 15, "patients": 30, "lower": 0.2, "upper": 0.8, **values}
    return Estimate(method=method, label=method.upper(), status="estimated", effect=proportion, **numbers)


ROW = StudyRow(
    study="nct04014166",
    label="Chen 2024",
    group="immune-thrombocytopenia",
    result="nct04014166/all/response",
    report="ash-2023-687",
    quote="44.4% (8/18)",
    events=8,
    n=18,
    effect=8 / 18,
    lower=0.2153,
    upper=0.6924,
    weight=0.5,
    marks=("cancelled",),
    columns={"dose": "2×10⁶ cells/kg ×4"},
)

SUM = ROW.model_copy(
    update={
        "study": "sun-2018",
        "label": "Sun 2018",
        "group": "lupus-nephritis",
        "result": "sun-2018/cells/remission + sun-2018/placebo/remission",
        "marks": ("sum-of-arms",),
    }
)

POOLED = Pooled(
    title="Response, by condition",
    outcome="response",
    outcome_label="response",
    by="condition",
    groups=(Group(name="immune-thrombocytopenia", label="ITP", rows=(ROW,), estimates=(estimate("glmm", None),)),),
    overall=Group(
        name="overall",
        label="Overall",
        rows=(ROW, SUM),
        estimates=(estimate("glmm", 0.5, tau2=0.1, notes=("boundary",)), estimate("reml", 0.52, prediction_lower=0.1)),
    ),
    between=BetweenGroups(q=1.5, df=1, p=0.22, method="Q on logits", note="two groups"),
    sensitivity=(("with narrative zeros", estimate("glmm", 0.4)),),
    exclusions=(Exclusion(what="sun-2020", label="Sun 2020", reason="same family as sun-2018"),),
    choices=(Choice(what="nanjing-lupus", taken="sun-2018", reason="more patients", left_out=("sun-2020",)),),
    overrides=("nanjing-lupus counted twice",),
    warnings=("few studies",),
    footnotes={"cancelled": "from a cancelled report"},
    question=Question(outcome="response", by="condition"),
)

CONTENTS = Contents(
    studies=STUDIES,
    documents=(DOCUMENT,),
    candidates=CANDIDATES,
    findings=(
        Finding(
            check="arms-sum", severity="error", sentence="3 + 15 is not 19.", subject="nct04014166", file="x", line=7
        ),
    ),
    families=(Family(id="nanjing-lupus", studies=("sun-2018", "sun-2020"), reasons=("declared", "same centre")),),
    links=(
        Link(kind="overlap", left="sun-2018", right="sun-2020", basis="declared", reason="same centre", decided=True),
        Link(kind="look-alike", left="a", right="b", basis="title", reason="alike"),
    ),
    analyses=(("response-by-condition", POOLED),),
)
