"""Patterns that are tried only where a word stands that every match of them has.

Looking for plain letters is hundreds of times faster than trying a pattern at each place, and most patterns have
nothing to find in most sentences. Where the cues of a pattern stand is looked up once for a whole text. What is found
is the same as without cues: these only say where it is vain to try.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache

from mscevidence.model import Span

_WORD = re.compile(r"[^\W_]+")
_LONGEST_WORD = 27
"""No name of a treatment that a pattern looks for has a longer word."""
_WORD_START = re.compile(r"(?<!\w)\w")
_BETWEEN_WORDS = {code: " " for code in range(128) if not chr(code).isalnum()}


class Opening:
    """A pattern of which every match opens with a word, and that word with one of some cues.

    The cue may also stand at the beginning of a later word, behind at most so many words `ahead` of it.
    """

    __slots__ = ("_ahead", "_cues", "_pattern")

    def __init__(self, pattern: re.Pattern[str], cues: str, *, ahead: int = 0) -> None:
        """Keep a pattern and the cues, in small letters with white space between them."""
        self._pattern = pattern
        self._cues = tuple(cues.split())
        self._ahead = ahead

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """Return the first that the pattern finds in a part of a text, or None."""
        for place in self._places(text, start, end):
            found = self._pattern.match(text, place, end)
            if found is not None:
                return found
        return None

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """Yield what the pattern finds in a part of a text, in order."""
        for place in self._places(text, start, end):
            found = self._pattern.match(text, place, end) if place >= start else None
            if found is not None:
                yield found
                start = found.end()

    def _places(self, text: str, start: int, end: int) -> Sequence[int]:
        """Return where the pattern is to be tried in a part of a text, in order."""
        places = word_places(text, self._cues)
        first = bisect_left(places, start)
        cued = places[first : bisect_left(places, end, first)]
        if not cued or not self._ahead:
            return cued
        found: list[int] = []
        for place in cued:
            found += _words_before(text, start, place, self._ahead)
            found.append(place)
            start = place + 1
        return found


class Holding:
    """A pattern of which every match holds one of some cues, be it inside a word."""

    __slots__ = ("_cues", "_pattern")

    def __init__(self, pattern: re.Pattern[str] | Opening, cues: str) -> None:
        """Keep a pattern and the cues, in small letters with white space between them."""
        self._pattern = pattern
        self._cues = tuple(cues.split())

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """Return the first that the pattern finds in a part of a text, or None."""
        return self._pattern.search(text, start, end) if self._may_match(text, start, end) else None

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """Yield what the pattern finds in a part of a text, in order."""
        return self._pattern.finditer(text, start, end) if self._may_match(text, start, end) else iter(())

    def _may_match(self, text: str, start: int, end: int) -> bool:
        places = cue_places(text, self._cues)
        index = bisect_left(places, start)
        return index < len(places) and places[index] < end


@lru_cache(maxsize=512)
def word_places(text: str, cues: tuple[str, ...]) -> tuple[int, ...]:
    """Return where in a text words begin with one of some cues."""
    return tuple(at for at in cue_places(text, cues) if not at or not _joins(text[at - 1]))


@lru_cache(maxsize=512)
def cue_places(text: str, cues: tuple[str, ...]) -> tuple[int, ...]:
    """Return where in a text some cues stand, be it inside words and in whatever case, in order."""
    small = in_small_letters(text)
    found: list[int] = []
    for cue in cues:
        at = small.find(cue)
        while at >= 0:
            found.append(at)
            at = small.find(cue, at + 1)
    return tuple(sorted(found))


@lru_cache(maxsize=2048)
def words_of(text: str, span: Span) -> frozenset[str]:
    """Return the words of a part of a text, runs of letters and digits, in small letters."""
    small = in_small_letters(text)[slice(*span)]
    return frozenset(small.translate(_BETWEEN_WORDS).split() if small.isascii() else _WORD.findall(small))


@lru_cache(maxsize=8)
def in_small_letters(text: str) -> str:
    """Return a text in small letters, each at the place where it stood."""
    # patterns that ignore case take these three for i and s; the first would become two letters
    plain = text if text.isascii() else text.replace("İ", "i").replace("ı", "i").replace("ſ", "s")
    return plain.lower()


def whole_word_places(text: str, word: str, span: Span) -> Iterator[int]:
    """Yield where a word, in small letters, stands by itself in a part of a text, underscores left aside."""
    small = in_small_letters(text)
    at = small.find(word, *span)
    while at >= 0:
        end = at + len(word)
        if not (at > span[0] and small[at - 1].isalnum()) and not (end < span[1] and small[end].isalnum()):
            yield at
        at = small.find(word, end, span[1])


def _words_before(text: str, start: int, place: int, most: int) -> list[int]:
    """Return where words begin in the last few stretches without white space before a place."""
    start = max(start, place - most * _LONGEST_WORD)
    stretches = text[start:place].rsplit(maxsplit=most)
    if len(stretches) > most:
        start += len(stretches[0])
    return [word.start() for word in _WORD_START.finditer(text, start, place)]


def _joins(character: str) -> bool:
    return character.isalnum() or character == "_"
