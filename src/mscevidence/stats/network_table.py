"""From one row per comparison to the networks of many analyses: what each study is in each of them, what is connected.

Without some of its rows a study may have fewer arms, and without some of its studies a network fewer treatments. A
study that has other arms in other analyses becomes several studies, each of which is present in some of the analyses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats.inputs import BoolArray, FloatArray, aligned, measured
from mscevidence.stats.multi_arm_studies import ArmGroup
from mscevidence.stats.network_studies import Network

INCOMPLETE, DISCONNECTED, EMPTY = "incomplete", "disconnected", "empty"
Pair = tuple[int, int]


class _Columns(NamedTuple):
    """Effects and standard errors (A, m), A = 1 if all analyses have the same ones, and presence (B, m)."""

    effect: FloatArray
    se: FloatArray
    present: BoolArray

    @property
    def used(self) -> BoolArray:
        """Which rows are present in some analysis, (m)."""
        return np.asarray(self.present.any(axis=0))


@dataclass(frozen=True, slots=True)
class _Study:
    """A study as some analyses have it: rows, the treatments of each row, arms (rising), and which analyses (B)."""

    name: str
    rows: list[int]
    pairs: list[Pair]
    arms: tuple[int, ...]
    present: BoolArray

    @property
    def complete(self) -> bool:
        """Whether every pair of arms is compared once."""
        p, different = len(self.arms), {frozenset(pair) for pair in self.pairs}
        return len(different) == len(self.pairs) == p * (p - 1) // 2

    def missing(self) -> StatisticsError:
        """Return the error that it is not complete."""
        p = len(self.arms)
        wanted = f"{p * (p - 1) // 2} different ones"
        return StatisticsError(
            f"study {self.name} has {len(self.pairs)} comparisons of {p} treatments, not {wanted}",
            hint="give every pair of arms once, or start from the arms with `arm_contrasts`",
        )


def network_of(
    study: Sequence[str],
    treatment1: Sequence[str],
    treatment2: Sequence[str],
    effect: ArrayLike,
    se: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    treatments: Sequence[str] | None = None,
) -> Network:
    """Return the networks of the comparisons; columns as in `network_meta_analysis`.

    Raises:
        StatisticsError: columns of different lengths, a treatment compared with itself, comparisons that contradict
            each other within a study; in every analysis comparisons missing within a study, or a network that is not
            connected.
    """
    names, first, second = ([str(value) for value in column] for column in (study, treatment1, treatment2))
    columns, lead = _columns(effect, se, mask, (len(names), len(first), len(second)))
    order = _order([{a, b} for a, b, used in zip(first, second, columns.used, strict=True) if used], treatments)
    position = {label: i for i, label in enumerate(order)}
    pairs = [(position.get(a, -1), position.get(b, -1)) for a, b in zip(first, second, strict=True)]
    studies = list(_studies(names, pairs, columns))
    status = np.full(len(columns.present), "ok", dtype="<U12")
    status[~columns.present.any(axis=1)] = EMPTY
    for one in studies:
        if not one.complete:
            status[one.present] = INCOMPLETE
    if not (status == "ok").any():
        raise next(one for one in studies if not one.complete).missing()
    complete = [one for one in studies if one.complete]
    compared, reach = _reach(complete, len(order))
    whole = reach.sum(axis=(1, 2)) == compared.sum(axis=1) ** 2
    status[(status == "ok") & ~whole] = DISCONNECTED
    if not (status == "ok").any():
        raise _in_pieces(order, reach[np.argmax(status == DISCONNECTED)])
    arms = tuple(dict.fromkeys(one.arms for one in complete))
    return Network(order, arms, tuple(_groups(complete, columns)), compared, status, lead)


def _columns(
    effect: ArrayLike, se: ArrayLike, mask: ArrayLike | None, lengths: tuple[int, ...]
) -> tuple[_Columns, tuple[int, ...]]:
    """Return checked columns with all leading axes as one, and the leading shape."""
    values, present = aligned(mask, effect=effect, se=se)
    measured(values["effect"], values["se"], present, effect="effect", variance="se")
    m = present.shape[-1]
    if set(lengths) != {m}:
        given = ", ".join(str(length) for length in lengths)
        raise StatisticsError(
            f"study, treatments, effect and se must be columns of one length, got {given} and {m}",
            hint="one row per comparison; leading axes of effect, se and mask are analyses",
        )
    flat = present.reshape(-1, m)
    if not flat.any():
        raise StatisticsError("no comparison is left: all are masked out", hint="an analysis needs at least one")
    alike = all(np.ndim(column) <= 1 for column in (effect, se))
    kept = np.atleast_2d(flat.any(axis=0)) if alike else flat
    y, s = (np.where(kept, values[name].reshape(flat.shape)[: len(kept)], 1.0) for name in ("effect", "se"))
    return _Columns(y, s, flat), present.shape[:-1]


def _order(rows: list[set[str]], given: Sequence[str] | None) -> tuple[str, ...]:
    """Return the treatments of the rows in the order that was asked for, by default sorted."""
    found = sorted(set().union(*rows))
    order = tuple(found if given is None else given)
    if set(order) != set(found) or len(order) != len(found):
        raise StatisticsError(f"treatments must be the treatments of the studies: {', '.join(found)}")
    return order


def _studies(names: list[str], pairs: list[Pair], columns: _Columns) -> Iterator[_Study]:
    rows: dict[str, list[int]] = {}
    for row in np.flatnonzero(columns.used).tolist():
        rows.setdefault(names[row], []).append(row)
    for name, at in rows.items():
        if any(pairs[row][0] == pairs[row][1] for row in at):
            raise StatisticsError(f"study {name} compares a treatment with itself")
        for chosen, present in _patterns(columns.present[:, at]):
            own = [at[i] for i in chosen]
            arms = tuple(sorted({arm for row in own for arm in pairs[row]}))
            yield _Study(name, own, [pairs[row] for row in own], arms, present)


def _patterns(present: BoolArray) -> Iterator[tuple[list[int], BoolArray]]:
    """Yield the sets of rows (B, r) that are present together in some analyses, and in which."""
    if present.shape[1] == 1 or len(present) == 1:
        yield np.flatnonzero(present.any(axis=0)).tolist(), np.asarray(present.any(axis=1))
        return
    patterns, which = np.unique(present, axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        if pattern.any():
            yield np.flatnonzero(pattern).tolist(), which.ravel() == number


def _reach(studies: list[_Study], treatments: int) -> tuple[BoolArray, BoolArray]:
    """Return which treatments each analysis has (B, T), and which reach which other through studies (B, T, T)."""
    member = np.zeros((len(studies), treatments))
    for row, one in zip(member, studies, strict=True):
        row[list(one.arms)] = 1.0
    present = np.array([one.present for one in studies], dtype=np.float64).T
    both = (member[:, :, np.newaxis] * member[:, np.newaxis]).reshape(len(studies), -1)
    reach = (present @ both).reshape(-1, treatments, treatments) > 0
    for _ in range(treatments.bit_length()):
        # Paths twice as long as before.
        longer = reach.astype(np.float32)
        reach = longer @ longer > 0
    return np.diagonal(reach, axis1=1, axis2=2), reach


def _in_pieces(treatments: Sequence[str], reach: BoolArray) -> StatisticsError:
    pieces = dict.fromkeys(tuple(np.flatnonzero(row).tolist()) for row in reach if row.any())
    shown = "; ".join(", ".join(treatments[i] for i in piece) for piece in pieces)
    return StatisticsError(f"the network is not connected: {shown}", hint="analyse each group on its own")


def _groups(studies: list[_Study], columns: _Columns) -> Iterator[ArmGroup]:
    """Yield the studies by number of arms."""
    for p in sorted({len(one.arms) for one in studies}):
        group = [one for one in studies if len(one.arms) == p]
        row, sign = np.zeros((2, len(group), p, p), dtype=np.int64)
        for s, one in enumerate(group):
            i, j = np.searchsorted(one.arms, np.array(one.pairs)).T
            row[s, i, j] = row[s, j, i] = one.rows
            sign[s, i, j], sign[s, j, i] = 1, -1
        yield ArmGroup.of(
            [one.name for one in group], np.array([one.arms for one in group], dtype=np.int64),
            np.array([one.present for one in group]).T, columns.effect[:, row] * sign,
            (columns.se**2)[:, row] * np.abs(sign),
        )  # fmt: skip
