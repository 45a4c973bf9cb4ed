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
from functools import cache, lru_cache

from mscevidence.model import Span

_LONGEST_WORD = 27
"""No name of a treatment that a pattern looks for has a longer word."""
_LONGEST_KNOWN, _MOST_KNOWN = 40, 20_000
"""Of how long words, and of how many, it is kept which cues they have."""
_RUN = re.compile(r"[^\W_]+")
_WORD_START = re.compile(r"(?<!\w)\w")
_BETWEEN = re.compile(r"[^\w ]")
_OFFSET = operator.itemgetter(1)
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

        All are told in small letters; what words begin with has two letters or more.
        """
        for cue in beginning:
            _BEGINNING.setdefault(cue[:2], []).append((cue, self))
        for cue in inside:
            _INSIDE.setdefault(cue, []).append(self)
        if whole is not None:
            _WHOLE.append((whole, self))
        _KNOWN.clear()
        _places_in.cache_clear()

    @classmethod
    @cache
    def at_the_beginning(cls, cues: tuple[str, ...]) -> Cues:
        """Return the one object for all that look for words which begin with some cues."""
        return cls(beginning=cues)

    @classmethod
    @cache
    def anywhere(cls, cues: tuple[str, ...]) -> Cues:
        """Return the one object for all that look for words which have some cues inside."""
        return cls(inside=cues)

    def places(self, text: str) -> Sequence[int]:
        """Return where in a text they stand, in order."""
        return _places_in(text).get(self, ())

    def stand_in(self, text: str, span: Span) -> bool:
        """Return whether one stands in a part of a text."""
        places = self.places(text)
        index = bisect_left(places, span[0])
        return index < len(places) and places[index] < span[1]


_BEGINNING: dict[str, list[tuple[str, Cues]]] = {}
_INSIDE: dict[str, list[Cues]] = {}
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
        self._begun = Cues.at_the_beginning(tuple(_BETWEEN.split(cue)[0] for cue in self._cues))
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
        known = _places_in(text)
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
        self._held = None if _BETWEEN.search(cues) else Cues.anywhere(self._cues)

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """Return the first that the pattern finds in a part of a text, or None."""
        return self._pattern.search(text, start, end) if self._may_match(text, start, end) else None

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """Return what the pattern finds in a part of a text, in order."""
        return self._pattern.finditer(text, start, end) if self._may_match(text, start, end) else iter(())

    def _may_match(self, text: str, start: int, end: int) -> bool:
        if self._held is not None:
            return self._held.stand_in(text, (start, end))
        places = cue_places(text, self._cues)
        index = bisect_left(places, start)
        return index < len(places) and places[index] < end


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
def _places_in(text: str) -> dict[Cues | Opening, list[int]]:
    """Return where in a text cues stand, and where patterns are to be tried as far as it was looked up before."""
    found: dict[Cues | Opening, list[int]] = {}
    apart = _words_apart(text)
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
    told = {(cues, 0) for cue, cues in _BEGINNING.get(word[:2], ()) if word.startswith(cue)}
    for cue, held in _INSIDE.items():
        if cue in word:
            told |= {(cues, at) for at in _places_of((cue,), word) for cues in held}
    for run in _RUN.finditer(word):
        told |= {(cues, run.start()) for is_one, cues in _WHOLE if is_one(run.group())}
    in_order = tuple(sorted(told, key=_OFFSET)) if len(told) > 1 else tuple(told)
    if len(word) > _LONGEST_KNOWN:
        return in_order
    if len(_KNOWN) >= _MOST_KNOWN:
        _KNOWN.clear()
    _KNOWN[word] = in_order
    return in_order


@lru_cache(maxsize=8)
def in_small_letters(text: str) -> str:
    """Return a text in small letters, each at the place where it stood."""
    # patterns that ignore case take these three for i and s; the first would become two letters
    plain = text if text.isascii() else text.replace("İ", "i").replace("ı", "i").replace("ſ", "s")
    return plain.lower()


def _with_words_before(text: str, places: Sequence[int], most: int) -> list[int]:
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
