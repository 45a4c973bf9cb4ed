"""Design matrices of regressions, from numbers and categories."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray


def design_of(columns: Sequence[ArrayLike], *, intercept: bool = True) -> tuple[FloatArray, tuple[str, ...]]:
    """Return a design matrix (k, p) and the meaning of its columns, from numbers and categories.

    A column of numbers stays as it is; a column of words becomes one indicator for each level but the first in
    alphabetical order (for the first column of a model without intercept: for each level).

    Args:
        columns: (k,) each.
        intercept: whether a column of ones comes first.
    """
    parts: list[FloatArray] = []
    labels: list[str] = []
    k = len(np.asarray(columns[0]))
    if intercept:
        parts, labels = [np.ones(k)], ["intercept"]
    for position, column in enumerate(columns):
        values = np.asarray(column)
        if values.dtype.kind in "fiub":
            parts.append(values.astype(np.float64))
            labels.append(f"x{position + 1}")
            continue
        levels = sorted({str(value) for value in values.tolist()})
        for level in levels[1:] if intercept or position else levels:
            parts.append((values.astype(str) == level).astype(np.float64))
            labels.append(f"x{position + 1}={level}")
    return np.stack(parts, axis=1), tuple(labels)


def intercept_of(design: FloatArray, present: BoolArray | None = None) -> IntArray:
    """Return the position of the column of ones in each design (..., k, p), -1 where there is none.

    Args:
        design: predictors.
        present: (..., k) True where a study is present; None for all.
    """
    ones = design == 1
    if present is not None:
        ones = ones | ~present[..., np.newaxis]
    found = ones.all(axis=-2)
    return np.where(found.any(axis=-1), found.argmax(axis=-1), -1)
