"""Learn the weights with which `mscevidence` tells what the numbers of an abstract are, and whose.

    python benchmarks/train_quantities.py FOLDER WEIGHTS.json             learn from all abstracts
    python benchmarks/train_quantities.py FOLDER PREDICTIONS.jsonl --folds 5    predict each fold by the others
    python benchmarks/train_quantities.py FOLDER PREDICTIONS.jsonl --halves     predict odd ids by even, and back
    python benchmarks/train_quantities.py FOLDER PREDICTIONS.jsonl --folds 5 --errors 10    and tell the errors by cause

FOLDER holds <id>.txt and <id>.ann (brat) in the labels of the PICO corpus (github.com/sociocom/PICO-Corpus). Both
models are linear-chain conditional random fields (Lafferty, McCallum and Pereira 2001), fitted by penalised maximum
likelihood from a start of zeros: the same folder gives the same weights. A clue is kept when enough abstracts have it.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from extraction_pico import LABELS, prediction
from mscevidence.extract.quantities import KINDS, ROLES, quantities_by
from mscevidence.extract.quantities.arm_clues import arm_clues
from mscevidence.extract.quantities.figures import Figure, Passage, passage_of
from mscevidence.extract.quantities.kind_clues import kind_clues, sentence_clues, step_clues
from mscevidence.extract.quantities.sequence_model import SequenceModel
from quantity_errors import causes_told, errors_of

Table = npt.NDArray[np.float64]
Clues = Mapping[str, float]
LETTERS: dict[str, str] = {kind: letter for letter, kind in KINDS.items()} | {
    role: letter for letter, role in ROLES.items()
}
FEWEST_ABSTRACTS = 5
SMALLEST_WEIGHT = 0.02


@dataclass(frozen=True)
class Settings:
    """Labels of a model, how much it is added to each, and how strongly its weights are held at zero."""

    labels: tuple[str, ...]
    bias: tuple[float, ...]
    own_penalty: float
    step_penalty: float


KIND_SETTINGS = Settings(("O", "T", "P", "E", "%"), (-0.25, 0.0, 0.0, 0.0, 0.0), 6.0, 3.0)
ARM_SETTINGS = Settings(("e", "c"), (0.0, 0.0), 15.0, 7.5)
ROUNDS = 2


@dataclass(frozen=True)
class Row:
    """The things of one abstract in order: the clues of each, of the step to it, and its label."""

    own: Sequence[Clues]
    steps: Sequence[Clues]
    labels: list[str]


@dataclass(frozen=True)
class Abstract:
    """An annotated abstract as rows for both models."""

    name: str
    text: str
    kinds: Row
    arms: Row
    turned: Row


def annotated(path: Path) -> Abstract:
    text = path.with_suffix(".txt").read_text("utf-8")
    passage = passage_of(text)
    meant = {label: key for key, label in LABELS.items()}
    told = {}
    for line in path.read_text("utf-8").splitlines():
        label, *places = line.split("\t")[1].split() if line.startswith("T") else [""]
        if label in meant:
            numbers = [int(number) for place in places for number in place.split(";")]
            told[min(numbers), max(numbers)] = meant[label]
    kinds, arms = [], {}
    for figure in passage.figures:
        found = (key for (start, end), key in told.items() if start < figure.span[1] and figure.span[0] < end)
        kind, role = next(found, (None, None))
        kinds.append(LETTERS[kind] if kind else "O")
        arms[id(figure)] = LETTERS[role] if role else ""
    row = _kind_row(passage, kinds)
    return Abstract(path.stem, text, row, _arm_row(passage, kinds, arms), _arm_row(passage.turned(), kinds, arms))


def _kind_row(passage: Passage, labels: list[str]) -> Row:
    shared = sentence_clues(passage)
    own = [{**clues, **shared[f.sentence]} for clues, f in zip(kind_clues(passage), passage.figures, strict=True)]
    return Row(own, step_clues(passage, passage.figures), labels)


def _arm_row(passage: Passage, kinds: list[str], arms: dict[int, str]) -> Row:
    for figure, kind in zip(passage.figures, kinds, strict=True):
        figure.what = kind
    counting: list[Figure] = [figure for figure in passage.figures if arms[id(figure)]]
    return Row(arm_clues(passage, counting), step_clues(passage, counting), [arms[id(f)] for f in counting])


def names_of(rows: Sequence[Sequence[Clues]]) -> dict[str, int]:
    """Return the clues that enough abstracts have, numbered in alphabetical order."""
    told = Counter(name for row in rows for name in {name for clues in row for name in clues})
    return {name: i for i, name in enumerate(sorted(n for n, times in told.items() if times >= FEWEST_ABSTRACTS))}


def matrix(rows: Sequence[Sequence[Clues]], names: Mapping[str, int]) -> csr_matrix:
    places, values, ends = [], [], [0]
    for clues in (clues for row in rows for clues in row):
        known = sorted((names[name], value) for name, value in clues.items() if name in names)
        places += [place for place, _ in known]
        values += [value for _, value in known]
        ends.append(len(places))
    return csr_matrix((values, places, ends), shape=(len(ends) - 1, len(names)))


@dataclass(frozen=True)
class Problem:
    """All rows side by side, padded to one length; `place` is the number of a thing or -1."""

    own: csr_matrix
    steps: csr_matrix
    place: npt.NDArray[np.int64]
    label: npt.NDArray[np.int64]
    before: npt.NDArray[np.int64]
    size: int

    def loss(self, own: Table, steps: Table) -> tuple[float, Table, Table]:
        """Return the negative log likelihood and its gradients."""
        size, things = self.size, np.arange(len(self.label))
        scores, moves = self.own @ own, (self.steps @ steps).reshape(-1, size, size)
        inside = self.place >= 0
        emit = np.where(inside[:, :, None], scores[self.place], 0.0)
        move = np.where(inside[:, :, None, None], moves[self.place], 0.0)
        ahead, behind = np.zeros_like(emit), np.zeros_like(emit)
        ahead[:, 0] = emit[:, 0] + move[:, 0, 0]
        for t in range(1, emit.shape[1]):
            reached = _log_sum(ahead[:, t - 1][:, :, None] + move[:, t], 1) + emit[:, t]
            ahead[:, t] = np.where(inside[:, t, None], reached, ahead[:, t - 1])
        for t in range(emit.shape[1] - 2, -1, -1):
            reached = _log_sum(move[:, t + 1] + (emit[:, t + 1] + behind[:, t + 1])[:, None, :], 2)
            behind[:, t] = np.where(inside[:, t + 1, None], reached, 0.0)
        total = _log_sum(ahead[:, -1], 1)
        single, double = np.zeros_like(scores), np.zeros_like(moves)
        single[self.place[inside]] = np.exp(ahead + behind - total[:, None, None])[inside]
        joint = ahead[:, :-1, :, None] + move[:, 1:] + (emit + behind)[:, 1:, None, :] - total[:, None, None, None]
        double[self.place[:, 1:][inside[:, 1:]]] = np.exp(joint[inside[:, 1:]])
        double[self.place[:, 0], 0] = single[self.place[:, 0]]
        likelihood = scores[things, self.label].sum() + moves[things, self.before, self.label].sum() - total.sum()
        single[things, self.label] -= 1
        double[things, self.before, self.label] -= 1
        return -float(likelihood), self.own.T @ single, self.steps.T @ double.reshape(-1, size * size)


def _log_sum(values: Table, axis: int) -> Table:
    greatest = values.max(axis, keepdims=True)
    found: Table = np.log(np.exp(values - greatest).sum(axis)) + greatest.squeeze(axis)
    return found


def learned(rows: Sequence[Row], settings: Settings) -> SequenceModel:
    rows = [row for row in rows if row.labels]
    size = len(settings.labels)
    own_names, step_names = names_of([row.own for row in rows]), names_of([row.steps for row in rows])
    label = np.array([settings.labels.index(label) for row in rows for label in row.labels])
    place = np.full((len(rows), max(len(row.labels) for row in rows)), -1)
    before, start = np.zeros_like(label), 0
    for index, row in enumerate(rows):
        end = start + len(row.labels)
        place[index, : end - start] = np.arange(start, end)
        before[start + 1 : end] = label[start : end - 1]
        start = end
    own, steps = matrix([row.own for row in rows], own_names), matrix([row.steps for row in rows], step_names)
    problem = Problem(own, steps, place, label, before, size)
    cut = len(own_names) * size
    penalty = np.full(cut + len(step_names) * size * size, settings.step_penalty)
    penalty[:cut] = settings.own_penalty

    def objective(weights: Table) -> tuple[float, Table]:
        loss, first, second = problem.loss(weights[:cut].reshape(-1, size), weights[cut:].reshape(-1, size * size))
        gradient = np.concatenate([first.ravel(), second.ravel()]) + penalty * weights
        return loss + 0.5 * float((penalty * weights * weights).sum()), gradient

    found = minimize(objective, np.zeros(len(penalty)), jac=True, method="L-BFGS-B", options={"maxiter": 150}).x
    own_weights, step_weights = found[:cut].reshape(-1, size), found[cut:].reshape(-1, size * size)
    return SequenceModel(settings.labels, own_names, own_weights, step_names, step_weights, settings.bias)


def both(abstracts: Sequence[Abstract]) -> tuple[SequenceModel, SequenceModel]:
    return learned([a.kinds for a in abstracts], KIND_SETTINGS), learned_arms(abstracts)


def learned_arms(abstracts: Sequence[Abstract]) -> SequenceModel:
    """Learn whose figures are from abstracts in which the two sides were told apart the right way round.

    Where the names of the sides were read the wrong way round, the grammar around them is still right: such an abstract
    is learned from with its sides turned.
    """
    model = learned([a.arms for a in abstracts], ARM_SETTINGS)
    for _ in range(ROUNDS):
        model = learned([_righter(a, model) for a in abstracts], ARM_SETTINGS)
    return model


def _righter(abstract: Abstract, model: SequenceModel) -> Row:
    return max((abstract.arms, abstract.turned), key=lambda row: _right(row, model))


def _right(row: Row, model: SequenceModel) -> int:
    return sum(a == b for a, b in zip(row.labels, model.best(model.scores(row.own), row.steps), strict=True))


def written(model: SequenceModel) -> dict[str, object]:
    """Return a model as data, weights rounded to two decimals and clues that tell almost nothing left out."""

    def kept(names: Mapping[str, int], weights: Table) -> dict[str, list[float]]:
        return {
            name: [round(float(w), 2) for w in weights[row]]
            for name, row in names.items()
            if np.abs(weights[row]).max() >= SMALLEST_WEIGHT
        }

    tables = {"own": kept(model.own_names, model.own), "steps": kept(model.step_names, model.steps)}
    return {"labels": model.labels, "bias": model.bias, **tables}


def crossed(abstracts: list[Abstract], parts: Sequence[list[Abstract]]) -> list[str]:
    """Return the predictions for each part by models learned from all others."""
    lines = []
    for part in parts:
        names = {a.name for a in part}
        models = both([a for a in abstracts if a.name not in names])
        lines += [prediction(a.name, quantities_by(a.text, *models)) for a in part]
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--halves", action="store_true")
    parser.add_argument("--seed", type=int, help="shuffle the abstracts before they are cut into folds")
    parser.add_argument("--errors", type=int, metavar="N", help="tell the errors by cause, with N examples of each")
    arguments = parser.parse_args()
    abstracts = [annotated(path) for path in sorted(arguments.folder.glob("*.ann"))]
    if arguments.folds or arguments.halves:
        if arguments.seed is not None:
            order = np.random.default_rng(arguments.seed).permutation(len(abstracts))
            abstracts = [abstracts[place] for place in order]
        odd = [[a for a in abstracts if int(a.name) % 2 == rest] for rest in (0, 1)]
        parts = odd if arguments.halves else [abstracts[k :: arguments.folds] for k in range(arguments.folds)]
        lines = crossed(abstracts, parts)
        arguments.output.write_text("\n".join(lines) + "\n", "utf-8")
        if arguments.errors is not None:
            print(causes_told(errors_of(arguments.folder, lines), arguments.errors))
        return
    models = dict(zip(("kinds", "arms"), map(written, both(abstracts)), strict=True))
    arguments.output.write_text(
        json.dumps(models, ensure_ascii=False, separators=(",", ":"), indent=None) + "\n", "utf-8"
    )


if __name__ == "__main__":
    main()
