"""Split a stream of JSON into its records: items of a list, members of an object, lines, or one object alone.

Memory holds one record, and what one record breaks costs that record.
"""

from __future__ import annotations

import codecs
import dataclasses
import json
import math
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Literal

from mscevidence.errors import DocumentError
from mscevidence.read.streams import some_of

MAX_RECORD_CHARACTERS = 32_000_000
"""The largest trial of ClinicalTrials.gov has about half of it."""

Layout = Literal["list", "members", "values"]
"""Items of a list, values of the members of an object, or values one behind the other (also one alone)."""

_CHUNK = 1 << 20
_SPACE = re.compile(r"[\s,\ufeff\x1e]*")
_KEY = re.compile(r'\s*,?\s*"(?P<key>(?:[^"\\]|\\.){0,2000})"\s*:\s*')
_NEXT_LINE = re.compile(r"\n(?=[{\[])")
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]]', re.DOTALL)
_DEEPEST = 1_000_000
_EXCERPT = 200
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclasses.dataclass(frozen=True)
class Value:
    """One record: its characters as they stand in the file and what they mean, or what is wrong with it."""

    raw: str
    value: Any = None
    fault: str = ""
    note: str = ""

    @property
    def data(self) -> bytes:
        """The bytes of the record as they stand in the file."""
        return self.raw.encode("utf-8", "surrogateescape")


def excerpt_of(raw: str) -> str:
    """Return how a record begins, with a sign for every byte that was no character."""
    return raw[:_EXCERPT].encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def split(
    stream: BinaryIO, layout: Layout, *, begins: re.Pattern[str] | None = None, most: int = MAX_RECORD_CHARACTERS
) -> Iterator[Value]:
    """Yield the records of a stream in order.

    Args:
        stream: an open file.
        layout: how its records stand.
        begins: what ends where the records begin, such as ``"studies": [``; nothing when the file begins with them.
        most: a record with more characters is a fault.

    Raises:
        DocumentError: the place where the records begin was not found.
    """
    return _Splitter(stream, most).values(layout, begins)


class _Splitter:
    def __init__(self, stream: BinaryIO, most: int) -> None:
        self.stream = stream
        self.decode = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape").decode
        self.parse = json.JSONDecoder(parse_constant=_nothing).raw_decode
        self.most = most
        self.text = ""
        self.position = 0
        self.ended = False
        self.broken: DocumentError | None = None
        self.hopeless = False

    def values(self, layout: Layout, begins: re.Pattern[str] | None) -> Iterator[Value]:
        """Yield every record."""
        if begins is not None:
            self._go_behind(begins)
        while True:
            self._skip(_SPACE)
            if layout == "members":
                self._skip(_KEY)
            here = self.text[self.position : self.position + 1]
            if not here:
                self._tell_break()
                if layout != "values":
                    yield Value("", fault="the list of records is not closed: the file is cut short")
                return
            if here in "]}":
                return
            found = self._value()
            if found.fault:
                self._tell_break()
            if found.fault and not self._resume(layout):
                yield dataclasses.replace(found, fault=f"{found.fault}; nothing behind it can be read")
                return
            yield found

    def _go_behind(self, begins: re.Pattern[str]) -> None:
        while (match := begins.search(self.text)) is None:
            if len(self.text) > self.most or not self._more():
                self._tell_break()
                raise DocumentError("no list of records is in this JSON", hint="fetch the file again")
        self.position = match.end()

    def _skip(self, what: re.Pattern[str]) -> None:
        """Go behind what stands here, if it does."""
        while len(self.text) - self.position < 2100 and self._more():
            pass
        match = what.match(self.text, self.position)
        self.position = match.end() if match else self.position

    def _value(self) -> Value:
        while True:
            try:
                value, end = self.parse(self.text, self.position)
            except RecursionError:
                return self._fault("nested too deeply")
            except ValueError as error:
                size = len(self.text) - self.position
                if size > self.most:
                    return self._fault(f"not closed within {self.most:,} characters")
                if not self._more(max(_CHUNK, size)):
                    return self._fault(str(error).partition(": line ")[0])
                continue
            raw, self.position = self.text[self.position : end], end
            return self._read(raw, value)

    def _read(self, raw: str, value: Any) -> Value:
        if not raw.isascii() and _SURROGATE.search(raw):
            plain = raw.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
            return Value(raw, self.parse(plain)[0], note="decoded as Windows-1252; look at special characters")
        return Value(raw, _clean(value) if _HALF.search(raw) else value)

    def _fault(self, reason: str) -> Value:
        return Value(self.text[self.position : self.position + 400], fault=f"broken JSON: {reason}")

    def _resume(self, layout: Layout) -> bool:
        """Go behind a broken record, whose brackets are taken as they stand; return whether that was possible."""
        if layout == "values":
            self._go_to_next_line()
            return True
        while (end := self._closing()) is None:
            if (
                self.hopeless
                or len(self.text) - self.position > self.most
                or not self._more(max(_CHUNK, len(self.text)))
            ):
                return False
        self.position = end
        return True

    def _go_to_next_line(self) -> None:
        while (match := _NEXT_LINE.search(self.text, self.position)) is None:
            self.position = len(self.text)
            if not self._more():
                return
        self.position = match.end()

    def _closing(self) -> int | None:
        """Return where the brackets of the record are closed, or None."""
        depth = 0
        for token in _TOKEN.finditer(self.text, self.position):
            depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token.group(), 0)
            self.hopeless = depth > _DEEPEST
            if self.hopeless:
                return None
            if depth <= 0 and token.group() in "}]":
                return token.end() if depth == 0 else None
        return None

    def _tell_break(self) -> None:
        """Raise what broke the stream, when nothing more can be read."""
        if self.broken is not None:
            raise self.broken

    def _more(self, least: int = _CHUNK) -> bool:
        """Read on, and forget what lies behind; return whether there was more."""
        if self.ended:
            return False
        try:
            data = some_of(self.stream, least)
        except DocumentError as error:
            # What was read before is given first.
            self.broken, data = error, b""
        self.ended = not data
        self.text = self.text[self.position :] + self.decode(data, final=self.ended)
        self.position = 0
        return bool(data)


def _nothing(_constant: str) -> None:
    """Return None for NaN and Infinity, which are no JSON and no number of patients."""


def _clean(value: Any) -> Any:
    """Return a value whose texts hold no half of a pair of characters, which cannot be stored."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_clean(each) for each in value]
    if isinstance(value, dict):
        return {key: _clean(each) for key, each in value.items()}
    return value


def number(value: object) -> float | None:
    """Return a number as printed in a field, such as ``1,234`` or ``7.0``; None when it is none."""
    try:
        found = float(str(value).replace(",", "").strip())
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def items(value: object) -> list[Any]:
    """Return the items of a field that may be missing, one thing, or a list."""
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


def member(value: object, *path: str) -> Any:
    """Return what stands at a path of names, or None where a name is missing or no object is."""
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def words(value: object) -> str:
    """Return a text or number of a field as text; empty for anything else."""
    if isinstance(value, bool) or value is None:
        return ""
    return str(value) if isinstance(value, str | int | float) else ""
