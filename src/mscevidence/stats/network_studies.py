"""What a network meta-analysis is made of: studies that compare two or more treatments, as independent observations.

The comparisons of a study with p arms are correlated. With V its matrix of the variances of all p (p - 1)/2
comparisons, -1/2 (I - J/p) V (I - J/p) is the pseudoinverse of its Laplacian, whose off-diagonal entries are the
reduced weights (Rücker 2012, Res Synth Methods 3:312, section 3; Rücker & Schwarzer 2014, Stat Med 33:4353). Adding
tau2 to all variances adds tau2/2 to the p - 1 positive eigenvalues and leaves the eigenvectors alone, so a study is the
same as p - 1 independent observations with variances v + tau2, and the network a meta-regression.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats.inputs import FloatArray, IntArray, aligned, measured, one_analysis

CONSISTENT = 0.1
"""Comparisons of one study may miss each other by this share of a standard error: they are printed rounded."""


@dataclass(frozen=True, slots=True)
class Study:
    """A study with p arms: treatments by position (p), effects of row versus column (p, p) and their variances."""

    name: str
    arms: IntArray
    effect: FloatArray
    variance: FloatArray

    def observations(self, tau2: float = 0.0) -> tuple[FloatArray, FloatArray, FloatArray, float]:
        """Return the p - 1 independent observations, their variances, their coefficients (p - 1, p), and what is left.

        Effects that contradict each other by rounding are reconciled by the reduced weights at `tau2`; what is left of
        the contradiction is a sum of squares that no model can explain.

        Raises:
            StatisticsError: variances that no three arms can have together.
        """
        p = self.arms.size
        centre = np.eye(p) - 1 / p
        value, vector = np.linalg.eigh(-centre @ self.variance @ centre / 2)
        order = np.argsort(np.abs(value))[1:]
        if (value[order] <= 1e-10 * np.abs(value).max()).any():
            raise StatisticsError(
                f"the standard errors of study {self.name} contradict each other",
                hint="the variance of A versus B cannot exceed what A versus C and C versus B allow",
            )
        u, spread = vector[:, order], value[order] + tau2 / 2
        weight = -(u / spread) @ u.T
        np.fill_diagonal(weight, 0.0)
        arm = u @ (spread * (u.T @ (weight * self.effect).sum(axis=1)))
        gap = self.effect - (arm[:, np.newaxis] - arm)
        y = np.sqrt(2) * u.T @ arm
        return y, 2 * value[order], np.sqrt(2) * u.T, float((weight * gap**2).sum() / 2)


@dataclass(frozen=True, slots=True)
class Network:
    """Treatments in their order and studies, connected."""

    treatments: tuple[str, ...]
    studies: tuple[Study, ...]

    def observations(self, tau2: float = 0.0) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return independent observations (m), their variances (m), and coefficients of all treatments (m, T)."""
        parts = [study.observations(tau2) for study in self.studies]
        design = np.zeros((sum(part[0].size for part in parts), len(self.treatments)))
        row = 0
        for study, (y, _, coefficients, _) in zip(self.studies, parts, strict=True):
            design[row : row + y.size, study.arms] = coefficients
            row += y.size
        return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts]), design

    def contradiction(self) -> float:
        """Return the sum of squares left within multi-arm studies whose effects contradict each other by rounding."""
        return sum(study.observations()[3] for study in self.studies)

    @property
    def designs(self) -> tuple[tuple[str, ...], ...]:
        """The sets of treatments that were compared in studies, in order of first appearance."""
        return tuple(dict.fromkeys(tuple(self.treatments[i] for i in sorted(study.arms)) for study in self.studies))

    @property
    def comparisons(self) -> int:
        """Number of pairwise comparisons within studies."""
        return sum(study.arms.size * (study.arms.size - 1) // 2 for study in self.studies)


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
    """Return the network of the comparisons; columns as in `network_meta_analysis`.

    Raises:
        StatisticsError: columns of different lengths, a treatment compared with itself, comparisons missing or
            contradicting each other within a study, a network that is not connected.
    """
    columns, present = aligned(mask, effect=effect, se=se)
    one_analysis(present, "a network")
    measured(columns["effect"], columns["se"], present, effect="effect", variance="se")
    names, first, second = ([str(value) for value in column] for column in (study, treatment1, treatment2))
    if not (present.shape == (len(names),) == (len(first),) == (len(second),)):
        raise StatisticsError("study, treatments, effect and se must be columns of one length")
    rows: dict[str, list[int]] = {}
    for i in np.flatnonzero(present):
        rows.setdefault(names[i], []).append(int(i))
    if not rows:
        raise StatisticsError("no comparison is left: all are masked out")
    found = sorted({label for i in np.flatnonzero(present) for label in (first[i], second[i])})
    order = tuple(found if treatments is None else treatments)
    if set(order) != set(found) or len(order) != len(found):
        raise StatisticsError(f"treatments must be the treatments of the studies: {', '.join(found)}")
    position = {label: i for i, label in enumerate(order)}
    pairs = {int(i): (position[first[i]], position[second[i]]) for i in np.flatnonzero(present)}
    studies = tuple(
        _study(name, [pairs[i] for i in at], columns["effect"][at], columns["se"][at] ** 2) for name, at in rows.items()
    )
    connected(order, studies)
    return Network(order, studies)


def _study(name: str, pairs: list[tuple[int, int]], effect: FloatArray, variance: FloatArray) -> Study:
    arms = np.array(sorted({i for pair in pairs for i in pair}), dtype=np.int64)
    p = arms.size
    if any(a == b for a, b in pairs):
        raise StatisticsError(f"study {name} compares a treatment with itself")
    if len({frozenset(pair) for pair in pairs}) != len(pairs) or len(pairs) != p * (p - 1) // 2:
        raise StatisticsError(
            f"study {name} has {len(pairs)} comparisons of {p} treatments, not {p * (p - 1) // 2} different ones",
            hint="give every pair of arms once, or start from the arms with `arm_contrasts`",
        )
    effects, variances = np.zeros((p, p)), np.zeros((p, p))
    place = np.searchsorted(arms, np.array(pairs))
    i, j = place.T
    effects[i, j], effects[j, i] = effect, -effect
    variances[i, j] = variances[j, i] = variance
    gap = effects - (effects.mean(axis=1)[:, np.newaxis] - effects.mean(axis=1))
    if (np.abs(gap) > CONSISTENT * np.sqrt(variances) + 1e-12).any():
        raise StatisticsError(
            f"the effects of study {name} contradict each other",
            hint="the effect of A versus C must be that of A versus B plus that of B versus C",
        )
    return Study(name, arms, effects, variances)


def connected(treatments: Sequence[str], studies: Sequence[Study]) -> None:
    """Check that every treatment can be reached from every other through studies.

    Raises:
        StatisticsError: naming the separate groups of treatments.
    """
    groups: list[set[int]] = []
    for study in studies:
        arms = set(study.arms.tolist())
        groups = [group for group in groups if not group & arms] + [
            arms.union(*(group for group in groups if group & arms))
        ]
    if len(groups) > 1:
        shown = "; ".join(", ".join(treatments[i] for i in sorted(group)) for group in groups)
        raise StatisticsError(f"the network is not connected: {shown}", hint="analyse each group on its own")
