"""The XML export of the WHO's registry search (ICTRP): one element per trial, one plain element per field.

The export may end after a complete trial without the closing tag of its root; that costs no trial.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from mscevidence.errors import DocumentError
from mscevidence.model import Reject
from mscevidence.read.column_names import add_value, field_of
from mscevidence.read.formats import Record, RecordFormat
from mscevidence.read.record_lines import excerpt, opening
from mscevidence.read.reference import Reference, record_of
from mscevidence.read.xml_records import Piece, RecordParser, split

if TYPE_CHECKING:
    from lxml.etree import _Element

_TRIAL = "Trial"


def _records(stream: BinaryIO) -> Iterator[Record | Reject]:
    parser = RecordParser()
    for position, piece in enumerate(split(stream, (_TRIAL,)), 1):
        yield _record(parser, piece, position)


def _record(parser: RecordParser, piece: Piece, position: int) -> Record | Reject:
    try:
        element, notes = parser.parse(piece)
    except DocumentError as error:
        return Reject(position=position, reason=error.message, excerpt=excerpt(piece.data))
    return record_of(_reference(element, notes), piece.data, position)


def _reference(element: _Element, notes: tuple[str, ...]) -> Reference:
    reference = Reference(notes=list(notes))
    for child in element:
        label = str(child.tag).replace("_", " ")
        add_value(reference, field_of(label), label, "".join(child.itertext()))
    if not reference.first("title"):
        # Some registries give the scientific title only, which stands with the other titles.
        reference.values["title"] = reference.values.pop("other-title", [])
    reference.add("database", "ICTRP")
    return reference


def _recognises(head: str, name: str) -> bool:  # noqa: ARG001
    start = opening(head)
    return start.startswith("<") and bool(re.search(r"<Trials_downloaded_from_ICTRP\b", start))


FORMAT = RecordFormat(name="ictrp", recognises=_recognises, records=_records)
"""XML of the ICTRP search portal."""
