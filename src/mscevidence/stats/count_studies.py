"""The studies of a mixed model for counts: checked columns with their moderators, without studies that say nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats.inputs import BoolArray, FloatArray, aligned, counts, number, one_analysis, positive, whole

COLUMNS = {
    "PLO": ("events", "n"),
    "IRLN": ("events", "time"),
    "OR": ("events1", "n1", "events2", "n2"),
    "IRR": ("events1", "time1", "events2", "time2"),
}


def informative_studies(
    code: str, data: dict[str, ArrayLike], moderators: ArrayLike | None, mask: ArrayLike | None
) -> tuple[dict[str, FloatArray], FloatArray, tuple[int, ...]]:
    """Return the columns and moderators of the studies that carry information, and the positions of the others.

    Args:
        code: measure.
        data: columns as given.
        moderators: (k, q) or (k,), or None.
        mask: (k,) boolean, or None.

    Raises:
        StatisticsError: other columns than the measure needs, unusable values, no study with information.
    """
    if set(data) != set(COLUMNS[code]):
        given = ", ".join(sorted(data)) or "nothing"
        raise StatisticsError(f"{code} needs {', '.join(COLUMNS[code])}; given: {given}")
    columns, present = aligned(mask, **{name: data[name] for name in COLUMNS[code]})
    one_analysis(present, "count_glmm")
    for suffix in ("", "1", "2"):
        _check(columns, present, suffix)
    kept = present.copy()
    if code in {"OR", "IRR"}:
        a, c = columns["events1"], columns["events2"]
        kept &= (a > 0) | (c > 0)
        if code == "OR":
            kept &= (a < columns["n1"]) | (c < columns["n2"])
    if not kept.any():
        raise StatisticsError("no study carries information: none has both events and patients without")
    k = present.size
    extra = np.ones((k, 1))
    if moderators is not None:
        given_ = number("moderators", moderators)
        if given_.shape[0] != k:
            raise StatisticsError(f"moderators of {given_.shape[0]} studies for {k}", hint="one row per study")
        if not np.isfinite(given_[kept]).all():
            raise StatisticsError("moderators must be finite numbers", hint="mask studies without a value")
        extra = np.concatenate([extra, given_.reshape(k, -1)], axis=1)
    lost = tuple(int(i) for i in np.flatnonzero(present & ~kept))
    return {name: values[kept] for name, values in columns.items()}, extra[kept], lost


def _check(columns: dict[str, FloatArray], present: BoolArray, suffix: str) -> None:
    events, n, time = (columns.get(f"{name}{suffix}") for name in ("events", "n", "time"))
    if events is not None and n is not None:
        counts(events, n, present, suffix=suffix)
    elif events is not None and time is not None:
        whole(f"events{suffix}", events, present)
        positive(f"time{suffix}", time, present)
