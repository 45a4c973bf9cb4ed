"""Labels of groups that all analyses of a batch share, as numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats.inputs import BoolArray, IntArray


def numbered(labels: ArrayLike, present: BoolArray, *, items: str, group: str) -> IntArray:
    """Return the group of each item as number 0, 1, .., -1 for an item that no analysis has.

    Args:
        labels: (k) one for each item.
        present: (..., k) whether an analysis has an item.
        items: what is labelled, for the message.
        group: what the labels name, for the message.

    Raises:
        StatisticsError: another number of labels, or labels that cannot be compared.
    """
    names, k = np.asarray(labels), present.shape[-1]
    if names.shape != (k,):
        raise StatisticsError(
            f"{k} {items} need {k} {group} labels, got shape {names.shape}", hint="one label each, for all analyses"
        )
    there = present.reshape(-1, k).any(axis=0)
    codes = np.full(k, -1, dtype=np.int64)
    try:
        codes[there] = np.unique(names[there], return_inverse=True)[1]
    except TypeError as error:
        raise StatisticsError(f"{group} labels must be all numbers or all texts", hint="convert them first") from error
    return codes
