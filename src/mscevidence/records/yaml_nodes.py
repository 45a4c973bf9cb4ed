"""YAML 1.2 (core schema) as plain values together with the line of every key, read by libyaml where it is there.

Study files are data that a person types. What could surprise is refused with the line: tabs, repeated keys, anchors and
aliases (also the way of an entity bomb), tags, several documents, nesting without end. Words such as ``no`` and
``2026-11-22`` stay text.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterator
from typing import Any, Final, Self

import yaml

from mscevidence.errors import RecordError, nearest

Location = tuple[str | int, ...]

MAX_DEPTH = 30
"""Study files nest less than ten deep; the limit keeps a hostile file from exhausting the stack."""

_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_NULL: Final = frozenset({"~", "null", "Null", "NULL", ""})
_TRUTH: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
# A leading zero is kept as text: identifiers such as 007 are not numbers. So are octal, hexadecimal and infinity, and
# whole numbers of more digits than anything that is counted.
_INT: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})", re.ASCII)
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)


class WrittenFloat(float):
    """A number that remembers how it was written: where a key wants text, ``0.90`` stays ``0.90``."""

    def __new__(cls, written: str) -> Self:
        """Return the number that a text shows."""
        made = super().__new__(cls, float(written))
        made.written = written
        return made

    written: str

    def __str__(self) -> str:
        return self.written

    __repr__ = __str__


@dataclasses.dataclass(frozen=True)
class Located:
    """Plain values of a YAML text and the 1-based line of each place in it."""

    value: Any
    lines: dict[Location, int]

    def line(self, location: Location) -> int:
        """Return the line of a place, or of the nearest place around it that exists."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)


def parse(text: str, *, file: str) -> Located:
    """Return the values of one YAML document with their lines.

    Raises:
        RecordError: not YAML, or something refused (see the module); with file and line.
    """
    walker = _Walker(text, file)
    try:
        return Located(walker.document(), walker.lines)
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, text, file) from error
    except yaml.reader.ReaderError as error:
        raise _control_character(error, text, file) from error
    except yaml.YAMLError as error:
        raise RecordError(f"not readable as YAML: {error}", file=file, line=1, hint="save it as UTF-8 text") from error
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise RecordError(
            "half of a character (a lone surrogate) is in the text", file=file, line=line, hint="type it anew"
        ) from error


def _control_character(error: yaml.reader.ReaderError, text: str, file: str) -> RecordError:
    # libyaml counts the position in its own buffer, so the character itself is looked for.
    code = error.character if isinstance(error.character, int) else ord(str(error.character)[:1] or "\0")
    position = max(text.find(chr(code)), 0)
    return RecordError(
        f"a control character (U+{code:04X}) is in the text",
        file=file,
        line=text.count("\n", 0, position) + 1,
        found=repr(chr(code)),
        hint="remove it; it often comes along when text is copied from a PDF",
    )


def _syntax_error(error: yaml.MarkedYAMLError, text: str, file: str) -> RecordError:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    lines = text.splitlines()
    shown = lines[line - 1].strip() if line <= len(lines) else ""
    # libyaml points at the next token: the tab may stand one line above.
    for number in (line, line - 1):
        if 0 < number <= len(lines) and re.match(r"^ *\t", lines[number - 1]):
            return RecordError(
                "a tab is used to indent",
                file=file,
                line=number,
                found=lines[number - 1].strip(),
                hint="YAML indents with spaces only: replace the tab by two spaces",
            )
    problem = error.problem or "not valid YAML"
    hint = "check indentation, colons and quotes on this line and the one above"
    return RecordError(f"not valid YAML: {problem}, at {shown!r}", file=file, line=line, found=shown, hint=hint)


class _Walker:
    """Reads the events of one document; what is refused is refused here, with its line."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.lines: dict[Location, int] = {}
        self._events: Iterator[Any] = iter(yaml.parse(text, Loader=_Loader))

    def document(self) -> Any:
        """Return the value of the only document."""
        next(self._events)
        first = next(self._events)
        if isinstance(first, yaml.StreamEndEvent):
            hint = "`mscevidence template single-arm` writes a first one"
            raise RecordError("the file is empty", file=self.file, line=1, hint=hint)
        if first.version or first.tags:
            raise self._refusal(
                "a line that begins with % is not used in study files", first, (), hint="remove it; this is YAML 1.2"
            )
        value = self._value(next(self._events), ())
        next(self._events)
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise self._refusal(
                "a second document begins here", after, (), hint="one study per file: remove the line with ---"
            )
        return value

    def _value(self, event: Any, location: Location) -> Any:
        self.lines.setdefault(location, event.start_mark.line + 1)
        self._refuse(event, location)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(location)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(location)
        return _plain(event.value) if event.implicit[0] else event.value

    def _mapping(self, location: Location) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            self._refuse(event, location)
            if not isinstance(event, yaml.ScalarEvent):
                raise self._refusal("a key is a list or a map here", event, location, hint="a key is one word")
            key = event.value
            place = (*location, key)
            if key in found:
                raise self._refusal(f"the key {key!r} is written twice", event, place, hint="keep one of the two")
            self.lines[place] = line
            found[key] = self._value(next(self._events), place)
        return found

    def _sequence(self, location: Location) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self._value(event, (*location, len(found))))
        return found

    def _refuse(self, event: Any, location: Location) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self._refusal(
                "anchors and aliases (& and *) are not used in study files",
                event,
                location,
                hint="write the value out in each place; put text that begins with & or * into quotes",
            )
        if event.tag is not None:
            raise self._refusal(
                f"the tag {event.tag!r} is not used in study files",
                event,
                location,
                hint="remove the word that begins with !, or put text that begins with ! into quotes",
            )
        if len(location) > MAX_DEPTH:
            raise self._refusal(
                "brackets or indentations are nested too deeply", event, location[:3], hint="close what was opened"
            )

    def _refusal(self, message: str, event: Any, location: Location, *, hint: str) -> RecordError:
        found = str(getattr(event, "value", ""))
        line = event.start_mark.line + 1
        return RecordError(message, file=self.file, line=line, key=dotted(location), found=found, hint=hint)


def _plain(text: str) -> Any:
    """Return what an unquoted word stands for in the YAML 1.2 core schema."""
    if text in _NULL:
        return None
    if text in _TRUTH:
        return _TRUTH[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        return WrittenFloat(text)
    return text


def dotted(location: Location) -> str:
    """Return a place as a person writes it, such as ``results.3.outcome`` (entries count from 1)."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in location)


def unknown_key(key: str, known: list[str]) -> str:
    """Return the hint for a key that does not exist here."""
    close = nearest(key, known)
    return f"did you mean {' or '.join(close)}?" if close else f"valid keys here: {', '.join(known)}"
