"""Masks of the studies for repeated analyses: without one, one after another, all subsets.

Hand a mask to any estimator of this package; the analyses come back along the first axis.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats.inputs import BoolArray, FloatArray, at_least, number


def leave_one_out_mask(k: int) -> BoolArray:
    """Return (k, k) masks, row i without study i.

    Raises:
        StatisticsError: fewer than two studies.
    """
    size = at_least("the number of studies", k, 0)
    if size < 2:
        raise StatisticsError(f"leaving one out needs at least two studies, there are {size}")
    return ~np.eye(size, dtype=np.bool_)


def cumulative_mask(k: int, *, order: ArrayLike | None = None) -> BoolArray:
    """Return (k, k) masks, row i with the first i + 1 studies.

    Args:
        k: number of studies.
        order: (k,) values to sort by, such as years; ties keep their place. None: as given.

    Raises:
        StatisticsError: no study, or an order of another length.
    """
    k = at_least("the number of studies", k, 0)
    if k < 1:
        raise StatisticsError("no study was given")
    ranks = np.arange(k)
    if order is not None:
        values = np.asarray(order)
        if values.shape != (k,):
            raise StatisticsError(f"order has {values.size} values for {k} studies")
        ranks = np.empty(k, dtype=np.int64)
        ranks[np.argsort(values, kind="stable")] = np.arange(k)
    result: BoolArray = ranks[np.newaxis, :] <= np.arange(k)[:, np.newaxis]
    return result


def all_subsets(k: int, *, chunk: int = 65_536) -> Iterator[BoolArray]:
    """Yield the masks (n, k) of all 2^k - 1 non-empty subsets; subset number b holds the studies of its bits.

    Args:
        k: number of studies, at most 30.
        chunk: subsets per array, which bounds the memory of what follows.

    Raises:
        StatisticsError: k is not between 1 and 30, or chunk not at least 1.
    """
    k, chunk = at_least("the number of studies", k, 0), at_least("chunk", chunk, 1)
    if not 1 <= k <= 30:
        raise StatisticsError(
            f"all subsets are possible for 1 to 30 studies, there are {k}", hint="draw subsets at random"
        )
    bits = 2 ** np.arange(k)
    for start in range(1, 2**k, chunk):
        numbers = np.arange(start, min(start + chunk, 2**k))
        yield (numbers[:, np.newaxis] & bits) > 0


def gosh_quantiles(values: ArrayLike, probabilities: ArrayLike) -> FloatArray:
    """Return quantiles (type 7 of Hyndman & Fan 1996) of the results over all subsets.

    Raises:
        StatisticsError: no value, one that is not finite, a probability outside [0, 1].
    """
    found, at = number("values", values), np.asarray(number("probabilities", probabilities))
    if not found.size or not np.isfinite(found).all():
        raise StatisticsError("the quantiles need finite values, at least one", hint="leave out what has no result")
    if not ((at >= 0) & (at <= 1)).all():
        raise StatisticsError("probabilities lie between 0 and 1")
    result: FloatArray = np.quantile(found, at.reshape(np.shape(probabilities)))
    return result
