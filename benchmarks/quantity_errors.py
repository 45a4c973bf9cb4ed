"""Tell the errors of predictions in the labels of the PICO corpus by their cause, with counts and examples.

What is missed, what is given too much, and what is taken for another kind are errors of kind. A number of the right
kind on the wrong side is an error of side; of these it makes a difference whether an abstract was read the wrong way
round as a whole or in some of its numbers only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from extraction_pico import LABELS
from mscevidence.extract.figures import passage_of
from mscevidence.model import Span

Told = tuple[str, int, int]
KIND_OF = {label: kind for (kind, _), label in LABELS.items()}
AROUND = 60


@dataclass(frozen=True)
class Error:
    """One wrong or missing number: the cause, the abstract it is in, and the words around it."""

    cause: str
    name: str
    place: str


def errors_of(folder: Path, lines: Sequence[str]) -> list[Error]:
    """Return the errors of lines of predictions against the annotation (brat) in a folder."""
    found: list[Error] = []
    for line in lines:
        told = json.loads(line)
        path = folder / f"{told['id']}.txt"
        mine = [(span["label"], span["start"], span["end"]) for span in told["spans"]]
        text = path.read_text("utf-8")
        found += [
            Error(cause, path.stem, _around(text, span))
            for cause, span in _causes(text, annotation(path.with_suffix(".ann")), mine)
        ]
    return found


def annotation(path: Path) -> list[Told]:
    """Return every label with its place in a file of annotation."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("T"):
            label, *places = line.split("\t")[1].split()
            numbers = [int(number) for place in places for number in place.split(";")]
            found.append((label, min(numbers), max(numbers)))
    return found


def causes_told(errors: Sequence[Error], examples: int) -> str:
    """Return the causes, the commonest first, each with its number and some examples."""
    causes: dict[str, list[Error]] = {}
    for error in errors:
        causes.setdefault(error.cause, []).append(error)
    lines = []
    for cause, those in sorted(causes.items(), key=lambda item: (-len(item[1]), item[0])):
        lines.append(f"{len(those):5}  {cause}")
        step = max(1, len(those) // max(1, examples))
        lines += [f"         {error.name}: {error.place}" for error in those[::step][:examples]]
    return "\n".join(lines)


def _causes(text: str, gold: Sequence[Told], mine: Sequence[Told]) -> Iterator[tuple[str, Span]]:
    """Yield the cause of each error of an abstract with the place of the number."""
    counted = [label for label in gold if label[0] in KIND_OF]
    wrong_sides: list[Span] = []
    right_sides = 0
    for label, start, end in mine:
        there = [told for told in gold if _meets(told, start, end)]
        kinds = [KIND_OF[told[0]] for told in there if told[0] in KIND_OF]
        if not kinds:
            other = there[0][0] if there else "nothing"
            yield f"{KIND_OF[label]} given for {_short(other)}", (start, end)
        elif KIND_OF[label] not in kinds:
            yield f"{KIND_OF[label]} given for {kinds[0]}", (start, end)
        elif label not in {told[0] for told in there}:
            wrong_sides.append((start, end))
        else:
            right_sides += KIND_OF[label] != "total"
    figures = [figure.span for figure in passage_of(text).figures]
    for label, start, end in counted:
        if not any(_meets(told, start, end) for told in mine):
            read = any(a < end and start < b for a, b in figures)
            yield f"{KIND_OF[label]} missed" if read else "no numeral is read there", (start, end)
    yield from ((_turned(len(wrong_sides), right_sides), span) for span in wrong_sides)


def _turned(wrong: int, right: int) -> str:
    share = "as a whole" if not right else "for the most part" if wrong > right else "in some numbers"
    return f"sides of an abstract turned {share}"


def _short(label: str) -> str:
    return "a mean, median or spread" if "-cont-" in label else label


def _meets(told: Told, start: int, end: int) -> bool:
    return told[1] < end and start < told[2]


def _around(text: str, span: Span) -> str:
    start, end = span
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    return " ".join(f"{before}[{text[start:end]}]{after}".split())
