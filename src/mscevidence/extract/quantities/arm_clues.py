"""Clues to whose a figure is: the sides named around it, its order in a list, and what sets two phrases apart.

The figures are those that count patients, `what` is known of each. Two figures of one kind in a sentence are mostly of
two sides; then the words that only one of the two phrases has ("plus", "alone", "placebo") tell more than all others.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mscevidence.extract.arms.words import CONTROL_WORDS, SMALL_WORDS, STOP
from mscevidence.extract.quantities.figures import Figure, Passage
from mscevidence.extract.quantities.kind_clues import Clues, gap_words, near, runs_of

_FAR, _NEAR, _PHRASE, _WINDOW = 60, 25, 12, 16
_JOINING = frozenset("and versus vs or v than to with".split())  # noqa: SIM905 - a row of words


@dataclass(frozen=True)
class _Title:
    """The words of both sides of a title that sets two against each other; of the whole title otherwise."""

    first: frozenset[str]
    second: frozenset[str]
    compares: bool


@dataclass(frozen=True)
class _Room:
    """The indexes between the figures before and behind a figure."""

    left: int
    right: int


def arm_clues(passage: Passage, figures: Sequence[Figure]) -> list[Clues]:
    """Return for each figure that counts patients the clues to its side."""
    found: dict[int, Clues] = {}
    rooms: dict[int, _Room] = {}
    for index, figure in enumerate(figures):
        before = figures[index - 1] if index else None
        after = figures[index + 1] if index + 1 < len(figures) else None
        left = before.end if before and before.sentence == figure.sentence else figure.low
        right = after.first if after and after.sentence == figure.sentence else figure.high
        rooms[id(figure)] = _Room(left, right)
        found[id(figure)] = {"always": 1.0}
    alike: dict[tuple[int, str], list[Figure]] = {}
    for figure in figures:
        alike.setdefault((figure.sentence, figure.what), []).append(figure)
    title = _title(passage)
    for group in alike.values():
        listed = _ordered(passage, group, found)
        for order, figure in enumerate(group):
            clues = found[id(figure)]
            if id(figure) not in listed:
                clues.update(_named(passage, figure, rooms[id(figure)]))
                clues.update(_set_apart(passage, title, group, order, rooms))
            clues.update(_paired(passage, title, group, order))
    return [found[id(figure)] for figure in figures]


def _named(passage: Passage, figure: Figure, room: _Room) -> Iterator[tuple[str, float]]:
    """Yield the clues of the nearest names of sides, within the reach of the figure and beyond."""
    stop = bisect_left(passage.stops, figure.end)
    end = min(room.right, figure.end + _NEAR, passage.stops[stop] if stop < len(passage.stops) else room.right)
    stop = bisect_left(passage.stops, figure.first)
    start = max(room.left, figure.first - _NEAR, passage.stops[stop - 1] + 1 if stop else room.left)
    behind = _first_named(passage, figure.end, end)
    ahead = _last_named(passage, start, figure.first)
    total = _clipped(passage.sides_named(figure.end, end)), _clipped(passage.sides_named(start, figure.first))
    for name, named, distance, sum_of in (
        ("behind", behind, behind - figure.end, total[0]),
        ("ahead", ahead, figure.first - ahead - 1, total[1]),
        (
            "far behind",
            far := _first_named(passage, figure.end, min(figure.high, figure.end + _FAR)),
            far - figure.end,
            0,
        ),
        (
            "far ahead",
            far := _last_named(passage, max(figure.low, figure.first - _FAR), figure.first),
            figure.first - far - 1,
            0,
        ),
    ):
        if named >= 0:
            mark = float(passage.marks[named])
            yield name, mark
            yield f"{name}~{near(distance)}", mark
        yield f"{name}:{_letter(passage, named)}", 1.0
        yield f"{name} sum", sum_of
    if 0 <= behind - figure.end <= 6:
        yield "behind gap:" + _pattern(gap_words(passage, figure.end, behind)), float(passage.marks[behind])
    if behind >= 0 and figure.end < len(passage.words):
        yield f"behind,next={passage.words[figure.end]}", total[0]
    if ahead >= 0:
        if figure.first - ahead <= 7:
            yield "ahead gap:" + _pattern(gap_words(passage, ahead + 1, figure.first)), float(passage.marks[ahead])
        yield f"ahead,last={passage.words[figure.first - 1]}", total[1]
    yield f"both:{_letter(passage, behind)}{_letter(passage, ahead)}", 1.0
    before, after = turns_before(passage, figure), turns_behind(passage, figure)
    yield f"turns before:{before}", 1.0
    yield f"turns behind:{after}", 1.0
    yield f"turns:{before[-2:]}.{after[:2]}", 1.0


def _first_named(passage: Passage, start: int, end: int) -> int:
    index = bisect_left(passage.marked, start)
    return passage.marked[index] if index < len(passage.marked) and passage.marked[index] < end else -1


def _last_named(passage: Passage, start: int, end: int) -> int:
    index = bisect_left(passage.marked, end) - 1
    return passage.marked[index] if index >= 0 and passage.marked[index] >= start else -1


def _letter(passage: Passage, index: int) -> str:
    return "" if index < 0 else "E" if passage.marks[index] > 0 else "C"


def _clipped(number: float) -> float:
    return max(-1.5, min(1.5, float(number)))


def _pattern(words: Sequence[str]) -> str:
    return " ".join(word for word in words if word)


def turns_before(passage: Passage, figure: Figure) -> str:
    """Return the order in which sides are named before a figure, at most the last three: `EC`."""
    end = bisect_left(passage.marked, figure.first)
    start = bisect_left(passage.marked, figure.low)
    if start == end:
        return ""
    turns = passage.turns[bisect_left(passage.turns, passage.marked[start]) : bisect_left(passage.turns, figure.first)]
    first = [] if turns and turns[0] == passage.marked[start] else [passage.marked[start]]
    return "".join(_letter(passage, index) for index in [*first, *turns][-3:])


def turns_behind(passage: Passage, figure: Figure) -> str:
    """Return the order in which sides are named behind a figure, at most the first three."""
    start = bisect_left(passage.marked, figure.end)
    if start == len(passage.marked) or passage.marked[start] >= figure.high:
        return ""
    at = bisect_left(passage.turns, passage.marked[start] + 1)
    turns = [index for index in passage.turns[at : at + 2] if index < figure.high]
    return "".join(_letter(passage, index) for index in [passage.marked[start], *turns])


def _ordered(passage: Passage, group: Sequence[Figure], found: dict[int, Clues]) -> set[int]:
    """Add the order of figures of one kind in their sentence and in their list; return those listed as sides are.

    What stands beside one of two figures in a list ("16% and 33% in the placebo and verolizumab groups") is of both.
    """
    listed: set[int] = set()
    for order, figure in enumerate(group):
        place = f"{min(order, 5)}/{min(len(group), 6)}"
        found[id(figure)] |= {f"order={place}": 1.0, f"order={figure.what},{place}": 1.0}
    for run in runs_of(passage, group):
        told = "respectively" in passage.words[run[-1].end : run[-1].end + 25]
        before, behind = turns_before(passage, run[0])[-2:], turns_behind(passage, run[-1])[:2]
        for order, figure in enumerate(run):
            place = f"{min(order, 4)}/{min(len(run), 4)}"
            names = (f"before={place},{before}", f"behind={place},{behind}")
            found[id(figure)] |= dict.fromkeys((f"list={place}", *names, *(f"{name},{told}" for name in names)), 1.0)
            for name, turns in (("before", before), ("behind", behind)):
                if len(run) == len(turns) == 2:
                    side = 1.0 if turns[order] == "E" else -1.0
                    found[id(figure)] |= {f"aligned {name}": side, f"aligned {name},{told}": side}
                    if told or (name == "behind" and len(group) == 2):
                        listed.add(id(figure))
    return listed


def _title(passage: Passage) -> _Title:
    end = passage.ranges[0][1] if passage.ranges else 0
    words = passage.words[: min(end, 200)]
    for joins in (frozenset({"versus", "vs", "v", "compared"}), frozenset({"or"})):
        at = next((index for index, word in enumerate(words) if word in joins), None)
        if at is not None:
            first, second = frozenset(words[:at]), frozenset(words[at + 1 :])
            return _Title(first - second, second - first, True)
    return _Title(frozenset(words), frozenset(), False)


def _set_apart(
    passage: Passage, title: _Title, group: Sequence[Figure], order: int, rooms: dict[int, _Room]
) -> Iterator[tuple[str, float]]:
    """Yield what sets the phrases of a figure apart from those of its like in the sentence."""
    figure = group[order]
    mine = _phrases(passage, figure, rooms[id(figure)])
    if len(group) == 1:
        yield from _contrast(passage, title, "one behind", mine[0], [])
        yield from _contrast(passage, title, "one ahead", mine[1], [])
        return
    other = _partner(group, order)
    others = _phrases(passage, other, rooms[id(other)])
    yield from _contrast(passage, title, "behind", mine[0], others[0])
    yield from _contrast(passage, title, "ahead", mine[1], others[1])


def _paired(passage: Passage, title: _Title, group: Sequence[Figure], order: int) -> Iterator[tuple[str, float]]:
    """Yield what sets apart the two names before or behind two figures that stand side by side."""
    if len(group) == 1:
        return
    figure = group[order]
    other = _partner(group, order)
    first, last = (figure, other) if figure.first < other.first else (other, figure)
    if last.first - first.end > _PHRASE or not passage.is_clear(first.end, last.first):
        return
    told = "respectively" in passage.words[last.end : last.end + 25]
    for name, start, end in (
        ("pair behind", last.end, min(last.high, last.end + 26)),
        ("pair ahead", max(first.low, first.first - 30), first.first),
    ):
        halves = _halves(passage, start, end)
        if halves is not None:
            own, rest = halves if figure is first else halves[::-1]
            yield from _contrast(passage, title, f"{name} {told}", own, rest)


def _partner(group: Sequence[Figure], order: int) -> Figure:
    """Return the figure that one of several is told with: figures come in pairs."""
    return group[order + 1] if order % 2 == 0 and order + 1 < len(group) else group[order - 1]


def _phrases(passage: Passage, figure: Figure, room: _Room) -> tuple[list[int], list[int]]:
    """Return the indexes of the words of the phrases behind and ahead of a figure."""
    return (
        _phrase(passage, range(figure.end, min(room.right, figure.end + _WINDOW))),
        _phrase(passage, range(figure.first - 1, max(room.left, figure.first - _WINDOW) - 1, -1)),
    )


def _phrase(passage: Passage, indexes: range) -> list[int]:
    found: list[int] = []
    stops = passage.ending
    for index in indexes:
        if index in stops or len(found) == _PHRASE:
            break
        if passage.words[index][0].isalpha():
            found.append(index)
    return found


def _halves(passage: Passage, start: int, end: int) -> tuple[list[int], list[int]] | None:
    """Return the two phrases that a joining word sets side by side, those that differ most in the sides they name."""
    best: tuple[int, list[int], list[int]] | None = None
    for joint in range(start, end):
        if passage.words[joint] not in _JOINING:
            continue
        left = _telling(passage, range(max(start, joint - 7), joint))
        right = _telling(passage, range(joint + 1, min(end, joint + 8)))
        if left and right:
            difference = abs(sum(_own_marks(passage, left, right)) - sum(_own_marks(passage, right, left)))
            if best is None or difference > best[0]:
                best = difference, left, right
    return best[1:] if best else None


def _telling(passage: Passage, indexes: range) -> list[int]:
    return [index for index in indexes if passage.words[index][0].isalpha() and passage.words[index] not in SMALL_WORDS]


def _own_marks(passage: Passage, mine: Sequence[int], others: Sequence[int]) -> list[int]:
    known = {passage.words[index] for index in others}
    return [passage.marks[index] for index in mine if passage.words[index] not in known]


def _contrast(
    passage: Passage, title: _Title, name: str, mine: Sequence[int], others: Sequence[int]
) -> Iterator[tuple[str, float]]:
    """Yield the clues of the words that only one of two phrases has."""
    own = {passage.words[index]: passage.marks[index] for index in mine}
    theirs = {passage.words[index]: passage.marks[index] for index in others}
    only, rest = own.keys() - theirs.keys(), theirs.keys() - own.keys()
    marked = sum(own[word] for word in only)
    yield f"{name} marked", _clipped(marked - sum(theirs[word] for word in rest))
    yield f"{name} own marked", _clipped(marked)
    in_title = sum(_of_title(title, word) for word in only) - sum(_of_title(title, word) for word in rest)
    yield f"{name} title,{title.compares}", float(max(-2, min(2, in_title)))
    for word in sorted(only):
        yield f"{name}={word}", 1.0
    for word in sorted(rest):
        yield f"{name}={word}", -1.0
    yield f"{name} control", float(bool(rest & CONTROL_WORDS) - bool(only & CONTROL_WORDS))
    if not only and rest:
        yield f"{name} shorter", 1.0
    if not rest and only:
        yield f"{name} longer", 1.0


def _of_title(title: _Title, word: str) -> int:
    return 0 if word in STOP else (word in title.first) - (word in title.second)
