"""Books and chapters of books in PubMed."""

from __future__ import annotations

from typing import Any

from mscevidence.errors import DocumentError
from mscevidence.read.abstracts import RecordText
from mscevidence.read.jats_text import Element
from mscevidence.read.publication_types import kind_of, status_of
from mscevidence.read.pubmed.authors import authors_of
from mscevidence.read.pubmed.fields import Fields, abstract_parts, addresses, by_name, line
from mscevidence.read.pubmed.journal import pages_of, parts_of_date


def book_fields(text: RecordText, record: Element) -> Fields:
    """Write the text of a book record and return its fields.

    Raises:
        DocumentError: it holds no book.
    """
    document = record.find("BookDocument")
    if document is None:
        raise DocumentError("a PubMed book record without <BookDocument>", hint="fetch it again")
    book = document.find("Book")
    chapter, title = line(document.find("ArticleTitle")), line(document.find("Book/BookTitle"))
    text.head(chapter or title, _identifiers(record, document, book))
    parts, categories = abstract_parts(document.find("Abstract"))
    text.abstract(parts, categories)
    others = [line(document.find(name)) for name in ("VernacularTitle", "Book/CollectionTitle")]
    types = tuple(line(each) for each in document.iterchildren("PublicationType"))
    date, words = parts_of_date(document.find("Book/PubDate"))
    return {
        "title": chapter or title,
        "kind": kind_of(types),
        "status": status_of(types, (), chapter or title),
        "journal": title or None,
        "authors": _authors(document, book),
        "sections": tuple(text.writer.sections),
        "identifiers": tuple(text.identifiers),
        "publisher": line(document.find("Book/Publisher/PublisherName")) or None,
        "volume": line(document.find("Book/Volume")) or None,
        "pages": pages_of(document.find("Pagination")),
        "languages": tuple(line(each) for each in document.iterchildren("Language")),
        "other_titles": tuple(each for each in ((title if chapter else ""), *others) if each),
        "publication_types": types,
        "keywords": tuple(line(each) for each in document.iterfind("KeywordList/Keyword")),
        "date": date,
        "date_text": words or None,
    }


def _authors(document: Element, book: Element | None) -> list[dict[str, Any]]:
    lists = [*document.iterchildren("AuthorList"), *(book.iterchildren("AuthorList") if book is not None else ())]
    return next((authors_of(each) for each in lists if each.get("Type", "authors") == "authors" and len(each)), [])


def _identifiers(record: Element, document: Element, book: Element | None) -> list[tuple[str, str]]:
    found = [("pmid", line(document.find("PMID")))]
    found += [("nbk", line(each)) for each in document.iterfind("ArticleIdList/ArticleId[@IdType='bookaccession']")]
    found += [
        (kind, value)
        for kind, value in addresses(record, by_name(document), book.findall("ELocationID") if book is not None else ())
        if kind != "pmid"
    ]
    found += [("doi", line(each).lower()) for each in document.iterfind("ArticleIdList/ArticleId[@IdType='doi']")]
    found += [("isbn", line(each)) for each in document.iterfind("Book/Isbn")]
    return found
