"""Text that nobody wrote for a reader: no crash, no wrong place, whatever the characters."""

# ruff: noqa: E501 - tables with one case per row

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mscevidence.errors import MscevidenceError
from mscevidence.extract import extract
from mscevidence.extract.description import describe
from mscevidence.extract.lookup import answer
from mscevidence.model import Candidate, Document
from mscevidence.read import read


def raw(text: str) -> Document:
    """Return a document whose text no reader has made canonical."""
    return Document(sha256="0" * 64, format="plain-text", reader="plain-text/1", text=text)


def places(candidate: Candidate) -> list[tuple[tuple[int, int] | None, str | None]]:
    found = [(candidate.span, candidate.quote), (candidate.outcome_span, candidate.outcome_text)]
    return [*found, *((value.span, value.text) for value in candidate.values)]


def every_place_holds(document: Document) -> int:
    found = extract(document)
    for candidate in found:
        for span, words in places(candidate):
            assert span is None or document.text[slice(*span)] == words
        assert candidate.arm_span is None or document.text[slice(*candidate.arm_span)].strip()
    assert len({candidate.id for candidate in found}) == len(found)
    return len(found)


def filled(unit: str, size: int) -> str:
    return (unit * (size // len(unit) + 1))[:size]


@pytest.mark.parametrize("unit", ["a", "a1", "1", "18patients", "é", "漢字", "-", "%", "(", "٣"])
def test_a_megabyte_without_a_space(unit: str) -> None:
    every_place_holds(raw(filled(unit, 1_000_000)))


@pytest.mark.parametrize("unit", ["\u200b1", "(8/18,44.4%)", "😀8/18", "<b>8/18</b>", "9999999x", "1/2/3;", "8（18）"])
def test_nothing_but_numbers_without_a_space(unit: str) -> None:
    every_place_holds(raw(filled(unit, 40_000)))


SENTENCE = "Results: Of the 18 patients, 8/18 (44.4%) had a response and four patients (22.2%) had fever."


@pytest.mark.parametrize(
    "mark",
    [
        "\u200b",
        "\u200c",
        "\u200d",
        "\u2060",
        "\ufeff",
        "\u00ad",
        "\u200e",
        "\u200f",
        "\u202a",
        "\u202e",
        "\u2066",
        "\u2069",
        "\u061c",
    ],
)
def test_marks_that_nobody_sees_change_nothing_that_is_read(mark: str) -> None:
    marked = "".join(itertools.chain.from_iterable(zip(SENTENCE, itertools.repeat(mark))))
    plain, seen = read(f"Title\n\n{SENTENCE}".encode()), read(f"Title\n\n{marked}".encode())
    assert seen.text == plain.text
    told = [(c.kind, c.outcome, c.number("events"), c.number("n"), c.quote) for c in extract(plain)]
    assert [(c.kind, c.outcome, c.number("events"), c.number("n"), c.quote) for c in extract(seen)] == told
    assert ("result", "response", 8, 18, "8/18 (44.4%)") in told


def test_full_width_digits_are_digits() -> None:
    wide = str.maketrans("0123456789/(),.%", "０１２３４５６７８９／（），．％")
    document = read(f"Title\n\n{SENTENCE.translate(wide)}".encode())
    assert any((c.number("events"), c.number("n")) == (8, 18) for c in extract(document) if c.kind == "result")
    assert every_place_holds(document)


@pytest.mark.parametrize(
    "script",
    ["患者のうち8/18(44.4%)が response を示した。", "Ответ: 8/18 (44,4%) patients had fever.", "استجاب 8/18 (44.4%) patients had fever",
     "ผู้ป่วย 8/18 had fever", "८/१८ patients had fever", "٨/١٨ patients had fever", "Ⅷ/ⅩⅧ patients had fever", "⁸⁄₁₈ patients had fever"],
)  # fmt: skip
def test_scripts_beside_each_other(script: str) -> None:
    every_place_holds(raw(f"Results: {script} Five patients had a response. {script}"))


INJECTED = [
    "<script>8/18 patients had fever</script>", "<img src=x onerror=alert(1)>8/18 had fever", "&lt;b&gt;8/18&lt;/b&gt; had fever",
    "</p><p>8/18 had fever", "<!-- 8/18 had fever -->", "{{7*7}} 8/18 had fever", "${8/18} had fever", "'; DROP TABLE results; -- 8/18 had fever",
    "\x1b[31m8/18\x1b[0m had fever", "%s%n%x 8/18 had fever", "<![CDATA[8/18 had fever]]>", "<!DOCTYPE x [<!ENTITY a '8/18'>]>&a; had fever",
]  # fmt: skip


@pytest.mark.parametrize("markup", INJECTED)
def test_markup_in_a_text_is_text(markup: str) -> None:
    every_place_holds(raw(f"Results: {markup}. Five patients responded."))
    every_place_holds(read(f"Title\n\nResults: {markup}. Five patients responded.".encode(), format="plain-text"))


@pytest.mark.parametrize("markup", INJECTED)
def test_markup_in_a_page_is_never_run_and_its_scripts_are_never_read(markup: str) -> None:
    page = f"<html><body><h1>T</h1><div class='abstract'><p>Results: {markup}. Five patients responded.</p></div></body></html>"
    document = read(page.encode(), format="html")
    every_place_holds(document)
    if markup.startswith(("<script", "<!--")):
        assert "8/18" not in document.text


ANYTHING = st.text(max_size=300)
PIECES = st.sampled_from(
    ["8/18", "12/8 ", "7/5/5 patients ", "response/remission ", "(44.4%)", "four of the six ", "the other 11 ", "in the former ", "and none of the latter ",
     "Complete and partial responses ", "were reached in all patients", " respectively", "No deaths (0/6) ", "in this group ", ". ", "; ", "\t", "\n", "|", "  ",
     "MSC group (n = 12)", "placebo", "among these eight ", "Of the 18 patients, ", "because of fever (n = 1)", "\u202e", "１８", "²", "10(6)", "Results: "]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES | ANYTHING, max_size=30).map("".join))
def test_every_place_holds_in_any_text(text: str) -> None:
    every_place_holds(raw(text))


@settings(max_examples=100, deadline=None)
@given(st.lists(PIECES | ANYTHING, max_size=30).map("".join))
def test_whatever_can_be_read_can_be_asked(text: str) -> None:
    try:
        document = read(text.encode("utf-8", "replace"))
    except MscevidenceError:
        return
    every_place_holds(document)
    describe(document)
    found = answer(document, outcome="response", intervention="MSC", comparator="placebo")
    for value in (found.intervention_events, found.intervention_n) if found else ():
        assert value is None or value.span is None or document.text[slice(*value.span)] == value.text


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("ab 18/%(),.;\n\t|"), max_size=200))
def test_reading_a_canonical_text_again_changes_nothing(text: str) -> None:
    try:
        once = read(text.encode(), format="plain-text")
    except MscevidenceError:
        return
    assert read(once.text.encode(), format="plain-text").text == once.text
