"""Exports with a name and a value on a line, Scopus as plain text, Ovid's records without numbers."""

from __future__ import annotations

import pytest

from export_reading import document, documents, ids, outcome
from mscevidence.model import Document

ENDNOTE = """Reference Type:  Journal Article
Record Number: 12
Author: Smith, J. A. and Jones, B.
Year: 2012
Title: Cells in lupus: a trial
Journal: Lupus
Volume: 21
Issue: 3
Pages: 12-19
DOI: 10.1177/0961203311430221
Abstract: Background: Some.
Results: 8 of 18 responded.
And more.
URL: http://example.org


Reference Type:  Book
Record Number: 13
Author: Doe, J.
Year: 2013
Title: A second reference
ISBN: 3-540-20222-6
"""

PROQUEST = """Document 1 of 2

Cells: a review

Author: Smith, John; Jones, Bob

Publication info: Journal of Things 12.3 (2012): 34-45.

ProQuest document ID: 1234567890

Abstract: This is an abstract.

Subject: Stem cells

Title: Cells: a review

Publication title: Journal of Things

Volume: 12

Issue: 3

Pages: 34-45

Publication year: 2012

ISSN: 12345678

Language of publication: English

____________________________________________________________

Document 2 of 2

Author: Doe, Jane

Title: Another title here for the second

Publication title: Journal of Things

Publication year: 2013
"""

REGISTER = """Summary
This file contains 2 trial(s).

EudraCT Number:\t\t2012-001582-38
Sponsor Protocol Number:\tCX401-201
Sponsor Name:\tA sponsor
Start Date*:\t2012-09-14
Full Title:\tA phase II trial of allogeneic cells
Medical condition:\tCrohn's disease
Trial protocol:\tES (Ongoing) DE (Completed)

EudraCT Number:\t\t2010-012345-67
Sponsor Protocol Number:\tABC-1
Full Title:\tAnother trial
Medical condition:\tMultiple sclerosis
"""

SCOPUS = """Scopus
EXPORT DATE: 14 March 2023

Chen, Y., Xu, Y.-M., van der Berg, A.B.
AUTHOR FULL NAMES: Chen, Yunfei (57216123456); Xu, Yan-Mei (57216123457); van der Berg, Anna B. (57216123458)
57216123456; 57216123457; 57216123458
Cord cells in refractory immune thrombocytopenia: a trial
(2024) Signal Transduction and Targeted Therapy, 9 (1), art. no. 102, Cited 12 times.
DOI: 10.1038/s41392-024-01793-5
https://www.scopus.com/inward/record.uri?eid=2-s2.0-85191234567&doi=10.1038%2fs41392

AFFILIATIONS: Institute of Hematology, Tianjin, China
ABSTRACT: 8 of 18 responded.
AUTHOR KEYWORDS: ITP; cells
DOCUMENT TYPE: Article
PUBLICATION STAGE: Final
SOURCE: Scopus

Smith, J., Jones, B.
A second one
(2019) Blood, 134 (Supplement 1), pp. 12-19. Cited 1 time.

DOCUMENT TYPE: Conference Paper
SOURCE: Scopus

Lost lines
SOURCE: Scopus
"""

MEDLARS = """VN  - Ovid Technologies
DB  - Ovid MEDLINE(R)
UI  - 37912345
AU  - Chen Y
TI  - Cord cells for refractory
      ITP.
SO  - Blood. 142(Supplement 1):687, 2023 Nov 02
AB  - 8/18 responded.

VN  - Ovid Technologies
DB  - Embase
UI  - 2019123456
TI  - A second one
SO  - Stem cells. (no pagination), 2019.
"""


def place(read: Document) -> tuple[str | None, ...]:
    return read.date, read.journal, read.volume, read.issue, read.pages


def test_endnote_all_fields() -> None:
    first, second = documents(ENDNOTE, "export.txt")
    assert (first.format, first.title) == ("named-lines", "Cells in lupus: a trial")
    assert place(first) == ("2012", "Lupus", "21", "3", "12-19")
    assert [author.name for author in first.authors] == ["Smith, J. A.", "Jones, B."]
    assert [section.name for section in first.sections] == ["Background", "Results"]
    assert first.text.endswith("Results: 8 of 18 responded.\nAnd more.")
    assert (ids(first), ids(second)) == ({"doi": "10.1177/0961203311430221"}, {"isbn": "3540202226"})


def test_proquest() -> None:
    first, second = documents(PROQUEST, "export.txt")
    assert (first.title, first.source, first.issns) == ("Cells: a review", "proquest", ("1234-5678",))
    assert place(first) == ("2012", "Journal of Things", "12", "3", "34-45")
    assert (first.subjects, first.languages) == (("Stem cells",), ("English",))
    assert first.text.endswith("This is an abstract.")
    assert (second.title, second.journal) == ("Another title here for the second", "Journal of Things")


def test_trials_of_the_european_register() -> None:
    first, second = documents(REGISTER, "trials.txt")
    assert (first.kind, first.source) == ("registry-entry", "eu-clinical-trials-register")
    assert (ids(first), ids(second)) == ({"eudract": "2012-001582-38"}, {"eudract": "2010-012345-67"})
    assert first.title == "A phase II trial of allogeneic cells"
    assert "Medical condition: Crohn's disease" in first.text


def test_a_whole_entry_of_the_european_register() -> None:
    entry = "Summary\nEudraCT Number: 2012-001582-38\nSponsor's Protocol Code Number: CX401\n"
    entry += "A.3 Full title of the trial: A phase II trial\nE.1.1 Medical condition(s) being investigated: Fistula\n"
    read = document(entry, "trial.txt")
    assert (read.title, read.notes, ids(read)) == ("A phase II trial", (), {"eudract": "2012-001582-38"})
    assert "Medical condition(s) being investigated: Fistula" in read.text


def test_scopus_as_text() -> None:
    (first, second), (reject,) = outcome(SCOPUS, "scopus.txt")
    assert first.title == "Cord cells in refractory immune thrombocytopenia: a trial"
    assert place(first) == ("2024", "Signal Transduction and Targeted Therapy", "9", "1", "102")
    assert [author.name for author in first.authors] == ["Chen, Yunfei", "Xu, Yan-Mei", "van der Berg, Anna B."]
    assert ids(first) == {"doi": "10.1038/s41392-024-01793-5", "scopus": "2-s2.0-85191234567"}
    assert (first.source, first.keywords, first.notes) == ("scopus", ("ITP", "cells"), ())
    assert first.text.endswith("8 of 18 responded.")
    assert [author.name for author in second.authors] == ["Smith, J.", "Jones, B."]
    assert place(second) == ("2019", "Blood", "134", "Supplement 1", "12-19")
    assert (reject.position, reject.reason) == (3, "no line with year and journal in it")


def test_authors_of_scopus_in_short() -> None:
    line = "AUTHOR FULL NAMES: "
    short = "\n".join(each for each in SCOPUS.split("\n") if not each.startswith(line))
    assert [author.name for author in outcome(short)[0][0].authors] == ["Chen, Y.", "Xu, Y.-M.", "van der Berg, A.B."]


def test_ovid_without_numbers() -> None:
    first, second = documents(MEDLARS, "export.txt")
    assert (first.format, first.title) == ("ovid-medlars", "Cord cells for refractory ITP.")
    assert place(first) == ("2023-11-02", "Blood", "142", "Supplement 1", "687")
    assert (ids(first), first.source) == ({"pmid": "37912345"}, "pubmed")
    assert (second.title, ids(second), second.source) == ("A second one", {"accession": "2019123456"}, "embase")


@pytest.mark.parametrize(
    "text",
    [
        "Cells for ITP\nEudraCT Number: 2019-001234-56\n8 of 18 responded.",
        "Cells for ITP.\nReference Type: none\n8 of 18 responded.",
        "UI  - urinary incontinence\nTI  - transient ischaemia\n8 of 18 responded.",
    ],
)
def test_prose_is_none_of_these(text: str) -> None:
    assert document(text).format == "plain-text"


@pytest.mark.parametrize("data", [ENDNOTE, PROQUEST, REGISTER, SCOPUS, MEDLARS])
@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_other_systems_change_nothing(data: str, end: str) -> None:
    plain = [(read.title, read.text, read.identifiers) for read in outcome(data)[0]]
    other = ("\ufeff" + data).replace("\n", end)
    assert [(read.title, read.text, read.identifiers) for read in outcome(other)[0]] == plain


def test_ovid_copied_from_a_page_and_psycinfo() -> None:
    text = (
        "<1. >\n VN  - Ovid Technologies\n DB  - PsycINFO\n AN  - Peer Reviewed Journal: 2015-33942-007\n"
        " AU  - Ewing, D.\n TI  - A meta-analysis of\n      therapy.\n ID  - anxiety, children\n RF  - Highlights.\n \n"
        "       Bennett, K. http://dx.doi.org/10.1002/da.22099\n \n PG  - 562-577\n\n"
        "<2. >\n DB  - PsycINFO\n TI  - Second\n"
    )
    first, second = documents(text, "export.txt")
    assert (first.title, first.pages, first.keywords) == (
        "A meta-analysis of therapy.",
        "562-577",
        ("anxiety", "children"),
    )
    assert (ids(first), first.notes, second.title) == ({"accession": "2015-33942-007"}, (), "Second")
