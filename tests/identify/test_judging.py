"""Two citations and the verdict on them: the same report, undecided, apart, or nothing alike."""

from __future__ import annotations

from typing import Any

import pytest
from citation_samples import TITLE, record

from mscevidence.identify.citation import citation_of
from mscevidence.identify.judging import judge
from mscevidence.model import Document

DOI, PMID = ("doi", "10.1111/bjh.1"), ("pmid", "34000001")
ELSEWHERE: dict[str, Any] = {"volume": "195", "pages": "700-9"}
NOWHERE: dict[str, Any] = {"volume": None, "issue": None, "pages": None}


def verdict(left: Document, right: Document) -> str | None:
    pair = judge(citation_of(left, 0), citation_of(right, 1))
    mirrored = judge(citation_of(right, 1), citation_of(left, 0))
    assert (pair and pair.verdict) == (mirrored and mirrored.verdict)
    assert pair is None or pair.reasons
    return pair.verdict if pair else None


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(record(DOI), record(DOI, title=TITLE.upper(), **NOWHERE, journal=None), id="doi"),
        pytest.param(record(PMID), record(PMID, title=None), id="pmid without title"),
        pytest.param(record(DOI), record(DOI, title="Cellules du cordon ombilical"), id="doi of a translated title"),
        pytest.param(record(DOI), record(DOI, **ELSEWHERE), id="doi and another volume"),
        pytest.param(record(), record(journal="Br J Haematol", pages="512‐20", authors=["Chen Y"]), id="abbreviated"),
        pytest.param(record(), record(authors=["Yunfei Chen"], date="2022", issue=None), id="year beside"),
        pytest.param(record(DOI), record(**NOWHERE, date="2020"), id="ahead of print"),
        pytest.param(record(), record(title=TITLE[:50]), id="cut title"),
        pytest.param(record(), record(title=TITLE.replace("refractory", "refactory"), journal="Other"), id="typo"),
        pytest.param(record(), record(journal=None, **NOWHERE), id="no journal"),
        pytest.param(record(DOI), record(("doi", "10.2307/999")), id="second doi of the same page"),
        pytest.param(record(), record(title="Nabelschnurzellen bei Thrombozytopenie"), id="translated, same pages"),
        pytest.param(record(), record(title="Nabelschnurzellen", other_titles=(TITLE,), **NOWHERE), id="other title"),
        pytest.param(record(title="Editorial"), record(title="Editorial", journal="Br J Haematol"), id="short title"),
        pytest.param(
            record(title="My town"), record(title="My town", journal=None), id="short title of known people, no journal"
        ),
        pytest.param(
            record(title=f"[{TITLE}].", pages="512-3"),
            record(title="Nabelschnurzellen bei Thrombozytopenie", pages="512-513"),
            id="translated, same two pages",
        ),
        pytest.param(
            record(pages="512"), record(pages="512", volume="3", issue=None), id="issue in the place of the volume"
        ),
        pytest.param(record(), record(title=f"{TITLE} [Article]"), id="kind of article behind the title"),
        pytest.param(record(pages="12S-20S"), record(pages="S12-20"), id="pages of a supplement"),
        pytest.param(record(), record(pages="e512"), id="article number"),
        pytest.param(
            record(kind="conference-abstract", pages="S12"),
            record(publication_types=("Article",), pages="S12"),
            id="abstract",
        ),
    ],
)  # fmt: skip
def test_the_same_report(left: Document, right: Document) -> None:
    assert verdict(left, right) == "same"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(record(DOI), record(("doi", "10.1111/bjh.2"), **ELSEWHERE), id="another doi and place"),
        pytest.param(record(PMID), record(("pmid", "34000002"), **ELSEWHERE), id="another pmid and place"),
        pytest.param(record(), record(title=f"Erratum: {TITLE}", **ELSEWHERE), id="erratum"),
        pytest.param(record(), record(publication_types=("Published Erratum",), **ELSEWHERE), id="erratum by its type"),
        pytest.param(record(), record(title=f"Reply to: {TITLE}", **ELSEWHERE), id="reply"),
        pytest.param(
            record(publication_types=("Journal Article",)),
            record(kind="conference-abstract", journal="Blood", volume="136", pages="22-23"),
            id="abstract and article",
        ),
        pytest.param(
            record(kind="conference-abstract", journal="Blood", volume="136", pages="22"),
            record(kind="conference-abstract", journal="HemaSphere", volume="4", pages="301"),
            id="abstract of two meetings",
        ),
        pytest.param(record(), record(("doi", "10.1101/2020.1"), journal="medRxiv", **NOWHERE), id="preprint"),
        pytest.param(
            record(("doi", "10.1002/14651858.CD010458.pub2"), journal="Cochrane Database Syst Rev", pages="CD010458"),
            record(("doi", "10.1002/14651858.CD010458.pub3"), journal="Cochrane Database Syst Rev", pages="CD010458"),
            id="versions of a review",
        ),
        pytest.param(
            record(PMID, ("doi", "10.1002/14651858.CD002020"), date="2000", pages="CD002020", volume=None, issue="4"),
            record(
                ("pmid", "34000002"),
                ("doi", "10.1002/14651858.CD002020"),
                date="2001",
                pages="CD002020",
                volume=None,
                issue="2",
            ),
            id="versions of a review that PubMed gives one doi",
        ),
    ],
)
def test_alike_and_apart(left: Document, right: Document) -> None:
    assert verdict(left, right) == "apart"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(record(DOI), record(DOI, title=f"Erratum: {TITLE}", **ELSEWHERE), id="erratum with the doi"),
        pytest.param(record(DOI), record(DOI, title=f"{TITLE}. II", **ELSEWHERE), id="part two with the doi"),
        pytest.param(record(PMID), record(("pmid", "34000002")), id="another pmid, same page"),
        pytest.param(
            record(DOI), record(("doi", "10.1111/bjh.2"), title=f"Correction to: {TITLE}"), id="correction, same page"
        ),
        pytest.param(
            record(title=TITLE, pages="512-3"),
            record(title="Nabelschnurzellen bei Thrombozytopenie", pages="512-513"),
            id="two titles on two pages, none a translation",
        ),
        pytest.param(record(), record(**ELSEWHERE), id="another page only"),
        pytest.param(record(), record(journal="Annals of Hematology", **NOWHERE), id="another journal, no place"),
        pytest.param(record(), record(title=TITLE.replace("cord", "skin"), **NOWHERE), id="near title, no place"),
        pytest.param(record(), record(authors=["Sun, Lin"], **NOWHERE), id="other authors"),
        pytest.param(record(), record(date="2023", **NOWHERE), id="two years later, no place"),
        pytest.param(
            record(pages="S12"),
            record(pages="S12", title="Another abstract of the same people on that page"),
            id="one page",
        ),
        pytest.param(
            record(journal="Cochrane Database Syst Rev", volume="3", issue=None, pages="CD010458", date="2020"),
            record(journal="Cochrane Database Syst Rev", volume="3", issue=None, pages="CD010458", date="2019"),
            id="review without a doi in another year",
        ),
    ],
)
def test_a_person_has_to_look(left: Document, right: Document) -> None:
    assert verdict(left, right) == "undecided"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(record(), record(title="Something else", authors=["Sun, Lin"], **ELSEWHERE), id="nothing alike"),
        pytest.param(record(), record(title=f"{TITLE}. II", **ELSEWHERE), id="the next part"),
        pytest.param(record(), record(title=TITLE.replace("phase 1", "phase 2"), **NOWHERE), id="the next phase"),
        pytest.param(record(title="Editorial"), record(title="Editorial", **ELSEWHERE), id="two editorials"),
        pytest.param(record(), record(authors=["Sun, Lin"], journal="Blood", **ELSEWHERE), id="title of other people"),
        pytest.param(
            record(DOI, title="One abstract of a supplement"),
            record(DOI, title="Quite another matter", authors=["Sun, Lin"], **ELSEWHERE),
            id="doi of a whole supplement",
        ),
    ],
)
def test_nothing_to_look_at(left: Document, right: Document) -> None:
    assert verdict(left, right) is None


def test_one_registration_makes_one_entry_and_not_one_report() -> None:
    number = ("nct", "NCT00000001")
    entry = record(number, kind="registry-entry", journal=None, authors=None, **NOWHERE)
    again = record(number, journal="https://clinicaltrials.gov/show/NCT00000001", authors=["Nct,"], title=TITLE.upper())
    article = record(number, DOI)
    abstract = record(number, title="Cord cells in thrombocytopenia", kind="conference-abstract", **ELSEWHERE)
    assert verdict(entry, again) == "same"
    assert verdict(entry, article) == "apart"
    assert verdict(article, abstract) is None


def test_accession_numbers_count_within_one_database() -> None:
    mine = ("accession", "1234567")
    assert verdict(record(mine, source="ovid"), record(mine, source="ovid", **ELSEWHERE)) == "same"
    assert verdict(record(mine, source="ovid"), record(mine, source="lilacs", **ELSEWHERE)) == "undecided"


def test_the_same_bytes_are_the_same_report() -> None:
    one = record()
    pair = judge(citation_of(one, 0), citation_of(one, 1))
    assert pair is not None
    assert (pair.verdict, pair.reasons, pair.certainty) == ("same", ("the same bytes",), 1.0)
