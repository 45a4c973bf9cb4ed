"""The test of a pooled comparison against no difference.

Rates of one arm have none: nothing says which rate there would be without the cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mscevidence.model import Estimate, Question, StudyRow
from mscevidence.synthesis import contrasts
from mscevidence.synthesis.counts import Counts
from mscevidence.synthesis.recipes import recipe_of


@dataclass(frozen=True)
class EffectTest:
    """A test against no difference: ``z``, or ``t`` with its degrees of freedom, and P."""

    name: str
    statistic: float
    df: int | None
    p: float


def effect_test(rows: Sequence[StudyRow], question: Question, estimate: Estimate) -> EffectTest | None:
    """Return the test of the method that was asked for; None for rates of one arm and where nothing was pooled.

    Args:
        rows: the studies that were pooled.
        question: with the method and its test.
        estimate: what that method made of the studies.
    """
    from mscevidence.stats.distributions import two_sided_p

    recipe = recipe_of(question)
    if not recipe.comparative or estimate.mu is None or not estimate.se:
        return None
    statistic = estimate.mu / estimate.se
    used = int(contrasts.informative(recipe, Counts.of(rows, comparative=True)).sum())
    df = None if recipe.test == "z" else used - 1
    p = float(two_sided_p(statistic, float("inf") if df is None else df))
    return EffectTest("z" if df is None else "t", statistic, df, p)
