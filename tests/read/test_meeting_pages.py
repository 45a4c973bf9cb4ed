"""Pages of meetings of other years and societies: older boxes of Confex, labels without a box, issues of abstracts."""

from __future__ import annotations

import pytest

from export_reading import document
from mscevidence.errors import DocumentError
from mscevidence.read import read

OF_2010 = """<html><head><title>Abstract: Cells In ITP (52nd Annual Meeting)</title></head><body>
<a href="https://{site}.confex.com/{site}/2010/webprogram/start.html">Start</a>
<div class="content"><div class="header"><div class="number">3719</div>
<div class="subtitle"><div class="subtext">Cells In Refractory ITP</div></div></div>
<div><b>Program</b>: Oral and Poster Abstracts</div><div><b>Session:</b> 311. Platelets: Poster III</div>
<div class="datetime">Monday, December 6, 2010</div>
<div class="paperauthors"><div class="presenter"><span class="name">Jane Doe, MD</span><sup>1</sup></div>,
<div class="author"><span class="name">Wei Li, PhD</span><sup>2*</sup></div><br/>
<sup>1</sup>City Hospital, City<br/><sup>2</sup>University, Beijing</div>
<div class="abstract"><p>Abstract 3719</p><p><b>Background:</b> Cells.</p>
<p><b>Results:</b> Six of 10 responded at 1 &times; 10<sup>6</sup>/kg.</p></div>
<p class="disclosures"><b>Disclosures:</b> None.</p></div></body></html>"""

LABELLED = """<html><body><nav>Methods Results Search</nav><main><article><p>Abstract Number: <b>1409</b></p>
<h1>Cells in SLE</h1><p>Meeting: 2012 ACR Annual Meeting</p>
<p><b>Background/Purpose:</b> Text.</p><p><b>Methods:</b> 40 patients.</p>
<p><b>Results:</b> 13 of 40 achieved remission.</p><p><b>Conclusion:</b> Safe.</p>
<p>Disclosure: D. Wang, None;</p><h4>To cite this abstract</h4><p>Wang D.</p></article></main></body></html>"""

ISSUE = """<html><head><meta name="citation_title" content="Cells In ITP">
<meta name="citation_publication_date" content="2014/12/06"><meta name="citation_doi" content="{doi}"></head><body>
<section class="abstract"><p>Results: 7 of 12 responded.</p></section>
<h2>Disclosures</h2><p>No conflicts.</p></body></html>"""


def test_the_boxes_of_2010() -> None:
    found = document(OF_2010.format(site="ash"))
    assert (found.title, found.number, found.meeting) == ("Cells In Refractory ITP", "3719", "ASH 2010")
    assert [(author.name, author.presenting) for author in found.authors] == [("Jane Doe", True), ("Wei Li", False)]
    assert found.affiliations == {"1": "City Hospital, City", "2": "University, Beijing"}
    assert [section.name for section in found.sections] == ["Background", "Results"]
    assert (found.session, found.disclosures) == ("311. Platelets: Poster III", "None.")
    assert "Abstract 3719" not in found.text
    assert "1 × 10^6/kg" in found.text


def test_a_meeting_of_another_society_on_the_same_site() -> None:
    assert document(OF_2010.format(site="acr")).meeting == "ACR 2010"


def test_an_abstract_is_known_by_its_labels() -> None:
    found = document(LABELLED)
    assert (found.title, found.number, found.meeting) == ("Cells in SLE", "1409", "2012 ACR Annual Meeting")
    assert (found.kind, found.disclosures) == ("conference-abstract", "D. Wang, None;")
    assert [section.name for section in found.sections] == ["Background", "Methods", "Results", "Conclusion"]
    assert found.text.endswith("Conclusion: Safe.")
    assert "no part of the page is called abstract: what stands behind its labels was read" in found.notes


@pytest.mark.parametrize(
    "body",
    [
        "<p>Results: 12 pages found.</p><p>Results: more</p>",
        "<p>Background: a site.</p><p>Summary: of it.</p>",
        "<p>Please log in to see methods and results.</p>",
    ],
)
def test_a_label_or_two_make_no_abstract(body: str) -> None:
    with pytest.raises(DocumentError, match="no abstract on this page"):
        read(f"<html><body>{body}</body></html>".encode())


@pytest.mark.parametrize(
    ("doi", "kind", "number", "meeting"),
    [
        ("10.1182/blood.V124.21.4207.4207", "conference-abstract", "4207", "ASH 2014"),
        ("10.1182/blood-2018-99-110000", "conference-abstract", None, "ASH 2014"),
        ("10.1182/blood-2023-180532", "conference-abstract", None, "ASH 2014"),
        ("10.1182/blood.2019001234", "article", None, None),
        ("10.1182/blood-2014-05-578989", "article", None, None),
    ],
)
def test_the_issue_that_prints_the_meeting(doi: str, kind: str, number: str | None, meeting: str | None) -> None:
    found = document(ISSUE.format(doi=doi))
    assert (found.kind, found.number, found.meeting) == (kind, number, meeting)
    assert found.disclosures == "No conflicts."


def test_a_number_with_letters_needs_no_word_for_it() -> None:
    page = LABELLED.replace("Abstract Number: <b>1409</b>", "Abstract: P1234")
    assert (document(page).number, document(page).kind) == ("P1234", "conference-abstract")
    assert document(page.replace("P1234", "1234 patients")).number is None


@pytest.mark.parametrize("name", ["abstract author-highlights", "abstract graphical", "abstract-teaser abstract"])
def test_a_few_lines_that_are_called_abstract_are_none(name: str) -> None:
    page = f"<html><body><h1>Cells</h1><div class='{name}'><p>In short.</p></div>"
    page += "<div class='abstract author'><h3>Results</h3><p>8 of 18.</p></div></body></html>"
    assert document(page).text == "Cells\n\nResults\n\n8 of 18."
