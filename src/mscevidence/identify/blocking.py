"""Which citations are compared: those that share a key, so that the work grows with their number, not its square."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from mscevidence.identify.citation import Citation

LETTERS = 28
"""Letters of the beginning and of the end of a title that make a key."""

LARGEST_BLOCK = 40
"""Citations that share a key are all compared up to this number; more of them only with their
neighbours by title and by author."""

NEIGHBOURS = 8

Key = tuple[str, str]


def candidate_pairs(citations: Sequence[Citation]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of places (smaller first) that are worth comparing, each once, in no particular order."""
    blocks: dict[Key, list[int]] = defaultdict(list)
    for index, citation in enumerate(citations):
        for key in keys_of(citation):
            blocks[key].append(index)
    seen: set[int] = set()
    total = len(citations)
    for members in blocks.values():
        if len(members) < 2:
            continue
        for left, right in _pairs_of(members, citations):
            code = left * total + right
            if code not in seen:
                seen.add(code)
                yield left, right


def keys_of(citation: Citation) -> Iterator[Key]:
    """Yield the keys of a citation: identifiers, both ends of its titles, its page with volume, author or year."""
    for kind, values in citation.own.items():
        for value in values:
            yield kind, value
    if citation.kind == "registration":
        for number in citation.registrations:
            yield "registration", number
    for title in (citation.title, *citation.titles):
        yield from _title_keys(title.letters, citation)
    place = citation.place_in_journal
    if place.first:
        if place.volume:
            yield "page", f"{place.volume}/{place.first}/{citation.year}"
        if citation.first_author:
            yield "author-page", f"{citation.first_author}/{place.first}"


def _title_keys(letters: str, citation: Citation) -> Iterator[Key]:
    if len(letters) < 2:
        return
    if len(letters) <= LETTERS:
        yield "title", f"{letters}/{citation.year or ''}" if citation.title.generic else letters
        return
    yield "title-begin", letters[:LETTERS]
    yield "title-end", letters[-LETTERS:]


def _pairs_of(members: list[int], citations: Sequence[Citation]) -> Iterator[tuple[int, int]]:
    if len(members) <= LARGEST_BLOCK:
        for place, left in enumerate(members):
            for right in members[place + 1 :]:
                yield (left, right) if left < right else (right, left)
        return
    by_title = sorted(members, key=lambda index: citations[index].title.letters)
    by_author = sorted(members, key=lambda index: (citations[index].first_author, citations[index].year or 0))
    for ordered in (by_title, by_author):
        for place, left in enumerate(ordered):
            for right in ordered[place + 1 : place + 1 + NEIGHBOURS]:
                yield (left, right) if left < right else (right, left)
