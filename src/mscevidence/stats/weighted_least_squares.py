"""Weighted linear regression over the last axes, by orthogonal decomposition.

With the weights W, W^(1/2) X = Q R: coefficients R^-1 Q' W^(1/2) y (Golub & Van Loan 2013, Matrix Computations,
section 5.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mscevidence.errors import StatisticsError
from mscevidence.stats.inputs import BoolArray, FloatArray

_DEPENDENT = 1e-9


@dataclass(frozen=True, slots=True)
class LeastSquares:
    """Coefficients (..., p), (X'WX)^-1 (..., p, p), and the residual sum of squares sum W e^2 (...)."""

    beta: FloatArray
    covariance: FloatArray
    residual_sum: FloatArray


class Decomposition(NamedTuple):
    """W^(1/2) X = Q R.

    Attributes:
        root: (..., k) square roots of the weights; `q`: (..., k, p) orthonormal columns; `inverse`: (..., p, p) of R.
        log_determinant: (...) of X'WX.
        regular: (...) whether the columns of the design are independent in the studies that have weight; if not, the
        other attributes mean nothing.
    """

    root: FloatArray
    q: FloatArray
    inverse: FloatArray
    log_determinant: FloatArray
    regular: BoolArray

    def coefficients(self, y: FloatArray) -> FloatArray:
        """Return the coefficients (..., p) of the regression of y (..., k)."""
        along = np.swapaxes(self.q, -1, -2) @ (y * self.root)[..., np.newaxis]
        result: FloatArray = (self.inverse @ along)[..., 0]
        return result

    def covariance(self) -> FloatArray:
        """Return (X'WX)^-1."""
        result: FloatArray = self.inverse @ np.swapaxes(self.inverse, -1, -2)
        return result


def decompose(design: FloatArray, w: FloatArray) -> Decomposition:
    """Return the decomposition of a design (..., k, p), k >= p, with weights (..., k), zero for absent studies."""
    root = np.sqrt(w)
    scaled = design * root[..., np.newaxis]
    # Columns of length one: covariates of very different size must not look dependent.
    size = np.sqrt((scaled**2).sum(axis=-2))
    some = size > 0
    size = np.where(some, size, 1.0)
    q, r = np.linalg.qr(scaled / size[..., np.newaxis, :])
    diagonal = np.abs(np.diagonal(r, axis1=-2, axis2=-1))
    regular = np.asarray((some & (diagonal >= _DEPENDENT)).all(axis=-1))
    diagonal = np.where(regular[..., np.newaxis], diagonal, 1.0)
    r = np.where(regular[..., np.newaxis, np.newaxis], r, np.eye(design.shape[-1]))
    log_determinant = 2 * (np.log(diagonal) + np.log(size)).sum(axis=-1)
    return Decomposition(root, q, np.linalg.inv(r) / size[..., np.newaxis], log_determinant, regular)


def singular() -> StatisticsError:
    """Return the error for a design whose columns are linearly dependent."""
    return StatisticsError(
        "the regression cannot be estimated: a predictor does not vary, or repeats what others say",
        hint="leave the predictor out, or give more studies",
    )
