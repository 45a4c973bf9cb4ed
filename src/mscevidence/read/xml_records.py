"""Split a stream of XML into the bytes of its records, and parse each record alone.

The file is never parsed as a whole: what one record breaks costs that record, memory holds one record, and the document
type (with whatever entities it declares, or another file it names) is never looked at.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO, NamedTuple

from mscevidence.errors import DocumentError
from mscevidence.read.streams import beginning, some_of

MAX_RECORD_BYTES = 32_000_000
"""The largest article in XML has about a tenth of it."""

MAX_BATCH = 32
MAX_BATCH_BYTES = 1_000_000
"""As many records as `in_batches` puts together; more would only take memory."""

_CHUNK = 1 << 18
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_NAMESPACES = b"".join(
    b' xmlns:%s="%s"' % pair
    for pair in (
        (b"mml", b"http://www.w3.org/1998/Math/MathML"),
        (b"xlink", b"http://www.w3.org/1999/xlink"),
        (b"xsi", b"http://www.w3.org/2001/XMLSchema-instance"),
        (b"ali", b"http://www.niso.org/schemas/ali/1.0/"),
        (b"oasis", b"http://www.niso.org/standards/z39-96/ns/oasis-exchange/table"),
        (b"jats", b"http://www.ncbi.nlm.nih.gov/JATS1"),
        (b"rdf", b"http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
        (b"dc", b"http://purl.org/dc/elements/1.1/"),
        (b"dcterms", b"http://purl.org/dc/terms/"),
        (b"fr", b"http://www.crossref.org/fundref.xsd"),
        (b"rel", b"http://www.crossref.org/relations.xsd"),
    )
)
_HIDING = (b"!--", b"--"), (b"![CDATA[", b"]]")
"""How a comment and a section of characters begin and end, without the angles."""

_MOST_HIDDEN = 1 << 16
"""A longer comment is a broken one, which must not hide the end of its record and all records behind it."""

_OPEN, _CLOSE = b"<record" + _NAMESPACES + b">", b"</record>"
_NAMED_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9.]{0,40};)")


class Piece(NamedTuple):
    """The bytes of one record as they stand in the file, or why it has none that can be read.

    Attributes:
        name: of its element.
        data: its bytes; of a broken record, how it begins.
        fault: what is wrong with it as a whole; empty when it can be parsed.
        encoding: which the file declares, where it is not UTF-8.
        escaped: its markup is written with ``&lt;``, as in a page that shows XML.
    """

    name: str
    data: bytes
    fault: str = ""
    encoding: str = ""
    escaped: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it can be parsed as it stands."""
        return not self.fault and not self.escaped and self.encoding in {"", "utf-8", "utf8"}


def in_batches(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Yield records in groups that are parsed together; when the file breaks, first what was read before."""
    batch: list[Piece] = []
    size = 0
    try:
        for piece in pieces:
            batch.append(piece)
            size += len(piece.data)
            if len(batch) == MAX_BATCH or size > MAX_BATCH_BYTES:
                yield batch
                batch, size = [], 0
    except DocumentError:
        yield batch
        raise
    yield batch


def split(stream: BinaryIO, names: tuple[str, ...], *, most: int = MAX_RECORD_BYTES) -> Iterator[Piece]:
    """Yield the records of a stream in order.

    Args:
        stream: an open file, which is read to its end.
        names: of the elements that are records; none stands in another of the same name.
        most: a record with more bytes is a fault.
    """
    return _Splitter(stream, names, most).pieces()


class _Splitter:
    def __init__(self, stream: BinaryIO, names: tuple[str, ...], most: int) -> None:
        head = beginning(stream)
        declared = _ENCODING.match(head.removeprefix(codecs.BOM_UTF8))
        self.encoding = declared[1].decode().lower() if declared else ""
        if head.startswith(_UTF16):
            stream, self.encoding = codecs.EncodedFile(stream, "utf-8", "utf-16", "replace"), ""
        self.stream = stream
        self.escaped = any(f"&lt;{name}".encode() in head for name in names)
        self.less, self.greater = (b"&lt;", b"&gt;") if self.escaped else (b"<", b">")
        any_name = b"|".join(sorted((name.encode() for name in names), reverse=True))
        self.opening = re.compile(self.less + rb"(" + any_name + rb")(?=[\s/]|" + self.greater + rb")")
        self.longest = max(map(len, names)) + 8
        self.most = most
        self.hiding = [(self.less + begin, end + self.greater) for begin, end in _HIDING]
        self.buffer = bytearray()
        self.told = 0
        self.ended = False

    def pieces(self) -> Iterator[Piece]:
        """Yield every record; `buffer` begins where the next one is looked for."""
        while (found := self._next_opening()) is not None:
            yield self._record(found)

    def _next_opening(self) -> bytes | None:
        while True:
            match = self.opening.search(self.buffer)
            if match is not None:
                start, name = match.start(), bytes(match[1])  # read before the buffer moves under the match
                del self.buffer[:start]
                return name
            del self.buffer[: max(0, len(self.buffer) - self.longest)]
            if not self._more():
                return None

    def _record(self, name: bytes) -> Piece:
        """Return the record at the beginning of the buffer and go behind it."""
        opening, closing = self.less + name, self.less + b"/" + name + self.greater
        alone = self._alone(len(opening))
        if alone:
            return self._piece(name, alone)
        looked = self.told = len(opening)
        while True:
            end = self._end(closing, looked)
            again = self._again(name, looked, end)
            if again is not None:
                return self._fault(name, again, f"<{name.decode()}> is not closed before the next one begins")
            if end >= 0:
                return self._piece(name, end + len(closing))
            if len(self.buffer) > self.most:
                return self._fault(name, len(opening), f"<{name.decode()}> is not closed within {self.most:,} bytes")
            looked = max(looked, len(self.buffer) - len(closing) - 1)
            if not self._more():
                return self._fault(name, len(self.buffer), f"<{name.decode()}> is not closed: the file is cut short")

    def _alone(self, start: int) -> int:
        """Return where the tag at the beginning ends when it is closed in itself (``<Reply/>``), or 0."""
        while (end := self.buffer.find(self.greater, start)) < 0 and len(self.buffer) < _CHUNK and self._more():
            pass
        return end + len(self.greater) if end > 0 and self.buffer[end - 1 : end] == b"/" else 0

    def _end(self, closing: bytes, looked: int) -> int:
        """Return where the end of the record begins that is in no comment and no section of characters, or -1."""
        end = self.buffer.find(closing, looked)
        while end >= 0 and (behind := self._hidden_until(end)) > end:
            end = self.buffer.find(closing, behind)
        return end

    def _hidden_until(self, position: int) -> int:
        """Return where a comment ends that goes beyond a position; at most that position when there is none.

        Comments before `told` are known; few records have the one byte by which they are looked for.
        """
        while (mark := self.buffer.find(b"!", self.told, position)) >= 0:
            self.told = mark + 1
            start = mark - len(self.less)
            for opening, closing in self.hiding:
                if self.buffer.startswith(opening, start):
                    self.told = max(self.told, self._behind(closing, start + len(opening)))
        return self.told

    def _behind(self, closing: bytes, start: int) -> int:
        """Return where a comment ends, or 0 where it is not closed within bounds and so hides nothing."""
        most = start + _MOST_HIDDEN
        while (end := self.buffer.find(closing, start, most)) < 0 and len(self.buffer) < most and self._more():
            pass
        return end + len(closing) if end >= 0 else 0

    def _again(self, name: bytes, start: int, end: int) -> int | None:
        """Return where the same element begins once more before it was closed, or None."""
        stop = end if end >= 0 else len(self.buffer)
        found = self.buffer.find(self.less + name, start, stop)
        while found >= 0:
            behind = self.buffer[found + len(self.less + name) : found + len(self.less + name) + len(self.greater)]
            if behind[:1].isspace() or behind == self.greater:
                return found
            found = self.buffer.find(self.less + name, found + 1, stop)
        return None

    def _piece(self, name: bytes, end: int) -> Piece:
        data = bytes(memoryview(self.buffer)[:end])
        del self.buffer[:end]
        fault = f"<{name.decode()}> has {len(data):,} bytes: too large" if len(data) > self.most else ""
        return Piece(name.decode(), data, fault, self.encoding, self.escaped)

    def _fault(self, name: bytes, end: int, fault: str) -> Piece:
        data = bytes(self.buffer[: min(end, 400)])
        del self.buffer[:end]
        return Piece(name.decode(), data, fault, self.encoding, self.escaped)

    def _more(self) -> bool:
        chunk = some_of(self.stream, _CHUNK)
        self.buffer += chunk
        return bool(chunk)


class RecordParser:
    """Parses the bytes of single records; entities are never expanded and nothing is fetched."""

    def __init__(self) -> None:
        from lxml import etree

        options = {"no_network": True, "resolve_entities": False, "load_dtd": False, "huge_tree": False}
        options |= {"remove_comments": True, "remove_pis": True, "collect_ids": False}
        self._parser = etree.XMLParser(encoding="utf-8", **options)
        self._error: type[Exception] = etree.XMLSyntaxError
        self._parse = etree.fromstring

    def parse(self, piece: Piece) -> tuple[Any, tuple[str, ...]]:
        """Return the element of a record, and notes on how it was decoded.

        Raises:
            DocumentError: the record is not well formed.
        """
        if piece.fault:
            raise DocumentError(piece.fault, hint="fetch the file again")
        if piece.is_plain:
            try:
                return self._parse(piece.data, self._parser), ()
            except self._error:
                pass  # it may use a prefix that the root of the file declares, or another encoding
        return self._parse_mended(piece)

    def parse_together(self, pieces: Sequence[Piece]) -> list[Any]:
        """Return the elements of several records; None for those that `parse` must look at one by one.

        One call for many records takes half the time of many calls. A record that is broken, or that reaches into the
        next one (by an open comment, say), leaves all of them to `parse`, so that it costs only itself.
        """
        if all(piece.is_plain for piece in pieces):
            try:
                elements = list(self._parse(b"".join([_OPEN, *[piece.data for piece in pieces], _CLOSE]), self._parser))
            except self._error:
                elements = []
            if [element.tag for element in elements] == [piece.name for piece in pieces]:
                return elements
        return [None] * len(pieces)

    def _parse_mended(self, piece: Piece) -> tuple[Any, tuple[str, ...]]:
        """Parse what is not plain UTF-8, or names characters as HTML does."""
        text, notes = decoded(piece)
        if piece.escaped:
            text = html.unescape(text)
        text = _NAMED_ENTITY.sub(_character, text)
        try:
            return self._parse(_OPEN + text.encode("utf-8", "replace") + _CLOSE, self._parser)[0], notes
        except self._error as error:
            reason = str(error).partition(", line ")[0]
            raise DocumentError(f"not well-formed XML: {reason}", hint="fetch the record again") from error


def decoded(piece: Piece) -> tuple[str, tuple[str, ...]]:
    """Return the characters of a record, and notes on how they were decoded."""
    for encoding in (piece.encoding or "utf-8", "utf-8"):
        try:
            return piece.data.decode(encoding), ()
        except (UnicodeDecodeError, LookupError):
            continue
    return piece.data.decode("cp1252", "replace"), ("decoded as Windows-1252; look at special characters",)


def _character(match: re.Match[str]) -> str:
    known = html.unescape(match.group())
    return known if known != match.group() else match.group()
