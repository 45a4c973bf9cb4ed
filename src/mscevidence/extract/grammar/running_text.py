"""The running text of a document: the sentences of its sections without its tables, and the clauses of those."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mscevidence.extract.grammar.sentences import sentences_of
from mscevidence.model import Document, Span

_NOT_TOLD = re.compile(r"(?i)table|fig")
_CLAUSE_END = re.compile(r":\s|;\s|,\s(?:and|but|of\swhom|of\swhich|while|whereas)\s")


def running_text(document: Document, text: str) -> tuple[tuple[str, tuple[Span, ...]], ...]:
    """Return the sections of a document, each as its name and its sentences; tables are no part of them.

    Args:
        document: an article or abstract.
        text: its text, in which characters may have been made alike but none moved.
    """
    tables = sorted(table.span for table in document.tables)
    found: list[tuple[str, tuple[Span, ...]]] = []
    for section in document.sections:
        if _NOT_TOLD.match(section.name):
            continue
        parts = _without(section.span, tables)
        found.append((section.name, tuple(each for part in parts for each in sentences_of(text, part))))
    return tuple(found)


def clause_of(text: str, sentence: Span, number: Span) -> Span:
    """Return the clause of a number: what stands between colons and ", and" outside brackets."""
    cuts = [
        cut.span()
        for cut in _CLAUSE_END.finditer(text, *sentence)
        if text.count("(", sentence[0], cut.start()) == text.count(")", sentence[0], cut.start())
    ]
    start = max((stop for _, stop in cuts if stop <= number[0]), default=sentence[0])
    return start, min((begin for begin, _ in cuts if begin >= number[1]), default=sentence[1])


def _without(span: Span, tables: Sequence[Span]) -> Iterator[Span]:
    """Yield a part of a text without the tables that stand in it."""
    start = span[0]
    for table in tables:
        if table[1] <= start or table[0] >= span[1]:
            continue
        if table[0] > start:
            yield start, table[0]
        start = max(start, table[1])
    if start < span[1]:
        yield start, span[1]
