"""Pages on which a conference lists several abstracts."""

from __future__ import annotations

import pytest

from export_reading import document, documents, ids
from mscevidence.errors import DocumentError
from mscevidence.read import read_all

LISTED = """<html><head><title>Titles and Publications - SITC 2024</title></head><body>
<nav><ul><li>Home</li></ul></nav><ol>
{items}</ol></body></html>"""
ITEM = """<li class="ais-Hits-item"><article><p><span>
<span>Abstract Number</span> <span class="h"><span>{number}</span></span></span></p>
<p><a href="https://dx.doi.org/10.1136/jitc-2024-SITC2024.000{number}">
<span>Integrin β1<sup>high</sup> and 10<sup>6</sup> cells</span></a></p>
<p><span>Presenting Author</span> <span>Andrea Cortes</span> – <em>University of Texas</em></p>
<p><span>Authors</span> <span>Kiyo Minami, Andrea Cortes</span></p>
<p><span>Poster Presentation Day</span> <span>Friday, Nov. 8</span></p>
<p><span>Keywords</span> <span>Immune monitoring, T cell</span></p>
<p><span>Primary Category</span> <span>Biomarkers, Immune Monitoring</span></p>
<p><span>Presentation Type</span> <span>Poster Presentation</span></p></article></li>"""
FULL = """<html><head><title>EBMT 2023 Oral Presentations | Bone Marrow Transplantation</title></head><body>
<section class="abstract-item"><h3>O041 Mesenchymal cells for refractory ITP</h3><p><b>Authors:</b> Chen Y; Li W</p>
<p>Background: Cells help.</p><p>Results: 8/18 responded.</p></section>
<section class="abstract-item"><h3>O042 Another trial of stromal cells</h3><p>Results: None of 5.</p></section>
</body></html>"""


def test_a_list_of_titles() -> None:
    first, second = documents(LISTED.format(items=ITEM.format(number=1) + ITEM.format(number=2)))
    assert (first.format, first.kind, first.meeting) == ("conference-html", "conference-abstract", "SITC 2024")
    assert (first.number, second.number) == ("1", "2")
    assert first.text == "Integrin β1high and 10^6 cells"
    assert [(author.name, author.presenting) for author in first.authors] == [
        ("Kiyo Minami", False),
        ("Andrea Cortes", True),
    ]
    assert first.affiliations == {"1": "University of Texas"}
    assert (first.date, first.presentation) == ("2024-11-08", "Poster Presentation")
    assert (first.keywords, first.topics) == (("Immune monitoring", "T cell"), ("Biomarkers, Immune Monitoring",))
    assert ids(second) == {"doi": "10.1136/jitc-2024-sitc2024.0002"}
    assert second.url == "https://dx.doi.org/10.1136/jitc-2024-SITC2024.0002"


def test_several_abstracts_with_their_texts() -> None:
    first, second = documents(FULL)
    assert first.text == "Mesenchymal cells for refractory ITP\n\nBackground: Cells help.\nResults: 8/18 responded."
    assert [section.name for section in first.sections] == ["Background", "Results"]
    assert (first.number, second.number, first.meeting) == ("O041", "O042", "EBMT 2023")
    assert [(author.name, author.presenting) for author in first.authors] == [("Chen Y", None), ("Li W", None)]


def test_a_page_with_one_abstract_is_read_as_any_page() -> None:
    page = (
        "<html><head><title>Oral Presentations</title></head><body><h1>Cells in ITP of adults</h1>"
        "<div class='abstract'><p>8 of 18.</p></div></body></html>"
    )
    assert "8 of 18" in document(page).text


def test_a_page_of_the_ash_meeting_stays_one() -> None:
    page = (
        "<html><head><title>687 Oral Presentations</title></head><body>"
        "<span class='number'>687</span><h2 class='subtitle'>Cells</h2>"
        "<div class='paperauthors'>Chen Y</div><div class='abstract'><p>8 of 18.</p></div></body></html>"
    )
    assert document(page).format == "ash-html"


@pytest.mark.parametrize("title", ["Just a moment...", "Attention Required! | Cloudflare"])
def test_the_check_for_robots_is_a_named_error(title: str) -> None:
    with pytest.raises(DocumentError, match="check for robots") as raised:
        list(read_all(f"<html><head><title>\n {title}</title></head><body>Verify</body></html>".encode()))
    assert "browser" in raised.value.hint
