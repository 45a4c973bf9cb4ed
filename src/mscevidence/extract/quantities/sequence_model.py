"""A linear-chain model: the labels of a row of things from the clues of each and of the steps between them.

The score of a labelling is the sum of the weights of all clues under their labels (a conditional random field:
Lafferty, McCallum and Pereira 2001); the labelling with the greatest score is found by dynamic programming (Viterbi
1967). Weights are data, learned elsewhere; inference needs numpy only and gives the same answer every time.
"""

from __future__ import annotations

import itertools
import json
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Table = npt.NDArray[np.float64]

Clues = Mapping[str, float]


@dataclass(frozen=True)
class SequenceModel:
    """Labels, and the weights of clues under each label (`own`) and each pair of labels (`steps`).

    Attributes:
        labels: the names of the labels.
        own_names: the row of each clue in `own`, which has one column per label.
        step_names: the row of each clue of a step in `steps`, one column per pair (label before, label).
        bias: what is added to the score of every label; it sets how readily each is given.
    """

    labels: tuple[str, ...]
    own_names: Mapping[str, int]
    own: Table
    step_names: Mapping[str, int]
    steps: Table
    bias: tuple[float, ...]

    def scores(self, rows: Sequence[Clues]) -> Table:
        """Return the score of each label for each row of clues."""
        return weighted(rows, self.own_names, self.own)

    def best(self, scores: Table, steps: Sequence[Clues]) -> list[str]:
        """Return the labelling with the greatest score, given the scores of the rows and the clues of their steps."""
        if not len(scores):
            return []
        size = len(self.labels)
        rows: list[list[float]] = (scores + self.bias).tolist()
        pairs = weighted(steps, self.step_names, self.steps).reshape(-1, size, size)
        total = [own + step for own, step in zip(rows[0], pairs[0][0].tolist(), strict=True)]
        came: list[list[int]] = []
        to_each: list[list[list[float]]] = pairs[1:].transpose(0, 2, 1).tolist()
        for row, by_label in zip(rows[1:], to_each, strict=True):
            reached = [list(map(operator.add, total, steps_to)) for steps_to in by_label]
            greatest = list(map(max, reached))
            came.append([options.index(most) for options, most in zip(reached, greatest, strict=True)])
            total = list(map(operator.add, greatest, row))
        state = total.index(max(total))
        path = [state]
        for best in reversed(came):
            state = best[state]
            path.append(state)
        return [self.labels[state] for state in reversed(path)]


def weighted(rows: Sequence[Clues], names: Mapping[str, int], weights: Table) -> Table:
    """Return for each row the sum of the weights of its clues; clues without a weight count nothing."""
    import numpy as np

    total = np.zeros((len(rows), weights.shape[1]))
    clues = itertools.chain.from_iterable(rows)
    places = np.fromiter(map(names.get, clues, itertools.repeat(-1)), dtype=np.intp)
    known = places >= 0
    before = np.zeros(len(places) + 1, dtype=np.intp)
    known.cumsum(out=before[1:])
    bounds = before[list(itertools.accumulate(map(len, rows), initial=0))]
    filled = bounds[:-1] < bounds[1:]
    if before[-1]:
        told = itertools.chain.from_iterable(row.values() for row in rows)
        values = np.fromiter(told, dtype=float, count=len(places))[known]
        total[filled] = np.add.reduceat(weights[places[known]] * values[:, None], bounds[:-1][filled], axis=0)
    return total


@cache
def load_model(name: str) -> SequenceModel:
    """Return one of the models of `quantity_weights.json`."""
    import numpy as np

    told = json.loads((resources.files(__package__) / "quantity_weights.json").read_text("utf-8"))[name]
    size = len(told["labels"])
    return SequenceModel(
        tuple(told["labels"]),
        {clue: index for index, clue in enumerate(told["own"])},
        np.array(list(told["own"].values()), dtype=float).reshape(-1, size),
        {clue: index for index, clue in enumerate(told["steps"])},
        np.array(list(told["steps"].values()), dtype=float).reshape(-1, size * size),
        tuple(told["bias"]),
    )
