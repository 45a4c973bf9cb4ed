"""Exports of tagged lines: what their formats share, and what each of them sets itself.

A line gives a tag and a value; lines without a tag go on with the value before them. Where a record begins, how a tag
looks and what it holds is the dialect of a format.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import BinaryIO

from mscevidence.errors import DocumentError
from mscevidence.model import Reject
from mscevidence.read.canonical import decode
from mscevidence.read.formats import Record, RecordFormat
from mscevidence.read.record_lines import BrokenRecordError, Draft, lines_of, opening, records_of
from mscevidence.read.reference import Reference

Values = list[tuple[str, str]]
"""Tags and their values in the order of the record; a tag may stand several times."""

_SOME = 400
"""Lines from which the encoding and the first tag of a file are told."""

_ENCODINGS = ("utf-8", "gb18030", "cp950", "cp932", "euc_jp", "euc_kr", "cp1252")
_BOM = b"\xef\xbb\xbf"
_NOTHING = b"\xef\xbb\xbf \t\r\n\x1a"


@dataclasses.dataclass(frozen=True)
class Dialect:
    r"""What one format of tagged lines sets.

    Attributes:
        name: of the format.
        begins: how the line looks that begins a record; None where it is the tag of the file's first line, whenever
            that comes again.
        tagged: a line with a tag and the beginning of its value, the only groups of it that are filled.
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
    draft, inside = Draft(), False
    lines = lines_of(stream)
    if dialect.begins is None:
        some = list(itertools.islice(lines, _SOME))
        mark, lines = _first_mark(some, dialect), itertools.chain(some, lines)
    for line in lines:
        if _begins(line, dialect.begins) if dialect.begins else line.removeprefix(_BOM).lstrip().startswith(mark):
            # What stands before the first record (the name of a search, say) belongs to none.
            before = draft.taken()
            if inside:
                yield before
            inside = True
        draft.add(line)
    rest = draft.taken()
    if rest.strip(_NOTHING):
        yield rest


def _begins(line: bytes, pattern: re.Pattern[str]) -> bool:
    return pattern.match(line.decode("utf-8", "replace").lstrip("\ufeff").rstrip("\r\n")) is not None


def _first_mark(lines: list[bytes], dialect: Dialect) -> bytes:
    """Return the bytes of the tag that the first tagged line begins with, in the encoding of the file."""
    with suppress(DocumentError):
        text = decode(b"".join(lines))[0].replace("\ufeff", "")
        found = next(filter(None, map(dialect.tagged.match, _unix(text).split("\n"))), None)
        tag = found.group()[: found.end(found.lastindex or 1) - len(_groups(found)[1])] if found else ""
        for encoding in _ENCODINGS if tag else ():
            with suppress(UnicodeEncodeError):
                mark = tag.rstrip().encode(encoding)
                if any(line.removeprefix(_BOM).lstrip().startswith(mark) for line in lines):
                    return mark
    return b"\n"


def _groups(found: re.Match[str]) -> tuple[str, str]:
    """Return the tag and the beginning of the value of a line."""
    tag, *value = (group for group in found.groups() if group is not None)
    return tag, "".join(value)


def _parse(text: str, dialect: Dialect) -> Reference:
    values: list[tuple[str, list[str]]] = []
    for line in text.replace("\ufeff", "").split("\n"):
        if found := dialect.tagged.match(line):
            tag, value = _groups(found)
            values.append((tag.strip(), [value.strip()]))
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
