"""Mantel-Haenszel log odds ratios between all arms of studies of one design, with their covariance.

For arms i, j with events x, non-events y and N patients in all arms of a study: C_ij = sum x_i y_j/N and
L_ij = log(C_ij/C_ji), made consistent by averaging, L_ij <- mean_h (L_ih - L_jh) (Mickey & Elashoff 1985, Biometrics
41:623; Greenland 1989, Biometrics 45:183). Variances: Robins, Breslow & Greenland 1986, Biometrics 42:311. Covariances
of L_ij and L_ih by the same argument: with psi = C_ij/C_ji, the covariance of x_i y_j - psi_ij x_j y_i and
x_i y_h - psi_ih x_h y_i has two terms, each of which can be estimated without bias in three ways, whose mean is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mscevidence.stats.inputs import BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class CountedArms:
    """A study: treatments by position, those it had at first, events and patients of each arm, and their correction."""

    name: str
    design: tuple[int, ...]
    arms: tuple[int, ...]
    raw: FloatArray
    sizes: FloatArray
    add: float = 0.0

    @property
    def events(self) -> FloatArray:
        """Events with the correction."""
        return self.raw + self.add

    @property
    def n(self) -> FloatArray:
        """Patients with the correction."""
        return self.sizes + 2 * self.add

    @property
    def informative(self) -> bool:
        """Whether some patient has the event and some has not."""
        return 0 < float(self.events.sum()) < float(self.n.sum())

    def corrected(self, add: float) -> CountedArms:
        """Return the study with `add` in every cell."""
        return replace(self, add=add)

    def without(self, arms: BoolArray) -> CountedArms:
        """Return the study without some of its arms."""
        left = tuple(arm for arm, gone in zip(self.arms, arms, strict=True) if not gone)
        return replace(self, arms=left, raw=self.raw[~arms], sizes=self.sizes[~arms])


def design_estimate(studies: list[CountedArms]) -> tuple[FloatArray, FloatArray]:
    """Return the log odds ratios of the first arm versus each other (J - 1), and their covariance."""
    x = np.array([one.events for one in studies])
    y = np.array([one.n for one in studies]) - x
    total = (x + y).sum(axis=1)
    arms = x.shape[1]
    c = np.einsum("ki,kj,k->ij", x, y, 1 / total)
    log_odds_ratio = np.log(c / c.T)
    covariance = _covariance(x, y, total, c)
    average = np.zeros((arms - 1, arms, arms))
    for row, j in enumerate(range(1, arms)):
        average[row, 0] += 1 / arms
        average[row, j] -= 1 / arms
    effect = np.einsum("rij,ij->r", average, log_odds_ratio)
    return effect, np.einsum("rij,ijgh,sgh->rs", average, covariance, average)


def _covariance(x: FloatArray, y: FloatArray, total: FloatArray, c: FloatArray) -> FloatArray:
    """Return cov(L_ij, L_gh) (J, J, J, J); L_ij and L_gh with four different arms are independent."""
    arms = x.shape[1]
    result = np.zeros((arms,) * 4)
    for i in range(arms):
        for j in range(arms):
            if i == j:
                continue
            result[i, j, i, j] = _variance(x[:, [i, j]], y[:, [i, j]], total)
            result[i, j, j, i] = -result[i, j, i, j]
            for h in set(range(arms)) - {i, j}:
                shared = _shared(x[:, [i, j, h]], y[:, [i, j, h]], total, c[np.ix_([i, j, h], [i, j, h])])
                result[i, j, i, h] = result[j, i, h, i] = shared
                result[i, j, h, i] = result[j, i, i, h] = -shared
    return result


def _variance(x: FloatArray, y: FloatArray, total: FloatArray) -> float:
    p, q = (x[:, 0] + y[:, 1]) / total, (x[:, 1] + y[:, 0]) / total
    r, s = x[:, 0] * y[:, 1] / total, x[:, 1] * y[:, 0] / total
    top, bottom = r.sum(), s.sum()
    sums = (p * r).sum() / top**2 + (p * s + q * r).sum() / (top * bottom) + (q * s).sum() / bottom**2
    return float(sums) / 2


def _shared(x: FloatArray, y: FloatArray, total: FloatArray, c: FloatArray) -> float:
    """Return cov(L_ij, L_ih) for the arms i, j, h in columns."""
    psi_j, psi_h = c[0, 1] / c[1, 0], c[0, 2] / c[2, 0]
    first = x[:, 0] * y[:, 1] * y[:, 2] + psi_j * y[:, 0] * x[:, 1] * y[:, 2] + psi_h * y[:, 0] * y[:, 1] * x[:, 2]
    second = psi_j * psi_h * y[:, 0] * x[:, 1] * x[:, 2]
    second = second + psi_h * x[:, 0] * y[:, 1] * x[:, 2] + psi_j * x[:, 0] * x[:, 1] * y[:, 2]
    return float(((first + second) / total**2).sum() / (3 * c[0, 1] * c[0, 2]))
