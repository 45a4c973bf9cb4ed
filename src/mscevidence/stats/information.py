"""Information criteria of a fitted likelihood."""

from __future__ import annotations

import numpy as np

from mscevidence.stats.inputs import FloatArray


class InformationCriteria:
    """What a result with a `log_likelihood` can be compared by.

    A result class has besides it the number of estimated `parameters` and says how many observations it has.
    """

    __slots__ = ()
    log_likelihood: FloatArray

    @property
    def parameters(self) -> int:
        """Number of estimated parameters."""
        raise NotImplementedError

    def _observations(self) -> FloatArray:
        """Return the number of observations of each analysis: k, for REML without those that the coefficients take."""
        raise NotImplementedError

    @property
    def aic(self) -> FloatArray:
        """Akaike's information criterion."""
        return -2 * self.log_likelihood + 2 * self.parameters

    @property
    def bic(self) -> FloatArray:
        """Schwarz's information criterion; observations are k, for REML k - p (none left: -inf)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            result: FloatArray = -2 * self.log_likelihood + self.parameters * np.log(self._observations())
        return result

    @property
    def aicc(self) -> FloatArray:
        """Akaike's criterion with the small-sample correction of Hurvich & Tsai 1989."""
        size = np.maximum(self._observations(), self.parameters + 2)
        result: FloatArray = -2 * self.log_likelihood + 2 * self.parameters * size / (size - self.parameters - 1)
        return result
