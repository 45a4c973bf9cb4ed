"""PubMed: answers of efetch in XML, the yearly and daily files of MEDLINE, and books.

Every part of an abstract stays, with its label; italics, superscripts and formulae are kept as text. References are
left out. A record of an older file (``MedlineCitation`` without ``PubmedArticle``) is read in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from mscevidence.errors import DocumentError
from mscevidence.model import Reject
from mscevidence.read.abstracts import RecordText
from mscevidence.read.eutils_answers import refuse_other_answers
from mscevidence.read.formats import Record, RecordFormat
from mscevidence.read.jats_text import Element
from mscevidence.read.publication_types import kind_of, status_of
from mscevidence.read.pubmed.authors import authors_of
from mscevidence.read.pubmed.books import book_fields
from mscevidence.read.pubmed.fields import (
    Fields,
    abstract_parts,
    addresses,
    by_name,
    child_of,
    line,
    lines,
    registrations_of,
    term,
)
from mscevidence.read.pubmed.headings import subjects_of
from mscevidence.read.pubmed.journal import journal_fields, texts_of_journal
from mscevidence.read.pubmed.notices import notices_of
from mscevidence.read.pubmed.parts import take_parts
from mscevidence.read.streams import beginning
from mscevidence.read.xml_records import Piece, RecordParser, in_batches, split

_RECORDS = ("PubmedArticle", "PubmedBookArticle", "MedlineCitation", "DeleteCitation", "DeleteDocument")
_ROOTS = re.compile(
    r"(?:<|&lt;)(?:PubmedArticleSet|PubmedArticle|MedlineCitationSet|MedlineCitation|PubmedBookArticleSet"
    r"|PubmedBookArticle|DeleteCitation|eFetchResult)\b"
)
_MARKED = "[Not Available]"


def records(stream: BinaryIO) -> Iterator[Record | Reject]:
    """Yield the records of a PubMed file in order.

    Raises:
        DocumentError: it is another answer of E-utilities, or an error message.
    """
    if not looks_like_pubmed(beginning(stream).decode("utf-8", "replace"), ""):
        raise DocumentError("no record of PubMed is in this file", hint="give an answer of efetch in XML")
    refuse_other_answers(stream)
    parser = RecordParser()
    position = 0
    for batch in in_batches(split(stream, _RECORDS)):
        short = [take_parts(piece) for piece in batch]
        elements = parser.parse_together([piece for piece, _ in short])
        for piece, (kept, parts), parsed in zip(batch, short, elements, strict=True):
            position += 1
            try:
                element, notes = parser.parse(kept) if parsed is None else (parsed, ())
                yield _record(piece, element, parts, notes)
            except DocumentError as error:
                excerpt = piece.data[:200].decode("utf-8", "replace")
                yield Reject(position=position, reason=error.message, excerpt=excerpt)


def _record(piece: Piece, element: Element, parts: Mapping[str, Any], notes: tuple[str, ...]) -> Record:
    if piece.name.startswith("Delete"):
        numbers = ", ".join(line(each) for each in element.iter("PMID"))
        raise DocumentError(f"PubMed deleted PMID {numbers}", hint="drop the record if you hold it")
    text = RecordText()
    is_book = piece.name == "PubmedBookArticle"
    fields = book_fields(text, element) if is_book else _citation_fields(text, element, parts)
    if not fields["title"] and not fields["sections"]:
        known = ", ".join(f"{each.kind} {each.value}" for each in text.identifiers)
        raise DocumentError(f"a record without title and abstract ({known or 'no identifier'})", hint="fetch it again")
    fields["source"] = "pubmed"
    fields["notes"] = (*notes, *fields.get("notes", ()))
    return Record(piece.data, text.text(), fields)


def _citation_fields(text: RecordText, record: Element, parts: Mapping[str, Any]) -> Fields:
    """Write the text of a citation and return its fields, from its element and the parts that were taken out of it."""
    citation = record if record.tag == "MedlineCitation" else child_of(record, "MedlineCitation")
    if citation is None:
        raise DocumentError("a PubMed record without <MedlineCitation>", hint="fetch it again")
    about = by_name(citation)
    several: dict[str, list[Element]] = {"ELocationID": [], "Language": []}
    found = by_name(about.get("Article", ()), several)
    title, vernacular = line(found.get("ArticleTitle")), line(found.get("VernacularTitle"))
    if vernacular and (not title or title.startswith(_MARKED)):
        title, vernacular = vernacular, ""
    types = (
        tuple(lines(found["PublicationTypeList"]))
        if "PublicationTypeList" in found
        else parts.get("PublicationTypeList", ())
    )
    journal = texts_of_journal(found["Journal"]) if "Journal" in found else parts.get("Journal", {})
    medline = (
        texts_of_journal(about["MedlineJournalInfo"])
        if "MedlineJournalInfo" in about
        else parts.get("MedlineJournalInfo", {})
    )
    notices = notices_of(about.get("CommentsCorrectionsList"), types)
    text.head(title, addresses(record, about, several["ELocationID"]), registrations_of(found.get("DataBankList")))
    _write_abstracts(text, found.get("Abstract"), citation if "OtherAbstract" in about else ())
    return {
        "title": title,
        "kind": kind_of(types),
        "status": status_of(types, notices, title),
        "authors": authors_of(found["AuthorList"]) if "AuthorList" in found else parts.get("AuthorList", ()),
        "sections": tuple(text.writer.sections),
        "identifiers": tuple(text.identifiers),
        "languages": tuple([term(each) for each in several["Language"]]),
        "other_titles": (vernacular,) if vernacular else (),
        "publication_types": types,
        "subjects": subjects_of(about["MeshHeadingList"])
        if "MeshHeadingList" in about
        else parts.get("MeshHeadingList", ()),
        "keywords": _keywords(citation) if "KeywordList" in about else (),
        "notices": notices,
        "disclosures": line(about.get("CoiStatement")) or None,
        **journal_fields(journal, medline, found),
    }


def _write_abstracts(text: RecordText, abstract: Element | None, citation: Iterable[Element]) -> None:
    parts, categories = abstract_parts(abstract)
    text.abstract(parts, categories)
    for other in citation:
        if other.tag == "OtherAbstract":
            for label, words in abstract_parts(other)[0]:
                text.part(label, words, "Other abstract")


def _keywords(citation: Element) -> tuple[str, ...]:
    return tuple(lines([word for each in citation if each.tag == "KeywordList" for word in each]))


def looks_like_pubmed(head: str, _name: str) -> bool:
    """Return whether a file is markup that holds records of PubMed."""
    start = head.replace("\0", "").lstrip("\ufeff\ufffd \t\r\n")
    return start.startswith("<") and _ROOTS.search(start) is not None


FORMAT = RecordFormat(
    name="pubmed",
    recognises=looks_like_pubmed,
    records=records,
)
"""PubMed XML."""
