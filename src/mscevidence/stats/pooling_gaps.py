"""Results of a batch in which some analyses have none."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from mscevidence.stats.inputs import BoolArray, plain
from mscevidence.stats.pooling import RandomEffects


def with_gaps(pooled: RandomEffects, usable: BoolArray) -> RandomEffects:
    """Return the results (n) of the n usable analyses (...) in the places of these, with NaN and k = 0 elsewhere."""
    arrays = {field.name: getattr(pooled, field.name) for field in fields(pooled)}
    # Where nothing was searched for, no search failed.
    nothing: dict[str, Any] = {"f": np.nan, "b": True, "i": 0}
    values = {
        name: placed(part, usable, nothing[part.dtype.kind])
        for name, part in arrays.items()
        if isinstance(part, np.ndarray)
    }
    return replace(pooled, **values)


def placed(values: Any, usable: BoolArray, nothing: Any) -> Any:
    """Return values (n, ...) of the n usable analyses (...) in the places of these, and `nothing` elsewhere."""
    whole = np.full((*usable.shape, *values.shape[1:]), nothing, dtype=values.dtype)
    whole[usable] = values
    return plain(whole)
