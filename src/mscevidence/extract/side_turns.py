"""The order in which the two sides of a comparison are named around a figure: `E`, `C`, `EC`, `CEC`."""

from __future__ import annotations

from bisect import bisect_left

from mscevidence.extract.figures import Figure, Passage

_TURNS_BACK = 6
"""How many turns are looked back for a sentence that names both sides."""


def letter(passage: Passage, index: int) -> str:
    """Return the letter of the side that a word names; nothing for no word."""
    return "" if index < 0 else "E" if passage.marks[index] > 0 else "C"


def turns_before(passage: Passage, figure: Figure) -> str:
    """Return the order in which sides are named before a figure, at most the last three: `EC`."""
    end = bisect_left(passage.marked, figure.first)
    start = bisect_left(passage.marked, figure.low)
    if start == end:
        return ""
    turns = passage.turns[bisect_left(passage.turns, passage.marked[start]) : bisect_left(passage.turns, figure.first)]
    first = [] if turns and turns[0] == passage.marked[start] else [passage.marked[start]]
    return "".join(letter(passage, index) for index in [*first, *turns][-3:])


def turns_behind(passage: Passage, figure: Figure) -> str:
    """Return the order in which sides are named behind a figure, at most the first three."""
    start = bisect_left(passage.marked, figure.end)
    if start == len(passage.marked) or passage.marked[start] >= figure.high:
        return ""
    at = bisect_left(passage.turns, passage.marked[start] + 1)
    turns = [index for index in passage.turns[at : at + 2] if index < figure.high]
    return "".join(letter(passage, index) for index in [passage.marked[start], *turns])


def turns_earlier(passage: Passage, figure: Figure) -> str:
    """Return the order in which an earlier sentence names both sides last, where that of a figure names neither."""
    if not passage.is_clear(figure.low, figure.high):
        return ""
    at = bisect_left(passage.turns, figure.low)
    for turn in reversed(passage.turns[max(0, at - _TURNS_BACK) : at]):
        low, _ = passage.ranges[passage.sentence_of(turn)]
        first = passage.marked[bisect_left(passage.marked, low)]
        if passage.marks[first] != passage.marks[turn]:
            return letter(passage, first) + letter(passage, turn)
    return ""
