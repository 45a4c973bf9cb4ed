"""A quote as it may be published: the record's own, and a few words around it where the document is captured."""

from __future__ import annotations

import dataclasses
import re

from mscevidence.model import Document, Source

AROUND = 60
"""Most characters on either side of a quote: enough to find it again, too few to replace the source."""


@dataclasses.dataclass(frozen=True)
class Quoted:
    """A quote with the few words before and after it, which are empty where the document is not captured."""

    before: str
    words: str
    after: str


def quoted(source: Source, document: Document | None) -> Quoted:
    """Return the quote of a source, in its sentence where the document holds it at the recorded place."""
    if document is None or source.span is None:
        return Quoted("", source.quote, "")
    start, end = source.span
    if not 0 <= start < end <= len(document.text):
        return Quoted("", source.quote, "")
    if _plain(document.text[start:end]) != _plain(source.quote):
        return Quoted("", source.quote, "")
    return Quoted(_before(document.text[:start]), source.quote, _after(document.text[end:]))


def _before(text: str) -> str:
    """Return the end of a text from the last sentence or paragraph on, cut at a word."""
    kept = re.split(r"\n|(?<=[.!?])\s+(?=[A-Z(])", text[-AROUND - 1 :])[-1]
    if len(kept) > AROUND:
        kept = kept[1:]
        kept = "…" + (kept.split(" ", 1)[1] if " " in kept else kept[1:])
    return kept


def _after(text: str) -> str:
    """Return the beginning of a text up to the end of its sentence or paragraph, cut at a word."""
    kept = re.split(r"\n|(?<=[.!?])\s+(?=[A-Z(])", text[: AROUND + 1])[0]
    if len(kept) > AROUND:
        kept = kept[:-1]
        kept = (kept.rsplit(" ", 1)[0] if " " in kept else kept[:-1]) + "…"
    return kept


def _plain(text: str) -> str:
    return " ".join(text.split())
