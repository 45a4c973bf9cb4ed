"""The studies of mixed models for counts: checked columns with their moderators, without studies that say nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray, aligned, counts, number, positive, whole

COLUMNS = {
    "PLO": ("events", "n"),
    "IRLN": ("events", "time"),
    "OR": ("events1", "n1", "events2", "n2"),
    "IRR": ("events1", "time1", "events2", "time2"),
}


@dataclass(frozen=True, slots=True)
class CountStudies:
    """The studies of B analyses.

    Attributes:
        columns: (B, k) each; moderators: (B, k, p) with the intercept first.
        kept: (B, k) True for studies that carry information; dropped: those that are present without any.
        lead: leading shape that the caller gave, of B elements.
    """

    columns: dict[str, FloatArray]
    moderators: FloatArray
    kept: BoolArray
    dropped: BoolArray
    lead: tuple[int, ...]

    @property
    def k(self) -> IntArray:
        """Number of studies that carry information, (B,)."""
        return np.asarray(self.kept.sum(axis=1), dtype=np.int64)

    def parts(self, usable: BoolArray, at_once: int) -> Iterator[tuple[IntArray, dict[str, FloatArray], FloatArray]]:
        """Yield positions (b,), columns (b, m) and moderators (b, m, p) of analyses with equally many studies m.

        Studies that are kept are moved together, so that no analysis has a gap: a model with a coefficient for each
        study has as many in all of them, and a masked study is the same as one that was never given.

        Args:
            usable: (B,) the analyses that are wanted.
            at_once: studies in one part: arrays that no longer fit into the processor's cache cost more time.
        """
        k = self.k
        for m in np.unique(k[usable]):
            same = np.flatnonzero(usable & (k == m))
            step = max(1, at_once // int(m))
            for start in range(0, same.size, step):
                rows = same[start : start + step]
                order = np.argsort(~self.kept[rows], axis=1, kind="stable")[:, :m]
                columns = {name: np.take_along_axis(all_[rows], order, axis=1) for name, all_ in self.columns.items()}
                yield rows, columns, np.take_along_axis(self.moderators[rows], order[..., np.newaxis], axis=1)


def informative_studies(
    code: str, data: dict[str, ArrayLike], moderators: ArrayLike | None, mask: ArrayLike | None
) -> CountStudies:
    """Return the studies of each analysis and which of them carry information.

    Args:
        code: measure.
        data: columns (..., k) as given.
        moderators: (..., k, q) or (k,), or None.
        mask: (..., k) boolean, or None.

    Raises:
        StatisticsError: other columns than the measure needs, unusable values.
    """
    if set(data) != set(COLUMNS[code]):
        given = ", ".join(sorted(data)) or "nothing"
        raise StatisticsError(f"{code} needs {', '.join(COLUMNS[code])}; given: {given}")
    columns, present = aligned(mask, **{name: data[name] for name in COLUMNS[code]})
    for suffix in ("", "1", "2"):
        _check(columns, present, suffix)
    if not present.any():
        raise StatisticsError("no study is left: all are masked out", hint="an analysis needs at least one study")
    kept = present.copy()
    if code in {"OR", "IRR"}:
        a, c = columns["events1"], columns["events2"]
        kept &= (a > 0) | (c > 0)
        if code == "OR":
            kept &= (a < columns["n1"]) | (c < columns["n2"])
    design = _design(moderators, kept)
    k = kept.shape[-1]
    lead = np.broadcast_shapes(kept.shape[:-1], design.shape[:-2])
    flat = {name: np.broadcast_to(values, (*lead, k)).reshape(-1, k) for name, values in columns.items()}
    kept, present = (np.broadcast_to(array, (*lead, k)).reshape(-1, k) for array in (kept, present))
    design = np.broadcast_to(design, (*lead, *design.shape[-2:])).reshape(-1, *design.shape[-2:])
    return CountStudies(flat, design, kept, present & ~kept, lead)


def _design(moderators: ArrayLike | None, kept: BoolArray) -> FloatArray:
    """Return the intercept and the moderators (..., k, p); those of studies without information are zero."""
    k = kept.shape[-1]
    if moderators is None:
        return np.ones((k, 1))
    given = number("moderators", moderators)
    given = given[:, np.newaxis] if given.ndim == 1 else given
    if given.shape[-2] != k:
        raise StatisticsError(f"moderators of {given.shape[-2]} studies for {k}", hint="one row per study")
    try:
        shape = np.broadcast_shapes(given.shape[:-1], kept.shape)
    except ValueError as error:
        raise StatisticsError(f"moderators of shape {given.shape} for studies of shape {kept.shape}") from error
    given = np.broadcast_to(given, (*shape, given.shape[-1]))
    needed = np.broadcast_to(kept, shape)[..., np.newaxis]
    if (needed & ~np.isfinite(given)).any():
        raise StatisticsError("moderators must be finite numbers", hint="mask studies without a value")
    return np.concatenate([np.ones((*shape, 1)), np.where(needed, given, 0.0)], axis=-1)


def _check(columns: dict[str, FloatArray], present: BoolArray, suffix: str) -> None:
    events, n, time = (columns.get(f"{name}{suffix}") for name in ("events", "n", "time"))
    if events is not None and n is not None:
        counts(events, n, present, suffix=suffix)
    elif events is not None and time is not None:
        whole(f"events{suffix}", events, present)
        positive(f"time{suffix}", time, present)
