"""Exports with a label on one line and the indented value below: Ovid citations and Embase plain text.

Ovid numbers its records ``<1>``, Embase ``RECORD 1``. Labels are words (``Author Keywords``) or the short codes of
Ovid's field lists (``AU``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from mscevidence.model import Reject
from mscevidence.read.column_names import add_value, field_of
from mscevidence.read.formats import Record, RecordFormat
from mscevidence.read.record_lines import BrokenRecordError, Draft, lines_of, opening, records_of
from mscevidence.read.reference import Reference

_START = re.compile(rb"(?:\xef\xbb\xbf)?(?:<\d+>\.?|RECORD \d+)[ \t]*[\r\n]*$")
_START_LINE = re.compile(r"(?:<\d+>\.?|RECORD \d+)[ \t]*$")
_LABEL = re.compile(r"[A-Z][A-Za-z/()&:, -]{1,60}$")
_CODES = {
    "UI": "accession number",
    "TI": "title",
    "AU": "author",
    "IN": "institution",
    "AB": "abstract",
    "SO": "source",
    "LG": "language",
    "PT": "document type",
    "DO": "doi number",
    "IS": "issn",
    "YR": "year",
    "KW": "author keywords",
    "MH": "subject headings",
    "JN": "journal",
}
_PREAMBLE = 40
_MARK = re.compile(
    r"\s*\.?\s*\[(?P<type>Article|Editorial|Letter|Abstract|Report|Miscellaneous|Review|Erratum)s?\]\.?$"
)


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    draft, inside = Draft(), False
    for line in lines_of(stream):
        if _START.match(line):
            if inside or draft:
                data = draft.taken()
                if data.strip(b"\xef\xbb\xbf \t\r\n"):
                    yield data
            inside = True
        draft.add(line)
    rest = draft.taken()
    if rest.strip(b"\xef\xbb\xbf \t\r\n\x1a"):
        yield rest


def _parse(text: str) -> Reference:
    lines = text.replace("\ufeff", "").strip().split("\n")
    if not _START_LINE.match(lines[0]):
        raise BrokenRecordError("text that belongs to no record")
    reference, label = Reference(), ""
    values: dict[str, list[str]] = {}
    # Where values are not indented, names are known by their capitals.
    indented = any(line[:1] in {" ", "\t"} for line in lines)
    for line in lines[1:]:
        if _LABEL.match(line) and not line.startswith(" ") and (indented or _is_capital_label(line)):
            label = line.strip()
            values.setdefault(label, [])
        elif line.strip() and label:
            values[label].append(line.strip())
    for label, parts in values.items():
        # Embase sets each author on a line; Ovid separates them and breaks lines anywhere.
        several = field_of(label) == "author" and not any(";" in part for part in parts)
        for value in parts if several else [" ".join(parts)]:
            _add(reference, label, value)
    if lines[0].startswith("RECORD"):
        reference.add("database", "Embase")
    return reference


def _is_capital_label(line: str) -> bool:
    return line.isupper() and field_of(line) is not None


def _add(reference: Reference, label: str, value: str) -> None:
    # Ovid's Status is that of the publication, not of a study.
    name = "left" if label == "Status" else field_of(_CODES.get(label, label))
    if name == "title" and (mark := _MARK.search(value, max(0, len(value) - 40))):
        reference.add("type", mark["type"])
        value = value[: mark.start()]
    if name == "author":
        # Ovid sets degrees and footnote marks behind a name: Verbeek, Jan MD *;  Hermans, Erik MD +
        for author in re.split(r";\s*", value):
            reference.add(
                name, re.sub(r"(?:,?\s+(?:MD|PhD|MSc|MPH|BSc|[*+^\d]+(?:,\d+)*|\[\S+\]))+$", "", author.strip())
            )
    elif name == "accession":
        reference.add(name, value.rstrip("."))
    else:
        add_value(reference, name, label, value)


def _recognises(head: str, name: str) -> bool:  # noqa: ARG001
    lines = [line for line in opening(head).splitlines()[:_PREAMBLE] if line.strip()]
    return any(
        _START_LINE.match(number)
        and _LABEL.match(label)
        and (value.startswith((" ", "\t")) or (number.startswith("RECORD") and _is_capital_label(label.strip())))
        for number, label, value in zip(lines, lines[1:], lines[2:], strict=False)
    )


def _records(stream: BinaryIO) -> Iterator[Record | Reject]:
    return records_of(_pieces(stream), _parse)


FORMAT = RecordFormat(name="labelled-lines", recognises=_recognises, records=_records)
