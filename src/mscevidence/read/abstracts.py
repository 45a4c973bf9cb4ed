"""The canonical text of a record of a database: title, identifiers, then each part of the abstract with its label."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence

from mscevidence.model import Identifier
from mscevidence.read.identifiers import identifiers_in
from mscevidence.read.jats_tables import Writer
from mscevidence.read.sections import sections_of

Part = tuple[str, str]
"""A part of an abstract: its label as printed (empty when it has none) and its text."""

_NAMES = (
    ("Results", r"(?:\w+[\s/]){0,3}?(?:results?\b|findings\b)|outcomes?$"),
    ("Methods", r"(?:\w+\W+){0,4}?methods?\b|methodology|(?:study\s)?design|setting|interventions?\b|measurements?\b"),
    ("Patients", r"participants\b|patients\b|subjects\b"),
    ("Background", r"background|introduction|context|rationale|importance"),
    ("Objective", r"objectives?\b|aims?\b|purpose"),
    ("Registration", r"(?:clinical\s)?trials?\sregistration|registration"),
    ("Funding", r"funding"),
    ("Conclusion", r"conclusions?\b|interpretation|summary|significance"),
    ("Discussion", r"discussion|comments?\b|limitations"),
)
_NAME = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _NAMES), re.IGNORECASE)
_CATEGORIES = {
    "BACKGROUND": "Background",
    "OBJECTIVE": "Objective",
    "METHODS": "Methods",
    "RESULTS": "Results",
    "CONCLUSIONS": "Conclusion",
}
_SHOWN = {"doi": "doi", "pmid": "PMID", "pmcid": "PMCID", "isbn": "ISBN"}


@functools.lru_cache(maxsize=1 << 10)
def section_name(label: str, category: str = "") -> str:
    """Return the common name of a part of an abstract by its label, or by the category that an indexer gave it."""
    match = _NAME.match(label)
    if match is not None and match.lastgroup:
        return match.lastgroup
    return _CATEGORIES.get(category) or label.rstrip(":. ").capitalize() or "Abstract"


class RecordText:
    """The canonical text of one record while it is written."""

    def __init__(self) -> None:
        self.writer = Writer()
        self.identifiers: list[Identifier] = []

    def head(self, title: str, identifiers: Iterable[tuple[str, str]], registrations: Iterable[Part] = ()) -> None:
        """Write title, addresses and registrations, one line each.

        Args:
            title: of the report.
            identifiers: kind and value of each; those that are no address of a report have no line.
            registrations: name of the registry and number.
        """
        if title:
            self.writer.add(title)
        known: set[tuple[str, str]] = set()
        for kind, value in identifiers:
            if not value or (kind, value.casefold()) in known:
                continue
            known.add((kind, value.casefold()))
            line = self._line(_SHOWN[kind], value) if kind in _SHOWN else None
            span = line if kind != "isbn" else None
            self.identifiers.append(Identifier(kind=kind, value=value, span=span))
        for registry, number in registrations:
            self._registration(registry, number, known)

    def _registration(self, registry: str, number: str, known: set[tuple[str, str]]) -> None:
        found = identifiers_in(number)
        kind, value = (found[0].kind, found[0].value) if found else (registry.casefold().replace(" ", "-"), number)
        if (kind, value.casefold()) in known:
            return
        known.add((kind, value.casefold()))
        span = self._line(registry, number) if found else None
        self.identifiers.append(Identifier(kind=kind, value=value, span=span))

    def _line(self, shown: str, value: str) -> tuple[int, int]:
        _, end = self.writer.add(f"{shown}: {value}", "\n")
        return end - len(value), end

    def abstract(self, parts: Sequence[Part], categories: Sequence[str] = ()) -> None:
        """Write an abstract; labels in its running text make sections where it has no labelled parts."""
        known = [*categories, *[""] * (len(parts) - len(categories))]
        for (label, text), category in zip(parts, known, strict=True):
            if not text:
                continue
            if label or len(parts) > 1:
                self.part(label, text, section_name(label, category))
            else:
                span = self.writer.add(text)
                self.writer.sections += sections_of(self.text(), span)

    def part(self, label: str, text: str, section: str) -> None:
        """Write one part of an abstract, behind its label, as a section."""
        if label:
            self.writer.add(f"{label.rstrip(': ')}: ")
            start = self.writer.raw(text)
            self.writer.section(section, start)
        else:
            self.writer.paragraph(text, section)

    def text(self) -> str:
        """Return the text as written so far."""
        return self.writer.text()
