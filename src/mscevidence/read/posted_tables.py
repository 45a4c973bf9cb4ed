"""Tables of a trial registry while they are written: lines of text with a place for each number."""

from __future__ import annotations

import gc
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from mscevidence.model import Section, Span, Table
from mscevidence.read.canonical import canonical, is_canonical
from mscevidence.read.jats_tables import Writer

_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()<>#+.!~^=|&-])")
_SHORT = 60
_BREAKS = re.compile(r"\s*\n\s*")


def plain(text: object) -> str:
    """Return a text of the registry without the escapes of its markup, in canonical form."""
    if not isinstance(text, str):
        return ""
    bare = _ESCAPED.sub(r"\1", text) if "\\" in text else text
    return bare.strip() if is_canonical(bare) else canonical(bare)


def one_line(text: object) -> str:
    """Return a text of the registry in one line, with nothing in it that would end a cell."""
    words = plain(text)
    return _BREAKS.sub(" ", words).replace("|", "/") if "\n" in words or "|" in words else words


def apart(groups: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Return groups of which no two have one title: those that do are told apart by their description or their id.

    Args:
        groups: title and description by id.
    """
    titles = Counter(title for title, _ in groups.values())
    if all(count == 1 for count in titles.values()):
        return groups
    described = Counter((title, description) for title, description in groups.values())
    told = {}
    for key, (title, description) in groups.items():
        if titles[title] > 1:
            short = 0 < len(description) <= _SHORT and described[title, description] == 1
            told[key] = f"{title} ({one_line(description) if short else key})", description
        else:
            told[key] = title, description
    return told


@contextmanager
def many_nouns() -> Iterator[None]:
    """Keep the collector of cycles still while thousands of nouns are made, none of which is part of a cycle.

    It would look at all of them again and again, which takes a third of the time of a study with many adverse events.
    In the end they are made old without a look at them, unless somebody froze things that must stay so.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()


class PostedTable:
    """A table in the making.

    Args:
        writer: the text it is written into.
        label: short name, such as ``Outcome 2``.
        title: what it shows.
    """

    def __init__(self, writer: Writer, label: str, title: str) -> None:
        self.writer = writer
        self.label = label
        start, end = writer.add(f"{label}. {title}" if title else label)
        self.start = start
        self.caption = (end - len(title), end) if title else None
        self.cells: list[dict[str, Any]] = []
        self.rows = 0

    def say(self, line: str) -> None:
        """Write a line of explanation."""
        if line:
            self.writer.add(line, "\n")

    def row(self, texts: Sequence[str], *, header: bool = False) -> list[Span]:
        """Write a row and return the place of each cell."""
        spans: list[Span] = []
        start = self.writer.length + len("\n")
        for text in texts:
            end = start + len(text)
            spans.append((start, end))
            start = end + len(" | ")
        self.cells += [
            {"span": span, "row": self.rows, "column": column, "header": header or column == 0}
            for column, span in enumerate(spans)
        ]
        self.writer.raw("\n" + " | ".join(texts))
        self.rows += 1
        return spans

    def close(self, section: str) -> None:
        """Add the table to those of the document, as a section of its own."""
        place = (self.start, self.writer.length)
        fields = {"label": self.label, "span": place, "caption": self.caption, "cells": self.cells}
        self.writer.tables.append(Table.model_validate(fields))
        self.writer.sections.append(Section(name=section, span=place))


class PostedResults:
    """What a registry posts of a trial, in the order of its text."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.posted: list[dict[str, Any]] = []

    def note(self, fields: dict[str, Any]) -> None:
        """Note the fields of a `Posted`; the document checks them all at once, for there are thousands."""
        self.posted.append(fields)
