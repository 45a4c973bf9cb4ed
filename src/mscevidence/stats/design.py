"""Design matrices of regressions, from numbers and categories."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray, finite


def design_of(columns: Sequence[ArrayLike], *, intercept: bool = True) -> tuple[FloatArray, tuple[str, ...]]:
    """Return a design matrix (k, p) and the meaning of its columns, from numbers and categories.

    A column of numbers stays as it is; a column of words becomes one indicator for each level but the first in
    alphabetical order (for the first column of a model without intercept: for each level).

    Args:
        columns: (k,) each.
        intercept: whether a column of ones comes first.

    Raises:
        StatisticsError: no column, no study, columns of different lengths, a number that is not finite.
    """
    parts: list[FloatArray] = []
    labels: list[str] = []
    k = _length(columns)
    if intercept:
        parts, labels = [np.ones(k)], ["intercept"]
    for position, column in enumerate(columns):
        values = np.asarray(column)
        if values.dtype.kind in "fiub":
            finite(f"column {position + 1}", values.astype(np.float64), np.ones(k, dtype=np.bool_))
            parts.append(values.astype(np.float64))
            labels.append(f"x{position + 1}")
            continue
        levels = sorted({str(value) for value in values.tolist()})
        for level in levels[1:] if intercept or position else levels:
            parts.append((values.astype(str) == level).astype(np.float64))
            labels.append(f"x{position + 1}={level}")
    return np.stack(parts, axis=1), tuple(labels)


def _length(columns: Sequence[ArrayLike]) -> int:
    shapes = {np.shape(np.asarray(column)) for column in columns or ()}
    if len(shapes) != 1 or len(shape := shapes.pop()) != 1 or shape == (0,):
        raise StatisticsError(
            "a design needs columns of one length, one value per study", hint="give a list of columns, at least one"
        )
    return int(shape[0])


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
