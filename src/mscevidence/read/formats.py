"""What a reader of files with many records is, and the list of all of them.

Such a reader splits a stream into the bytes of single records and parses each on its own, so that one broken record
costs that record only, and memory does not grow with the file. To add a format, write a module with a `RecordFormat`
and name it in `RECORD_FORMATS`.
"""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, NamedTuple

from mscevidence.model import Reject


class Record(NamedTuple):
    """One record of a file.

    Attributes:
        data: its bytes as they stand in the file; of a spreadsheet row, its cells as JSON.
        text: its canonical text (title first, then the abstract with its labels).
        fields: the other fields of its `Document`, by name; ``identifiers`` are added to those found in the text.
    """

    data: bytes
    text: str
    fields: dict[str, Any]


@dataclasses.dataclass(frozen=True)
class RecordFormat:
    """A format of files that hold many records.

    Attributes:
        name: as the user gives it with ``--format`` and as `Document.format` has it.
        recognises: whether a file is of this format, from its first characters (unpacked, decoded leniently) and its
            name.
        records: the records of an open file, in order, each read or rejected with its position from 1; it raises
            `DocumentError` only when nothing more can be read from the file.
    """

    name: str
    recognises: Callable[[str, str], bool]
    records: Callable[[BinaryIO], Iterator[Record | Reject]]


RECORD_FORMATS: dict[str, str] = {
    "jats-set": "jats_sets",
    "pubmed": "pubmed",
    "eutils": "eutils_answers",
    "ctgov": "ctgov",
    "europepmc": "europepmc",
    "reference-json": "reference_json",
    "crossref": "crossref",
    "ictrp": "ictrp",
    "ris": "ris",
    "nbib": "nbib",
    "web-of-science": "web_of_science",
    "endnote-tagged": "endnote_tagged",
    "labelled-lines": "labelled_lines",
    "ovid-tagged": "ovid_tagged",
    "ovid-medlars": "ovid_medlars",
    "named-lines": "named_lines",
    "scopus-text": "scopus_text",
    "refworks": "refworks",
    "noteexpress": "noteexpress",
    "chinese-lines": "chinese_lines",
    "central-text": "central_text",
    "pubmed-text": "pubmed_text",
    "bibtex": "bibtex",
    "endnote-xml": "endnote_xml",
    "conference-html": "conference_html",
    "search-xlsx": "search_xlsx",
    "search-csv": "search_csv",
}
"""Name of a format to the module of `mscevidence.read` whose ``FORMAT`` reads it; asked in this order."""


def record_format(name: str) -> RecordFormat:
    """Return the reader of a format of `RECORD_FORMATS`."""
    found: RecordFormat = importlib.import_module(f"mscevidence.read.{RECORD_FORMATS[name]}").FORMAT
    return found


def recognised(head: str, name: str) -> RecordFormat | None:
    """Return the first format that recognises the beginning of a file, or None."""
    formats = (record_format(each) for each in RECORD_FORMATS)
    return next((each for each in formats if each.recognises(head, name)), None)
