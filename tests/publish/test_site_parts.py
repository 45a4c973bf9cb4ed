"""The parts of the living page: colours, quotes, addresses, questions, linked figures."""

from __future__ import annotations

import pytest

from mscevidence.model import Document, Question, Report, Source
from mscevidence.publish.site.addresses import Addresses, registration_link, source_link
from mscevidence.publish.site.glance import Dot, Lane, glance_svg
from mscevidence.publish.site.linked_figure import linked_svg
from mscevidence.publish.site.palette import DARK, LIGHT, MARK_PAIRS, TEXT_PAIRS, as_css
from mscevidence.publish.site.question import question_in_words
from mscevidence.publish.site.quoting import AROUND, Quoted, quoted
from study_factory import result, study


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_and_mark_has_the_contrast_of_level_aa(palette: dict[str, str]) -> None:
    texts = {pair: round(contrast(palette[pair[0]], palette[pair[1]]), 2) for pair in TEXT_PAIRS}
    marks = {pair: round(contrast(palette[pair[0]], palette[pair[1]]), 2) for pair in MARK_PAIRS}
    assert {pair: found for pair, found in texts.items() if found < 4.5} == {}
    assert {pair: found for pair, found in marks.items() if found < 3} == {}
    assert palette.keys() == LIGHT.keys()
    assert all(f"--{name}: {colour};" in as_css() for name, colour in palette.items())


def document(text: str) -> Document:
    return Document(sha256="a" * 64, format="text", reader="text", text=text)


def source(quote: str, start: int) -> Source:
    return Source(report="r1", quote=quote, document="a" * 64, span=(start, start + len(quote)))


FAR = "word " * 40


@pytest.mark.parametrize(
    ("text", "quote", "shown"),
    [
        ("Before. In all, 8/18 responded. After.", "8/18", ("In all, ", " responded.")),
        ("Heading\n8/18 responded\nNext", "8/18", ("", " responded")),
        ("of 18 patients 8/18", "8/18", ("of 18 patients ", "")),
        (f"{FAR}8/18 {FAR}", "8/18", ("…" + "word " * 11, " " + "word " * 10 + "word…")),
        ("x" * 90 + "8/18" + "y" * 90, "8/18", ("…" + "x" * 59, "y" * 59 + "…")),
    ],
)
def test_a_quote_with_the_words_around_it(text: str, quote: str, shown: tuple[str, str]) -> None:
    found = quoted(source(quote, text.index(quote)), document(text))
    assert (found.before, found.after) == shown
    assert found.words == quote
    assert max(len(found.before), len(found.after)) <= AROUND + 1


@pytest.mark.parametrize(
    ("where", "captured"),
    [
        (source("8/18", 3), document("In 8/19 of them")),
        (source("8/18", 90), document("In 8/18 of them")),
        (source("8/18", 3), None),
        (Source(report="r1", quote="8/18"), document("In 8/18 of them")),
    ],
    ids=["other words", "beyond the end", "not captured", "no place"],
)
def test_a_quote_alone_where_its_place_is_not_certain(where: Source, captured: Document | None) -> None:
    assert quoted(where, captured) == Quoted("", "8/18", "")


def test_addresses_are_distinct_and_safe() -> None:
    late = result("response", 1, 2) | {"time_point": {"text": "Day 28/30"}}
    one = study("a-b", result("response", 1, 2), result("response", 1, 2), late)
    addresses = Addresses([one, study("a_b".replace("_", "."), result("death", 0, 2))], ["x", "X y", "x-y"])
    assert addresses.results("a-b/all/response") == ("studies/a-b.html#r-all-response",)
    assert addresses.results("a-b/all/response#2") == ("studies/a-b.html#r-all-response-2",)
    assert addresses.anchor("a-b/all/response@Day-28/30") == "r-all-response-day-28-30"
    assert addresses.results("a-b/all/response + a.b/all/death") == (
        "studies/a-b.html#r-all-response",
        "studies/a.b.html#r-all-death",
    )
    assert [addresses.analysis(name) for name in ("x", "X y", "x-y")] == [
        "analyses/x.html",
        "analyses/x-y.html",
        "analyses/x-y-2.html",
    ]
    assert addresses.what("a-b") == "studies/a-b.html"
    assert addresses.what("unknown") == ""


def told(**more: str) -> Report:
    return Report.model_validate({"id": "r1", "kind": "article", **more})


@pytest.mark.parametrize(
    ("report", "words", "link"),
    [
        (told(), "", ""),
        (told(url="javascript:alert(1)"), "", ""),
        (told(url="javascript://a.org/%0aalert(1)"), "", ""),
        (told(url="https://a.org/x y"), "", ""),
        (told(url="data:text/html,x"), "8/18", ""),
        (told(doi="10.1000/a<b>"), "", "https://doi.org/10.1000/a%3Cb%3E"),
        (told(pmid="123"), "", "https://pubmed.ncbi.nlm.nih.gov/123/"),
        (told(doi="10.1000/x", url="http://a.org/x"), "", "https://doi.org/10.1000/x"),
        (told(doi="10.1000/x", url="http://a.org/x"), "8/18 (4 %)", "http://a.org/x#:~:text=8%2F18%20%284%20%25%29"),
        (told(url="http://a.org/x#part"), "8/18", "http://a.org/x#part"),
    ],
)
def test_only_addresses_of_the_web_become_links(report: Report, words: str, link: str) -> None:
    assert source_link(report, words) == link


def test_links_of_registrations() -> None:
    assert registration_link("NCT00000001") == "https://clinicaltrials.gov/study/NCT00000001"
    assert registration_link("ChiCTR-1") == registration_link("NCT1/../..") == ""


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (
            Question(outcome="response"),
            "Of patients given mesenchymal stromal cells, in what share was “response” counted?",
        ),
        (
            Question(outcome="response", condition="lupus-nephritis", at="12 months", by="design"),
            (
                "Of patients with lupus nephritis given mesenchymal stromal cells, in what share was “response” "
                "counted, judged at about 12 months? Asked apart by design of the study."
            ),
        ),
        (
            Question(outcome="death", measure="RR", control="placebo", narrative_zeros="include"),
            (
                "In patients given mesenchymal stromal cells, is “death” more or less frequent than with placebo (risk "
                "ratio)? Zeros that a source states in words (“no patient had …”) are counted."
            ),
        ),
    ],
)
def test_a_question_in_words(question: Question, words: str) -> None:
    assert question_in_words(question) == words


SVG = b"""<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
 width="75pt" height="9pt" viewBox="0 0 75 9" role="img" aria-labelledby="t d"><title id="t">T</title><desc id="d"/>
<defs><style>* { fill: red }</style><clipPath id="c"/></defs><g id="study-1"><text>Name</text></g>
<g id="study-1-events"><text clip-path="url(#c)">8</text></g><use xlink:href="#c"/></svg>"""


def test_a_figure_becomes_part_of_a_page() -> None:
    links = {"study-1": ("s.html", "the study"), "study-1-events": ("s.html#r", 'Read from: "8" < 9')}
    found = linked_svg(SVG, prefix="f-", link=links.get)
    assert found.startswith("<svg ")
    assert "<style" not in found
    assert "--width: 100px" in found
    assert 'aria-labelledby="f-t f-d"' in found
    assert 'role="group"' in found
    assert '<a href="s.html"><title>the study</title><g id="f-study-1">' in found
    assert '<a href="s.html#r" tabindex="-1"><title>Read from: "8" &lt; 9</title><g id="f-study-1-events">' in found
    assert 'clip-path="url(#f-c)"' in found
    assert '<use href="#f-c"/>' in found


def test_the_figure_of_a_disease_escapes_names_and_links_circles() -> None:
    dots = (Dot(0.5, 4, "s.html#r", "<b> & 'c'"), Dot(1.0, 16, "", "no address"))
    found = glance_svg([Lane("Response", "good", dots, (0.25, 0.5, 0.75))], title='"T"')
    assert found.count("<a ") == 1
    assert "<b>" not in found
    assert "&lt;b&gt; &amp; &#39;c&#39;" in found
    # The areas of circles are as the patients: the larger comes first, with twice the radius.
    assert found.index('r="10.0"') < found.index('r="5.0"')
    assert 'cx="309.0"' in found
    assert '<polygon points="196.5,44 309.0,39 421.5,44 309.0,49"/>' in found
