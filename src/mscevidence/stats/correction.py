"""Continuity corrections for zero cells, one rule for all count measures.

c = `add` is added to every cell of the studies that `to` selects; group sizes grow with the cells (n + 2c). For rates
only the event count grows. The rules and their names follow metafor's `escalc` as documented (Viechtbauer 2010, J
Stat Softw 36(3)).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mscevidence.stats.inputs import BoolArray, FloatArray, choose, names

RULES = names(
    {
        "only0": ("zero-cells",),
        "if0all": ("all-if-any-zero",),
        "all": (),
        "none": ("never",),
    }
)


@dataclass(frozen=True, slots=True)
class Options:
    """How a measure is to be calculated; the arguments of `effect_sizes`."""

    add: float = 0.5
    to: str = "only0"
    drop00: bool = False
    vtype: str = "LS"
    correct: bool = True


def amount(zero: BoolArray, present: BoolArray, options: Options) -> FloatArray:
    """Return what is added to each cell of each study.

    Args:
        zero: (..., k) True where a study has a zero cell.
        present: (..., k) mask.
        options: the constant `add`, and `to`: `only0` (studies with a zero cell), `if0all` (all studies if any has
            one), `all`, `none`.

    Returns:
        (..., k) array of 0 and c.

    Raises:
        UnknownTermError: no such rule.
    """
    rule = choose(options.to, RULES, kind="correction rule")
    zero = zero & present
    if rule == "only0":
        chosen = zero
    elif rule == "if0all":
        chosen = np.broadcast_to(zero.any(axis=-1, keepdims=True), zero.shape)
    else:
        chosen = np.full(zero.shape, rule == "all")
    return np.where(chosen, options.add, 0.0)
