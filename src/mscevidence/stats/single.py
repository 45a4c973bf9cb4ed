"""The present studies of one analysis as plain vectors, for methods that are not batched."""

from __future__ import annotations

from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats.inputs import FloatArray, aligned, measured, one_analysis


def single_analysis(
    yi: ArrayLike, vi: ArrayLike, n: ArrayLike | None = None, *, mask: ArrayLike | None = None, least: int = 1
) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    """Return yi, vi and (if given) n of the present studies.

    Args:
        yi: (k) effect sizes.
        vi: (k) sampling variances.
        n: (k) patients.
        mask: (k) boolean, True where a study is present.
        least: studies the method needs.

    Raises:
        StatisticsError: more than one axis, a value that is not finite, a variance that is not positive, fewer than
            `least` studies.
    """
    given = {"yi": yi, "vi": vi} | ({} if n is None else {"n": n})
    columns, present = aligned(mask, **given)
    one_analysis(present, "this method")
    measured(columns["yi"], columns["vi"], present)
    if present.sum() < least:
        raise StatisticsError(f"{int(present.sum())} studies are too few: this method needs at least {least}")
    y, v = columns["yi"][present], columns["vi"][present]
    return y, v, None if n is None else columns["n"][present]
