"""The place of a quote in the captured documents of a study."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from mscevidence.model import Document


def place_quote(quote: str, documents: Iterable[Document]) -> dict[str, Any]:
    """Return document, span, section and the words as they stand there; empty where no document has the quote.

    A quote is found as it stands, else with other white space or case: what a person copies from a page has line ends
    where the page has them. What is returned under ``quote`` is always the text at the span.
    """
    words = quote.split()
    if not words:
        return {}
    loose = re.compile(r"\s+".join(map(re.escape, words)), re.IGNORECASE)
    known = tuple(documents)
    for found in (*((one, _exact(quote, one)) for one in known), *((one, _loose(loose, one)) for one in known)):
        document, span = found
        if span is not None:
            section = document.section_at(span[0])
            place: dict[str, Any] = {"quote": document.text[slice(*span)]}
            return place | ({"section": section} if section else {}) | {"document": document.sha256, "span": list(span)}
    return {}


def _exact(quote: str, document: Document) -> tuple[int, int] | None:
    start = document.text.find(quote)
    return (start, start + len(quote)) if start >= 0 else None


def _loose(words: re.Pattern[str], document: Document) -> tuple[int, int] | None:
    found = words.search(document.text)
    return found.span() if found else None


def report_of(document: str, reports: Mapping[str, Iterable[str]]) -> str:
    """Return the report that a captured document belongs to, by report id -> hashes; empty when to none."""
    return next((report for report, hashes in reports.items() if document in hashes), "")
