"""What every method asks of its input: float64 arrays over the last axis (studies), a mask, counts that are counts.

A study that is masked out may hold anything (also NaN); a study that is present must be usable, otherwise
`StatisticsError` names the study and the value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mscevidence.errors import StatisticsError, UnknownTermError

FloatArray: TypeAlias = NDArray[np.float64]
BoolArray: TypeAlias = NDArray[np.bool_]
IntArray: TypeAlias = NDArray[np.int64]


def choose(term: str, choices: Mapping[str, str], *, kind: str) -> str:
    """Return the code that `term` (a code in any case, or an alias) stands for.

    Args:
        term: what the caller wrote.
        choices: code by folded name (see `names`).
        kind: what it should have been, for the message.

    Raises:
        UnknownTermError: with the nearest valid names.
    """
    found = choices.get(str(term).casefold())
    if found is None:
        raise UnknownTermError(str(term), kind=kind, choices=_readable(choices))
    return found


def names(codes: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return code by folded name, for codes with their aliases."""
    table = {code.casefold(): code for code in codes}
    for code, aliases in codes.items():
        table.update({alias.casefold(): code for alias in aliases})
    return table


def _readable(choices: Mapping[str, str]) -> list[str]:
    codes = {code.casefold(): code for code in choices.values()}
    return [codes.get(name, name) for name in choices]


def number(name: str, values: ArrayLike) -> FloatArray:
    """Return `values` as float64 array with at least one axis.

    Raises:
        StatisticsError: `values` are not numbers.
    """
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise StatisticsError(f"{name} must be numbers, got {values!r}"[:200]) from error
    return array if array.ndim else array[np.newaxis]


def aligned(mask: ArrayLike | None, **columns: ArrayLike) -> tuple[dict[str, FloatArray], BoolArray]:
    """Return the columns broadcast to one shape, and which studies are present.

    Args:
        mask: boolean, True where a study is present; None for all present.
        columns: arrays with studies on the last axis.

    Raises:
        StatisticsError: no study, shapes that do not fit, a present value that is not finite.
    """
    arrays, present = together(mask, **columns)
    for name, array in arrays.items():
        finite(name, array, present)
    return arrays, present


def together(mask: ArrayLike | None, **columns: ArrayLike) -> tuple[dict[str, FloatArray], BoolArray]:
    """Return the columns broadcast to one shape, and which studies are present; the values are not looked at.

    Raises:
        StatisticsError: no study, shapes that do not fit.
    """
    arrays = {name: number(name, values) for name, values in columns.items()}
    given = {array.shape for array in arrays.values()}
    if mask is None and len(given) == 1:
        return arrays, _some(np.ones(given.pop(), dtype=np.bool_))
    present = np.asarray(True if mask is None else mask)
    if present.dtype != np.bool_:
        raise StatisticsError("mask must be boolean: True where a study is present")
    try:
        shape = np.broadcast_shapes(present.shape, *(array.shape for array in arrays.values()))
    except ValueError as error:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise StatisticsError(f"columns of different lengths: {shapes}, mask {present.shape}") from error
    present = _some(np.broadcast_to(present, shape))
    return {name: np.broadcast_to(array, shape) for name, array in arrays.items()}, present


def _some(present: BoolArray) -> BoolArray:
    if present.size == 0:
        raise StatisticsError("no study was given", hint="at least one study is needed")
    return present


def finite(name: str, values: FloatArray, present: BoolArray) -> None:
    """Check that the present values are finite.

    Raises:
        StatisticsError: naming the study and the value.
    """
    known = np.isfinite(values)
    if not known.all():
        refuse(present & ~known, values, f"{name} must be a finite number", hint="mask studies without a value")


def refuse(wrong: BoolArray, values: FloatArray, sentence: str, *, hint: str = "") -> None:
    """Raise `StatisticsError` naming the first wrong value and its study (counted from 1), if there is one."""
    if wrong.any():
        index = tuple(int(i) for i in np.argwhere(wrong)[0])
        value = float(values[index])
        raise StatisticsError(f"{sentence}; study {index[-1] + 1} has {value:g}", hint=hint)


def counts(events: FloatArray, n: FloatArray, present: BoolArray, *, suffix: str = "") -> None:
    """Check that the present `events` of `n` are whole numbers with 0 <= events <= n and n >= 1.

    Raises:
        StatisticsError: naming the study and the value.
    """
    whole(f"events{suffix}", events, present)
    whole(f"n{suffix}", n, present)
    refuse(present & (n < 1), n, f"n{suffix} must be at least 1")
    over = present & (events > n)
    if over.any():
        index = tuple(int(i) for i in np.argwhere(over)[0])
        raise StatisticsError(
            f"events{suffix} exceed n{suffix}: study {index[-1] + 1} has {events[index]:g} of {n[index]:g}",
            hint="count patients with an event, not events, or use a rate per person-time",
        )


def whole(name: str, values: FloatArray, present: BoolArray) -> None:
    """Check that the present values are whole numbers >= 0.

    Raises:
        StatisticsError: naming the study and the value.
    """
    refuse(present & (values < 0), values, f"{name} must not be negative")
    refuse(present & (values != np.floor(values)), values, f"{name} must be whole numbers")


def positive(name: str, values: FloatArray, present: BoolArray) -> None:
    """Check that the present values are greater than zero.

    Raises:
        StatisticsError: naming the study and the value.
    """
    refuse(present & (values <= 0), values, f"{name} must be greater than zero")


LARGEST = 1e50
"""Squares and cubes of what lies beyond it, or below its inverse, do not fit into floating-point numbers."""
_SMALLEST = 1 / LARGEST


def measured(yi: FloatArray, vi: FloatArray, present: BoolArray, *, effect: str = "yi", variance: str = "vi") -> None:
    """Check that the present values are finite, the variances positive, and that all can be calculated with.

    Raises:
        StatisticsError: naming the study and the value.
    """
    # Whether every value is fine, absent ones too, is quickly told; a NaN is not.
    if _between(vi, _SMALLEST, LARGEST) and _between(yi, -LARGEST, LARGEST):
        return
    finite(effect, yi, present)
    finite(variance, vi, present)
    positive(variance, vi, present)
    outside = present & ~((vi >= _SMALLEST) & (vi <= LARGEST))
    refuse(outside, vi, f"{variance} must lie between {_SMALLEST:g} and {LARGEST:g}")
    refuse(present & ~(np.abs(yi) <= LARGEST), yi, f"{effect} must lie between -{LARGEST:g} and {LARGEST:g}")


def _between(values: FloatArray, low: float, high: float) -> bool:
    return bool(np.minimum.reduce(values, axis=None) >= low and np.maximum.reduce(values, axis=None) <= high)


def tail(level: float) -> float:
    """Return the probability above the upper limit of a central interval, such as 0.025 for level 0.95.

    Raises:
        StatisticsError: `level` is not between 0 and 1.
    """
    given = scalar("level", level)
    if not 0 < given < 1:
        raise StatisticsError(f"level must lie between 0 and 1, got {given:g}", hint="0.95 is a 95 % interval")
    return (1 - given) / 2


def scalar(name: str, value: Any) -> float:
    """Return one number as float.

    Raises:
        StatisticsError: it is none.
    """
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise StatisticsError(f"{name} must be a number, got {value!r}"[:200]) from error


def expect(result: Any, kind: type, maker: str) -> None:
    """Check that `result` is what `maker` returns.

    Raises:
        StatisticsError: it is something else.
    """
    if not isinstance(result, kind):
        raise StatisticsError(
            f"this needs a result of {maker}, got {type(result).__name__}", hint=f"call {maker} first"
        )


def at_least(name: str, value: Any, least: int) -> int:
    """Return a whole number that is not below `least`.

    Raises:
        StatisticsError: it is none.
    """
    given = scalar(name, value)
    if not (given >= least and given.is_integer()):
        raise StatisticsError(f"{name} must be at least {least} and a whole number, got {given:g}")
    return int(given)


def plain(values: Any) -> Any:
    """Return a 0-d array as its scalar, every other array unchanged and read-only."""
    if isinstance(values, np.generic):
        return values
    array = np.asarray(values)
    if array.ndim == 0:
        return array[()]
    if array.flags.writeable:
        array.flags.writeable = False
    return array
