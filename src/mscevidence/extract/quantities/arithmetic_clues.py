"""Clues from the arithmetic between the numbers of an abstract: sums, and percents that events make of a size.

``12 (20%)`` is of 60: where the abstract tells 60, all three numbers are tied. Whether that size is the greatest number
told or a smaller one sets what everybody had at baseline apart from what happened on one side.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from mscevidence.extract.quantities.figures import Figure

_SMALLEST_SIZE = 5
_NEAREST = 4
_ROUNDING = 0.02


def arithmetic_clues(figures: Sequence[Figure]) -> list[list[str]]:
    """Return for each figure of a text the clues from the other numbers."""
    found: list[list[str]] = [[] for _ in figures]
    whole = [index for index, figure in enumerate(figures) if figure.kind != "percent"]
    numbers = [figures[index].number for index in whole]
    _add_sums(found, whole, numbers)
    _add_shares(found, figures, numbers)
    _add_ties(found, figures)
    return found


def _add_sums(found: list[list[str]], whole: Sequence[int], numbers: Sequence[float]) -> None:
    """Add which number is the sum of those behind it, which are its parts, and which two make a number told."""
    told = set(numbers)
    for at, index in enumerate(whole):
        for length in (2, 3, 4):
            behind = numbers[at + 1 : at + 1 + length]
            if numbers[at] >= 8 and len(behind) == length and min(behind) > 0 and sum(behind) == numbers[at]:
                found[index].append("sum")
                for part in whole[at + 1 : at + 1 + length]:
                    found[part].append("part")
        for other in range(at + 1, min(at + 4, len(whole))):
            if min(numbers[at], numbers[other]) > 3 and numbers[at] + numbers[other] in told:
                found[index].append("adds up")
                found[whole[other]].append("adds up")


def _add_shares(found: list[list[str]], figures: Sequence[Figure], numbers: Sequence[float]) -> None:
    """Add how great a number is beside the greatest of the abstract, and how often it is told."""
    told, greatest = Counter(numbers), max(numbers, default=0.0)
    steps = (("few", 0.1), ("some", 0.4), ("half", 0.6), ("most", 1.0))
    for clues, figure in zip(found, figures, strict=True):
        share = figure.number / greatest if greatest else 0.0
        size = "all" if share == 1 else next((name for name, most in steps if share <= most), "most")
        clues += [f"share={size}", f"told={min(3, told[figure.number])}"]


def _add_ties(found: list[list[str]], figures: Sequence[Figure]) -> None:
    """Add to events and their percent whether the size they are of is told; to that size, that it divides them."""
    places: dict[float, list[int]] = {}
    for index, figure in enumerate(figures):
        if figure.kind != "percent":
            places.setdefault(figure.number, []).append(index)
    sizes = sorted(number for number in places if number >= _SMALLEST_SIZE and number.is_integer())
    for index in range(len(figures)) if sizes else ():
        told = [
            (other, _sizes_between(sizes, figures[other].number, figures[index])) for other in _beside(figures, index)
        ]
        events, of = next((tie for tie in told if tie[1]), told[0] if told else (None, []))
        if events is None:
            continue
        tied = "none" if not of else "greatest" if of[-1] == sizes[-1] else "part"
        tied += "+" if len(of) > 1 else ""
        for member in (index, events):
            found[member] += [f"of={tied}", f"of={tied},{figures[member].kind}"]
        for size in of:
            for place in places.pop(size, ()):  # once is enough, and a text may tell a size a thousand times
                found[place].append("divides")


def _beside(figures: Sequence[Figure], index: int) -> list[int]:
    """Return the indexes of the whole numbers that a percent may be told with: ``12 (20%)``, ``20% (12)``."""
    percent = figures[index]
    if percent.kind != "percent" or not 0 < percent.number <= 100:
        return []
    found = []
    for other in (index - 1, index + 1, index - 2):
        events = figures[other] if 0 <= other < len(figures) else percent
        gap = max(events.first, percent.first) - min(events.end, percent.end)
        near = events.kind != "percent" and events.sentence == percent.sentence and gap <= _NEAREST
        if near and events.number >= 1 and events.number.is_integer():
            found.append(other)
    return found


def _sizes_between(sizes: Sequence[float], events: float, percent: Figure) -> list[float]:
    """Return the sizes of which some events make a percent as it was rounded."""
    exact = 0.5 * 10.0**-percent.decimals + _ROUNDING
    least, most = 100 * events / (percent.number + exact), 100 * events / max(percent.number - exact, 0.01)
    fitting = sizes[bisect_left(sizes, least) : bisect_left(sizes, most + 1e-9)]
    return [size for size in fitting if size != events or percent.number > 99]
