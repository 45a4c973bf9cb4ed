"""Whether moderators separate studies without event (or with nothing else) from the others: then no maximum exists.

Source: Albert & Anderson 1984, Biometrika 71:1 (complete and quasi-complete separation).
"""

from __future__ import annotations

import numpy as np

from mscevidence.stats.inputs import FloatArray


def separated(moderators: FloatArray, effect: FloatArray) -> bool:
    """Return whether some direction of the coefficients raises the likelihood for ever.

    Such a direction leaves alone the studies with an effect of their own, and moves none of the others away from its
    infinite effect and at least one towards it.

    Args:
        moderators: (k, p) with the intercept.
        effect: (k,) each study's own effect, infinite at the boundary.
    """
    infinite = np.isinf(effect)
    if not infinite.any():
        return False
    free = _null_space(moderators[~infinite])
    if not free.shape[1]:
        return False
    from scipy import optimize

    towards = np.sign(effect[infinite])[:, np.newaxis] * (moderators[infinite] @ free)
    k, p = towards.shape
    bounds = np.concatenate([np.ones(k), np.zeros(k)])
    found = optimize.linprog(
        -towards.sum(axis=0), A_ub=np.concatenate([towards, -towards]), b_ub=bounds, bounds=[(None, None)] * p
    )
    return bool(found.success and -found.fun > 1e-6)


def _null_space(matrix: FloatArray) -> FloatArray:
    """Return an orthonormal basis (p, r) of the vectors that `matrix` (k, p) maps to zero."""
    if not matrix.shape[0]:
        return np.eye(matrix.shape[1])
    _, values, rows = np.linalg.svd(matrix)
    rank = int((values > 1e-10 * values.max(initial=0.0)).sum())
    basis: FloatArray = rows[rank:].T
    return basis
