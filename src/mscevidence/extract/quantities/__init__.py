"""What every number of a comparative trial's abstract is: participants, events or a percent, and of which side.

Broader than `extract`: the outcome of a number may be any phrase. It is meant for measuring and for answering
questions, where the outcome is given; nothing of it is proposed as a candidate.

Two small models read it in turn, each over the row of numbers of the text: what a number is, and whose. Their clues are
those of `kind_clues` and `arm_clues`, their weights were learned from annotated abstracts (`quantity_weights.md`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mscevidence.extract.arms.roles import CONTROL, EXPERIMENTAL, ArmRole
from mscevidence.extract.quantities.arm_clues import arm_clues
from mscevidence.extract.quantities.figures import Figure, Passage, passage_of
from mscevidence.extract.quantities.kind_clues import kind_clues, sentence_clues, step_clues
from mscevidence.extract.quantities.sequence_model import SequenceModel, load_model
from mscevidence.model import Span

QuantityKind = Literal["total", "participants", "events", "percent"]

KINDS: dict[str, QuantityKind] = {"T": "total", "P": "participants", "E": "events", "%": "percent"}
ROLES: dict[str, ArmRole] = {"e": EXPERIMENTAL, "c": CONTROL}


@dataclass(frozen=True)
class Quantity:
    """One number with its place, what it is, and the side of the comparison it is of."""

    kind: QuantityKind
    span: Span
    role: ArmRole | None = None
    number: float | None = None


def quantities_in(text: str) -> tuple[Quantity, ...]:
    """Return the quantities of an abstract in order of place."""
    return quantities_by(text, load_model("kinds"), load_model("arms"))


def quantities_by(text: str, kinds: SequenceModel, arms: SequenceModel) -> tuple[Quantity, ...]:
    """Return the quantities of an abstract as two models read them."""
    passage = passage_of(text)
    for figure, what in zip(passage.figures, labelled_kinds(passage, kinds), strict=True):
        figure.what = what
    counting = [figure for figure in passage.figures if figure.what not in {"O", "T"}]
    sides = dict(zip(map(id, counting), labelled_arms(passage, counting, arms), strict=True))
    return tuple(
        Quantity(KINDS[figure.what], figure.span, ROLES.get(sides.get(id(figure), "")), figure.number)
        for figure in passage.figures
        if figure.what != "O"
    )


def labelled_kinds(passage: Passage, model: SequenceModel) -> list[str]:
    """Return what each figure of a text is: T, P, E, % or O for none of these."""
    if not passage.figures:
        return []
    sentences = sentence_clues(passage)
    row = {sentence: index for index, sentence in enumerate(sentences)}
    scores = model.scores([*sentences.values(), *kind_clues(passage)])
    shared = scores[[row[figure.sentence] for figure in passage.figures]]
    return model.best(scores[len(sentences) :] + shared, step_clues(passage, passage.figures))


def labelled_arms(passage: Passage, figures: Sequence[Figure], model: SequenceModel) -> list[str]:
    """Return the side of each figure that counts patients: e or c."""
    return model.best(model.scores(arm_clues(passage, figures)), step_clues(passage, figures))
