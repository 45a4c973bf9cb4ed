"""Tell the errors of predictions in the labels of the PICO corpus by their cause, with counts and examples.

What is missed, what is given too much, and what is taken for another kind are errors of kind. A number of the right
kind on the wrong side is an error of side; of these it makes a difference whether an abstract was read the wrong way
round as a whole or in some of its numbers only.

    python benchmarks/train_quantities.py FOLDER PREDICTIONS.jsonl --folds 5 --errors 10

On 517 abstracts with 3,301 numbers, each fifth read by weights learned from the others, it told 1,185 errors (examples
are invented, the wrong number in brackets):

    187  sides turned in some numbers     nausea was more common with placebo ([9]% vs [2]%); 9 A, 7 B, [3] both
    209  sides turned as a whole or most  drug (n = [40]) or drug plus gel (n = [41]); every 4 or 12 weeks
    126  percent for nothing              [40]% were smokers; in stage II 60%, in stage III [45]%; a [5]% gel
    104  events missed                    [two] had fever (group B); fever was seen in [one] on placebo
    101  percent missed                   attendance was [80]%; the rate was [0.4] with gel
    137  participants missed, or for nothing   cells in 30/[80] nodes; of those at risk ([300] women)
    128  total missed, for nothing, or taken for participants and back    blood was there from [70]
     55  events for nothing               fever was seen in [20] patients: A 12, B 8
     40  no numeral is read there         [no] patient relapsed; relapses in 7/[6] patients
     48  a mean, median or spread         a [20]% median increase
     50  other kinds taken for each other

Of 30 errors drawn by lot, 6 or 7 were the annotation's: the arm called intervention is not the same in trials of one
design, three arms are shared out between two sides, subgroups and responders stand for arms, nodes for participants,
and of two like numbers one has a label. Every figure below is F1 on abstracts not learned from, the mean over foldings
shuffled with seeds 0, 1 and 2 (two of them where marked); the foldings differ by about .003 from their mean.

    idea (all labels; the side of each number ignored)                                          with     without
    bounds of ranges and numbers of labels are figures too (kept)                        .740 / .865  .737 / .857
    bounds only; labels only (*); measures as well (sides ignored only)             .862; .859; .854         .857
    names of sides by a model of words learned from the named treatments, for the roster        .702         .737
    ... added where the roster is silent; where it says otherwise, too                    .734; .736         .737
    ... as weighted clues beside the roster's; and added                                  .729; .730         .737
    the annotated treatments themselves as names: the most that finding names can give          .747         .737
    the order of names and numbers in a sentence as one pattern, alike for both sides           .735         .737
    a second reading with what the first said of words, numbers and places (*)                  .732         .733
    a model of the abstract that may turn all its sides (turned 12, rightly 2)                  .738         .740
    ... if it were always right                                                                 .786         .737
    events and percent put on the side of the one size they fit (right 28 of 59 times)          .739         .740
    classes of words from 620 other texts, for sides                                            .734         .740
    ... for what a number is (*), sides ignored                                                 .865         .861
    pairs of words beside a number (*); the words where a number is told again (*)        .864; .861         .861
    learned from 1/4, 1/2, 3/4 of the abstracts (*)                                 .683; .700; .727         .738

Names told rightly would add .010, the right way round .049, and more annotated abstracts still help at their full
number: what is missing is knowledge of treatments that some hundreds of abstracts do not hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from extraction_pico import LABELS
from mscevidence.extract.quantities.figures import passage_of
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
