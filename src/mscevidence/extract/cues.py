"""Patterns that are tried only where a word stands that every match of them has.

Looking for plain letters is hundreds of times faster than trying a pattern at each place, and most patterns have
nothing to find in most sentences. A text is cut into its words once, and each word tells which cues it has: what is
found is the same as without cues, these only say where it is vain to try.
"""

from __future__ import annotations

import operator
import re
import sys
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from mscevidence.model import Span

_LONGEST_WORD = 27
"""No name of a treatment that a pattern looks for has a longer word."""
_LONGEST_KNOWN, _MOST_KNOWN = 40, 20_000
"""Of how long words, and of how many, it is kept which cues they have."""
_RUN = re.compile(r"[^\W_]+")
_WORD_START = re.compile(r"(?<!\w)\w")
_BETWEEN = re.compile(r"[^\w ]")
_BETWEEN_WORDS = {code: " " for code in range(128) if _BETWEEN.match(chr(code))}


class Cues:
    """What some words of a text have, by which patterns, numbers or names are found."""

    __slots__ = ()

    def __init__(
        self,
        *,
        beginning: Iterable[str] = (),
        inside: Iterable[str] = (),
        whole: Callable[[str], bool] | None = None,
    ) -> None:
        """Keep what words begin with, what they have anywhere inside, or a test of a run of letters and digits.

        All are told in small letters.
        """
        for cue in beginning:
            _BEGINNING.setdefault(cue[:2], []).append((cue, self))
        _INSIDE.extend((cue, self) for cue in inside)
        if whole is not None:
            _WHOLE.append((whole, self))
        _KNOWN.clear()
        _places_in.cache_clear()

    def places(self, text: str) -> Sequence[int]:
        """Return where in a text they stand, in order."""
        return _places_in(text).get(self, ())


_BEGINNING: dict[str, list[tuple[str, Cues]]] = {}
_INSIDE: list[tuple[str, Cues]] = []
_WHOLE: list[tuple[Callable[[str], bool], Cues]] = []
"""All cues: by the first two letters of a word, in any word, and for any word."""
_KNOWN: dict[str, tuple[tuple[Cues, int], ...]] = {}
"""Words met before, with the cues they have and the offset of each."""


def within(places: Sequence[int], span: Span) -> Sequence[int]:
    """Return those of some places, told in order, that are in a part of a text."""
    first = bisect_left(places, span[0])
    return places[first : bisect_left(places, span[1], first)]


class Opening:
    """A pattern of which every match opens with a word, and that word with one of some cues.

    The cue may also stand at the beginning of a later word, behind at most so many words `ahead` of it.
    """

    __slots__ = ("_ahead", "_begun", "_cues", "_pattern")

    def __init__(self, pattern: re.Pattern[str], cues: str, *, ahead: int = 0) -> None:
        """Keep a pattern and the cues, in small letters with white space between them."""
        self._pattern = pattern
        self._cues = tuple(cues.split())
        self._begun = Cues(beginning=(_BETWEEN.split(cue)[0] for cue in self._cues))
        self._ahead = ahead

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """Return the first that the pattern finds in a part of a text, or None."""
        places = self._places(text)
        for index in range(bisect_left(places, start), len(places)):
            if places[index] >= end:
                return None
            found = self._pattern.match(text, places[index], end)
            if found is not None:
                return found
        return None

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """Return what the pattern finds in a part of a text, in order."""
        places = self._places(text)
        first = bisect_left(places, start)
        last = bisect_left(places, end, first)
        return self._matches(text, places[first:last], end) if first < last else iter(())

    def _matches(self, text: str, places: Sequence[int], end: int) -> Iterator[re.Match[str]]:
        passed = 0
        for place in places:
            found = self._pattern.match(text, place, end) if place >= passed else None
            if found is not None:
                yield found
                passed = found.end()

    def _places(self, text: str) -> Sequence[int]:
        """Return where in a text the pattern is to be tried, in order."""
        if not self._ahead:
            return self._begun.places(text)
        known = known_places(text)
        places = known.get(self)
        if places is None:
            places = known[self] = _with_words_before(text, self._begun.places(text), self._ahead)
        return places


class Holding:
    """A pattern of which every match holds one of some cues, be it inside a word."""

    __slots__ = ("_cues", "_held", "_pattern")

    def __init__(self, pattern: re.Pattern[str] | Opening, cues: str) -> None:
        """Keep a pattern and the cues, in small letters with white space between them."""
        self._pattern = pattern
        self._cues = tuple(cues.split())
        self._held = None if _BETWEEN.search(cues) else Cues(inside=self._cues)

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """Return the first that the pattern finds in a part of a text, or None."""
        return self._pattern.search(text, start, end) if self._may_match(text, start, end) else None

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """Return what the pattern finds in a part of a text, in order."""
        return self._pattern.finditer(text, start, end) if self._may_match(text, start, end) else iter(())

    def _may_match(self, text: str, start: int, end: int) -> bool:
        places = self._held.places(text) if self._held is not None else cue_places(text, self._cues)
        index = bisect_left(places, start)
        return index < len(places) and places[index] < end


@lru_cache(maxsize=8)
def known_places(_text: str) -> dict[Opening, Sequence[int]]:
    """Return where in a text patterns are to be tried, as far as it was looked up before."""
    return {}


@lru_cache(maxsize=512)
def cue_places(text: str, cues: tuple[str, ...]) -> tuple[int, ...]:
    """Return where in a text some cues stand, be it inside words and in whatever case, in order."""
    return _places_of(cues, in_small_letters(text))


def _places_of(cues: Sequence[str], small: str) -> tuple[int, ...]:
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
    apart = _words_apart(text)[span[0] + 1 : span[1] + 1]
    return frozenset((apart.replace("_", " ") if "_" in apart else apart).split())


@lru_cache(maxsize=8)
def _words_apart(text: str) -> str:
    """Return a text in small letters with a blank for all that belongs to no word, between two more blanks.

    The blank before a word stands where the word stands in the text.
    """
    small = in_small_letters(text)
    return f" {small.translate(_BETWEEN_WORDS) if small.isascii() else _BETWEEN.sub(' ', small)} "


@lru_cache(maxsize=8)
def _places_in(text: str) -> dict[Cues, list[int]]:
    """Return where in a text cues of each kind stand, those that it has none of left out."""
    apart = _words_apart(text)
    found: dict[Cues, list[int]] = {}
    at = 0
    for word in apart.split():
        told = _KNOWN.get(word)
        if told is None:
            told = _cues_of(word)
        if told:
            at = apart.find(f" {word} ", at)
            for cues, offset in told:
                found.setdefault(cues, []).append(at + offset)
            at += len(word) + 1
    return found


def _cues_of(word: str) -> tuple[tuple[Cues, int], ...]:
    """Return the cues that a word has, each with its offset, in the order in which they stand."""
    begun = dict.fromkeys(cues for cue, cues in _BEGINNING.get(word[:2], ()) if word.startswith(cue))
    held = [(cues, at) for cue, cues in _INSIDE if cue in word for at in _places_of((cue,), word)]
    runs = [(word, 0)] if "_" not in word else [(each.group(), each.start()) for each in _RUN.finditer(word)]
    whole = [(cues, at) for run, at in runs for is_one, cues in _WHOLE if is_one(run)]
    told = (*((cues, 0) for cues in begun), *sorted(held, key=operator.itemgetter(1)), *whole)
    if len(_KNOWN) >= _MOST_KNOWN:
        _KNOWN.clear()
    if len(word) <= _LONGEST_KNOWN:
        _KNOWN[word] = told
    return told


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


def _with_words_before(text: str, places: Sequence[int], most: int) -> Sequence[int]:
    """Return places with those where words begin in the last few stretches without white space before each."""
    found: list[int] = []
    start = 0
    for place in places:
        start = max(start, place - most * _LONGEST_WORD)
        stretches = text[start:place].rsplit(maxsplit=most)
        if len(stretches) > most:
            start += len(stretches[0])
        found += [word.start() for word in _WORD_START.finditer(text, start, place)]
        found.append(place)
        start = place + 1
    return found
