"""Files with many records: the frame around their formats."""

from __future__ import annotations

import gc
import gzip
import io
from pathlib import Path
from typing import BinaryIO

import pytest

from mscevidence.errors import DocumentError, UnknownTermError
from mscevidence.model import Document
from mscevidence.read import read_all
from mscevidence.read.streams import open_unpacked

ABSTRACT = b"A title about cells\n\nResults: 8 of 18 patients responded."


def drain(stream: BinaryIO) -> None:
    while stream.read(1 << 20):
        pass


def test_a_file_of_one_document_yields_it() -> None:
    (document,) = read_all(ABSTRACT, name="one.txt")
    assert isinstance(document, Document)
    assert document.container is None
    assert "8 of 18" in document.text


def test_gzip_is_unpacked() -> None:
    (document,) = read_all(gzip.compress(ABSTRACT[:20]) + gzip.compress(ABSTRACT[20:]), name="one.txt.gz")
    assert isinstance(document, Document)
    assert "8 of 18" in document.text


def test_an_unknown_format_names_the_valid_ones() -> None:
    with pytest.raises(UnknownTermError, match="jatz") as raised:
        list(read_all(ABSTRACT, format="jatz"))
    assert "jats" in raised.value.hint


@pytest.mark.parametrize("data", [b"", b" \n"])
def test_an_empty_file_is_an_error(data: bytes) -> None:
    with pytest.raises(DocumentError, match="empty"):
        list(read_all(data))


def test_gzip_cut_short_is_an_error() -> None:
    with pytest.raises(DocumentError, match="too early"):
        open_unpacked(io.BytesIO(gzip.compress(ABSTRACT * 50)[:-20])).read()


def test_broken_gzip_is_an_error() -> None:
    data = bytearray(gzip.compress(bytes(range(256)) * 50))
    data[40:60] = b"\xff" * 20
    with pytest.raises(DocumentError, match="broken"):
        open_unpacked(io.BytesIO(bytes(data))).read()


def test_a_gzip_bomb_is_refused_before_it_fills_the_memory() -> None:
    bomb = gzip.compress(bytes(150_000_000), 9)
    stream = open_unpacked(io.BytesIO(bomb))
    with pytest.raises(DocumentError, match="no literature file"):
        drain(stream)


def test_a_source_that_gives_little_at_a_time_is_recognised_all_the_same() -> None:
    class Slow(io.BytesIO):
        """A file that gives five bytes at a time."""

        def readinto(self, buffer: object) -> int:
            view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
            piece = self.read(min(5, len(view)))
            view[: len(piece)] = piece
            return len(piece)

    assert open_unpacked(Slow(ABSTRACT)).peek(1000)[:1000] == ABSTRACT  # type: ignore[attr-defined]


def test_the_file_stays_open_for_who_opened_it_and_is_closed_by_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    path.write_bytes(ABSTRACT)
    with path.open("rb") as stream:
        assert len(list(read_all(stream, name="one.txt", container="0" * 64))) == 1
        gc.collect()
        assert not stream.closed
        assert stream.read() == b""
