"""Several analyses made into one: arrays with the shape of the batch in front, from a result for each analysis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np

from mscevidence.stats.grid_distribution import GridDistribution
from mscevidence.stats.inputs import BoolArray, FloatArray, plain
from mscevidence.stats.mixtures import Posterior

Shape = tuple[int, ...]


def stacked(found: Sequence[Posterior], lead: Shape) -> Posterior:
    """Return the summaries of a number in each analysis as one summary (...)."""
    names = [field.name for field in fields(Posterior)]
    return Posterior(*(plain(np.reshape([getattr(one, name) for one in found], lead)) for name in names))


def spread(found: Sequence[Posterior], present: BoolArray) -> Posterior:
    """Return the summaries of the present studies of each analysis as one (..., k); NaN where a study is absent."""
    names = [field.name for field in fields(Posterior)]
    return Posterior(*(placed([getattr(one, name) for one in found], present) for name in names))


def placed(found: Sequence[FloatArray], present: BoolArray) -> FloatArray:
    """Return the values of the present studies of each analysis in their places (..., k), NaN elsewhere.

    All are NaN if there are no values.
    """
    result = np.full(present.shape, np.nan)
    if any(one.size for one in found):
        result[present] = np.concatenate(found)
    return plain(result)  # type: ignore[no-any-return]


def padded(found: Sequence[FloatArray], lead: Shape, *, last: float | None = None) -> FloatArray:
    """Return vectors (G) of different lengths as one array (..., G), the short ones filled up with `last`.

    By default they go on in the steps that they have, as uniform grids do.
    """
    size = max(one.size for one in found)
    result = np.empty((len(found), size))
    for row, one in zip(result, found, strict=True):
        row[: one.size] = one
        more = np.arange(1.0, size - one.size + 1)
        row[one.size :] = one[-1] + more * (one[1] - one[0]) if last is None else last
    return plain(result.reshape((*lead, size)))  # type: ignore[no-any-return]


def distributions(found: Sequence[GridDistribution], lead: Shape) -> GridDistribution:
    """Return distributions as one with the shape of the batch in front, (..., G) each."""
    return GridDistribution(
        padded([one.grid for one in found], lead),
        padded([one.density for one in found], lead, last=0.0),
        padded([one.cumulative for one in found], lead, last=1.0),
    )
