"""Clues to what a figure is: everybody, the size of a side, events, a percent, or nothing of these.

A clue is a name such as ``right=patients`` or ``sum`` with how strongly it is there. What clues tell is learned
(`benchmarks/train_quantities.py`); which there are is said here: the words beside a figure, the way in which numbers
are written together, the place in the abstract, and the arithmetic between numbers.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from mscevidence.extract.quantities.arithmetic_clues import arithmetic_clues
from mscevidence.extract.quantities.figures import Figure, Passage

Clues = dict[str, float]

_LONGEST_HEADING = 22
_HEADING = re.compile(r"([A-Za-z]{3,20})\s?$")
_SECTIONS = {
    **dict.fromkeys(("background", "objective", "objectives", "aim", "aims", "purpose", "introduction"), "aim"),
    **dict.fromkeys(("method", "methods", "materials", "design", "participants", "setting", "intervention"), "methods"),
    **dict.fromkeys(("interventions", "patients"), "methods"),
    **dict.fromkeys(("result", "results", "findings"), "results"),
    **dict.fromkeys(("conclusion", "conclusions", "interpretation", "discussion"), "conclusions"),
}
_STEPS = (0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 5000)
_DISTANCES = (0, 1, 2, 3, 5, 8, 12, 20)
_LEFT, _RIGHT, _AROUND = 4, 5, 6
_LEFT_NAMES = tuple(f"left{distance}=" for distance in range(_LEFT))
_RIGHT_NAMES = tuple(f"right{distance}=" for distance in range(_RIGHT))
_IN_GAP = {
    "versus": "vs", "vs": "vs", "v": "vs", "compared": "vs", "than": "vs", "whereas": "vs", "while": "vs",
    "against": "vs", "and": "and", "or": "or", "to": "to", "of": "of", "in": "in", "but": "but", "for": "for",
    "with": "with",
    "group": "group", "groups": "group", "arm": "group", "arms": "group", "n": "n", "p": "p", "ci": "ci",
    "patients": "people", "women": "people", "received": "to", "receiving": "to", "assigned": "to",
    "respectively": "resp",
    ",": ",", ";": ";", "(": "(", "[": "(", ")": ")", "]": ")", "/": "/", "%": "%", ".": ".", ":": ":", "=": "=",
}  # fmt: skip


def kind_clues(passage: Passage) -> list[Clues]:
    """Return the clues of every figure of a text."""
    headings = list(_headings(passage.text))
    arithmetic = arithmetic_clues(passage.figures)
    listed = _listed(passage)
    found = []
    for index, figure in enumerate(passage.figures):
        before = bisect_right(headings, figure.span[0], key=lambda heading: heading[0])
        section = headings[before - 1][1] if before else "none"
        clues = (
            *_own(figure),
            *_beside(passage, figure),
            *_placed(passage, figure, section),
            *_beside_numbers(passage.figures, index),
            *arithmetic[index],
            *listed[index],
            *_sides(passage, index),
        )
        found.append(dict.fromkeys(clues, 1.0))
    return found


def _headings(text: str) -> Iterator[tuple[int, str]]:
    """Yield where each named section of an abstract begins, and which it is."""
    colon = text.find(":")
    while colon >= 0:
        match = _HEADING.search(text, max(0, colon - _LONGEST_HEADING), colon)
        if match is not None and match[1].casefold() in _SECTIONS:
            yield colon + 1, _SECTIONS[match[1].casefold()]
        colon = text.find(":", colon + 1)


def sentence_clues(passage: Passage) -> dict[int, Clues]:
    """Return the clues that all figures of a sentence share, its words, for each sentence with figures."""
    found: dict[int, Clues] = {}
    for sentence, words in passage.ranges.items():
        telling = {word for word in passage.words[slice(*words)] if len(word) > 2 and word.isalpha()}
        found[sentence] = dict.fromkeys([f"in={word}" for word in sorted(telling)], 1.0)
    return found


def step_clues(passage: Passage, figures: Sequence[Figure]) -> list[Clues]:
    """Return the clues of the step from each figure to the one before it."""
    found: list[Clues] = []
    for index, figure in enumerate(figures):
        previous = figures[index - 1] if index else None
        if previous is None:
            found.append({"start": 1.0})
        elif previous.sentence != figure.sentence:
            found.append({"next": 1.0} if figure.sentence == previous.sentence + 1 else {"later": 1.0})
        else:
            found.append(dict.fromkeys(_step(passage, previous, figure), 1.0))
    return found


def gap_words(passage: Passage, start: int, end: int) -> list[str]:
    """Return the words of a gap as far as they tell how numbers are joined; `A` for a side."""
    return ["A" if passage.marks[k] else _IN_GAP.get(passage.words[k], "") for k in range(start, end)]


def near(distance: int) -> int:
    """Return the step of a scale of distances."""
    return _DISTANCES[at] if (at := bisect_left(_DISTANCES, distance)) < len(_DISTANCES) else 99


def _step(passage: Passage, previous: Figure, figure: Figure) -> Iterator[str]:
    length = figure.first - previous.end
    yield "same"
    yield f"length={near(length)}"
    words = gap_words(passage, previous.end, min(figure.first, previous.end + 60))
    for word in sorted(set(words) - {""}):
        yield f"gap={word}"
        if previous.what == figure.what != "O":
            yield f"alike={word}"
    if length <= 5:
        yield "gap:" + " ".join(word or "w" for word in words)
    if previous.count is not None and figure.count is not None and previous.count[0] == figure.count[0]:
        yield "together"
    pair = f"{previous.kind} {figure.kind}" if figure.what == "O" else f"{previous.what} {figure.what}"
    yield f"pair={pair}"
    yield f"pair={pair} {'vs' in words}"


def _own(figure: Figure) -> list[str]:
    at = bisect_left(_STEPS, figure.number)
    size = "part" if figure.number != int(figure.number) else str(_STEPS[at]) if at < len(_STEPS) else "more"
    return [
        "always",
        f"kind={figure.kind}",
        f"size={size}",
        f"kind,size={figure.kind},{size}",
        f"written={figure.count[1]},{figure.count[2]}" if figure.count else "written=",
    ]


def _beside_numbers(figures: Sequence[Figure], index: int) -> list[str]:
    """Return what kinds of numbers stand before and behind a figure, and which of them are greater."""
    figure = figures[index]
    found: list[str] = []
    for name, at in (
        ("number-2", index - 2),
        ("number-1", index - 1),
        ("number+1", index + 1),
        ("number+2", index + 2),
    ):
        if not 0 <= at < len(figures):
            found.append(f"{name}=|")
            continue
        other = figures[at]
        same = other.sentence == figure.sentence
        found.append(f"{name}={other.kind},{same}")
        found.append(f"{name}={other.kind},{figure.kind},{same}")
        if same:
            greater = "+0" if other.number == figure.number else "+1" if other.number > figure.number else "-1"
            found.append(f"{name}={other.kind},{figure.kind},{greater}")
    return found


def _beside(passage: Passage, figure: Figure) -> list[str]:
    left = _collapsed(passage, range(figure.first - 1, max(figure.low, figure.first - 9) - 1, -1), _LEFT)
    right = _collapsed(passage, range(figure.end, min(figure.high, figure.end + 10)), _RIGHT)
    before = passage.words[max(figure.low, figure.first - _AROUND) : figure.first]
    behind = passage.words[figure.end : min(figure.high, figure.end + _AROUND)]
    return [
        *map(str.__add__, _LEFT_NAMES, left),
        *map(str.__add__, _RIGHT_NAMES, right),
        *[f"before={word}" for word in before if len(word) > 2],
        *[f"behind={word}" for word in behind if len(word) > 2],
    ]


def _collapsed(passage: Passage, indexes: range, length: int) -> list[str]:
    """Return the nearest words, those of one side as one and numbers alike; the end of the sentence as `|`."""
    found: list[str] = []
    words, marks = passage.words, passage.marks
    for index in indexes:
        if not marks[index]:
            word = words[index]
            found.append("0" if word[0].isdigit() else word)
        elif not found or found[-1] != "A":
            found.append("A")
        if len(found) == length:
            return found
    return [*found, *["|"] * (length - len(found))]


def _placed(passage: Passage, figure: Figure, section: str) -> list[str]:
    opened = passage.words[max(figure.low, figure.first - 40) : figure.first]
    return [
        f"section={section}",
        f"section,kind={section},{figure.kind}",
        f"sentence={min(figure.sentence, 12)}",
        f"eighth={8 * figure.sentence // max(1, len(passage.sentences))}",
        f"title,kind={figure.sentence == 0},{figure.kind}",
        f"bracket={opened.count('(') + opened.count('[') > opened.count(')') + opened.count(']')}",
    ]


def runs_of(passage: Passage, figures: Sequence[Figure]) -> list[list[Figure]]:
    """Return figures in lists: neighbours in a sentence with few words and no side between them."""
    runs: list[list[Figure]] = []
    for figure in figures:
        last = runs[-1][-1] if runs else None
        if (
            last is not None
            and last.sentence == figure.sentence
            and figure.first - last.end <= 10
            and passage.is_clear(last.end, figure.first)
        ):
            runs[-1].append(figure)
        else:
            runs.append([figure])
    return runs


def _listed(passage: Passage) -> list[list[str]]:
    """Return clues from the list that a figure is in, and from its order among its like in the sentence."""
    place = {id(figure): index for index, figure in enumerate(passage.figures)}
    found: list[list[str]] = [[] for _ in passage.figures]
    for kinds in (("percent",), ("number", "n"), ("fraction",)):
        for run in runs_of(passage, [f for f in passage.figures if f.kind in kinds]):
            told = "respectively" in passage.words[run[-1].end : run[-1].end + 25]
            for order, figure in enumerate(run):
                found[place[id(figure)]] += [f"list={min(order, 4)}/{min(len(run), 4)}", f"respectively={told}"]
    alike: dict[tuple[int, str], list[int]] = {}
    for index, figure in enumerate(passage.figures):
        alike.setdefault((figure.sentence, figure.kind), []).append(index)
    for group in alike.values():
        for order, index in enumerate(group):
            found[index].append(f"order={min(order, 3)}/{min(len(group), 4)}")
    return found


def _sides(passage: Passage, index: int) -> tuple[str, str]:
    """Return how far the nearest names of sides are, and whether a number stands between."""
    figure = passage.figures[index]
    at = bisect_left(passage.marked, figure.first)
    before = passage.marked[at - 1] if at else -1
    after = passage.marked[at] if at < len(passage.marked) else figure.high
    ahead, behind = "named before=", "named behind="
    if before >= figure.low:
        last = passage.figures[index - 1].end if index else 0
        ahead += f"{before >= last},{near(figure.first - before - 1)}"
    if after < figure.high:
        following = passage.figures[index + 1].first if index + 1 < len(passage.figures) else figure.high
        behind += f"{after <= following},{near(after - figure.end)}"
    return ahead, behind
