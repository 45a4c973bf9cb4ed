"""What part an arm plays in a comparison: it gets the cells, it is a control, or it is neither."""

from __future__ import annotations

from mscevidence import vocabulary
from mscevidence.effects.sums import leaves
from mscevidence.errors import UnknownTermError
from mscevidence.model import Arm, Question, Study

ANY_CONTROL = "control"
"""The widest kind of control arm. Healthy people are none: they count in no outcome."""


def receives_cells(arm: Arm) -> bool:
    """Return whether an arm gets the cells under study."""
    return vocabulary.load("arm-role")[arm.role].receives_cells


def is_control(arm: Arm, kind: str | None = None) -> bool:
    """Return whether an arm is a control arm, of a kind (``placebo``) if one is given."""
    return arm.role in vocabulary.below("arm-role", kind or ANY_CONTROL)


def controls_of(study: Study, question: Question) -> tuple[Arm, ...]:
    """Return the control arms of a study that a question may compare with."""
    return tuple(arm for arm in study.arms if is_control(arm, question.control))


def includes_controls(study: Study, arm: Arm) -> bool:
    """Return whether an arm combines a control arm with others, as "all patients" does."""
    parts = (study.arm(name) for name in leaves(study, arm))
    return any(part is not None and is_control(part) for part in parts)


def refuse_other_roles(question: Question) -> None:
    """Raise when the kind of control that a question names is not one.

    Raises:
        UnknownTermError: with the kinds there are.
    """
    kinds = sorted(vocabulary.below("arm-role", ANY_CONTROL))
    if question.control is not None and question.control not in kinds:
        raise UnknownTermError(question.control, kind="kind of control arm", choices=kinds)
