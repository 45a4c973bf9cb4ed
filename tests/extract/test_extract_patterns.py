"""Every way of writing counts that abstracts use, on invented abstracts; and text that must never give a wrong number."""

# ruff: noqa: E501 - tables with one case per row

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_abstracts import ABSTRACTS, Row

from mscevidence.extract import extract
from mscevidence.extract.grammar.numerals import numerals_in, value_of
from mscevidence.model import Candidate, Document
from mscevidence.read import read

COUNTS = {"result", "part", "participants"}


def row(c: Candidate) -> Row:
    numbers = (c.number("events"), c.number("n"), c.number("percent"))
    return (c.kind, c.arm, c.outcome, *numbers, c.time_point, c.certainty)


@pytest.mark.parametrize(("text", "expected"), ABSTRACTS.values(), ids=ABSTRACTS.keys())
def test_exactly_what_an_abstract_says(text: str, expected: list[Row]) -> None:
    assert [row(c) for c in extract(read(text.encode())) if c.kind in COUNTS] == expected


def only(text: str, kind: str) -> list[dict[str, object]]:
    found = [c for c in extract(read(text.encode())) if c.kind == kind]
    return [{v.role: v.normal or (v.number if v.number is not None else v.text) for v in c.values} for c in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Methods: MSCs were infused at 2×106 cells/kg.", [{"value": 2e6}]),
        ("Methods: Patients received 1 x 10(6) MSCs/kg weekly for four doses.", [{"value": 1e6, "infusions": 4, "interval-days": 7}]),
        ("Methods: Patients received 40 million cells once a month.", [{"value": 4e7, "interval-days": 30}]),
        ("Methods: Patients received 1.5×108 cells twice.", [{"value": 1.5e8, "infusions": 2}]),
        ("Methods: Doses of 1×106/kg every 2 weeks for three infusions.", [{"value": 1e6, "infusions": 3, "interval-days": 14}]),
        ("Methods: A median of 1.55 (0.84 to 2.56) × 106/kg was given.", []),
        ("Methods: The platelet count was 20 × 109/L at dosing.", []),
    ],
)  # fmt: skip
def test_doses(text: str, expected: list[dict[str, object]]) -> None:
    assert only(text, "dose") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Methods: Eligible patients were aged 18-65 years.", [{"lower": 18, "upper": 65}]),
        ("Methods: Inclusion criteria were age between 6 and 16 years.", [{"lower": 6, "upper": 16}]),
        ("Methods: Adults aged ≥ 18 years were eligible.", [{"lower": 18}]),
        ("Methods: Patients with ITP duration of more than 12 months were eligible.", [{"lower": 12}]),
        ("Methods: Included were patients with a platelet count below 30,000/µL.", [{"upper": 30}]),
        ("Results: Median age was 42 years, range 19 to 63 years.", []),
        ("Methods: Response was defined as a platelet count < 30 × 109/L and increase.", []),
    ],
)
def test_criteria(text: str, expected: list[dict[str, object]]) -> None:
    assert only(text, "criterion") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Results: Between November 2019 and August 2022, 9 patients were enrolled.", [{"from": "2019-11", "to": "2022-08"}]),
        ("Methods: Patients were recruited from 12 March 2015 through July 1, 2018.", [{"from": "2015-03", "to": "2018-07"}]),
        ("Methods: Patients were enrolled from May to September 2020.", [{"from": "2020-05", "to": "2020-09"}]),
        ("Methods: The study was conducted from 2010 to 2014.", [{"from": "2010", "to": "2014"}]),
        ("Methods: Scores rose between 2010 and 1900 points.", []),
    ],
)  # fmt: skip
def test_enrolment_periods(text: str, expected: list[dict[str, object]]) -> None:
    assert only(text, "enrolment-period") == expected


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("One hundred and seventy-six", 176),
        ("Eighty-six", 86),
        ("three thousand four hundred and five", 3405),
        ("twenty one", 21),
        ("2 million", 2e6),
        ("1,234", 1234),
        ("0.5×10^6", 5e5),
        ("2,019,120×10^6", 2.01912e12),
        ("1.23456789×10^6", 1234567.89),
        ("10^7", 1e7),
        ("1e6", 1e6),
        ("72,2", 72.2),
    ],
)
def test_values_of_numerals(words: str, value: float) -> None:
    assert value_of(words) == value


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("18 patients", ["number"]),
        ("44.4% (8/18)", ["percent", "fraction"]),
        ("71 percent of 24", ["percent", "number"]),
        ("(n = 20)", ["n"]),
        ("in 2019", ["year"]),
        ("12 months", ["time"]),
        ("p = 0.04", ["label"]),
        ("95% CI 0.2-0.9", ["measure", "range", "range"]),
        ("3+3 protocol", ["measure", "measure"]),
        ("18 to 60 patients", ["range", "range"]),
        ("3.5 ± 1.2", ["measure", "measure"]),
        ("grade 3 events", ["label"]),
        ("ACR20/50/70", []),
        ("7/5/7 patients", ["label"]),
        ("12/8", ["label"]),
        ("120/80 mmHg", ["label"]),
        ("CD34 and IL-6", []),
        ("one or more", ["label"]),
        ("three different dosage groups", ["measure"]),
        ("20 and 30% of patients", ["percent", "percent"]),
        ("with 80% power to detect", ["measure"]),
        ("a power of at least 90% for", ["measure"]),
        ("powerful in 90% of", ["percent"]),
    ],
)
def test_what_a_number_is(text: str, kinds: list[str]) -> None:
    assert [numeral.kind for numeral in numerals_in(text, (0, len(text)))] == kinds


def exact(document: Document) -> None:
    for c in extract(document):
        assert document.text[slice(*c.span)] == c.quote
        spans = [(v.span, v.text) for v in c.values] + [(c.outcome_span, c.outcome_text)]
        assert all(span is None or document.text[slice(*span)] == text for span, text in spans)
        assert c.arm_span is None or document.text[slice(*c.arm_span)]


PIECES = st.sampled_from(
    ["18 patients ", "(8/18, 44.4%) ", "had fever", " were enrolled", ". ", ", ", " and ", "SAEs ", "respectively", "no ", "All ", "None of the ",
     "Results: ", "\n", "0.5×10^6 cells/kg ", " cohorts ", "MSC group ", "in ", "of ", "the other 11 ", "12/8 ", "(n = 4)", "50% ", "at 12 months ",
     "twenty-one ", "\u200b", "\u202e", "１２", "responded", "²", "é", "(", ")", "[", "including "]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES | st.text(max_size=8), max_size=40).map("".join))
def test_spans_are_exact_in_any_text(text: str) -> None:
    raw = Document(sha256="0" * 64, format="plain-text", reader="plain-text/1", text=text)
    exact(raw)
    if any(character.isalpha() for character in text) and "\x00" not in text and "<" not in text:
        exact(read(("x " + text).encode("utf-8", "replace"), format="plain-text"))


HOSTILE = {
    "no space": "a1" * 100_000,
    "digits": "1" * 200_000,
    "commas": "1,234," * 40_000,
    "slashes": "1/2/" * 50_000,
    "brackets": "(" * 200_000,
    "words": "patients " * 25_000,
    "counts": "18 patients, " * 15_000,
    "percents": "50% (9/18), " * 15_000,
    "doses": "1×10^6 cells/kg, " * 12_000,
    "number words": "twenty one hundred and " * 9_000,
    "groups": "the MSC group and " * 11_000,
    "no events": "no adverse events, " * 10_000,
    "respectively": "5 and 3, respectively " * 9_000,
    "one sentence": "response in 5 of 18 patients and " * 6_000,
    "ages": "aged between 18 and " * 10_000,
    "spaces": " \t" * 100_000 + "x",
    "months": "from May 2019 to " * 12_000,
    "dashes": "- " * 100_000,
}


@pytest.mark.parametrize("text", [text[:40_000] for text in HOSTILE.values()], ids=HOSTILE.keys())
def test_hostile_text_is_read_to_its_end(text: str) -> None:
    """A pattern that goes back over what it has read would not come to it in hours."""
    document = Document(sha256="0" * 64, format="plain-text", reader="plain-text/1", text=text)
    places = [(value.span, value.text) for one in extract(document) for value in one.values if value.span]
    assert all(text[start:end] == told for (start, end), told in places)
