"""The test between subgroups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mscevidence.model import BetweenGroups, Group
from mscevidence.synthesis.counts import Counts
from mscevidence.synthesis.recipes import MEASURES, Recipe, scale_of_regressions


def between(groups: Sequence[Group], recipe: Recipe) -> BetweenGroups:
    """Return the test between subgroups.

    From the subgroups' own estimates when each has one; else (a subgroup of one study has no tau2 of its own, one
    without events no estimate) from a regression of all effects on the subgroup with one tau2 for all.
    """
    from mscevidence import stats

    pairs = [(group.estimates[0].mu, group.estimates[0].se) for group in groups]
    known = [(mu, se) for mu, se in pairs if mu is not None and se]
    if len(known) < len(groups):
        return _by_regression(groups, recipe)
    found = stats.subgroup_difference(np.array([mu for mu, _ in known]), np.array([se for _, se in known]))
    return BetweenGroups(q=float(found.q), df=len(groups) - 1, p=float(found.p), method=recipe.method)


def _by_regression(groups: Sequence[Group], recipe: Recipe) -> BetweenGroups:
    from mscevidence import stats

    rows = [(position, row) for position, group in enumerate(groups) for row in group.rows]
    without = [group.label for group in groups if group.estimates[0].status != "estimated"]
    note = f"no estimate of their own: {', '.join(without)}"
    scale = scale_of_regressions(recipe.measure)
    method = f"regression of {MEASURES[scale]} on the subgroup, one tau² for all (REML)"
    nothing = BetweenGroups(q=None, df=len(groups) - 1, p=None, method=method, note=note)
    if len(rows) <= len(groups):
        return nothing.model_copy(update={"note": f"{note}; no subgroup has two studies, so that tau² is unknown"})
    sizes = Counts.of([row for _, row in rows], comparative=recipe.comparative).effect_sizes(scale)
    design = np.array([[1.0, *(float(position == one) for one in range(1, len(groups)))] for position, _ in rows])
    fit = stats.meta_regression(sizes.yi, sizes.vi, design, estimator="REML", test="z")
    return nothing.model_copy(update={"q": float(fit.moderators), "p": float(fit.moderators_p)})
