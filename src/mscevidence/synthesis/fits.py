"""The fit of a recipe to studies: to all of them, or in one call to many parts of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mscevidence.errors import StatisticsError
from mscevidence.synthesis.counts import Counts
from mscevidence.synthesis.recipes import ESTIMATORS, STRATIFIED, Recipe

Mask = NDArray[np.bool_]


def fit(recipe: Recipe, counts: Counts, level: float, mask: Mask | None = None) -> Any:
    """Return the result of the method of a recipe, with a mask (analyses, studies) of a batch.

    Raises:
        StatisticsError: the method cannot take the numbers.
    """
    from mscevidence import stats

    options: dict[str, Any] = {"level": level, "mask": mask}
    if recipe.method == "peto":
        return stats.peto_odds_ratio(**counts.table, **options)
    if recipe.method in STRATIFIED:
        return stats.mantel_haenszel(recipe.measure, **counts.table, **options)
    options["test"] = recipe.test
    if recipe.method in ESTIMATORS:
        sizes = counts.effect_sizes(recipe.measure)
        options["mask"] = sizes.mask if mask is None else sizes.mask & mask
        estimator = recipe.method.upper().replace("HSK", "HSk")
        return stats.random_effects(sizes.yi, sizes.vi, estimator=estimator, **options)
    if recipe.incidence:
        return stats.count_glmm("IRLN", **counts.table, **options)
    if recipe.method == "glmm":
        return stats.proportion_glmm(**counts.table, **options)
    return stats.count_glmm("OR", model=recipe.method.upper(), **counts.table, **options)


def fits(recipe: Recipe, counts: Counts, masks: Sequence[Mask], level: float) -> list[Any]:
    """Return for each mask (studies) the result of its studies, or the `StatisticsError` that there is instead."""
    if len(masks) > 1:
        try:
            batch = fit(recipe, counts, level, np.stack(masks))
        except StatisticsError:
            pass  # One of them cannot be fitted: which, each says when it is alone.
        else:
            found = [_analysis(batch, index, mask) for index, mask in enumerate(masks)]
            # What is a status in a batch can be an error alone.
            return [
                one if getattr(one, "status", "ok") == "ok" else _alone(recipe, counts.only(mask), level)
                for one, mask in zip(found, masks, strict=True)
            ]
    return [_alone(recipe, counts.only(mask), level) for mask in masks]


def _alone(recipe: Recipe, counts: Counts, level: float) -> Any:
    try:
        return fit(recipe, counts, level)
    except StatisticsError as error:
        return error


def _analysis(batch: Any, index: int, mask: Mask) -> Any:
    """Return one analysis of a batch as if its studies had been the only ones."""
    arrays = {one.name: getattr(batch, one.name) for one in fields(batch)}
    own = {name: values[index] for name, values in arrays.items() if isinstance(values, np.ndarray)}
    return replace(batch, **{name: one[mask] if np.shape(one) == mask.shape else one for name, one in own.items()})
