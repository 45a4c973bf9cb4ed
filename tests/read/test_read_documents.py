"""Documents out of bytes: the synthetic meeting abstract as paste and as page, plain pastes, and hostile pages."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mscevidence.errors import DocumentError, UnknownTermError
from mscevidence.model import Document
from mscevidence.read import FORMATS, read

HERE = Path(__file__).parents[1] / "documents"
FOLDER = Path(os.environ.get("MSCEVIDENCE_DOCUMENTS", Path(__file__).parents[2].parent / "shared" / "documents"))
FOUNDING = FOLDER / "ash" / "ash-2023-687.txt"
needs_founding = pytest.mark.skipif(not FOUNDING.exists(), reason=f"{FOUNDING} is not here: set MSCEVIDENCE_DOCUMENTS")


def synthetic(ending: str) -> Document:
    return read((HERE / f"synthetic-ash-9901.{ending}").read_bytes(), name=f"somewhere/synthetic-ash-9901.{ending}")


def body(document: Document) -> dict[str, str]:
    return {section.name: document.text[slice(*section.span)] for section in document.sections}


@pytest.mark.parametrize("ending", ["txt", "html"])
def test_every_field_of_a_meeting_abstract(ending: str) -> None:
    document = synthetic(ending)
    assert document.format == {"txt": "ash-text", "html": "ash-html"}[ending]
    assert document.title.startswith("A Synthetic Abstract: Bone Marrow")
    assert (document.status, document.kind, document.number) == ("cancelled", "conference-abstract", "9901")
    assert (document.meeting, document.presentation) == ("ASH 2024", "Poster")
    assert document.program == "Oral and Poster Abstracts"
    assert document.session == "999. Invented Disorders: Poster II"
    assert document.topics == ("Research", "Clinical trials")
    assert (document.date, document.date_text) == ("2024-12-08T18:00", "Sunday, December 8, 2024: 6:00 PM")
    assert [(a.name, a.degrees, a.affiliations, a.member) for a in document.authors] == [
        ("Ada Example", (), ("1",), False),
        ("Bo Sample", ("MD", "PhD"), ("1", "2"), True),
        ("Cleo Placeholder", ("MD",), ("2",), False),
    ]
    assert document.affiliations["2"] == "Institute of Synthetic Data, Sample Town, Nowhere"
    assert document.disclosures == "Sample: Invented Cells Inc.: Consultancy."
    assert document.off_label_disclosure == "More than 40 imaginary products are in use."
    assert [(i.kind, i.value) for i in document.identifiers] == [
        ("nct", "NCT00000000"),
        ("euct", "2024-500001-12-00"),
        ("doi", "10.9999/synthetic.9901"),
    ]
    assert all(i.span and i.value.lower() in document.text[slice(*i.span)].lower() for i in document.identifiers)
    assert document.name == f"synthetic-ash-9901.{ending}"


def test_paste_and_page_have_the_same_sections() -> None:
    assert body(synthetic("txt")) == body(synthetic("html"))
    assert list(body(synthetic("txt"))) == ["Background", "Methods", "Results", "Conclusion"]
    assert "1.0×10^6 and 3.0×10^6 cells/kg" in body(synthetic("html"))["Results"]


LEGEND = (
    "<p>-Author name in bold denotes the presenting author</p>"
    "<p>-Asterisk * with author name denotes a Non-ASH member</p>"
    "<p>Ticketed Session denotes that this is a ticketed session.</p>"
)
HEADING = '<h2 class="subtitle"><span class="number">9901</span> '


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param('<div class="content">', f'<div class="content">{LEGEND}', id="legend inside the content"),
        pytest.param('<div class="content">', f'{LEGEND}<div class="content">', id="legend above the content"),
        pytest.param(HEADING, f'{LEGEND}<span class="number">9901</span><h2 class="subtitle">', id="number apart"),
        pytest.param("<b>Program:</b> Oral and Poster Abstracts<br>", "", id="no program"),
    ],
)
def test_the_site_s_legend_is_not_the_title(old: str, new: str) -> None:
    page = (HERE / "synthetic-ash-9901.html").read_text(encoding="utf-8")
    assert old in page
    document = read(page.replace(old, new).encode(), name="page.html")
    assert document.title.startswith("A Synthetic Abstract: Bone Marrow")
    assert (document.status, document.number, document.meeting) == ("cancelled", "9901", "ASH 2024")
    assert document.session == "999. Invented Disorders: Poster II"
    assert [author.presenting for author in document.authors] == [False, False, True]
    assert body(document) == body(synthetic("html"))


def test_only_the_page_shows_who_presented() -> None:
    assert [a.presenting for a in synthetic("html").authors] == [False, False, True]
    assert [a.presenting for a in synthetic("txt").authors] == [None, None, None]
    assert any("presenting author" in note for note in synthetic("txt").notes)
    assert not synthetic("html").notes


def test_scripts_and_styles_are_not_text() -> None:
    text = synthetic("html").text
    assert not any(word in text for word in ("77/77", "99/99", "100/100", "var events"))


@needs_founding
def test_the_founding_abstract() -> None:
    document = read(FOUNDING.read_bytes(), name=FOUNDING.name)
    assert document.title.startswith("Efficacy and Safety of Human Umbilical Cord-Derived Mesenchymal Stem Cells")
    assert document.title.endswith("A Prospective, Single Centre, Single Arm, Phase I Trial")
    assert (document.status, document.number, document.meeting) == ("cancelled", "687", "ASH 2023")
    assert (document.date, document.presentation) == ("2023-12-11T11:45", "Oral")
    assert document.topics == ("Research", "clinical trials", "Clinical Research")
    assert len(document.authors) == 22
    assert [a.name for a in document.authors if a.member] == ["Renchi Yang", "Lei Zhang"]
    assert list(document.affiliations) == list("1234567")
    assert list(body(document)) == ["Background", "Methods", "Results", "Conclusion"]
    assert body(document)["Background"].endswith("phase Ⅰ clinical trial.")
    assert body(document)["Results"].startswith("Between November 2019")
    assert document.disclosures == "No relevant conflicts of interest to declare."
    assert document.off_label_disclosure is not None
    assert document.identifier("nct") == "NCT04014166"


PLAIN = [
    (
        "A made-up trial of cells\n\nBACKGROUND: One. METHODS: Two were treated. RESULTS: Three. CONCLUSIONS: Four.",
        "A made-up trial of cells",
        ["Background", "Methods", "Results", "Conclusion"],
    ),
    ("Introduction\nOne.\nPatients and Methods\nTwo.\nFindings\nThree.", "", ["Background", "Methods", "Results"]),
    ("Aims: One.\n\nMaterials & Methods: Two.\n\nResults: Three.", "", ["Objective", "Methods", "Results"]),
    ("Ten patients were treated. Results were good in all.", "", ["Abstract"]),
    ("[WITHDRAWN] A title of a report\nTen patients were treated.", "A title of a report", ["Abstract"]),
]


@pytest.mark.parametrize(("text", "title", "names"), PLAIN)
def test_plain_pastes(text: str, title: str, names: list[str]) -> None:
    document = read(text.encode())
    assert (document.format, document.title) == ("plain-text", title)
    assert [section.name for section in document.sections] == names


@pytest.mark.parametrize(
    ("tag", "status"),
    [("[CANCELED] ", "cancelled"), ("[Cancelled] ", "cancelled"), ("[WITHDRAWN] ", "withdrawn"), ("", "published"),
     ("RETRACTED: ", "retracted")],
)  # fmt: skip
def test_tags_of_titles(tag: str, status: str) -> None:
    document = read(f"{tag}A trial of cells\n\nMethods: Ten patients were treated.".encode())
    assert (document.title, document.status) == ("A trial of cells", status)


def test_other_pages_with_an_abstract() -> None:
    page = "<html><body><h1 class='wi-article-title'>Cells <i>in vivo</i></h1><div class='citation-doi'><a href='https://doi.org/10.1/x'>"
    page += (
        "doi</a></div><section class='abstract'><p><b>Results</b></p><p>Response in 2 × 10<sup>6</sup> cells/kg.</p>"
    )
    document = read(page.encode())
    assert (document.format, document.title, document.url) == ("html", "Cells in vivo", "https://doi.org/10.1/x")
    assert body(document) == {"Results": "Response in 2 × 10^6 cells/kg."}


def test_a_page_without_an_abstract_is_refused() -> None:
    with pytest.raises(DocumentError, match="no abstract on this page") as caught:
        read(b"<html><body><p>Please log in.</p></body></html>")
    assert "paste" in caught.value.hint


def test_the_format_can_be_given() -> None:
    assert read(b"Program: x\nType: y", format="plain-text").format == "plain-text"
    with pytest.raises(DocumentError, match="lacks the header"):
        read(b"Just text", format="ash-text")
    with pytest.raises(UnknownTermError, match="unknown document format"):
        read(b"Just text", format="pdf")
    assert "ash-text" in FORMATS


@pytest.mark.parametrize(
    "page",
    [
        "<html><body>" + "<div>" * 20_000 + "<p class='abstract'>Deep text</p>",
        "<html><body><div class='abstract'>&lol;&#x41;&#99999999;<![CDATA[x]]><b>Open text",
        "<!DOCTYPE html [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><html><div class='abstract'>&b; words</div></html>",
        "<html><div class='abstract'><p onclick='alert(1)'>Words <img src=x onerror=alert(1)></p></div>",
        "<html><body><div class=abstract>" + "<b>x</b>" * 20_000 + "</div>",
    ],
    ids=["deep", "broken", "entities", "handlers", "wide"],
)
def test_hostile_pages_are_text_and_nothing_else(page: str) -> None:
    document = read(page.encode())
    assert "alert" not in document.text
    assert len(document.text) < 200_000


@settings(max_examples=60)
@given(
    st.text(max_size=300), st.sampled_from(["", "Program: a\nType: b\n", "<html><div class='abstract'>", "Results: "])
)
def test_any_text_is_read_or_refused_and_spans_are_exact(text: str, start: str) -> None:
    try:
        document = read((start + text).encode("utf-8", "replace"))
    except DocumentError:
        return
    assert all(0 <= s.span[0] < s.span[1] <= len(document.text) for s in document.sections)
