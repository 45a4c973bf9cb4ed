"""PubMed: answers of efetch in XML, the yearly and daily files of MEDLINE, and books.

Every part of an abstract stays, with its label; italics, superscripts and formulae are kept as text. References are
left out. A record of an older file (``MedlineCitation`` without ``PubmedArticle``) is read in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from mscevidence.errors import DocumentError
from mscevidence.model import Reject
from mscevidence.read.abstracts import RecordText
from mscevidence.read.eutils_answers import refuse_other_answers
from mscevidence.read.formats import Record, RecordFormat
from mscevidence.read.jats_text import Element
from mscevidence.read.publication_types import kind_of, status_of
from mscevidence.read.pubmed_books import book_fields
from mscevidence.read.pubmed_fields import (
    Fields,
    abstract_parts,
    addresses,
    authors_of,
    by_name,
    child_of,
    journal_fields,
    line,
    lines,
    registrations_of,
    term,
)
from mscevidence.read.pubmed_notices import notices_of
from mscevidence.read.streams import beginning
from mscevidence.read.xml_records import Piece, RecordParser, in_batches, split

_RECORDS = ("PubmedArticle", "PubmedBookArticle", "MedlineCitation", "DeleteCitation", "DeleteDocument")
_ROOTS = re.compile(
    r"(?:<|&lt;)(?:PubmedArticleSet|PubmedArticle|MedlineCitationSet|MedlineCitation|PubmedBookArticleSet"
    r"|PubmedBookArticle|DeleteCitation|eFetchResult)\b"
)
_UNREAD = (
    (b"<ChemicalList>", b"</ChemicalList>"),
    (b'<CommentsCorrections RefType="Cites">', b"</CommentsCorrections>"),
    (b"<History>", b"</History>"),
)
_REFERENCES = b"<ReferenceList", b"</ReferenceList>"
"""What is not read of a record, in the order in which it stands behind the article; references come last."""

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
        short = [_without_unread(piece) for piece in batch]
        for piece, kept, parsed in zip(batch, short, parser.parse_together(short), strict=True):
            position += 1
            try:
                element, notes = parser.parse(kept) if parsed is None else (parsed, ())
                yield _record(piece, element, notes)
            except DocumentError as error:
                excerpt = piece.data[:200].decode("utf-8", "replace")
                yield Reject(position=position, reason=error.message, excerpt=excerpt)


def _record(piece: Piece, element: Element, notes: tuple[str, ...]) -> Record:
    if piece.name.startswith("Delete"):
        numbers = ", ".join(line(each) for each in element.iter("PMID"))
        raise DocumentError(f"PubMed deleted PMID {numbers}", hint="drop the record if you hold it")
    text = RecordText()
    fields = book_fields(text, element) if piece.name == "PubmedBookArticle" else _citation_fields(text, element)
    if not fields["title"] and not fields["sections"]:
        known = ", ".join(f"{each.kind} {each.value}" for each in text.identifiers)
        raise DocumentError(f"a record without title and abstract ({known or 'no identifier'})", hint="fetch it again")
    fields["source"] = "pubmed"
    fields["notes"] = (*notes, *fields.get("notes", ()))
    return Record(piece.data, text.text(), fields)


def _without_unread(piece: Piece) -> Piece:
    """Return a record without what is not read: references (up to half of its bytes), history and chemicals."""
    data = piece.data
    if b"!" in data and b"<!" in data:
        return piece  # what looks like a list may be a comment, or characters
    kept = []
    end = 0
    position = max(0, data.find(b"</Article>"))
    for opening, closing in _UNREAD:
        while (start := data.find(opening, position)) >= 0 and (last := data.find(closing, start)) >= 0:
            kept.append(data[end:start])
            position = end = last + len(closing)
    start = data.find(_REFERENCES[0], position)
    if start >= 0 and (last := data.rfind(_REFERENCES[1])) > start:  # there are lists within lists
        kept.append(data[end:start])
        end = last + len(_REFERENCES[1])
    if not kept:
        return piece
    kept.append(data[end:])
    return Piece(piece.name, b"".join(kept), piece.fault, piece.encoding, piece.escaped)


def _citation_fields(text: RecordText, record: Element) -> Fields:
    citation = record if record.tag == "MedlineCitation" else child_of(record, "MedlineCitation")
    if citation is None:
        raise DocumentError("a PubMed record without <MedlineCitation>", hint="fetch it again")
    about = by_name(citation)
    several: dict[str, list[Element]] = {"ELocationID": [], "Language": []}
    found = by_name(about.get("Article", ()), several)
    title, vernacular = line(found.get("ArticleTitle")), line(found.get("VernacularTitle"))
    if vernacular and (not title or title.startswith(_MARKED)):
        title, vernacular = vernacular, ""
    types = tuple(lines(found.get("PublicationTypeList", ())))
    notices = notices_of(about.get("CommentsCorrectionsList"), types)
    text.head(title, addresses(record, about, several["ELocationID"]), registrations_of(found.get("DataBankList")))
    _write_abstracts(text, found.get("Abstract"), citation if "OtherAbstract" in about else ())
    return {
        "title": title,
        "kind": kind_of(types),
        "status": status_of(types, notices, title),
        "authors": authors_of(found.get("AuthorList")),
        "sections": tuple(text.writer.sections),
        "identifiers": tuple(text.identifiers),
        "languages": tuple([term(each) for each in several["Language"]]),
        "other_titles": (vernacular,) if vernacular else (),
        "publication_types": types,
        "subjects": _subjects(about["MeshHeadingList"]) if "MeshHeadingList" in about else (),
        "keywords": _keywords(citation) if "KeywordList" in about else (),
        "notices": notices,
        "disclosures": line(about.get("CoiStatement")) or None,
        **journal_fields(about, found),
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


def _subjects(headings: Element) -> tuple[str, ...]:
    """Return the headings of MeSH, each with its qualifiers: ``Neuronal Plasticity/physiology``."""
    subjects: list[str] = []
    for part in headings.iter():
        tag = part.tag
        if tag == "DescriptorName":
            subjects.append(_single(part.text or ""))
        elif tag == "QualifierName" and subjects:
            subjects[-1] += "/" + _single(part.text or "")
    return tuple(subjects)


def _single(text: str) -> str:
    """Return a text in one line, which it is already unless the file was indented."""
    return " ".join(text.split()) if "\n" in text or "\t" in text else text


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
