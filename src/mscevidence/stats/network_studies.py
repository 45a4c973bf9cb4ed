"""What a network meta-analysis is made of: studies of two or more treatments, in one analysis or in many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray, plain
from mscevidence.stats.multi_arm_studies import ArmGroup
from mscevidence.stats.regression_tau2 import Regression

AT_ONCE = 300_000
"""Most numbers in the designs of analyses that are fitted together."""


@dataclass(frozen=True, slots=True)
class Network:
    """The studies of B analyses.

    Attributes:
        treatments: in their order; arms: the sets of treatments, by position, that were compared in studies, in order
            of first appearance.
        groups: studies by number of arms.
        compared: (B, T) treatments that an analysis has; status: (B) `ok`, `empty`, `incomplete` (comparisons of a
            study are missing) or `disconnected`.
        lead: leading shape that the caller gave, of B elements.
    """

    treatments: tuple[str, ...]
    arms: tuple[tuple[int, ...], ...]
    groups: tuple[ArmGroup, ...]
    compared: BoolArray
    status: NDArray[np.str_]
    lead: tuple[int, ...]

    @property
    def designs(self) -> tuple[tuple[str, ...], ...]:
        """The sets of treatments that were compared in studies, in order of first appearance."""
        return tuple(tuple(self.treatments[i] for i in arms) for arms in self.arms)

    @property
    def k(self) -> IntArray:
        """Number of studies (...)."""
        return self._sum([group.present.sum(axis=1) for group in self.groups])

    @property
    def comparisons(self) -> IntArray:
        """Number of pairwise comparisons within studies (...)."""
        pairs = [group.arms.shape[1] * (group.arms.shape[1] - 1) // 2 for group in self.groups]
        return self._sum([n * group.present.sum(axis=1) for n, group in zip(pairs, self.groups, strict=True)])

    def _sum(self, counts: list[IntArray]) -> IntArray:
        result: IntArray = self.shaped(np.sum(counts, axis=0).astype(np.int64))
        return result

    def shaped(self, values: NDArray[Any]) -> Any:
        """Return values (B, ...) with the leading shape of the input."""
        return plain(values.reshape(self.lead + values.shape[1:]))

    def rows(self, index: IntArray) -> Network:
        """Return the analyses of `index`."""
        groups = tuple(group.rows(index) for group in self.groups)
        return Network(self.treatments, self.arms, groups, self.compared[index], self.status[index], index.shape)

    def design(self, arms: tuple[int, ...]) -> Network:
        """Return the studies of one design alone."""
        (group,) = (one for one in self.groups if one.arms.shape[1] == len(arms))
        own = group.studies((group.arms == np.array(arms)).all(axis=1))
        return Network(self.treatments, (arms,), (own,), self.compared, self.status, self.lead)

    def parts(self) -> Iterator[tuple[IntArray, Network, IntArray]]:
        """Yield connected analyses of the same treatments: their positions, what they are, and the treatments."""
        usable = np.flatnonzero(self.status == "ok")
        observations = sum(group.arms.size - len(group.arms) for group in self.groups)
        step = max(1, AT_ONCE // (observations * len(self.treatments)))
        sets, which = np.unique(self.compared[usable], axis=0, return_inverse=True)
        for number, compared in enumerate(sets):
            same = usable[which.ravel() == number]
            for start in range(0, same.size, step):
                rows = same[start : start + step]
                yield rows, self.rows(rows), np.flatnonzero(compared)

    def regression(self, treatments: IntArray, tau2: FloatArray | None = None) -> Regression:
        """Return the analyses as regressions on the effects versus the first of some treatments.

        `tau2` (B) is that of `ArmGroup.outcomes`.
        """
        analyses = len(self.status)
        y, v, x, here = [], [], [], []
        for group in self.groups:
            y.append(_flat(group.outcomes(tau2)[0], analyses))
            v.append(_flat(2 * group.spread, analyses))
            design = group.design(len(self.treatments))[..., treatments[1:]]
            x.append(
                np.broadcast_to(
                    design.reshape(len(design), -1, treatments.size - 1), (*y[-1].shape, treatments.size - 1)
                )
            )
            here.append(np.repeat(group.present, group.arms.shape[1] - 1, axis=1))
        one = np.concatenate(here, axis=1)
        return Regression(
            np.where(one, np.concatenate(y, axis=1), 0.0), np.where(one, np.concatenate(v, axis=1), 1.0),
            np.where(one[..., np.newaxis], np.concatenate(x, axis=1), 0.0), one.astype(np.float64),
            one.sum(axis=1).astype(np.float64),
        )  # fmt: skip

    def contradiction(self) -> FloatArray:
        """Return the sum of squares (B) that is left of multi-arm studies; see `ArmGroup.outcomes`."""
        left = [(group.present * group.outcomes()[1]).sum(axis=1) for group in self.groups]
        return np.asarray(np.sum(left, axis=0))


def _flat(values: FloatArray, analyses: int) -> FloatArray:
    """Return (A, S, p - 1) as (B, S (p - 1))."""
    return np.broadcast_to(values.reshape(len(values), -1), (analyses, values[0].size))
