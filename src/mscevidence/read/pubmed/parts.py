"""Parts of a PubMed record that are taken out of it before it is parsed: plain ones, and those not read at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from mscevidence.read.pubmed.authors import plain_authors
from mscevidence.read.pubmed.headings import plain_subjects, plain_types
from mscevidence.read.pubmed.journal import plain_journal, plain_journal_of_medline
from mscevidence.read.xml_records import Piece

Reader = Callable[[bytes], Any]
"""What reads a part; it returns None when the part must stay in the record."""


def _not_read(markup: bytes) -> tuple[()] | None:
    return None if b"!" in markup and b"<!" in markup else ()  # a comment may hide its end


_REFERENCES = b"ReferenceList"
"""Up to half of the bytes of a record; there are lists within lists."""

_CITATION = b'CommentsCorrections RefType="Cites"'
"""Many follow each other, in one list with the links that are read."""

_UNREAD = (
    b"GrantList",
    b"ChemicalList",
    _CITATION,
    b"InvestigatorList",
    b"History",
    _REFERENCES,
)
_DATES = b"DateCreated", b"DateCompleted", b"DateRevised"
"""Of the record, not of the report; they follow each other before the article."""

_NOT_READ: Mapping[bytes, Reader] = dict.fromkeys((*_DATES, *_UNREAD), _not_read)
_PLAIN: Mapping[bytes, Reader] = {
    b"Journal": plain_journal,
    b"AuthorList": plain_authors,
    b"PublicationTypeList": plain_types,
    b"MedlineJournalInfo": plain_journal_of_medline,
    b"MeshHeadingList": plain_subjects,
}


class _Parts:
    """The parts of one kind of record, by the names with which they begin."""

    def __init__(self, readers: Mapping[bytes, Reader]) -> None:
        self.readers = readers
        # A comment may hold what looks like a part.
        self.opening = re.compile(rb"<(?:(%s)(?=[ >])|[!?])" % b"|".join(readers))
        self.closing = {name: b"</%s>" % name.partition(b" ")[0] for name in readers}

    def behind(self, data: bytes, name: bytes, position: int) -> int:
        """Return where the part ends that is open at a position, or 0 when it has no end."""
        closing = self.closing[name]
        if name == _CITATION:
            position = _last_citation(data, position)
        elif name in _DATES and (article := _behind_dates(data, position)):
            return article
        end = data.rfind(closing, position) if name == _REFERENCES else data.find(closing, position)
        return end + len(closing) if end >= 0 else 0


def _last_citation(data: bytes, position: int) -> int:
    """Return a position in the last citation of the list when all between are citations too, else in this one."""
    last = data.rfind(_CITATION, position, data.find(b"</CommentsCorrectionsList>", position))
    alike = data.count(_CITATION, position, last) == data.count(b"<CommentsCorrections ", position, last)
    return last if last >= 0 and alike else position


def _behind_dates(data: bytes, position: int) -> int:
    """Return where the article begins when nothing but dates of year, month and day stands before it, else 0."""
    article = data.find(b"<Article", position, position + 1000)
    dates, tags = data.count(b"<Date", position, article), data.count(b"<", position, article)
    return article if article >= 0 and tags == 8 * dates + 7 else 0


_OF_CITATIONS, _OF_BOOKS = _Parts({**_NOT_READ, **_PLAIN}), _Parts(_NOT_READ)


def take_parts(piece: Piece) -> tuple[Piece, dict[str, Any]]:
    """Return a record without the parts that could be taken out of it, and what was read of them by their names."""
    if not piece.is_plain:
        return piece, {}
    parts = _OF_BOOKS if piece.name == "PubmedBookArticle" else _OF_CITATIONS
    data = piece.data
    read: dict[str, Any] = {}
    kept: list[bytes] = []
    end = position = 0
    while (match := parts.opening.search(data, position)) is not None:
        name = match[1]
        if name is None:
            return piece, {}
        start, position = match.start(), parts.behind(data, name, match.end()) or len(data)
        value = parts.readers[name](data[start:position])
        if value is not None:
            read[name.decode()] = value
            kept.append(data[end:start])
            end = position
    if not kept:
        return piece, {}
    kept.append(data[end:])
    return piece._replace(data=b"".join(kept)), read
