"""Open files as streams of bytes that stay within bounds, however they are packed.

Gzip is unpacked on the way. A stream that unpacks to more than `MAX_UNPACKED_BYTES`, or to more than
`MAX_UNPACKING` times what was read, is refused: it is a bomb, not literature.
"""

from __future__ import annotations

import io
import zlib
from typing import BinaryIO

from mscevidence.errors import DocumentError

MAX_UNPACKED_BYTES = 8_000_000_000
"""The largest yearly file of MEDLINE unpacks to about 0.3 GB."""

MAX_UNPACKING = 200
"""XML of MEDLINE packs about 1:10; a bomb packs 1:1000."""

_GZIP = b"\x1f\x8b"
_CHUNK = 1 << 16


class Unpacked(io.RawIOBase):
    """The unpacked bytes of a gzip stream, of one or several members.

    Args:
        packed: an open file that begins with a gzip member.
    """

    def __init__(self, packed: BinaryIO) -> None:
        super().__init__()
        self._packed = packed
        self._member = zlib.decompressobj(wbits=31)
        self._rest = b""
        self._read = 0
        self._given = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill a buffer with unpacked bytes; return how many, 0 at the end.

        Raises:
            DocumentError: broken, cut short, or too large when unpacked.
        """
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        piece = self._piece(len(view))
        view[: len(piece)] = piece
        return len(piece)

    def _piece(self, most: int) -> bytes:
        while True:
            if self._member.eof and not self._next_member():
                return b""
            data = self._rest or self._more()
            try:
                piece = self._member.decompress(data, most)
            except zlib.error as error:
                raise DocumentError(f"the gzip data are broken: {error}", hint="fetch the file again") from error
            self._rest = self._member.unconsumed_tail
            self._given += len(piece)
            self._refuse_bombs()
            if piece:
                return piece
            if not data and not self._member.eof:
                raise DocumentError("the gzip data end too early", hint="the file is cut short: fetch it again")

    def _more(self) -> bytes:
        data = self._packed.read(_CHUNK)
        self._read += len(data)
        return data

    def _next_member(self) -> bool:
        data = self._member.unused_data or self._more()
        if not data.lstrip(b"\0"):
            return False
        self._member, self._rest = zlib.decompressobj(wbits=31), data
        return True

    def _refuse_bombs(self) -> None:
        if self._given > MAX_UNPACKED_BYTES or self._given > max(self._read, 100_000) * MAX_UNPACKING:
            given, read = f"{self._given:,}", f"{self._read:,}"
            message = f"the gzip data unpack to more than {given} bytes from {read}: that is no literature file"
            raise DocumentError(message, hint="unpack it yourself if you trust it, and give the unpacked file")


def open_unpacked(stream: BinaryIO) -> BinaryIO:
    """Return a buffered stream of the bytes of a file, unpacked when it is gzip."""
    buffered = _filled(stream)
    if buffered.peek(2)[:2] == _GZIP:
        return _filled(Unpacked(buffered))
    return buffered


class _Whole(io.RawIOBase):
    """The bytes of another stream in whole pieces, however little it gives at a time; who opened that one closes it.

    Where that one breaks, what came before is given first, and the next read tells what is wrong.
    """

    def __init__(self, stream: BinaryIO | io.RawIOBase) -> None:
        super().__init__()
        self._stream = stream
        self._fault: DocumentError | None = None

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill a buffer; less than that is given at the end, and before a fault, only."""
        if self._fault is not None:
            raise self._fault
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        filled = 0
        try:
            while filled < len(view) and (piece := self._stream.read(len(view) - filled)):
                view[filled : filled + len(piece)] = piece
                filled += len(piece)
        except DocumentError as error:
            if not filled:
                raise
            self._fault = error
        return filled


def _filled(stream: BinaryIO | io.RawIOBase) -> io.BufferedReader:
    """Return a stream whose `peek` shows a whole buffer."""
    return io.BufferedReader(_Whole(stream), _CHUNK)


def some_of(stream: BinaryIO, most: int) -> bytes:
    """Return the next bytes of a stream; of one that breaks all that stand before the fault, before it is raised."""
    some: bytes = stream.read1(most) if isinstance(stream, io.BufferedReader) else stream.read(most)
    return some


def beginning(stream: BinaryIO, most: int = 1 << 14) -> bytes:
    """Return the first bytes of a stream of `open_unpacked` without going on in it."""
    head: bytes = stream.peek(most)[:most]  # type: ignore[attr-defined]
    return head
