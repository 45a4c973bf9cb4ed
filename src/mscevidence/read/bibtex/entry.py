"""One entry of a BibTeX file: its kind, its key and the raw values of its fields."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

from mscevidence.read.record_lines import BrokenRecordError

_HEAD = re.compile(r"\s*@\s*(?P<kind>[A-Za-z]+)\s*(?P<open>[{(])\s*(?P<key>[^,={}\"]*)(?:,|(?=[})]))")
_STRING = re.compile(r"\s*@\s*string\s*[{(]", re.IGNORECASE)
_NAME = re.compile(r"(?:[\s,]|%[^\n]*\n)*([^\s=,{}\"#()]+)\s*=\s*")
_PIECE = re.compile(r"\s*(?:([A-Za-z0-9][^\s,#{}\"()=]*)|([{\"]))")
_LINE = re.compile(r"[A-Za-z][\w.:-]*")
_UNBALANCED = "the braces of the entry do not match: its fields were read line by line"


@dataclasses.dataclass(frozen=True)
class Entry:
    """An entry: kind and field names in small letters, values as they stand in TeX."""

    kind: str
    key: str
    fields: dict[str, str]
    notes: tuple[str, ...] = ()


def entry_of(text: str, macros: Mapping[str, str]) -> Entry:
    """Return the entry that a text holds.

    Args:
        text: from the at sign to the closing brace.
        macros: what names without quotes stand for.

    Raises:
        BrokenRecordError: no entry begins there, or its braces do not match and no line is a field.
    """
    head = _HEAD.match(text.replace("\ufeff", " ", 1))
    if head is None:
        raise BrokenRecordError("fields that belong to no entry" if "=" in text else "no entry")
    kind, key = head["kind"].casefold(), head["key"].strip()
    fields = _fields(text, head.end(), "}" if head["open"] == "{" else ")", macros)
    if fields is not None:
        again = [name for name, values in fields.items() if len(values) > 1]
        notes = tuple(f"the field {name} stands {len(fields[name])} times: the first is read" for name in again)
        return Entry(kind, key, _first(fields), notes)
    lines = _line_by_line(text[head.end() :])
    if "title" not in lines and "doi" not in lines:
        raise BrokenRecordError("the braces of the entry do not match")
    return Entry(kind, key, lines, (_UNBALANCED,))


def _line_by_line(text: str) -> dict[str, str]:
    """Return the fields that stand on one line each."""
    fields: dict[str, str] = {}
    for line in text.split("\n"):
        name, sign, value = line.partition("=")
        if sign and _LINE.fullmatch(name.strip()):
            value = value.strip().removesuffix(",").rstrip()
            fields.setdefault(
                name.strip().casefold(), value.removeprefix(value[:1] if value[:1] in '{"' else "").rstrip('}"')
            )
    return fields


def macro_of(text: str, macros: Mapping[str, str]) -> dict[str, str]:
    """Return the names that a ``@string`` entry defines; empty when it is broken."""
    head = _STRING.match(text)
    fields = _fields(text, head.end(), "}" if "{" in head.group() else ")", macros) if head else None
    return _first(fields or {})


def _first(fields: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: values[0] for name, values in fields.items()}


def _fields(text: str, at: int, closing: str, macros: Mapping[str, str]) -> dict[str, list[str]] | None:
    """Return the values by field from a place on, or None when the entry does not end where its text does."""
    fields: dict[str, list[str]] = {}
    while name := _NAME.match(text, at):
        value = _value(text, name.end(), macros)
        if value is None:
            return None
        fields.setdefault(name[1].casefold(), []).append(value[0])
        at = value[1]
    # Between fields a percent sign begins a comment, as biber reads it.
    rest = re.sub(r"^(?:[\s,]|%[^\n]*\n)*", "", text[at:]).rstrip(" \t\n,")
    return fields if rest.startswith(closing) and not rest[1:].strip(" \t\n,") else None


def _value(text: str, at: int, macros: Mapping[str, str]) -> tuple[str, int] | None:
    """Return a value, put together at its number signs, and where it ends; None when it is broken."""
    pieces = []
    while found := _PIECE.match(text, at):
        if found[1]:
            pieces.append(macros.get(found[1].casefold(), found[1]))
            at = found.end()
        else:
            stop = _closing(text, found.end(), '"' if found[2] == '"' else "}")
            if stop is None:
                return None
            pieces.append(text[found.end() : stop])
            at = stop + 1
        joined = re.compile(r"\s*#").match(text, at)
        if joined is None:
            return "".join(pieces), at
        at = joined.end()
    return None


_MARKS = re.compile(r"\\.|[{}\"]", re.DOTALL)


def _closing(text: str, at: int, mark: str) -> int | None:
    depth = 0
    for found in _MARKS.finditer(text, at):
        sign = found.group()
        if depth == 0 and sign == mark:
            return found.start()
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return None
    return None
