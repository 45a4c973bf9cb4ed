"""The splitters of XML and JSON: records out of hostile streams, in memory that does not grow."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import tracemalloc
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mscevidence.errors import DocumentError
from mscevidence.model import Document
from mscevidence.read import json_records, read_all, xml_records
from mscevidence.read.json_records import Layout
from mscevidence.read.xml_records import Piece, in_batches

STUDIES = re.compile(r'"studies"\s*:\s*\[')
ARRAY = re.compile(r"^\s*\[")
OBJECT = re.compile(r"^\s*\{")


class Repeated(io.RawIOBase):
    """A file that holds a piece many times, and is never in memory as a whole."""

    def __init__(self, first: bytes, piece: bytes, times: int) -> None:
        self.rest, self.piece, self.times = first, piece, times

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        if not self.rest and self.times:
            self.rest, self.times = self.piece, self.times - 1
        given, self.rest = self.rest[: len(view)], self.rest[len(view) :]
        view[: len(given)] = given
        return len(given)


def xml(data: bytes, *names: str, most: int = 1000) -> list[tuple[str, str]]:
    stream = io.BufferedReader(io.BytesIO(data))
    return [(each.data.decode(), each.fault) for each in xml_records.split(stream, names or ("r",), most=most)]


@pytest.mark.parametrize(
    ("data", "records"),
    [
        (b"<s><r>1</r><r a='x'>2</r>\n<r\n>3</r></s>", ["<r>1</r>", "<r a='x'>2</r>", "<r\n>3</r>"]),
        (b"<s><rs>no</rs><r-x/><r>1</r></s>", ["<r>1</r>"]),
        (b"<s><r/><r id='2'/><r>3</r></s>", ["<r/>", "<r id='2'/>", "<r>3</r>"]),
        (b"<s></s>", []),
        (b"", []),
        (b"&lt;r&gt;1&lt;/r&gt;&lt;rs&gt;&lt;/rs&gt;", ["&lt;r&gt;1&lt;/r&gt;"]),
    ],
)
def test_xml_is_split_into_records(data: bytes, records: list[str]) -> None:
    assert xml(data) == [(each, "") for each in records]


@pytest.mark.parametrize(
    ("data", "faults"),
    [
        (b"<r>1<r>2</r>", ["<r> is not closed before the next one begins", ""]),
        (b"<r>1</r><r>2", ["", "<r> is not closed: the file is cut short"]),
        (b"<r>" + b"x" * 2000 + b"</r><r>2</r>", ["<r> has 2,007 bytes: too large", ""]),
        (b"<r>" + b"x" * 3_000_000 + b"<r>2</r>", ["<r> is not closed within 1,000 bytes", ""]),
    ],
)
def test_broken_xml_records_are_told_and_the_next_is_found(data: bytes, faults: list[str]) -> None:
    assert [fault for _, fault in xml(data)] == faults


@pytest.mark.parametrize(
    ("data", "records"),
    [
        (b"<r>1<!-- </r> -->2</r><r>3</r>", ["<r>1<!-- </r> -->2</r>", "<r>3</r>"]),
        (b"<r><![CDATA[</r><!--]]></r><r>3</r>", ["<r><![CDATA[</r><!--]]></r>", "<r>3</r>"]),
        (b"<r><!-- <![CDATA[ --></r><r>]]></r>", ["<r><!-- <![CDATA[ --></r>", "<r>]]></r>"]),
        (b"<r><!-- </r><r>3</r>", ["<r><!-- </r>", "<r>3</r>"]),
        (b"<r>Stop! --></r><r><!doctype></r>", ["<r>Stop! --></r>", "<r><!doctype></r>"]),
        (b"<r>&lt;!-- </r><r>--&gt;</r>", ["<r>&lt;!-- </r>", "<r>--&gt;</r>"]),
        (b"&lt;r&gt;&lt;!-- &lt;/r&gt; --&gt;&lt;/r&gt;", ["&lt;r&gt;&lt;!-- &lt;/r&gt; --&gt;&lt;/r&gt;"]),
        (b"<r><!--" + b"x" * 70_000 + b"</r> --></r>", ["<r><!--" + "x" * 70_000 + "</r>"]),
    ],
)
def test_the_end_of_a_record_is_not_looked_for_in_comments(data: bytes, records: list[str]) -> None:
    assert xml(data, most=100_000) == [(each, "") for each in records]


class Dribble(io.BytesIO):
    """A file that gives other numbers of bytes than it is asked for."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        super().__init__(data)
        self.sizes = sizes

    def peek(self, size: int) -> bytes:
        return self.getvalue()[:size]

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self.sizes.pop() if self.sizes else -1)


TOKENS = [
    b"<r>",
    b"</r>",
    b"<r/>",
    b"<r a='1'>",
    b"<rs>",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"!",
    b"<",
    b"/>",
    b"x",
]


@given(tokens=st.lists(st.sampled_from(TOKENS), max_size=25), sizes=st.lists(st.integers(1, 12), max_size=80))
@example(tokens=[b"<r>", b"<!--", b"</r>", b"-->", b"</r>"], sizes=[9, 1, 1, 1, 9])
def test_however_a_file_is_given_its_records_are_the_same(tokens: list[bytes], sizes: list[int]) -> None:
    data = b"".join(tokens)
    dribbled = xml_records.split(cast("BinaryIO", Dribble(data, sizes)), ("r",))
    whole = xml_records.split(io.BufferedReader(io.BytesIO(data)), ("r",))
    assert list(dribbled) == list(whole)


@given(
    texts=st.lists(st.sampled_from([b"a", b"<i>b</i>", b"<!-- </r> -->", b"<![CDATA[</r>]]>", b"]]&gt;"]), max_size=9),
    sizes=st.lists(st.integers(1, 40), max_size=40),
)
def test_every_record_comes_whole(texts: list[bytes], sizes: list[int]) -> None:
    records = [b"<r>" + each + b"</r>" for each in texts]
    dribbled = xml_records.split(cast("BinaryIO", Dribble(b"\n".join(records), sizes)), ("r",))
    assert [(each.data, each.fault) for each in dribbled] == [(each, "") for each in records]


def pieces_until_the_file_breaks(sizes: list[int]) -> Iterator[Piece]:
    for size in sizes:
        yield Piece("A", b"." * size)
    raise DocumentError("the gzip data end too early", hint="fetch it again")


def test_batches_are_small_and_the_last_one_is_kept_when_the_file_breaks() -> None:
    sizes = [10] * 70 + [2_000_000, 10, 10]
    found: list[list[int]] = []
    with pytest.raises(DocumentError, match="end too early"):
        found.extend([len(piece.data) for piece in batch] for batch in in_batches(pieces_until_the_file_breaks(sizes)))
    assert [len(batch) for batch in found] == [32, 32, 7, 2]
    assert [size for batch in found for size in batch] == sizes


def test_records_over_the_borders_of_chunks_are_whole() -> None:
    record = b"<r>" + b"y" * 70_000 + b"</r>"
    found = xml(b" " * 262_140 + record * 20, most=100_000)
    assert found == [(record.decode(), "")] * 20


@pytest.mark.parametrize("short", range(6))
def test_a_closing_tag_over_the_border_of_a_chunk_is_seen(short: int) -> None:
    record = b"<r>" + b"y" * ((1 << 18) - 3 - short) + b"</r>"
    found = xml(record + b"<r>2</r>" + b" " * (1 << 18), most=1_000_000)
    assert [(len(data), fault) for data, fault in found] == [(len(record), ""), (8, "")]


def peak_of(stream: io.RawIOBase) -> int:
    tracemalloc.start()
    try:
        for _ in xml_records.split(io.BufferedReader(stream), ("r",), most=2_000_000):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("first", "piece", "times"),
    [
        (b"<s>", b"<r>" + b"z" * 10_000 + b"</r>", 6000),
        (b"<s><r>", b"never closed " * 1000, 4000),
        (b"<s>", b"no record at all " * 1000, 3000),
    ],
)
def test_memory_stays_flat_however_long_the_stream(first: bytes, piece: bytes, times: int) -> None:
    assert peak_of(Repeated(first, piece, times)) < 9_000_000


def values(data: bytes, layout: Layout = "values", begins: re.Pattern[str] | None = None) -> list[tuple[object, str]]:
    stream = io.BufferedReader(io.BytesIO(data))
    return [(each.value, each.fault) for each in json_records.split(stream, layout, begins=begins, most=100_000)]


@pytest.mark.parametrize(
    ("data", "layout", "begins", "expected"),
    [
        (b'{"studies": [{"a": 1}, {"a": 2}], "nextPageToken": "x"}', "list", STUDIES, [{"a": 1}, {"a": 2}]),
        (b'{"studies": []}', "list", STUDIES, []),
        (b'\xef\xbb\xbf[{"a": 1},\n{"a": 2}]', "list", ARRAY, [{"a": 1}, {"a": 2}]),
        (b'{"x": {"a": 1}, "y": {"a": 2}}', "members", OBJECT, [{"a": 1}, {"a": 2}]),
        (b'{"a": 1}\n{"a": 2}\n', "values", None, [{"a": 1}, {"a": 2}]),
        (b'{\n "a": 1\n}', "values", None, [{"a": 1}]),
        (b'[{"a": NaN}, {"a": -Infinity}]', "list", ARRAY, [{"a": None}, {"a": None}]),
        (b'[{"a": "\\ud83d\\ude00 \\ud83d"}]', "list", ARRAY, [{"a": "\N{GRINNING FACE} \N{REPLACEMENT CHARACTER}"}]),
        (b'[{"a": "h\xf6he"}]', "list", ARRAY, [{"a": "höhe"}]),
    ],
)
def test_json_is_split_into_records(
    data: bytes, layout: Layout, begins: re.Pattern[str] | None, expected: list[object]
) -> None:
    assert values(data, layout, begins) == [(each, "") for each in expected]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b'{"a": 1 "b": 2}', "broken JSON"),
        (b'{"a": "\0"}', "broken JSON"),
        (b'{"a": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", "nested too deeply"),
        (b'{"a": ' + b"9" * 5000 + b"}", "Exceeds the limit"),
        (b'{"a": tru}', "broken JSON"),
    ],
)
def test_broken_json_records_are_told_and_the_next_is_found(broken: bytes, reason: str) -> None:
    (first, none), (nothing, fault), (last, nil) = values(b'[{"n": 1}, ' + broken + b', {"n": 3}]', "list", ARRAY)
    assert (first, none, nothing, last, nil) == ({"n": 1}, "", None, {"n": 3}, "")
    assert reason in fault
    lines = values(b'{"n": 1}\n' + broken + b'\n{"n": 3}\n')
    assert [value for value, _ in lines] == [{"n": 1}, None, {"n": 3}]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"studies": [{"a": 1}, {"a": 2', "nothing behind it"),
        (b'{"studies": [{"a": 1}', "cut short"),
        (b'{"studies": [{"a": 1}, {"a": "' + b"x" * 3_000_000, "not closed within 100,000"),
    ],
)
def test_json_cut_short_is_told(data: bytes, reason: str) -> None:
    (first, _), *_, (nothing, fault) = values(data, "list", STUDIES)
    assert (first, nothing) == ({"a": 1}, None)
    assert reason in fault


def test_a_string_that_never_ends_takes_little_memory() -> None:
    source = Repeated(b'{"studies": [{"a": "', b"x\\n" * 10_000, 1000)
    tracemalloc.start()
    try:
        (found,) = json_records.split(io.BufferedReader(source), "list", begins=STUDIES, most=3_000_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "not closed within" in found.fault
    assert peak < 40_000_000


def test_brackets_that_never_close_are_given_up() -> None:
    (found,) = values(b'{"studies": [{"a":' + b"[" * 1_500_000, "list", STUDIES)
    assert "nested too deeply; nothing behind it" in found[1]


def test_json_without_the_list_is_an_error() -> None:
    with pytest.raises(DocumentError, match="no list of records"):
        values(b'{"other": 1}', "list", STUDIES)


def test_the_bytes_of_a_json_record_are_those_of_the_file() -> None:
    stream = io.BufferedReader(io.BytesIO('[{"a":  "é"}, {"b": 1}]'.encode()))
    first, second = json_records.split(stream, "list", begins=ARRAY)
    assert first.data == '{"a":  "é"}'.encode()
    assert second.data == b'{"b": 1}'


@pytest.mark.parametrize(
    ("text", "number"),
    [("1,234", 1234.0), (" 7.0 ", 7.0), ("-0.5", -0.5), ("NA", None), ("", None), ("1e999", None), ("<0.1", None)],
)
def test_numbers_of_fields_are_numbers_or_nothing(text: str, number: float | None) -> None:
    assert json_records.number(text) == number


class Drip(io.RawIOBase):
    """A stream that gives few bytes at a time, as a pipe may."""

    def __init__(self, data: bytes, most: int) -> None:
        super().__init__()
        self._data, self._most = io.BytesIO(data), most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        piece = self._data.read(min(self._most, len(view)))
        view[: len(piece)] = piece
        return len(piece)


@pytest.mark.parametrize("most", [1, 7, 4096])
@pytest.mark.parametrize("packed", [False, True])
def test_a_stream_that_gives_little_at_a_time_is_read_like_a_file(most: int, packed: bool) -> None:
    record = b"TY  - JOUR\nTI  - Cells in ITP\nAU  - Chen, Y\nPY  - 2024\nER  - \n\n"
    data = gzip.compress(record * 40) if packed else record * 40
    whole = list(read_all(data, container="c"))
    assert [one.format for one in whole if isinstance(one, Document)] == ["ris"] * 40
    for stream in (io.BufferedReader(Drip(data, most)), Drip(data, most)):
        assert list(read_all(cast("BinaryIO", stream), container="c")) == whole
        assert not stream.closed


def stream_of(kind: str, count: int) -> bytes:
    """Return a file whose records do not pack well, so that its packed bytes grow with each of them."""
    noise = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(count)]
    if kind == "ris":
        return "".join(f"TY  - JOUR\nTI  - Cells {each}\nER  - \n" for each in noise).encode()
    if kind == "ctgov":
        studies = [{"protocolSection": {"identificationModule": {"briefTitle": f"Cells {each}"}}} for each in noise]
        return json.dumps({"studies": studies}).encode()
    articles = (f"<Article><ArticleTitle>Cells {each}</ArticleTitle></Article>" for each in noise)
    citations = "".join(f"<MedlineCitation><PMID>1</PMID>{each}</MedlineCitation>" for each in articles)
    return f"<MedlineCitationSet>{citations}</MedlineCitationSet>".encode()


@pytest.mark.parametrize("kind", ["ris", "ctgov", "pubmed"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_what_stands_before_the_cut_of_a_packed_file_is_read_before_the_error(kind: str, share: float) -> None:
    data = stream_of(kind, 3000)
    packed = gzip.compress(data)
    cut = packed[: int(len(packed) * share)]
    whole = [each.title for each in read_all(data) if isinstance(each, Document)]
    unpacked = zlib.decompressobj(wbits=31).decompress(cut).decode()
    known = [title for title in whole if title.split()[1] in unpacked]
    found: list[str] = []
    with pytest.raises(DocumentError, match="end too early"):
        found.extend(each.title for each in read_all(cut) if isinstance(each, Document))
    assert found == whole[: len(found)]
    assert len(known) - 1 <= len(found) <= len(known)
    assert len(known) > 100
