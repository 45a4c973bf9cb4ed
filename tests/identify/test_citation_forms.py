"""Titles, journals, pages and identifiers in the one form in which they are compared."""

from __future__ import annotations

from typing import Any

import pytest
from citation_samples import TITLE, record

from mscevidence.identify import identifiers
from mscevidence.identify.citation import citation_of
from mscevidence.identify.journals import journal_words, same_journal
from mscevidence.identify.locators import Locator, locator_of, page_range, place_agreement
from mscevidence.identify.title_agreement import title_agreement
from mscevidence.identify.titles import title_of
from mscevidence.model import Document, Identifier


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Sjögren’s syndrome", "Sjogren's Syndrome."),
        ("TNF-α in 25 years", "TNF-alpha in 25years"),
        ("Cells <i>in vivo</i> &amp; <sup>2</sup>", "Cells in vivo & 2"),
        ("[Cells for lupus]", "Cells for lupus"),
        ("Short report: Cells for lupus", "Cells for lupus"),
        ("RETRACTED ARTICLE: Cells for lupus", "Cells for lupus"),
        ("WITHDRAWN: Cells for lupus", "Cells for lupus"),
        ("Cells for lupus [abstract]", "Cells for lupus"),
        ("Cells for lupus (in process citation)", "Cells for lupus"),
        ("Łukasz test of cells", "Lukasz test of cells"),
        ("Erratum: Cells for lupus (Blood (2014) 36 (123-130))", "Cells for lupus (vol 36, pg 123, 2014)"),
        ("Correction to: Cells for lupus", "Cells for lupus"),
        ("Cells for lupus (New England Journal of Medicine (2009) 360 (542-544))", "Cells for lupus"),
    ],
)
def test_titles_that_are_one(left: str, right: str) -> None:
    assert title_of(left).letters == title_of(right).letters


@pytest.mark.parametrize(
    ("title", "numbers"),
    [
        ("A phase II trial of cells", "2"),
        ("A phase 2 trial of cells", "2"),
        ("A phase two trial of cells", "2"),
        ("Cells for lupus. III", "3"),
        ("Cells for lupus, part I", "1"),
        ("I wonder about cells", ""),
        ("Hepatitis after cells of type B", "b"),
        ("Cells (10^6/kg) at 24 weeks", "10624"),
        ("Cells (10⁶/kg) at 24 weeks", "10624"),
    ],
)
def test_numbers_of_titles(title: str, numbers: str) -> None:
    assert title_of(title).numbers == numbers


@pytest.mark.parametrize(
    ("title", "translated"), [("[Zellen].", True), ("[Zellen]", True), ("Cells [Zellen]", False), ("Cells", False)]
)
def test_titles_that_are_translations(title: str, translated: bool) -> None:
    assert title_of(title).translated is translated
    assert title_of(title) == title_of(title.strip("[]."))


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (TITLE, TITLE.upper(), "same"),
        ("Editorial", "EDITORIAL.", "generic"),
        (TITLE, "", "unclear"),
        (TITLE, TITLE.replace("thrombocytopenia", "thrombocytopaenia"), "spelling"),
        (TITLE, TITLE.replace("refractory", "refactory"), "spelling"),
        (TITLE, TITLE.replace("a phase", "phase"), "spelling"),
        (TITLE, TITLE[:50], "cut"),
        (TITLE, TITLE[:50].replace("stromal", "stromel"), "near"),
        (TITLE, f"Cells again. {TITLE}", "near"),
        (TITLE, TITLE.replace("phase 1", "phase 2"), "differ"),
        (TITLE, f"{TITLE}. II", "differ"),
        (TITLE, TITLE.replace("cord", "skin"), "near"),
        ("Cells in children with hypothyroidism and lupus", "Cells in children with hyperthyroidism and lupus", "near"),
        ("Outcome of lupus after stromal cells in men", "Outcome of lupus after stromal cells in women", "near"),
        ("Cells and irrelevant findings of lupus in adults", "Cells and relevant findings of lupus in adults", "near"),
        ("Stromal cells in lupus with hepatitis B virus", "Stromal cells in lupus with hepatitis C virus", "near"),
        (TITLE, "A different account of something else entirely", "differ"),
    ],
)  # fmt: skip
def test_how_titles_agree(left: str, right: str, expected: str) -> None:
    assert title_agreement(title_of(left), title_of(right))[1] == expected
    assert title_agreement(title_of(right), title_of(left))[1] == expected


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("Clin Infect Dis", "Clinical Infectious Diseases", True),
        ("N Engl J Med", "The New England journal of medicine", True),
        ("Lancet (London, England)", "The Lancet", True),
        ("J Clin Oncol", "Journal of clinical oncology : official journal of a society", True),
        ("Br. J. Haematol.", "British Journal of Haematology", True),
        ("JAMA", "Journal of the American Medical Association", True),
        ("Proc Natl Acad Sci U S A", "Proceedings of the National Academy of Sciences of the USA", True),
        ("PNAS", "Proceedings of the National Academy of Sciences", True),
        ("PLoS ONE", "PloS one", True),
        ("Intl J Hematol", "International Journal of Hematology", True),
        ("Blood", "Blood Advances", False),
        ("Br J Haematol", "British Journal of Cancer", False),
        ("Ann Rheum Dis", "Annals of Hematology", False),
        ("Cell", "Cell Transplantation", False),
        ("Lancet", "Lancet Haematology", False),
        ("Leuk Res", "Lupus Reviews", False),
        ("Stem Cells", "Science Communication", False),
        ("Bone Marrow Tx", "Biology Medicine Transplant", False),
    ],
)  # fmt: skip
def test_names_of_journals(left: str, right: str, same: bool) -> None:
    assert same_journal(journal_words(left), journal_words(right)) is same
    assert same_journal(journal_words(right), journal_words(left)) is same


def test_the_address_of_a_registry_is_no_journal() -> None:
    assert journal_words("https://clinicaltrials.gov/show/NCT00000001") == ()


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ("123-9", ("123", "129")),
        ("123-129", ("123", "129")),
        ("1968‐1974", ("1968", "1974")),
        ("171--187", ("171", "187")),
        ("S12-5", ("s12", "s15")),
        ("12S-15S", ("s12", "s15")),
        ("SUPPL:4309-22", ("4309", "4322")),
        ("pp. 7-9", ("7", "9")),
        ("e0187376", ("e187376", "")),
        ("152-153.e1", ("152", "153")),
        ("3‐", ("3", "")),
        ("1-18", ("", "")),
        ("", ("", "")),
        (None, ("", "")),
    ],
)
def test_pages(pages: str | None, expected: tuple[str, str]) -> None:
    assert page_range(pages) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (("12", "3", "123-9"), ("12", None, "123-129"), "agree"),
        (("12", "3", "123"), (None, None, "123-129"), "agree"),
        (("12", "3", "123-9"), ("13", "3", "123-9"), "agree"),
        (("12", "3", "12-9"), ("13", "3", "12-9"), "differ"),
        (("12", "3", "123-139"), ("12", "3", "133-139"), "unclear"),
        (("12", "3", "123-9"), ("12", "3", "135-150"), "differ"),
        (("12", "3", "123-9"), ("12", "3", "e101"), "unclear"),
        (("12", "3", "101"), ("12", "3", "215-220"), "unclear"),
        (("12", "3", "101"), ("13", "3", "215-220"), "differ"),
        (("12", "3", "123-9"), (None, None, None), "unclear"),
        (("12", None, None), ("13", None, None), "differ"),
        (("12", None, None), (None, "12", None), "unclear"),
        (("12", "1", None), ("12", "2", None), "differ"),
        (("2020", "9", None), ("9", None, None), "unclear"),
        (("9", None, "CD010458"), ("2020", "9", "CD010458"), "unclear"),
        (("9", None, "CD010458"), ("9", None, "CD010459"), "differ"),
    ],
)
def test_places_in_a_journal(left: Any, right: Any, expected: str) -> None:
    one, other = (locator_of(volume=v, issue=i, pages=p, year=2020) for v, i, p in (left, right))
    assert place_agreement(one, other, year="2020") == place_agreement(other, one, year="2020") == expected


def test_a_volume_that_is_the_year_is_none() -> None:
    assert locator_of(volume="2020", issue="9", pages=None, year=2020) == Locator(issue="9")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("PMC6507027", "PMC6507027"), ("pmc 6507027", None), ("6507027.1", "PMC6507027"), ("PMCID: PMC1234", "PMC1234")],
)
def test_pmcid(text: str, expected: str | None) -> None:
    assert identifiers.pmcid(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0007-1048", "0007-1048"), ("00071048", "0007-1048"), ("2234943x (ISSN)", "2234-943X"), ("9783034604796", None)],
)
def test_issn(text: str, expected: str | None) -> None:
    assert identifiers.issn(text) == expected


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({}, ""),
        ({"publication_types": ("Journal Article",)}, "article"),
        ({"publication_types": ("Journal Article", "Published Erratum")}, "erratum"),
        ({"publication_types": ("Meeting Abstract",)}, "abstract"),
        ({"publication_types": ("Conference Paper",), "kind": "conference-abstract"}, ""),
        ({"kind": "conference-abstract"}, "abstract"),
        ({"kind": "letter"}, "article"),
        ({"title": "Corrigendum to: Cells for lupus"}, "erratum"),
        ({"title": "Cells for lupus (vol 36, pg 123, 2014)"}, "erratum"),
        ({"title": "Cells for lupus (Blood (2014) 36 (123-130))"}, "erratum"),
        ({"title": "Cells for lupus (a trial (2014))"}, ""),
        ({"title": "Retraction notice to: Cells for lupus"}, "retraction"),
        ({"title": "RETRACTED: Cells for lupus"}, ""),
        ({"title": "Re: Cells for lupus"}, "comment"),
        ({"title": "Authors' reply: Cells for lupus"}, "reply"),
        ({"title": "Correlation of cells with lupus"}, ""),
        ({"journal": "medRxiv"}, "preprint"),
        ({"journal": "https://clinicaltrials.gov/show/NCT00000001"}, "registration"),
    ],
)
def test_kinds(more: dict[str, Any], kind: str) -> None:
    assert citation_of(record(**more)).kind == kind


NCT = ("nct", "NCT00000001")


def test_own_identifiers_are_those_in_fields() -> None:
    cited = Identifier(kind="doi", value="10.1000/cited", span=(0, 3))
    given = record(
        ("doi", "https://doi.org/10.1000/OWN"), ("pii", "S12"), ("isbn", "9783034604796"), ("nct", "NCT00000001")
    )
    citation = citation_of(given.model_copy(update={"identifiers": (*given.identifiers, cited)}))
    assert citation.own == {"doi": {"10.1000/own"}}
    assert citation.registrations == {"NCT00000001"}


def test_own_identifiers_have_a_line_to_themselves() -> None:
    text = f"{TITLE}\ndoi: 10.1000/own\nPMID: 12345\n\nWe answer doi: 10.1000/cited and others, PMID: 777"
    places = (("doi", "10.1000/own"), ("pmid", "12345"), ("doi", "10.1000/cited"), ("pmid", "777"))
    found = tuple(
        Identifier(kind=kind, value=value, span=(text.index(value), text.index(value) + len(value)))
        for kind, value in places
    )
    citation = citation_of(record(text=text).model_copy(update={"identifiers": found}))
    assert citation.own == {"doi": {"10.1000/own"}, "pmid": {"12345"}}


def test_a_page_without_fields_has_the_first_doi_of_its_text() -> None:
    text = "See 10.1000/own and 10.1000/cited"
    found = (
        Identifier(kind="doi", value="10.1000/own", span=(4, 15)),
        Identifier(kind="doi", value="10.1000/cited", span=(20, 33)),
    )
    page = Document(sha256="a" * 64, format="html", reader="html/1", text=text, identifiers=found)
    assert citation_of(page).own == {"doi": {"10.1000/own"}}


def test_the_cochrane_register_names_the_registration_in_the_place_of_the_journal() -> None:
    citation = citation_of(record(journal="https://clinicaltrials.gov/show/NCT00000001", authors=["Nct,"]))
    assert (citation.registrations, citation.first_author) == (frozenset({"NCT00000001"}), "")
