"""The founding abstract: exactly these candidates, nothing else, nothing wrong among them."""

# ruff: noqa: E501 - a table with one candidate per row

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mscevidence.check import check_candidates
from mscevidence.extract import extract
from mscevidence.model import Candidate, Document
from mscevidence.read import read

FOLDER = Path(os.environ.get("MSCEVIDENCE_DOCUMENTS", Path(__file__).parents[2].parent / "shared" / "documents"))
ABSTRACT = FOLDER / "ash" / "ash-2023-687.txt"

pytestmark = pytest.mark.skipif(not ABSTRACT.exists(), reason=f"{ABSTRACT} is not here: set MSCEVIDENCE_DOCUMENTS")

LOW, MIDDLE, HIGH = "0.5×10^6 cells/kg", "1.0×10^6 cells/kg", "2.0×10^6 cells/kg"
TEAE, SAE = "treatment-emergent-adverse-event", "serious-adverse-event"
BY_ARITHMETIC, STATED = "derived", "stated"

# kind, rule, arm, outcome, numbers by role, certainty, quote
EXPECTED = [
    ("criterion", "criterion-age", None, None, {"lower": 18, "upper": 60}, STATED, "age 18 to 60 years"),
    ("criterion", "criterion-disease-duration", None, None, {"lower": 6}, STATED, "ITP duration lasting for more than six months"),
    ("criterion", "criterion-platelet-count", None, None, {"upper": 30}, STATED, "platelet count < 30 × 10^9/L"),
    ("dose", "dose-of-cells", LOW, None, {"value": 5e5, "infusions": 4, "interval-days": 7}, STATED, "0.5×10^6 cells/kg, 1.0×10^6 cells/kg, and 2.0×10^6 cells/kg per week four"),
    ("dose", "dose-of-cells", MIDDLE, None, {"value": 1e6, "infusions": 4, "interval-days": 7}, STATED, "1.0×10^6 cells/kg, and 2.0×10^6 cells/kg per week four"),
    ("dose", "dose-of-cells", HIGH, None, {"value": 2e6, "infusions": 4, "interval-days": 7}, STATED, "2.0×10^6 cells/kg per week four"),
    ("registration", "registry-nct", None, None, {}, STATED, "NCT04014166"),
    ("enrolment-period", "enrolment-between", None, None, {}, STATED, "November 2019 and August 2022"),
    ("participants", "patients-enrolled", "all", None, {"n": 18}, STATED, "18 refractory ITP patients"),
    ("participants", "patients-in-arm", "dose-escalation phase", None, {"n": 12}, STATED, "Twelve patients"),
    ("participants", "patients-in-arm", HIGH, None, {"n": 3}, STATED, "three additional patients"),
    ("participants", "patients-in-arm", "dose-expansion phase", None, {"n": 6}, STATED, "six patients"),
    ("result", "fraction-percent", "all", TEAE, {"events": 13, "n": 18, "percent": 72.2}, STATED, "Thirteen patients (13/18, 72.2%)"),
    ("result", "fraction-percent", "all", SAE, {"events": 4, "n": 18, "percent": 22.2}, STATED, "four patients (4/18, 22.2%)"),
    ("part", "part-of-whole", "all", "bleeding", {"events": 2, "n": 4}, STATED, "2/4"),
    ("part", "part-of-whole", "all", None, {"events": 1, "n": 4}, STATED, "1/4"),
    ("part", "part-of-whole", "all", "cardiovascular-event", {"events": 1, "n": 4}, STATED, "1/4"),
    ("result", "fraction-percent", LOW, "response", {"events": 0, "n": 3, "percent": 0}, STATED, "0.0% (0/3)"),
    ("participants", "denominator-of-arm", LOW, None, {"n": 3}, BY_ARITHMETIC, "3"),
    ("result", "fraction-percent", MIDDLE, "response", {"events": 2, "n": 3, "percent": 66.7}, STATED, "66.7% (2/3)"),
    ("participants", "denominator-of-arm", MIDDLE, None, {"n": 3}, BY_ARITHMETIC, "3"),
    ("result", "fraction-percent", HIGH, "response", {"events": 6, "n": 12, "percent": 50}, STATED, "50.0% (6/12)"),
    ("participants", "denominator-of-arm", HIGH, None, {"n": 12}, BY_ARITHMETIC, "12"),
    ("result", "fraction-percent", "all", "response", {"events": 8, "n": 18, "percent": 44.4}, STATED, "44.4% (8/18)"),
]  # fmt: skip


@pytest.fixture(scope="module")
def document() -> Document:
    return read(ABSTRACT.read_bytes(), name=ABSTRACT.name)


@pytest.fixture(scope="module")
def candidates(document: Document) -> tuple[Candidate, ...]:
    return extract(document)


def row(c: Candidate) -> tuple[object, ...]:
    numbers = {value.role: value.number for value in c.values if value.number is not None}
    return (c.kind, c.rule, c.arm, c.outcome, numbers, c.certainty, c.quote)


def test_exactly_the_facts_of_the_abstract(candidates: tuple[Candidate, ...]) -> None:
    assert [row(candidate) for candidate in candidates] == EXPECTED


def test_every_quote_and_value_is_the_text_at_its_span(candidates: tuple[Candidate, ...], document: Document) -> None:
    for candidate in candidates:
        assert document.text[slice(*candidate.span)] == candidate.quote
        assert all(v.span is None or document.text[slice(*v.span)] == v.text for v in candidate.values)


def test_the_parts_are_of_the_four_patients_with_serious_events(candidates: tuple[Candidate, ...]) -> None:
    whole = next(c for c in candidates if c.outcome == SAE)
    parts = [c for c in candidates if c.part_of == whole.id]
    assert [c.outcome_text for c in parts] == [
        "gastrointestinal haemorrhage",
        "profuse menstruation",
        "acute myocardial infarction",
    ]
    assert sum(c.number("events") or 0 for c in parts) == 4


def test_the_three_additional_patients_are_told_apart(candidates: tuple[Candidate, ...]) -> None:
    added = next(c for c in candidates if c.value("qualifier"))
    assert {v.role: v.text for v in added.values} == {
        "n": "three",
        "status": "added",
        "qualifier": "additional",
        "reason": "dose-limiting toxicity",
    }


def test_dates_and_registration_have_their_settled_form(candidates: tuple[Candidate, ...]) -> None:
    settled = {v.role: v.normal for c in candidates for v in c.values if v.normal}
    assert settled == {"value": "NCT04014166", "from": "2019-11", "to": "2022-08"}


def test_ids_are_unique_and_stable(candidates: tuple[Candidate, ...], document: Document) -> None:
    assert len({c.id for c in candidates}) == len(candidates)
    assert extract(document) == candidates


def test_no_check_objects(candidates: tuple[Candidate, ...], document: Document) -> None:
    assert [c.findings for c in check_candidates(candidates, document) if c.findings] == []
