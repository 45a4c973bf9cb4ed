"""Kind and status of a report by the publication types that databases and reference managers give it."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from mscevidence.model import Notice

_KINDS: dict[str, tuple[str, ...]] = {
    "retraction-notice": ("retraction of publication", "retraction notice", "retraction"),
    "erratum": ("published erratum", "erratum", "correction", "corrigendum", "addendum"),
    "registry-entry": (),
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
        "abst",
        "poster",
    ),
    "press-release": ("press",),
    "personal-communication": ("icomm", "pcomm"),
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
        "book-review",
        "book review",
    ),
    "letter": ("letter", "brief-report", "rapid-communication", "research-letter", "correspondence"),
    "article": ("correction and republished article", "scientific integrity review", "conference review"),
}
"""Kinds of reports by what databases call them; where a report has several, the first of this list is believed."""

_BY_WORDS = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("retraction-notice", r"retraction of publication|retraction notice"),
        ("erratum", r"erratum|corrigendum|^correction"),
        ("registry-entry", r"registry|trial registration|clinical trial (?:record|registration)"),
        ("protocol", r"(?:trial|study) protocol"),
        ("conference-abstract", r"(?:conference|meeting|congress) abstract"),
        ("preprint", r"preprint|posted.content"),
        ("thesis", r"thesis|dissertation|^thes$"),
        ("press-release", r"press release"),
        ("personal-communication", r"personal communication"),
        ("editorial", r"editorial|book.review"),
        ("letter", r"letter"),
        ("review", r"(?<!peer.)(?<!conference.)\breview\b|meta-?analysis"),
    )
)
"""Words that tell the kind in the free wording of exports (``Journal: Conference Abstract``)."""

_RETRACTED = re.compile(r"\bretracted\b", re.IGNORECASE)

_BY_TYPE = {word: kind for kind, words in _KINDS.items() for word in words}
_RANK = {kind: index for index, kind in enumerate(_KINDS)}
_BY_TITLE = re.compile(
    r"^\W{0,3}(?P<word>retracted|withdrawn|removed)(?:[ -](?:article|paper))?\s?\W*[:\]]", re.IGNORECASE
)
_BY_NOTICE = (
    ("retracted-by", "retracted"),
    ("expression-of-concern-by", "expression-of-concern"),
    ("corrected-by", "corrected"),
    ("republished-in", "corrected"),
)


def kind_of(types: Iterable[str]) -> str:
    """Return the kind of a report (a term of the vocabulary) by its publication types; ``article`` unless they tell."""
    return _kind_of(tuple(types))


@functools.lru_cache(maxsize=1024)
def _kind_of(types: tuple[str, ...]) -> str:
    found = [_kind(word) for word in map(str.casefold, types)]
    return min(found, key=_RANK.__getitem__) if found else "article"


@functools.lru_cache(maxsize=1024)
def _kind(word: str) -> str:
    return _BY_TYPE.get(word) or next((kind for kind, words in _BY_WORDS if words.search(word)), "article")


def status_of(types: Iterable[str], notices: Iterable[Notice], title: str) -> str:
    """Return the status of a report (a term of the vocabulary) by its types, the notices about it, and its title."""
    if _is_retracted(tuple(types)):
        return "retracted"
    marked = _BY_TITLE.match(title)
    if marked is not None:
        return "withdrawn" if marked["word"].casefold() == "withdrawn" else "retracted"
    said = {notice.kind for notice in notices}
    return next((status for kind, status in _BY_NOTICE if kind in said), "published") if said else "published"


@functools.lru_cache(maxsize=1024)
def _is_retracted(types: tuple[str, ...]) -> bool:
    return any(map(_RETRACTED.search, types))
