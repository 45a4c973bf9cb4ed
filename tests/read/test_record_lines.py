"""Lines and records of exports: bounded whatever the file."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator

import pytest

from export_reading import outcome
from mscevidence.model import Document, Reject
from mscevidence.read import formats, read_all, record_lines
from mscevidence.read.record_lines import Draft, lines_of

RIS = b"TY  - JOUR\nTI  - One\nER  - \n"


def lines(data: bytes) -> list[bytes]:
    return list(lines_of(io.BufferedReader(io.BytesIO(data))))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"a", [b"a"]),
        (b"a\nb\r\nc\rd", [b"a\n", b"b\r\n", b"c\r", b"d"]),
        ("a\nbé\n".encode("utf-16"), [b"a\n", "bé\n".encode()]),
    ],
)
def test_lines_of_any_kind(data: bytes, expected: list[bytes]) -> None:
    assert lines(data) == expected


def test_a_windows_line_end_between_two_chunks_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_lines, "_CHUNK", 3)
    assert lines(b"ab\r\ncd\r\n\r\nef") == [b"ab\r\n", b"cd\r\n", b"\r\n", b"ef"]


def test_a_line_without_end_is_cut_and_the_next_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_lines, "_CHUNK", 4)
    monkeypatch.setattr(record_lines, "MAX_RECORD_BYTES", 10)
    assert lines(b"x" * 50 + b"\nnext\n") == [b"x" * 11, b"next\n"]


def test_a_record_is_kept_no_further_than_to_see_that_it_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_lines, "MAX_RECORD_BYTES", 10)
    draft = Draft()
    for _ in range(100):
        draft.add(b"12345\n")
    assert draft.taken() == b"12345\n" * 2
    assert not draft


class Endless(io.RawIOBase):
    """A stream of one long line that is never in memory as a whole."""

    def __init__(self, head: bytes, size: int, tail: bytes) -> None:
        super().__init__()
        self._parts = self._pieces(head, size, tail)
        self._rest = b""

    def _pieces(self, head: bytes, size: int, tail: bytes) -> Iterator[bytes]:
        yield head
        for _ in range(size // 100_000):
            yield b"x" * 100_000
        yield tail

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        if not self._rest:
            self._rest = next(self._parts, b"")
        piece, self._rest = self._rest[: len(view)], self._rest[len(view) :]
        view[: len(piece)] = piece
        return len(piece)


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        (RIS + b"TY  - JOUR\nAB  - ", b"\nER  - \n" + RIS),
        (b"PMID- 1\nTI  - One\n\nPMID- 2\nAB  - ", b"\n\nPMID- 3\nTI  - Three\n"),
        (b"@article{a, title={One}}\n@article{b, title={", b"}}\n@article{c, title={Three}}\n"),
        (b"<xml><records><record><titles><title>One</title></titles><ref-type/></record><record><titles><title>",
         b"</title></titles></record><record><titles><title>Three</title></titles></record></records></xml>"),
        (b"Title,DOI,PMID,Year\nOne,10.1000/1,1,2020\nTwo,", b"\nThree,10.1000/3,3,2020\n"),
    ],
)  # fmt: skip
def test_a_huge_line_costs_its_record_and_little_memory(head: bytes, tail: bytes) -> None:
    stream = Endless(head, 60_000_000, tail)
    tracemalloc.start()
    read = list(read_all(stream))  # type: ignore[arg-type]
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [type(each) for each in read] == [Document, Reject, Document]
    assert isinstance(read[1], Reject)
    assert "larger than 5,000,000 bytes" in read[1].reason
    assert most < 40_000_000


def test_memory_does_not_grow_with_the_file() -> None:
    def peak(records: int) -> int:
        stream = io.BytesIO((b"TY  - JOUR\nTI  - One\nN1  - " + b"word " * 1_000 + b"\nER  - \n") * records)
        tracemalloc.start()
        count = sum(1 for _ in read_all(stream, format="ris"))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == records
        return most

    peak(10)
    assert peak(800) < peak(200) + 100_000


def test_millions_of_short_lines_in_one_record_are_read_in_time_and_place() -> None:
    found, rejects = outcome(RIS + b"TY  - JOUR\nTI  - Two\nAB  - " + b"x\n" * 100_000 + b"ER  - \n" + RIS)
    assert [read.title for read in found] == ["One", "Two", "One"]
    assert rejects == []


@pytest.mark.parametrize(
    "head", ["\n \n" * 5_000, "a\n  " * 4_000, "<" * 16_000, " " * 16_000, "@ " * 8_000, "TY " * 5_000, "a;b\n" * 4_000]
)
def test_a_hostile_head_is_in_no_format(head: str) -> None:
    # Patterns that try every way to split such a head would never come to an end.
    assert formats.recognised(head + "x", "x.txt") is None
