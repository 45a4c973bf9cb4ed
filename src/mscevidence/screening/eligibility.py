"""Automatic exclusion: explicit rules of the protocol, and nothing else."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from mscevidence.model import Document, ExclusionRule


def excluded_by_rule(document: Document, rules: Sequence[ExclusionRule]) -> ExclusionRule | None:
    """Return the first rule that excludes a record, or None."""
    return next((rule for rule in rules if _applies(rule, document)), None)


def _applies(rule: ExclusionRule, document: Document) -> bool:
    pattern = _compiled(rule.pattern)
    if not any(pattern.search(value) for value in _values(rule, document)):
        return False
    return rule.unless is None or not _compiled(rule.unless).search(f"{document.title}\n{document.text}")


def _values(rule: ExclusionRule, document: Document) -> tuple[str, ...]:
    if rule.field == "title":
        return (document.title, *document.other_titles)
    if rule.field == "language":
        return document.languages
    if rule.field == "publication-type":
        return document.publication_types
    single = {"text": document.text, "year": year(document), "journal": document.journal or "", "kind": document.kind}
    return (single[rule.field],)


def year(document: Document) -> str:
    """Return the four digits of the year of a document; empty when it shows none."""
    found = re.match(r"\d{4}", document.date or "")
    return found[0] if found else ""


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
