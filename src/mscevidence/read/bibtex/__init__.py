"""BibTeX and BibLaTeX (.bib), as databases, JabRef and Zotero write it.

An entry is cut out of the stream by its braces, or, where they do not match, by the line that begins the next; each
is read for itself. Braces that do not match (Scopus and EBSCO put any text into a value) make the entry be read line
by line, which its notes say. ``@string`` macros and names of months are put in; comments and the preamble are no
records.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from typing import BinaryIO

from mscevidence.model import Reject
from mscevidence.read.bibtex.entry import entry_of, macro_of
from mscevidence.read.bibtex.parents import Parents
from mscevidence.read.formats import Record, RecordFormat
from mscevidence.read.record_lines import Draft, lines_of, opening, records_of
from mscevidence.read.reference import Reference
from mscevidence.read.tex import plain_text

_FIELDS = {
    "title": "title",
    "abstract": "abstract",
    "journal": "journal",
    "journaltitle": "journal",
    "booktitle": "journal",
    "shortjournal": "abbreviation",
    "journal_abbrev": "abbreviation",
    "abbrev_source_title": "abbreviation",
    "journal-iso": "abbreviation",
    "year": "year",
    "date": "date",
    "volume": "volume",
    "number": "issue",
    "issue": "issue",
    "pages": "pages",
    "article-number": "article-number",
    "art_number": "article-number",
    "eid": "article-number",
    "doi": "doi",
    "pmid": "pmid",
    "pubmed_id": "pmid",
    "pmcid": "pmcid",
    "pmc": "pmcid",
    "unique-id": "accession",
    "issn": "issn",
    "eissn": "issn",
    "isbn": "isbn",
    "url": "url",
    "publisher": "publisher",
    "language": "language",
    "langid": "language",
    "document_type": "type",
    "type": "type",
    "source": "database",
    "database": "database",
    "affiliation": "affiliation",
    "affiliations": "affiliation",
    "address_of_authors": "affiliation",
    "note": "note",
    "annote": "note",
    "eventtitle": "meeting",
    "keywords": "keyword",
    "keyword": "keyword",
    "author_keywords": "keyword",
    "author-keywords": "keyword",
    "keywords-plus": "subject",
    "mesh_terms": "subject",
}
_KEEP = frozenset({"groups", "comment", "label", "caption", "keywords-own", "annotation", "review", "screening"})
"""Fields of managers that may hold a decision of a person: kept as notes. Other fields that are not known are left."""

_IN_SERIES = ("book", "collection", "proceedings", "reference")
"""Parts of the names of kinds whose number is that of a series."""

_START = re.compile(rb"[ \t]*(?:\xef\xbb\xbf)?@[ \t]*([A-Za-z]+)[ \t]*[{(]")
_BRACE = re.compile(rb"\\.|[{}]")
_FIELD_LINE = re.compile(rb"[ \t]*[A-Za-z][\w.:-]*[ \t]*=[ \t]*[{\"\w]|[ \t]*[)}][ \t\r\n]*$")
_NO_RECORDS = frozenset({b"comment", b"preamble", b"string"})
_MONTHS = {name.casefold(): name for name in calendar.month_abbr if name}


class _Entries:
    """The entries of a stream of lines."""

    def __init__(self, lines: Iterator[bytes], macros: dict[str, str]) -> None:
        self._lines = lines
        self._macros = macros
        self._draft = Draft()
        self._kind = b""
        self._depth = 0

    def __iter__(self) -> Iterator[bytes]:
        for line in self._lines:
            yield from self._take(line)
        yield from self._end()

    def _take(self, line: bytes) -> Iterator[bytes]:
        start = _START.match(line)
        # What is commented out in braces may hold entries.
        if start and not (self._kind == b"comment" and self._depth > 0):
            yield from self._end()
            self._kind, self._depth = start[1].lower(), 0
        elif self._depth <= 0 and not _FIELD_LINE.match(line) and not (self._kind and line.strip() in {b"", b","}):
            # Between entries any text is a comment.
            return
        stop = self._closing(line)
        rest = line[stop:] if stop else b""
        if stop and _START.match(rest):
            self._draft.add(line[:stop])
            yield from self._take(rest)
        else:
            self._draft.add(line)

    def _closing(self, line: bytes) -> int:
        """Count the braces of a line; return where the entry closes on it, 0 if it does not."""
        if b"{" not in line and b"}" not in line:
            return 0
        for brace in _BRACE.finditer(line):
            if brace.group() == b"{":
                self._depth += 1
            elif brace.group() == b"}":
                self._depth -= 1
                if self._depth == 0 and _START.match(line, brace.end()):
                    return brace.end()
        return 0

    def _end(self) -> Iterator[bytes]:
        data, kind = self._draft.taken(), self._kind
        self._kind = b""
        if kind == b"string":
            self._macros.update(macro_of(data.decode("utf-8", "replace"), self._macros))
        if data.strip() and kind not in _NO_RECORDS:
            yield data


def _reference(text: str, macros: dict[str, str], parents: Parents) -> Reference:
    entry = parents.completed(entry_of(text, macros), macros)
    reference = Reference(notes=list(entry.notes))
    fields = entry.fields
    reference.add("type", entry.kind)
    for name, value in fields.items():
        if name != "number" or not any(each in entry.kind for each in _IN_SERIES):
            _add(reference, name, value)
    if subtitle := fields.get("subtitle"):
        reference.values["title"] = [f"{plain_text(fields.get('title', ''))}: {plain_text(subtitle)}"]
    if "year" in fields and "month" in fields:
        reference.add("date", f"{_month(fields['month'])} {fields.get('day', '')} {fields['year']}")
    if fields.get("eprinttype", "").casefold() == "pubmed":
        reference.add("pmid", fields.get("eprint", ""))
    _add_key(reference, entry.key)
    return reference


_NOTED = re.compile(r"\[(PubMed Central|PubMed|DOI):\s*([^\s\[\]]+)\]")
"""What PubMed makes BibTeX of (TeXMed) knows of numbers stands in its note."""


def _month(value: str) -> str:
    return calendar.month_abbr[int(value)] if re.fullmatch(r"0?[1-9]|1[0-2]", value.strip()) else plain_text(value)


def _add(reference: Reference, name: str, value: str) -> None:
    field = _FIELDS.get(name)
    if name == "author":
        for author in _names(value):
            if author.casefold() == "others":
                reference.notes.append("the source names further authors as others")
            else:
                reference.add("author", author)
    elif field in {"keyword", "subject"}:
        text = plain_text(value)
        for term in text.split(";") if ";" in text else re.split(r",\s*", text):
            reference.add(field, term)
    elif field in {"doi", "url"}:
        # Mendeley writes an underscore as {\_}.
        reference.add(field, re.sub(r"[\\{}]", "", value))
    elif field == "note":
        _add_note(reference, name, plain_text(value))
    elif field:
        # A tab is a space in TeX; in a canonical text it would separate the cells of a table.
        reference.add(field, plain_text(value).replace("\t", " "))
    elif name in _KEEP:
        reference.add("note", f"{name}: {plain_text(value)}")


def _add_note(reference: Reference, name: str, text: str) -> None:
    for kind, number in _NOTED.findall(text):
        reference.add({"PubMed": "pmid", "PubMed Central": "pmcid", "DOI": "doi"}[kind], number)
    reference.add("note", f"{name}: {text}")


def _names(value: str) -> list[str]:
    """Return the authors; ``and`` inside braces belongs to the name of a group."""
    names, depth, current = [], 0, ""
    for piece in re.split(r"([{}]| and )", " ".join(value.split())):
        depth += (piece == "{") - (piece == "}")
        if depth == 0 and piece == " and ":
            names.append(current)
            current = ""
        else:
            current += piece
    return [" ".join(plain_text(name).split()).replace(" ,", ",") for name in (*names, current) if name.strip()]


def _add_key(reference: Reference, key: str) -> None:
    """Add the key of an entry; databases set their accession number there."""
    number = re.fullmatch(r"(PMID|pmid|PMC|PPR|WOS|ISI):?\s?(\S+)", key)
    if number and number[1].upper() == "PMID" and number[2].isdigit():
        reference.add("pmid", number[2])
    elif number and number[1] in {"WOS", "ISI"}:
        reference.add("accession", f"{number[1]}:{number[2]}")
    elif number and number[1] == "PPR":
        reference.add("type", "preprint")
        reference.add("accession", number[2])
    elif key:
        reference.add("note", f"key: {key}")


def _recognises(head: str, name: str) -> bool:
    start = opening(head)
    found = re.search(
        r"(?m)^\s*@\s*(?:article|book|in\w+|conference|misc|online|\w*thesis|\w*report|unpublished|string|comment|preamble"
        r"|proceedings|manual|mv\w+|bookin\w+|reference|patent|dataset|periodical|review)\s*[{(]",
        start,
        re.IGNORECASE,
    )
    return found is not None and (
        name.casefold().endswith(".bib") or start.startswith(("@", "%")) or found.start() < 2000
    )


def _records(stream: BinaryIO) -> Iterator[Record | Reject]:
    macros = dict(_MONTHS)
    parents = Parents()
    pieces = parents.behind_children(_Entries(lines_of(stream), macros))
    return records_of(pieces, lambda text: _reference(text, macros, parents))


FORMAT = RecordFormat(name="bibtex", recognises=_recognises, records=_records)
