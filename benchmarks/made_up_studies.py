"""Studies made up for the gallery of figures: no number here is evidence; the same every time."""

from __future__ import annotations

import random
from typing import Any

from mscevidence import vocabulary
from mscevidence.model import Study
from mscevidence.screening import Flow
from mscevidence.screening.prisma import ROWS

LONG_NAMES = (
    "Hospital of Blood Diseases, Chinese Academy of Medical Sciences and Peking Union Medical College, phase I",
    "Averyverylongwordwithoutanyspaceorhyphenwhatsoeverbecausesomebodypastedanidentifier0123456789ABCDEFGHIJKLMNO",
    "Ωμέγα-Παπαδόπουλος & Šťastný–Łukasiewicz-Ñandú-Øresund-Þórðarson 2021 (ΔIL-17, α4β7⁺, TNF-α) <b>$5</b>",
    "Chang 2012",
)
SURNAMES = ("Wang", "Liang", "Dal", "Sun", "Carlin", "Fernández", "Kobayashi", "García-Bernal", "Uccelli", "Zhang")
CONDITIONS = ("immune-thrombocytopenia", "systemic-lupus-erythematosus", "crohns-disease", "multiple-sclerosis",
              "systemic-sclerosis", "rheumatoid-arthritis", "type-1-diabetes", "aplastic-anaemia")  # fmt: skip
SOURCES = ("umbilical-cord", "bone-marrow", "adipose", "wharton-jelly", "placenta", "umbilical-cord-blood")
CONTROLS = ("placebo", "standard-care", "no-treatment", "sham", "active-comparator")
HARMS = ("serious-adverse-event", "severe-adverse-event", "fever", "infection", "death")
STATUSES = ("published", "published", "preliminary", "corrected", "cancelled", "retracted", "expression-of-concern")
JBI = "jbi-case-series-2020"
KEYS = [key for key, *_ in ROWS]
DECISION = {"by": "made-up", "on": "2026-01-02", "from": "person"}


def studies(k: int, *, long: bool = False) -> tuple[Study, ...]:
    """Return k studies of one to three doses, every third one with a control arm."""
    random_ = random.Random(k)  # noqa: S311 -- made-up numbers need no secrecy
    return tuple(_study(number, random_, long=long) for number in range(k))


def _study(number: int, random_: random.Random, *, long: bool) -> Study:
    name = LONG_NAMES[number % len(LONG_NAMES)] if long else f"{SURNAMES[number % 10]} {2000 + number % 26}"
    label = {"label": name[:60]} if len(name) <= 60 else {}
    report = f"made-up-{number}-article"
    sizes = [random_.randint(3, 24) for _ in range(1 + number % 3)]
    arms: list[dict[str, Any]] = [
        {"id": f"dose-{place}", "role": "experimental", "treated": size, "dose": _dose(place)}
        for place, size in enumerate(sizes)
    ]
    results = [
        _result("response", f"dose-{place}", random_.randint(0, size), size, report=report)
        for place, size in enumerate(sizes)
    ]
    results += [
        _result(harm, f"dose-{place}", random_.randint(0, size // 3), size, report=report)
        for place, size in enumerate(sizes)
        for harm in HARMS[: 1 + number % len(HARMS)]
    ]
    results.append(_timed(random_, sizes[0], infusions=number % 5 == 4, report=report))
    results += (
        [_result("malignancy", "dose-0", int(number % 9 == 8), 40 + sizes[0], report=report)] if number % 2 else []
    )
    if number % 3 == 0:
        size = sum(sizes) + random_.randint(-1, 1)
        arms.append({"id": "control", "role": CONTROLS[number // 3 % len(CONTROLS)], "treated": size})
        results.append(_result("response", "control", random_.randint(0, size), size, report=report))
    return Study.model_validate(
        {
            "study": f"made-up-{number}",
            "title": name,
            **label,
            "condition": CONDITIONS[number // 2 % len(CONDITIONS)],
            "design": "randomised-controlled" if number % 3 == 0 else "single-arm",
            "phase": ("1", "1/2", "2")[number % 3],
            "registrations": [f"NCT{number:08}"] if number % 2 else [],
            "cell_product": {
                "source": SOURCES[number % len(SOURCES)],
                "donor": "allogeneic",
                "passage": "not-reported",
            },
            "overlaps": [{"family": f"centre-{number // 12}", "reason": "one ward"}] if number % 12 in (3, 5) else [],
            "reports": _reports(number, name),
            "arms": arms,
            "results": results,
            "appraisal": [_appraisal(random_)] if number % 4 != 3 else [],
        }
    )


def _dose(place: int) -> dict[str, Any]:
    return {"value": (5e5, 1e6, 2e6)[place], "unit": "cells/kg", "infusions": 4}


def _reports(number: int, name: str) -> list[dict[str, Any]]:
    first = {
        "id": f"made-up-{number}-article", "kind": "article", "year": 2000 + number % 26, "first_author": f"{name} A",
        "status": STATUSES[number % len(STATUSES)] if number % 14 != 12 else "published",
    }  # fmt: skip
    kinds = ("conference-abstract", "registry-results", "preprint")
    others = [{"id": f"made-up-{number}-{kind}", "kind": kind, "year": 1999 + number % 26} for kind in kinds]
    return [first, *others[: number % 4]]


def _result(outcome: str, arm: str, events: int, n: int, *, report: str) -> dict[str, Any]:
    narrative = {"narrative_zero": {"scope": "made up"}} if outcome == "death" and events == 0 else {}
    return {
        "outcome": outcome, "arm": arm, "events": events, "n": n, "decision": DECISION,
        "time_point": {"value": 6, "unit": "month"},
        "source": {"report": report, "quote": f"{events}/{n}"}, **narrative,
    }  # fmt: skip


def _timed(random_: random.Random, size: int, *, infusions: bool, report: str) -> dict[str, Any]:
    """Return adverse events over time at risk, of every fifth study over infusions."""
    unit, time = ("infusion", 4.0 * size) if infusions else ("month", 6.0 * size)
    events = random_.randint(0, size)
    counted = _result("any-adverse-event", "dose-0", events, size, report=report)
    return counted | {"n": None, "person_time": time, "person_time_unit": unit}


def flows() -> dict[str, Flow]:
    """Return PRISMA flows of a first and of an updated review, with few and with many reasons and sources."""
    return {
        "new": _flow(
            sources={"database": {"pubmed": 812, "europepmc": 640}, "register": {"ctgov": 120}},
            reasons={"dbr": {"No patients: animals, cells or a laboratory study only": 31}, "other": {}},
        ),
        "updated, many reasons": _flow(
            previous=True,
            sources={
                "database": {f"database {number}": 100 * number for number in range(1, 9)},
                "register": {"ctgov": 120, "ictrp": 80},
                "website": {"meeting pages": 14},
            },
            reasons={
                "dbr": {
                    f"Reason number {number}, which is told in rather many words": 3 * number for number in range(1, 10)
                },
                "other": {"No count of responses or adverse events": 2},
            },
        ),
    }


def _flow(*, sources: Any, reasons: Any, previous: bool = False) -> Flow:
    totals = {f"{kind}_results": sum(found.values()) for kind, found in sources.items()}
    counts: dict[str, int | None] = dict.fromkeys(KEYS, 12)
    counts |= {"previous_studies": 40 if previous else None, "previous_reports": 52 if previous else None}
    counts |= totals | {"dbr_excluded": sum(reasons["dbr"].values()), "other_excluded": sum(reasons["other"].values())}
    return Flow(counts=counts, sources=sources, excluded=reasons, waiting={"records to screen": 7}, gaps=())


def _appraisal(random_: random.Random) -> dict[str, Any]:
    tool = vocabulary.load("appraisal-tool")[JBI]
    answers = {domain.id: random_.choice(("yes", "yes", "no", "unclear", "not-applicable")) for domain in tool.domains}
    return {"tool": JBI, "by": "made-up", "answers": answers}
