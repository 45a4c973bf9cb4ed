"""Lines of exported files, and records of lines: streamed, bounded, one at a time.

Exports come with Unix, Windows and old Macintosh line ends, in UTF-8, UTF-16 and Windows-1252. A record, or a line
without an end, of more than `MAX_RECORD_BYTES` is cut where the memory would begin to fill and rejected; the records
around it are read.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from mscevidence.errors import DocumentError
from mscevidence.model import Reject
from mscevidence.read.canonical import decode
from mscevidence.read.formats import Record
from mscevidence.read.reference import Reference, record_of
from mscevidence.read.streams import some_of

MAX_RECORD_BYTES = 5_000_000
"""The largest record of a reference manager, with its attachments named and 3,000 references, has about 0.5 MB."""

_CHUNK = 1 << 17
_EXCERPT = 200
_LINE_END = re.compile(rb"[\r\n]")


class BrokenRecordError(Exception):
    """One record that cannot be read; the message is the reason."""


def opening(head: str) -> str:
    """Return the first characters of a file as they read, whatever the byte order mark or the width of a character."""
    return head.replace("\0", "").lstrip("\ufeff\ufffd \t\r\n")


def chunks_of(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the bytes of a stream in pieces; UTF-16 is turned into UTF-8 on the way."""
    width = _utf16(stream)
    decoder = codecs.getincrementaldecoder(width)("backslashreplace") if width else None
    while chunk := some_of(stream, _CHUNK):
        yield decoder.decode(chunk).encode() if decoder else chunk
    if decoder:
        yield decoder.decode(b"", final=True).encode()


def _utf16(stream: BinaryIO) -> str | None:
    start = stream.peek(64)[:64] if hasattr(stream, "peek") else b""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(start) >= 8 and not any(start[1::2]) and all(start[::2]):
        return "utf-16-le"
    return "utf-16-be" if len(start) >= 8 and not any(start[::2]) and all(start[1::2]) else None


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a stream with their ends; one longer than `MAX_RECORD_BYTES` is cut one byte behind that."""
    rest, skipping = b"", False
    for chunk in chunks_of(stream):
        if skipping:
            end = _LINE_END.search(chunk)
            if end is None:
                continue
            chunk, skipping = chunk[end.end() :], False  # noqa: PLW2901
        lines = (rest + chunk).splitlines(keepends=True)
        # The last piece may go on in the next chunk, be it with the second half of a Windows line end.
        rest = lines.pop() if lines else b""
        yield from lines
        if len(rest) > MAX_RECORD_BYTES:
            yield rest[: MAX_RECORD_BYTES + 1]
            rest, skipping = b"", True
    if rest:
        yield rest


class Draft:
    """The lines of one record while it grows; what goes beyond `MAX_RECORD_BYTES` is not kept."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._size = 0

    def __bool__(self) -> bool:
        return bool(self._lines)

    def add(self, line: bytes) -> None:
        """Add a line, with its end."""
        if self._size <= MAX_RECORD_BYTES:
            self._lines.append(line)
            self._size += len(line)

    def taken(self) -> bytes:
        """Return the bytes so far and begin anew."""
        data = b"".join(self._lines)
        self._lines, self._size = [], 0
        return data


def records_of(pieces: Iterable[bytes], parse: Callable[[str], Reference]) -> Iterator[Record | Reject]:
    """Yield one record or reject for the bytes of each record.

    Args:
        pieces: the bytes of one record after the other.
        parse: reads the decoded text of one; raises `BrokenRecordError` where it cannot.
    """
    for position, data in enumerate(pieces, 1):
        yield _record(data, position, parse)


def _record(data: bytes, position: int, parse: Callable[[str], Reference]) -> Record | Reject:
    if len(data) > MAX_RECORD_BYTES:
        reason = f"the record is larger than {MAX_RECORD_BYTES:,} bytes: a broken file, or none of references"
        return Reject(position=position, reason=reason, excerpt=excerpt(data))
    try:
        text, notes = decode(data)
        reference = parse(text.replace("\r\n", "\n").replace("\r", "\n"))
    except DocumentError as error:
        return Reject(position=position, reason=error.message, excerpt=excerpt(data))
    except BrokenRecordError as error:
        return Reject(position=position, reason=str(error), excerpt=excerpt(data))
    reference.notes[:0] = notes
    return record_of(reference, data, position)


def excerpt(data: bytes) -> str:
    """Return how some bytes begin, on one line."""
    return " ".join(data[:_EXCERPT].decode("utf-8", "replace").replace("\ufeff", "").split())
