"""The text of a document cut into stretches that are marked by the candidates that lie on them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from mscevidence.model import Span
from mscevidence.review import Item

ARM_COLOURS = 5
"""Colours of arms; the colour 0 is for what belongs to no arm."""
SIGNS = {"accepted": "✓", "corrected": "✓", "rejected": "✗", "deferred": "…", None: "?"}


@dataclasses.dataclass(frozen=True)
class Stretch:
    """A stretch of text: marked by one candidate, the shortest of those that cover it, or by none.

    Attributes:
        text: the characters.
        start: where they begin in the canonical text.
        candidate: number of the candidate in the queue; None for plain text.
        begins: whether the candidate begins here.
        again: whether a place begins here where the document says the same again.
        kind: of the candidate.
        checks: the worst finding: error, warning, or fine.
        arm: number of the arm's colour.
        state: what was decided.
        tag: the same in words, for those who see no colours.
    """

    text: str
    start: int
    candidate: int | None = None
    begins: bool = False
    again: bool = False
    kind: str = ""
    checks: str = "fine"
    arm: int = 0
    state: str = ""
    tag: str = ""


def stretches(text: str, items: Sequence[Item]) -> list[Stretch]:
    """Return the text as stretches whose characters put together are the text."""
    arms = list(dict.fromkeys(item.candidate.arm for item in items if item.candidate.arm))
    borders = sorted({0, len(text), *(edge for item in items for place in _places(item) for edge in place)})
    covering = _covering(items, borders)
    found = []
    for start, end, number in zip(borders, borders[1:], covering, strict=False):
        if number is None:
            found.append(Stretch(text[start:end], start))
        else:
            found.append(_marked(text[start:end], start, number, items[number], arms))
    return found


def _covering(items: Sequence[Item], borders: Sequence[int]) -> list[int | None]:
    """Return, for each stretch between borders, the number of the shortest candidate on it."""
    by_start = {border: place for place, border in enumerate(borders)}
    found: list[int | None] = [None] * (len(borders) - 1)
    places = [(place, number) for number, item in enumerate(items) for place in _places(item)]
    for (start, end), number in sorted(places, key=lambda each: (each[0][0] - each[0][1], each[1])):
        for place in range(by_start[start], by_start[end]):
            found[place] = number
    return found


def _places(item: Item) -> tuple[Span, ...]:
    """Return where a candidate stands, and where the document says the same again."""
    return (item.candidate.span, *item.candidate.also_at)


def _marked(text: str, start: int, number: int, item: Item, arms: list[str]) -> Stretch:
    one = item.candidate
    again = any(start == place[0] for place in one.also_at)
    tag = " · ".join(
        part for part in (one.kind, one.arm or "", "said again" if again else "", SIGNS.get(item.verdict, "")) if part
    )
    return Stretch(
        text=text,
        start=start,
        candidate=number,
        begins=start == one.span[0],
        again=again,
        kind=one.kind,
        checks=worst(item),
        arm=1 + arms.index(one.arm) % ARM_COLOURS if one.arm else 0,
        state=item.verdict or "waiting",
        tag=tag,
    )


def worst(item: Item) -> str:
    """Return the severity of the worst finding of a candidate: error, warning, or ``fine``."""
    found = {finding.severity for finding in item.candidate.findings}
    return "error" if "error" in found else "warning" if "warning" in found else "fine"
