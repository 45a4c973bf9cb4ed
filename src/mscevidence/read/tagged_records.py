"""Exports of tagged lines: what their formats share, and what each of them sets itself.

A line gives a tag and a value; lines without a tag go on with the value before them. Where a record begins, how a tag
looks and what it holds is the dialect of a format.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from mscevidence.model import Reject
from mscevidence.read.formats import Record, RecordFormat
from mscevidence.read.record_lines import BrokenRecordError, Draft, lines_of, opening, records_of
from mscevidence.read.reference import Reference

Values = list[tuple[str, str]]
"""Tags and their values in the order of the record; a tag may stand several times."""

_NOTHING = b"\xef\xbb\xbf \t\r\n\x1a"


@dataclasses.dataclass(frozen=True)
class Dialect:
    r"""What one format of tagged lines sets.

    Attributes:
        name: of the format.
        begins: how the line looks that begins a record; None where it is the tag of the file's first line whenever
            that comes again behind an empty line.
        tagged: a line with a tag (first group) and the beginning of its value (second group).
        recognises: how the first record of a file looks, its lines ending with ``\n``.
        fill: puts the values of a record into a reference.
    """

    name: str
    begins: re.Pattern[str] | None
    tagged: re.Pattern[str]
    recognises: re.Pattern[str]
    fill: Callable[[Reference, Values], None]


def format_of(dialect: Dialect) -> RecordFormat:
    """Return the reader of a dialect."""
    return RecordFormat(
        name=dialect.name,
        recognises=lambda head, name: bool(dialect.recognises.search(_unix(opening(head)))),  # noqa: ARG005
        records=lambda stream: _records(stream, dialect),
    )


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _records(stream: BinaryIO, dialect: Dialect) -> Iterator[Record | Reject]:
    return records_of(_pieces(stream, dialect), lambda text: _parse(text, dialect))


def _pieces(stream: BinaryIO, dialect: Dialect) -> Iterator[bytes]:
    draft, inside, begins, after_blank = Draft(), False, dialect.begins, True
    for line in lines_of(stream):
        shown = line.decode("utf-8", "replace").lstrip("\ufeff").rstrip("\r\n")
        if begins is None and (first := dialect.tagged.match(shown)):
            begins = re.compile(rf"{re.escape(first[1])}\b")
        if begins and begins.match(shown) and (dialect.begins or after_blank):
            # What stands before the first record (the name of a search, say) belongs to none.
            before = draft.taken()
            if inside:
                yield before
            inside = True
        draft.add(line)
        after_blank = not shown.strip()
    rest = draft.taken()
    if rest.strip(_NOTHING):
        yield rest


def _parse(text: str, dialect: Dialect) -> Reference:
    values: list[tuple[str, list[str]]] = []
    for line in text.replace("\ufeff", "").split("\n"):
        if found := dialect.tagged.match(line):
            values.append((found[1].strip(), [(found[2] or "").strip()]))
        elif line.strip() and values:
            values[-1][1].append(line.strip())
    if not values:
        raise BrokenRecordError("text that belongs to no record")
    reference = Reference()
    dialect.fill(reference, [(tag, "\n".join(lines).strip()) for tag, lines in values])
    return reference


def add_known(reference: Reference, tag: str, value: str, fields: dict[str, str], left: frozenset[str]) -> None:
    """Add the value of a tag under the name that it has in a format; of an unknown tag as a note.

    Args:
        reference: what is filled.
        tag: of the line.
        value: of the line and those that go on with it.
        fields: names of `reference.FIELDS` by tag.
        left: tags of which nothing is taken.
    """
    if name := fields.get(tag):
        reference.add(name, value)
    elif tag not in left and value:
        reference.add("note", f"{tag}: {value}")
