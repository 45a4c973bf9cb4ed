"""The numbers of an abstract that may count patients, each with its sentence, its words and the sides named around it.

Bounds of ranges and numbers of labels are among them: a few do count patients ("rose from 26% to 35%", "group A = 14"),
and where they stand tells much of the numbers beside them ("71% [95% CI 61 to 78]"). What is what is decided later.

A text is cut into words once. Numbers and words share one count of places, so that whatever stands around a number is
found by its index and the work stays in proportion to the text.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from mscevidence.extract.arms.roles import EXPERIMENTAL, roles_in
from mscevidence.extract.arms.roster import roster_of
from mscevidence.extract.grammar.count_rules import counts_at
from mscevidence.extract.grammar.numerals import Numeral, numerals_in
from mscevidence.extract.grammar.sentences import sentences_of
from mscevidence.model import Span

_WORD = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")
_POINT = re.compile(r"[.·,]")
_LONGEST_WORD = 20
_MAY_COUNT = {"number", "percent", "n", "fraction", "label", "range"}
_STOP = frozenset("versus vs v compared than whereas while against but . ;".split())  # noqa: SIM905 - a row of words
_LISTS_END = "respectively"


@dataclass(slots=True)
class Figure:
    """One number with the indexes of its words: `first` to `end`, in a sentence from `low` to `high`.

    `decimals` tells to how many decimals it is written.
    """

    span: Span
    number: float
    kind: str
    sentence: int
    count: tuple[int, str, str] | None = None
    what: str = "O"
    first: int = 0
    end: int = 0
    low: int = 0
    high: int = 0
    decimals: int = 0


@dataclass
class Passage:
    """The title and the sentences with figures as words; `marks` has 1 for words of one side and -1 for the other.

    Attributes:
        text: the whole text.
        sentences: its sentences, the title first.
        ranges: the indexes of the words of each sentence that was cut into words.
        words: words and signs, in small letters, no longer than 20 characters.
        starts: where in the text each word starts.
        marks: 1 for a word that names the experimental side, -1 for one that names its comparator, otherwise 0.
        figures: the numbers that may count patients, in order.
        marked: the indexes of all words that name a side.
        turns: those of them at which another side is named than before.
        stops: the indexes of words behind which another arm is spoken of.
        ending: those, and where lists end.
        sums: the sum of the marks before each index.
    """

    text: str
    sentences: tuple[Span, ...]
    ranges: dict[int, Span] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    marked: list[int] = field(default_factory=list)
    turns: list[int] = field(default_factory=list)
    stops: list[int] = field(default_factory=list)
    sums: list[int] = field(default_factory=list)
    ending: set[int] = field(default_factory=set)

    def sides_named(self, start: int, end: int) -> int:
        """Return how many words more of the experimental side than of the other stand between two indexes."""
        return self.sums[max(start, end)] - self.sums[start]

    def turned(self) -> Passage:
        """Return the same text with the two sides taken for each other."""
        return replace(self, marks=[-mark for mark in self.marks], sums=[-total for total in self.sums])

    def is_clear(self, start: int, end: int) -> bool:
        """Return whether no side is named between two indexes."""
        index = bisect_left(self.marked, start)
        return index >= len(self.marked) or self.marked[index] >= end


def passage_of(text: str) -> Passage:
    """Return a text with its figures that may count patients, and the words around them."""
    passage = Passage(text, sentences_of(text, (0, len(text))))
    for index, span in enumerate(passage.sentences):
        figures = _figures(passage.text, index, span)
        if figures or not index:
            _cut(passage, index, span)
            _place(passage, index, figures)
            passage.figures += figures
    passage.marks = _marks(passage)
    passage.marked = [index for index, mark in enumerate(passage.marks) if mark]
    turned = [index for a, index in itertools.pairwise(passage.marked) if passage.marks[a] != passage.marks[index]]
    passage.turns = [*passage.marked[:1], *turned]
    passage.stops = [index for index, word in enumerate(passage.words) if word in _STOP]
    passage.ending = {*passage.stops, *(k for k, word in enumerate(passage.words) if word == _LISTS_END)}
    passage.sums = [0, *itertools.accumulate(passage.marks)]
    return passage


def _cut(passage: Passage, sentence: int, span: Span) -> None:
    low = len(passage.words)
    found = _WORD.findall(passage.text, *span)
    at = span[0]
    for word in found:
        at = passage.text.index(word, at)
        passage.starts.append(at)
        at += len(word)
    passage.words += [word[:_LONGEST_WORD].casefold() for word in found]
    passage.ranges[sentence] = (low, len(passage.words))


def _place(passage: Passage, sentence: int, figures: Sequence[Figure]) -> None:
    low, high = passage.ranges[sentence]
    for figure in figures:
        figure.low, figure.high = low, high
        figure.first = max(low, bisect_right(passage.starts, figure.span[0], low) - 1)
        figure.end = bisect_left(passage.starts, figure.span[1], low)
        point = _POINT.search(passage.text, *figure.span) if figure.kind == "percent" else None
        figure.decimals = figure.span[1] - point.end() if point else 0


def _marks(passage: Passage) -> list[int]:
    roster = roster_of(passage.text, passage.sentences)
    marks = [0] * len(passage.words)
    for sentence, (low, high) in passage.ranges.items():
        for mention in roles_in(passage.text, passage.sentences[sentence], roster):
            start = bisect_left(passage.starts, mention.start, low, high)
            end = bisect_left(passage.starts, mention.end, start, high)
            marks[start:end] = [1 if mention.role == EXPERIMENTAL else -1] * (end - start)
    return marks


def _figures(text: str, sentence: int, span: Span) -> list[Figure]:
    written = {
        value.span: (count.start, count.rule, value.role)
        for count in counts_at(text, span)
        for value in count.values
        if value.span is not None
    }
    return [
        Figure(place, number, kind, sentence, written.get(place))
        for numeral in numerals_in(text, span)
        if numeral.kind in _MAY_COUNT
        for kind, number, place in _parts(numeral)
    ]


def _parts(numeral: Numeral) -> Sequence[tuple[str, float, Span]]:
    if numeral.n is None or numeral.n_span is None:
        return ((numeral.kind, float(numeral.value), numeral.value_span),)
    return (("fraction", float(numeral.value), numeral.value_span), ("of", float(numeral.n), numeral.n_span))
