"""Batches in which some analyses have too few studies: these are rows without a result, the others stay as they are."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, ParamSpec, TypeVar

import numpy as np

from mscevidence.stats.inputs import BoolArray, plain

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_AXES = {"design": 2, "moderators": 2, "tau2": 0}
"""Axes that an argument has besides those of the batch; the others have one, of studies."""


def rows_without_studies(
    *, least: int = 1, status: str = ""
) -> Callable[[Callable[Arguments, Result]], Callable[Arguments, Result]]:
    """Return a decorator: in a batch, analyses with fewer than `least` studies become rows without a result.

    Such a row has NaN, a k of 0 and the `status`. One analysis alone, or a batch of nothing else, is the error that the
    estimator raises. The estimator has a keyword `mask` and arrays with leading axes, and its result is an array or a
    dataclass of arrays, and of dataclasses of arrays, that have the leading axes of the batch.
    """

    def decorate(estimator: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
        signature = inspect.signature(estimator)

        @functools.wraps(estimator)
        def filled(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
            mask = kwargs.get("mask")
            usable = None if mask is None else _usable(mask, least)
            if usable is None:
                return estimator(*args, **kwargs)
            given = signature.bind(*args, **kwargs)
            lead = np.broadcast_shapes(usable.shape, *_leads(_arrays(given.arguments)))
            usable = np.broadcast_to(usable, lead)
            asked = {name: _rows(name, value, usable) for name, value in _arrays(given.arguments).items()}
            result: Result = placed(estimator(**asked), usable, status)  # type: ignore[call-arg]
            return result

        return filled

    return decorate


def _usable(mask: object, least: int) -> BoolArray | None:
    """Return which analyses have enough studies, or None if there is one analysis, or if all have, or none."""
    there = np.asarray(mask)
    if there.ndim < 2 or there.dtype != np.bool_:
        return None
    usable = np.asarray(there.any(axis=-1) if least == 1 else there.sum(axis=-1) >= least)
    return None if usable.all() or not usable.any() else usable


def _arrays(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments by name, those of ``**data`` among them."""
    columns: dict[str, Any] = arguments.get("data", {})
    return {name: value for name, value in arguments.items() if name != "data"} | columns


def _leads(arguments: Mapping[str, Any]) -> list[tuple[int, ...]]:
    """Return the leading axes of the arguments that have some."""
    shapes = ((np.shape(value), _AXES.get(name, 1)) for name, value in arguments.items() if _numeric(value))
    return [shape[: len(shape) - axes] for shape, axes in shapes if len(shape) > axes]


def _rows(name: str, value: Any, usable: BoolArray) -> Any:
    """Return the rows of the usable analyses of an argument with leading axes, and any other argument as it is."""
    axes = _AXES.get(name, 1)
    if not _numeric(value) or np.ndim(value) <= axes:
        return value
    array = np.asarray(value)
    own = array.shape[array.ndim - axes :]
    return np.broadcast_to(array, (*usable.shape, *own))[usable]


def _numeric(value: Any) -> bool:
    return isinstance(value, np.ndarray | list | tuple) and np.asarray(value).dtype.kind in "biuf"


def placed(result: Any, usable: BoolArray, status: str = "") -> Any:
    """Return a result of n usable analyses in the places of these (...), without values elsewhere.

    Arrays (n, ...) have NaN, 0 or False there, and words the `status`. Where nothing was searched for, no search
    failed, and `converged` is True.
    """
    if is_dataclass(result) and not isinstance(result, type):
        parts = {field.name: placed(getattr(result, field.name), usable, status) for field in fields(result)}
        if "converged" in parts:
            parts["converged"] = spread(result.converged, usable, True)  # type: ignore[attr-defined]
        return replace(result, **parts)
    if not isinstance(result, np.ndarray):
        return result
    nothing: dict[str, Any] = {"f": np.nan, "i": 0, "b": False, "U": status}
    return spread(result, usable, nothing[result.dtype.kind])


def spread(values: Any, usable: BoolArray, nothing: Any) -> Any:
    """Return values (n, ...) of the n usable analyses (...) in the places of these, and `nothing` elsewhere."""
    kind = np.result_type(values.dtype, np.asarray(nothing).dtype) if values.dtype.kind == "U" else values.dtype
    whole = np.full((*usable.shape, *values.shape[1:]), nothing, dtype=kind)
    whole[usable] = values
    return plain(whole)
