"""JSON of reference managers: CSL JSON in a list or under items, and the exports and answers of Zotero."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mscevidence.errors import DocumentError
from mscevidence.model import Document, Reject
from mscevidence.read import read_all

CSL: dict[str, Any] = {
    "id": "gu2021",
    "type": "article-journal",
    "title": "Cells in ITP",
    "abstract": "METHODS: We gave cells. RESULTS: 8 of 18 responded.",
    "container-title": "Blood",
    "page": "1-9",
    "volume": "12",
    "issue": 3,
    "DOI": "10.1000/ABC",
    "PMID": "123456",
    "ISSN": "1234-5678",
    "author": [
        {"family": "Gu", "given": "Jun"},
        {"non-dropping-particle": "van", "family": "Beek"},
        {"literal": "ITP Group"},
    ],
    "issued": {"date-parts": [["2021", 4, 21]]},
    "keyword": "cells, itp; humans",
    "note": "PMCID: PMC77\nread in May",
}
ZOTERO: dict[str, Any] = {
    "itemType": "journalArticle",
    "title": "Cells in ITP",
    "abstractNote": "METHODS: We gave cells. RESULTS: 8 of 18 responded.",
    "publicationTitle": "Blood",
    "volume": "12",
    "issue": "3",
    "pages": "1-9",
    "date": "2021-04-21",
    "DOI": "10.1000/ABC",
    "ISSN": "1234-5678",
    "creators": [
        {"firstName": "Jun", "lastName": "Gu", "creatorType": "author"},
        {"firstName": "", "lastName": "van Beek", "creatorType": "author"},
        {"firstName": "Ed", "lastName": "Itor", "creatorType": "editor"},
        {"name": "ITP Group", "creatorType": "author"},
    ],
    "tags": [{"tag": "cells"}, {"tag": "itp", "type": 1}, "humans"],
    "extra": "PMID: 123456\nPMCID: PMC77\nread in May",
}
COLLECTIONS = {"A": {"key": "A", "name": "trials", "items": [1, 2], "collections": []}, "B": {"items": []}}


def found_in(value: object, **arguments: Any) -> list[Document | Reject]:
    return list(read_all(json.dumps(value).encode(), name="export.json", **arguments))


@pytest.mark.parametrize(
    "value",
    [
        [CSL],
        CSL,
        {"items": [CSL]},
        {"version": 1, "items": [CSL]},
        [ZOTERO],
        ZOTERO,
        {"config": {"label": "BetterBibTeX JSON"}, "collections": COLLECTIONS, "items": [ZOTERO]},
        [{"key": "A", "version": 7, "library": {"id": 1}, "data": ZOTERO}],
    ],
)
def test_a_reference_is_read_from_every_shape(value: object) -> None:
    (document,) = found_in(value)
    assert isinstance(document, Document)
    assert (document.format, document.source, document.kind) == ("reference-json", None, "article")
    assert document.title == "Cells in ITP"
    assert [section.name for section in document.sections] == ["Methods", "Results"]
    assert (document.journal, document.volume, document.issue, document.pages) == ("Blood", "12", "3", "1-9")
    assert (document.date, document.issns) == ("2021-04-21", ("1234-5678",))
    assert [(each.name, each.collective) for each in document.authors] == [
        ("Gu, Jun", False),
        ("van Beek", False),
        ("ITP Group", True),
    ]
    assert document.keywords == ("cells", "itp", "humans")
    assert [(each.kind, each.value) for each in document.identifiers] == [
        ("doi", "10.1000/abc"),
        ("pmid", "123456"),
        ("pmcid", "PMC77"),
    ]
    assert document.notes == ("read in May",)


@pytest.mark.parametrize(
    ("issued", "date"),
    [
        ({"date-parts": [[2020]]}, "2020"),
        ({"date-parts": [[2020, 5]]}, "2020-05"),
        ({"date-parts": [["2020", "12", "31"]]}, "2020-12-31"),
        ({"date-parts": [[2020, 5, 1], [2020, 6, 1]]}, "2020-05-01"),
        ({"raw": "2020-05"}, "2020-05"),
        ({"literal": "May 2020"}, "2020-05"),
        ({}, None),
        ({"date-parts": []}, None),
    ],
)
def test_dates_of_csl_have_parts_or_words(issued: object, date: str | None) -> None:
    (document,) = found_in([CSL | {"issued": issued}])
    assert isinstance(document, Document)
    assert document.date == date


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        (CSL | {"type": "paper-conference"}, "conference-abstract"),
        (CSL | {"type": "article"}, "preprint"),
        (CSL | {"type": "thesis"}, "thesis"),
        (ZOTERO | {"itemType": "conferencePaper"}, "conference-abstract"),
        (ZOTERO | {"itemType": "preprint"}, "preprint"),
        (ZOTERO | {"itemType": "book"}, "article"),
    ],
)
def test_kinds_come_from_types(item: object, kind: str) -> None:
    (document,) = found_in([item])
    assert isinstance(document, Document)
    assert document.kind == kind


def test_what_is_no_reference_is_named_and_costs_only_itself() -> None:
    first, *rejects, last = found_in(
        [ZOTERO, {"itemType": "attachment", "title": "a.pdf"}, {"itemType": "note"}, 7, {"itemType": "book"}, ZOTERO]
    )
    assert isinstance(first, Document)
    assert isinstance(last, Document)
    assert [(each.position, each.reason) for each in rejects if isinstance(each, Reject)] == [
        (2, "a Zotero attachment, no reference"),
        (3, "a Zotero note, no reference"),
        (4, "no reference: 7"),
        (5, "the record has neither title nor abstract nor identifier"),
    ]


def test_works_of_crossref_stay_so_although_their_types_are_those_of_csl() -> None:
    (document,) = found_in([CSL | {"reference-count": 3, "is-referenced-by-count": 1}])
    assert isinstance(document, Document)
    assert (document.format, document.source) == ("crossref", "crossref")


def test_a_set_without_references_is_refused() -> None:
    with pytest.raises(DocumentError, match="no list of records"):
        found_in({"config": {"label": "BetterBibTeX JSON"}, "collections": COLLECTIONS})
    with pytest.raises(DocumentError, match="no format that is read"):
        found_in({"type": "article-journal", "name": "no title"})
