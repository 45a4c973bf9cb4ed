"""Sentences of an abstract, as spans."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from mscevidence.model import Document, Span

_LONGEST = 2500
_END = re.compile(
    r"[.!?\n](?:(?<=[a-z)%]\.)(?=[A-Z][a-z]+\s)|(?<=[.!?])[)\]”\"]?(?=\s+[“\"(\[]?[A-Z0-9≥<>])"
    r"|(?<=\n)\s*\n|(?<=\n)(?=[-•*–] |\t))"
)
_SHORT = (
    "e.g",
    "i.e",
    "vs",
    "approx",
    "resp",
    "Fig",
    "Figs",
    "Tab",
    "Ref",
    "No",
    "Nos",
    "Dr",
    "Prof",
    "Ltd",
    "Inc",
    "Co",
    "Corp",
    "St",
    "ca",
    "cf",
    "incl",
    "excl",
    "spp",
    "sp",
    "i.v",
    "s.c",
    "i.p",
    "i.m",
    "al",
)
"""What a full stop may stand behind without an end; the last only as "et al"."""
_NO_END = re.compile(
    rf"(?:\b(?:{'|'.join(map(re.escape, _SHORT[:-1]))}|et al)"
    r"|(?<!roup\s)(?<!arm\s)(?<!hort\s)(?<!itamin\s)(?<!ype\s)(?<!lass\s)(?<!art\s)(?<!atitis\s)\b[A-Z])\.$"
)


@lru_cache(maxsize=64)
def sentences_of(text: str, span: Span) -> tuple[Span, ...]:
    """Return the sentences of a part of a text as spans without surrounding white space."""
    found: list[Span] = []
    start = span[0]
    for match in _END.finditer(text, *span):
        if _may_go_on(text, match.end()) and _NO_END.search(text, max(start, match.end() - 20), match.end()):
            continue
        for piece in _pieces(text, start, match.end()):
            _append(found, text, *piece)
        start = match.end()
    for piece in _pieces(text, start, span[1]):
        _append(found, text, *piece)
    return tuple(found)


def body_sections(document: Document) -> tuple[tuple[str, Span], ...]:
    """Return the named parts in which facts are looked for; the whole text when the document has no sections."""
    if document.sections:
        return tuple((section.name, section.span) for section in document.sections)
    return (("", (0, len(document.text))),)


def _may_go_on(text: str, end: int) -> bool:
    """Return whether a full stop before a place stands behind a capital or the last letters of an abbreviation."""
    end -= text.endswith("\n", 0, end)
    return text.endswith(".", 0, end) and (text[end - 2 : end - 1].isupper() or text.endswith(_SHORT, 0, end - 1))


def _pieces(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield a stretch in pieces no longer than any real sentence, so that work stays in proportion to the text."""
    while end - start > _LONGEST:
        space = text.rfind(" ", start + 1, start + _LONGEST)
        stop = space if space > start else start + _LONGEST
        yield start, stop
        start = stop
    yield start, end


def _append(found: list[Span], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    if left < right:
        found.append((start + left, start + right))
