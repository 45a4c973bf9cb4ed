"""What kind of study a document reports."""

from __future__ import annotations

import pytest

from mscevidence.extract.description import describe
from mscevidence.model import Document, Value
from mscevidence.read import read

ABSTRACT = """Allogeneic umbilical cord mesenchymal stromal cells in immune thrombocytopenia

Background: Autologous cells were tried before. A previous phase III trial failed.

Methods: In this phase I/II dose-escalation trial (NCT04014166), 18 patients were enrolled between November 2019 and
August 2022. All received allogeneic umbilical cord MSCs. The median follow-up was 12 months.

Results: Eight of 18 patients responded.
"""


@pytest.fixture(scope="module")
def document() -> Document:
    return read(ABSTRACT.encode(), format="plain-text")


def normal(value: Value | None) -> str | None:
    return value.normal if value else None


def test_a_description_names_terms_of_the_vocabulary(document: Document) -> None:
    found = describe(document)
    assert normal(found.design) == "dose-escalation"
    assert normal(found.phase) == "1/2"
    assert [each.normal for each in found.conditions] == ["immune-thrombocytopenia"]
    assert normal(found.cell_source) == "umbilical-cord"
    assert normal(found.donor) == "allogeneic"
    assert (normal(found.enrolment_from), normal(found.enrolment_to)) == ("2019-11", "2022-08")
    assert [each.normal for each in found.registrations] == ["NCT04014166"]
    assert found.enrolled is not None
    assert found.enrolled.number == 18
    assert found.follow_up is not None
    assert (found.follow_up.number, found.follow_up.unit) == (12, "month")


def test_every_fact_stands_where_it_says(document: Document) -> None:
    for _, told in describe(document):
        for value in told if isinstance(told, tuple) else [told]:
            if isinstance(value, Value):
                assert value.span is not None
                assert document.text[slice(*value.span)] == value.text


@pytest.mark.parametrize(
    ("text", "design"),
    [
        ("Patients were randomly assigned to cells or placebo.", "randomised-controlled"),
        ("This non-randomised trial compared cells with usual care.", "non-randomised-controlled"),
        ("This was a single-arm trial of cells.", "single-arm"),
        ("We report a case series of cells.", "case-series"),
        ("We gave cells to patients.", None),
    ],
)
def test_designs(text: str, design: str | None) -> None:
    assert normal(describe(read(f"A title of words\n\nMethods: {text}".encode())).design) == design


@pytest.mark.parametrize(
    ("text", "phase"),
    [
        ("a phase 2a trial", "2a"),
        ("a Phase I/IIa trial", "1/2a"),
        ("phase I and phase III trials", None),
        ("before a future phase III trial", None),
        ("the acute phase of the disease", None),
    ],
)
def test_phases(text: str, phase: str | None) -> None:
    assert normal(describe(read(f"A title of words\n\nMethods: This was {text}.".encode())).phase) == phase


def test_what_is_not_said_is_left_out() -> None:
    found = describe(read(b"A title of words\n\nMethods: Nothing is said here."))
    assert found.model_dump(exclude={"document"}, exclude_none=True) == {"conditions": (), "registrations": ()}
