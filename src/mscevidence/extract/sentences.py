"""Sentences of an abstract, as spans."""

from __future__ import annotations

import re

from mscevidence.model import Document, Span

_END = re.compile(r"[.!?][)\]”\"]?(?=\s+[“\"(\[]?[A-Z0-9≥<>])|\n\s*\n|\n(?=[-•*–] |\t)")
_NO_END = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|approx|resp|Fig|Figs|Tab|Ref|No|Nos|Dr|Prof|Ltd|Inc|Co|Corp|St|et al|ca|cf|incl|excl|spp|sp"
    r"|i\.v|s\.c|i\.p|i\.m)"
    r"|(?<!roup\s)(?<!arm\s)(?<!hort\s)(?<!itamin\s)(?<!ype\s)(?<!lass\s)(?<!art\s)(?<!atitis\s)\b[A-Z])\.$"
)


def sentences_of(text: str, span: Span) -> tuple[Span, ...]:
    """Return the sentences of a part of a text as spans without surrounding white space."""
    found: list[Span] = []
    start = span[0]
    for match in _END.finditer(text, *span):
        if _NO_END.search(text, max(start, match.end() - 20), match.end()):
            continue
        _append(found, text, start, match.end())
        start = match.end()
    _append(found, text, start, span[1])
    return tuple(found)


def body_sections(document: Document) -> tuple[tuple[str, Span], ...]:
    """Return the named parts in which facts are looked for; the whole text when the document has no sections."""
    if document.sections:
        return tuple((section.name, section.span) for section in document.sections)
    return (("", (0, len(document.text))),)


def _append(found: list[Span], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    if left < right:
        found.append((start + left, start + right))
