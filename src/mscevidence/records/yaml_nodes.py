"""YAML 1.2 (core schema) as plain values together with the line of every key, read by libyaml where it is there.

Study files are data that a person types. What could surprise is refused with the line: tabs, repeated keys, anchors and
aliases (also the way of an entity bomb), tags, several documents. Words such as ``no`` and ``2026-11-22`` stay text.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any, ClassVar

import yaml

from mscevidence.errors import RecordError, nearest

Location = tuple[str | int, ...]

_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_CORE = (
    ("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]),
    ("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")),
    # A leading zero is kept as text: identifiers such as 007 are not numbers.
    ("tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789")),
    (
        "tag:yaml.org,2002:float",
        re.compile(r"^[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$"),
        list("-+0123456789."),
    ),
)


class CoreLoader(_Loader):  # type: ignore[misc]
    """A safe loader with the implicit types of the YAML 1.2 core schema, without octal, hexadecimal and infinity."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


for _tag, _pattern, _first in _CORE:
    for _letter in _first:
        CoreLoader.yaml_implicit_resolvers.setdefault(_letter, []).append((_tag, _pattern))


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
    try:
        node = yaml.compose(text, Loader=CoreLoader)
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, text, file) from error
    except yaml.YAMLError as error:
        raise RecordError(
            f"not readable as YAML: {error}", file=file, line=1, hint="remove control characters; save as UTF-8"
        ) from error
    if node is None:
        raise RecordError(
            "the file is empty", file=file, line=1, hint="`mscevidence template single-arm` writes a first one"
        )
    walker = _Walker(file)
    return Located(walker.value(node, ()), walker.lines)


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
    if "another document" in (error.context or "") + problem or "expected a single document" in (error.context or ""):
        hint = "one study per file: remove the line with ---"
    return RecordError(f"not valid YAML: {problem}, at {shown!r}", file=file, line=line, found=shown, hint=hint)


class _Walker:
    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Location, int] = {}
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, location: Location) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(location, line)
        if id(node) in self._seen:
            raise RecordError(
                "anchors and aliases (& and *) are not used in study files",
                file=self.file,
                line=line,
                key=dotted(location),
                hint="write the value out in each place",
            )
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, location)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*location, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, location)

    def _mapping(self, node: yaml.MappingNode, location: Location) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else repr(key_node.value)
            if key in found:
                raise RecordError(
                    f"the key {key!r} is written twice",
                    file=self.file,
                    line=line,
                    key=dotted((*location, key)),
                    hint="keep one of the two",
                )
            self.lines[(*location, key)] = line
            found[key] = self.value(value_node, (*location, key))
        return found

    def _scalar(self, node: yaml.Node, location: Location) -> Any:
        text = str(node.value)
        if node.tag == "tag:yaml.org,2002:null":
            return None
        if node.tag == "tag:yaml.org,2002:bool":
            return text.lower() == "true"
        if node.tag == "tag:yaml.org,2002:int":
            return int(text)
        if node.tag == "tag:yaml.org,2002:float":
            return float(text)
        if node.tag == "tag:yaml.org,2002:str":
            return text
        raise RecordError(
            f"the tag {node.tag!r} is not used in study files",
            file=self.file,
            line=node.start_mark.line + 1,
            key=dotted(location),
            found=text,
            hint="remove the word that begins with !",
        )


def dotted(location: Location) -> str:
    """Return a place as a person writes it, such as ``results.3.outcome`` (entries count from 1)."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in location)


def unknown_key(key: str, known: list[str]) -> str:
    """Return the hint for a key that does not exist here."""
    close = nearest(key, known)
    return f"did you mean {' or '.join(close)}?" if close else f"valid keys here: {', '.join(known)}"
