"""Studies of two or more arms as independent observations, in one analysis or in many.

The comparisons of a study with p arms are correlated. With V its matrix of the variances of all p (p - 1)/2
comparisons, -1/2 (I - J/p) V (I - J/p) is the pseudoinverse of its Laplacian, whose off-diagonal entries are the
reduced weights (Rücker 2012, Res Synth Methods 3:312, section 3; Rücker & Schwarzer 2014, Stat Med 33:4353). Adding
tau2 to all variances adds tau2/2 to the p - 1 positive eigenvalues and leaves the eigenvectors alone, so a study is the
same as p - 1 independent observations with variances v + tau2, and the network a meta-regression.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mscevidence.errors import StatisticsError
from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray

CONSISTENT = 0.1
"""Comparisons of one study may miss each other by this share of a standard error: they are printed rounded."""


@dataclass(frozen=True, slots=True)
class ArmGroup:
    """S studies with p arms each, in B analyses; A is B, or 1 if all analyses have the same numbers.

    Attributes:
        arms: (S, p) treatments by position, rising; present: (B, S).
        effect: (A, S, p, p) of the row versus the column; `variance`: theirs.
        spread: (A, S, p - 1) positive eigenvalues; direction: (A, S, p, p - 1) eigenvectors.
    """

    arms: IntArray
    present: BoolArray
    effect: FloatArray
    variance: FloatArray
    spread: FloatArray
    direction: FloatArray

    @classmethod
    def of(
        cls, names: list[str], arms: IntArray, present: BoolArray, effect: FloatArray, variance: FloatArray
    ) -> ArmGroup:
        """Return the studies with their eigenvalues.

        Raises:
            StatisticsError: effects or variances that no p arms can have together, naming the study.
        """
        mean = effect.mean(axis=-1)
        gap = np.abs(effect - (mean[..., :, np.newaxis] - mean[..., np.newaxis, :]))
        _refuse(
            (gap > CONSISTENT * np.sqrt(variance) + 1e-12).any(axis=(-2, -1)) & present, names, "effects",
            "the effect of A versus C must be that of A versus B plus that of B versus C",
        )  # fmt: skip
        centre = np.eye(arms.shape[1]) - 1 / arms.shape[1]
        value, vector = np.linalg.eigh(-centre @ variance @ centre / 2)
        # One eigenvalue is zero and all others positive, so that the first is the one that is left out.
        least = 1e-10 * np.abs(value).max(axis=-1)
        _refuse(
            ((value[..., 1] <= least) | (value[..., 0] < -least)) & present, names, "standard errors",
            "the variance of A versus B cannot exceed what A versus C and C versus B allow",
        )  # fmt: skip
        return cls(arms, present, effect, variance, value[..., 1:], vector[..., 1:])

    def rows(self, index: IntArray) -> ArmGroup:
        """Return the analyses of `index`."""
        numbers = (self.effect, self.variance, self.spread, self.direction)
        own = (part if len(part) == 1 else part[index] for part in numbers)
        return ArmGroup(self.arms, self.present[index], *own)

    def studies(self, chosen: BoolArray) -> ArmGroup:
        """Return only some of the studies, chosen (S)."""
        numbers = (self.effect, self.variance, self.spread, self.direction)
        return ArmGroup(self.arms[chosen], self.present[:, chosen], *(part[:, chosen] for part in numbers))

    def outcomes(self, tau2: FloatArray | None = None) -> tuple[FloatArray, FloatArray]:
        """Return the observations (., S, p - 1), and the sum of squares (., S) that is left of each study.

        Effects that contradict each other by rounding are reconciled by the reduced weights at `tau2` (B), without it
        at zero; what is left of the contradiction is a sum of squares that no model can explain.
        """
        turned = np.swapaxes(self.direction, -1, -2)
        spread = self.spread if tau2 is None else self.spread + tau2[:, np.newaxis, np.newaxis] / 2
        weight = -(self.direction / spread[..., np.newaxis, :]) @ turned
        weight *= 1 - np.eye(self.arms.shape[1])
        score = turned @ (weight * self.effect).sum(axis=-1, keepdims=True)
        along = spread[..., np.newaxis] * score
        arm = (self.direction @ along)[..., 0]
        gap = self.effect - (arm[..., :, np.newaxis] - arm[..., np.newaxis, :])
        return np.sqrt(2) * along[..., 0], (weight * gap**2).sum(axis=(-2, -1)) / 2

    def design(self, treatments: int) -> FloatArray:
        """Return the coefficients of all treatments in the observations, (A, S, p - 1, T)."""
        analyses, studies, p, less = self.direction.shape
        found = np.zeros((analyses, studies, less, treatments))
        arms = np.broadcast_to(self.arms[:, np.newaxis], (analyses, studies, less, p))
        np.put_along_axis(found, arms, np.sqrt(2) * np.swapaxes(self.direction, -1, -2), axis=-1)
        return found


def _refuse(wrong: BoolArray, names: list[str], what: str, hint: str) -> None:
    if wrong.any():
        first = int(np.flatnonzero(wrong.any(axis=0))[0])
        raise StatisticsError(f"the {what} of study {names[first]} contradict each other", hint=hint)
