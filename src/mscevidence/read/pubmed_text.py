"""What PubMed saves as text: *Summary*, one citation per record, and *Abstract*, with authors, addresses and abstract.

Records are numbered from 1. A record of *Abstract* is made of paragraphs whose order is fixed: citation, title,
authors, addresses, notices, abstract, rights, identifiers, interests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from mscevidence.model import Author, Identifier, Notice, Reject
from mscevidence.model.document import NoticeKind
from mscevidence.read.column_names import add_value
from mscevidence.read.formats import Record, RecordFormat
from mscevidence.read.record_lines import BrokenRecordError, Draft, lines_of, opening, records_of
from mscevidence.read.reference import Reference
from mscevidence.read.reference_identifiers import doi_in

_NUMBER = re.compile(rb"(?:\xef\xbb\xbf)?(\d{1,6})(\.|:) \S")
_SUMMARY = re.compile(
    r"""(?P<before>.*?[.?!\]]["”)]?)\s(?P<citation>[^.?!]+(?:\([^)]*\))?\.\s(?:1[89]|20)\d\d\b[^;.]*[;.].*)""",
    re.DOTALL | re.VERBOSE,
)
_NUMBERS = (
    ("doi", re.compile(r"(?i)\bdoi:\s?(10\.\S+)")),
    ("pmid", re.compile(r"\bPMID: (\d{1,8})")),
    ("pmcid", re.compile(r"\bPMCID: (PMC\d+)")),
)
_NOTICES: dict[str, NoticeKind] = {
    "Retraction in": "retracted-by",
    "Retraction of": "retraction-of",
    "Erratum in": "corrected-by",
    "Erratum for": "erratum-for",
    "Expression of concern in": "expression-of-concern-by",
    "Expression of concern for": "expression-of-concern-for",
    "Comment in": "commented-by",
    "Comment on": "comment-on",
    "Update in": "updated-by",
    "Update of": "update-of",
    "Republished in": "republished-in",
    "Corrected and republished in": "republished-in",
    "Republished from": "republished-from",
    "Corrected and republished from": "republished-from",
}
_MARKS = re.compile(r"\((?:\d+|[^\w\s)])\)")
_PERSON = re.compile(r"[^,;:\d]+ [A-Z][A-Z-]{0,3}(?: (?:Jr|Sr|2nd|3rd|I{2,3}|IV))?")
_LANGUAGE = re.compile(r"\[Article in ([^\];]+)[^\]]*\]")
_RIGHTS = re.compile(r"(?:©|Copyright\b|\(c\)|This article is protected by copyright)", re.IGNORECASE)


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    draft, expected, after_blank = Draft(), 1, True
    for line in lines_of(stream):
        found = _NUMBER.match(line) if after_blank else None
        # A numbered list in an abstract seldom stands after an empty line and goes on with the number of the record.
        if found and int(found[1]) == expected:
            if expected > 1:
                yield draft.taken()
            expected += 1
        draft.add(line)
        after_blank = not line.strip()
    rest = draft.taken()
    if rest.strip(b"\xef\xbb\xbf \t\r\n\x1a"):
        yield rest


def _parse(text: str) -> Reference:
    found = re.match(r"\s*\d+([.:]) ", text.replace("\ufeff", ""))
    if found is None:
        raise BrokenRecordError("text that belongs to no record")
    body = text.replace("\ufeff", "")[found.end() :]
    reference = Reference()
    if found[1] == ":":
        _summary(reference, " ".join(body.split()))
    else:
        _abstract(reference, [part.strip("\n") for part in re.split(r"\n[ \t]*\n", body) if part.strip()])
    reference.add("database", "PubMed")
    return reference


def _add_citation(reference: Reference, citation: str) -> None:
    if "[Preprint]" in citation:
        reference.add("type", "Preprint")
    add_value(reference, "source-line", "", re.sub(r"(?i)\sdoi:.*", "", citation.replace(" [Preprint]", "", 1)))


def _summary(reference: Reference, text: str) -> None:
    _identify(reference, text)
    found = _SUMMARY.match(text)
    if found is None:
        raise BrokenRecordError("the citation cannot be told apart into authors, title and journal")
    people, _, title = found["before"].partition(". ")
    if title and _are_people(people):
        _authors(reference, people)
    else:
        title = found["before"]
    reference.add("title", title)
    _add_citation(reference, found["citation"])


def _abstract(reference: Reference, paragraphs: list[str]) -> None:
    citation = " ".join(paragraphs[0].split())
    _add_citation(reference, citation)
    _identify(reference, citation)
    rest = [" ".join(part.split()) if "\n  " not in part else part for part in paragraphs[1:]]
    if rest:
        reference.add("title", rest.pop(0))
    if rest and (language := _LANGUAGE.match(rest[0])):
        for each in language[1].split(", "):
            reference.add("language", each)
        rest.pop(0)
    if rest and _are_people(rest[0].rstrip(".")):
        _authors(reference, rest.pop(0).rstrip("."))
    for number, part in enumerate(rest):
        _add(reference, part, paragraphs[len(paragraphs) - len(rest) + number])


def _add(reference: Reference, part: str, lines: str) -> None:
    """Add a paragraph behind the authors.

    Args:
        reference: what is filled.
        part: the paragraph on one line; notices keep their lines.
        lines: as it stands.
    """
    heading = part.partition("\n")[0].rstrip(":")
    if heading in _NOTICES:
        _notices(reference, _NOTICES[heading], part.split("\n")[1:])
    elif part.startswith("Author information:"):
        for address in re.split(r"\(\d+\)|\([^\w\s)]\)", part.removeprefix("Author information:")):
            reference.add("affiliation", address)
    elif re.match(r"(?:DOI|PMCID|PMID): ", part):
        _identify(reference, part)
    elif part.startswith("Conflict of interest statement:"):
        reference.add("disclosures", part.partition(":")[2])
    elif part.startswith("Collaborators:"):
        reference.add("note", part)
    elif not _RIGHTS.match(part):
        reference.add("abstract", _joined(lines))


def _joined(lines: str) -> str:
    """Return a paragraph whose lines were broken at 80 characters; a label in capitals begins a line of its own."""
    pieces: list[str] = []
    for line in lines.split("\n"):
        begins = not pieces or re.match(r"[A-Z][A-Z/,&() -]{3,}: ", line)
        pieces += [] if not pieces else ["\n" if begins else " "]
        pieces.append(line.strip())
    return "".join(pieces)


def _are_people(text: str) -> bool:
    names = [_MARKS.sub("", name).strip() for name in re.split(r"[,;]\s", text)]
    persons = sum(bool(_PERSON.fullmatch(name)) for name in names)
    return text.startswith("[No authors listed]") or (persons > 0 and (persons >= len(names) / 2 or ";" in text))


def _authors(reference: Reference, text: str) -> None:
    for name in re.split(r"[,;]\s", _MARKS.sub("", text)):
        if name.strip() and name != "[No authors listed]":
            person = bool(_PERSON.fullmatch(name.strip()))
            reference.authors.append(Author(name=name.strip(), collective=not person))


def _identify(reference: Reference, text: str) -> None:
    for name, pattern in _NUMBERS:
        if found := pattern.search(text):
            reference.add(name, found[1])


def _notices(reference: Reference, kind: NoticeKind, lines: list[str]) -> None:
    for text in map(str.strip, lines):
        number, doi = re.search(r"PMID: (\d+)", text), doi_in(text)
        identifiers = [Identifier(kind="pmid", value=number[1])] if number else []
        identifiers += [Identifier(kind="doi", value=doi)] if doi else []
        if text:
            reference.notices.append(Notice(kind=kind, text=text, identifiers=tuple(identifiers)))


def _recognises(head: str, name: str) -> bool:  # noqa: ARG001
    start = opening(head).replace("\r\n", "\n").replace("\r", "\n")
    first = re.match(r"1[.:] \S[^\n]*(?:\n[^\n]+){0,60}", start)
    if first is None:
        return False
    if start.startswith("1: "):
        return bool(re.search(r"\bPMID: \d", first.group()))
    dated = re.match(r"1\. [^.]+(?:\.[^.\d]+)*\. (?:1[89]|20)\d\d\b", " ".join(first.group().split()))
    return bool(dated and re.search(r"(?m)^(?:PMCID: PMC\d+\s+)?PMID: \d", start))


def _records(stream: BinaryIO) -> Iterator[Record | Reject]:
    return records_of(_pieces(stream), _parse)


FORMAT = RecordFormat(name="pubmed-text", recognises=_recognises, records=_records)
"""PubMed's *Summary (text)* and *Abstract (text)*."""
