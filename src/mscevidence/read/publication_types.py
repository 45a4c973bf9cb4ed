"""Kind and status of a report by the publication types that databases give it (PubMed, Europe PMC, Crossref, JATS)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mscevidence.model import Notice

_KINDS: dict[str, tuple[str, ...]] = {
    "retraction-notice": ("retraction of publication", "retraction notice", "retraction"),
    "erratum": ("published erratum", "erratum", "correction", "corrigendum", "addendum"),
    "preprint": ("preprint", "posted-content", "working-paper"),
    "protocol": ("clinical trial protocol", "protocol", "study protocol"),
    "thesis": ("academic dissertation", "dissertation", "thesis"),
    "conference-abstract": (
        "meeting abstract",
        "meeting abstracts",
        "meeting-report",
        "conference abstract",
        "conference paper",
        "conference proceeding",
        "proceedings-article",
        "paper-conference",
        "abstract",
        "congress",
    ),
    "review": (
        "review",
        "review-article",
        "systematic review",
        "systematic-review",
        "scoping review",
        "meta-analysis",
        "network meta-analysis",
        "practice guideline",
        "guideline",
        "consensus development conference",
        "book-review",
    ),
    "editorial": (
        "editorial",
        "comment",
        "commentary",
        "article-commentary",
        "expression of concern",
        "expression-of-concern",
        "news",
        "newspaper article",
        "discussion",
        "reply",
        "introductory journal article",
    ),
    "letter": ("letter", "brief-report", "rapid-communication", "research-letter"),
}
"""Kinds of reports by what databases call them; where a report has several, the first of this list is believed."""

_BY_TYPE = {word: kind for kind, words in _KINDS.items() for word in words}
_RANK = {kind: index for index, kind in enumerate(_KINDS)}
_BY_TITLE = re.compile(r"^\W{0,3}(?P<word>retracted|withdrawn)(?:[ -](?:article|paper))?\s?\W*[:\]]", re.IGNORECASE)
_BY_NOTICE = (
    ("retracted-by", "retracted"),
    ("expression-of-concern-by", "expression-of-concern"),
    ("corrected-by", "corrected"),
    ("republished-in", "corrected"),
)


def kind_of(types: Iterable[str]) -> str:
    """Return the kind of a report (a term of the vocabulary) by its publication types; ``article`` unless they tell."""
    found = {_BY_TYPE[word] for word in map(str.casefold, types) if word in _BY_TYPE}
    return min(found, key=_RANK.__getitem__) if found else "article"


def status_of(types: Iterable[str], notices: Iterable[Notice], title: str) -> str:
    """Return the status of a report (a term of the vocabulary) by its types, the notices about it, and its title."""
    words = {word.casefold() for word in types}
    if words & {"retracted publication", "retracted-article", "retracted article"}:
        return "retracted"
    marked = _BY_TITLE.match(title)
    if marked is not None:
        return marked["word"].casefold()
    said = {notice.kind for notice in notices}
    return next((status for kind, status in _BY_NOTICE if kind in said), "published")
