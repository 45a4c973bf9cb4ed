"""Prior distributions of the Bayesian models.

For the between-study standard deviation tau: half-normal and half-Cauchy (Gelman 2006, Bayesian Anal 1:515) and
uniform; which scale is weakly informative on which measure: Röver et al. 2021, Res Synth Methods 12:448.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import special

from mscevidence.errors import StatisticsError
from mscevidence.stats.inputs import FloatArray


class TauPrior(Protocol):
    """What the models need to know about a prior of tau."""

    @property
    def upper(self) -> float:
        """Largest possible tau, infinite if there is none."""

    @property
    def tail_power(self) -> float:
        """The density falls like tau to the power of minus this; infinite if it falls faster."""

    @property
    def scale(self) -> float:
        """Typical tau."""

    def log_density(self, tau: FloatArray) -> FloatArray:
        """Return the log density at tau >= 0."""


@dataclass(frozen=True, slots=True)
class HalfNormal:
    """Half-normal prior: |N(0, scale^2)|, median 0.67 scale, 95 % below 1.96 scale."""

    scale: float

    def __post_init__(self) -> None:
        _check("the scale of a half-normal prior", self.scale)

    def __str__(self) -> str:
        return f"half-normal({self.scale:g})"

    @property
    def upper(self) -> float:
        """No limit."""
        return np.inf

    @property
    def tail_power(self) -> float:
        """All moments exist."""
        return np.inf

    def log_density(self, tau: FloatArray) -> FloatArray:
        """Return the log density at tau >= 0."""
        result: FloatArray = np.log(2 / np.pi) / 2 - np.log(self.scale) - (tau / self.scale) ** 2 / 2
        return result


@dataclass(frozen=True, slots=True)
class HalfCauchy:
    """Half-Cauchy prior: median scale, without mean."""

    scale: float

    def __post_init__(self) -> None:
        _check("the scale of a half-Cauchy prior", self.scale)

    def __str__(self) -> str:
        return f"half-Cauchy({self.scale:g})"

    @property
    def upper(self) -> float:
        """No limit."""
        return np.inf

    @property
    def tail_power(self) -> float:
        """The density falls with the square of tau."""
        return 2.0

    def log_density(self, tau: FloatArray) -> FloatArray:
        """Return the log density at tau >= 0."""
        result: FloatArray = np.log(2 / np.pi) - np.log(self.scale) - np.log1p((tau / self.scale) ** 2)
        return result


@dataclass(frozen=True, slots=True)
class UniformTau:
    """Uniform prior between 0 and `upper`."""

    upper: float

    def __post_init__(self) -> None:
        _check("the upper limit of a uniform prior", self.upper)

    def __str__(self) -> str:
        return f"uniform(0, {self.upper:g})"

    @property
    def tail_power(self) -> float:
        """All moments exist."""
        return np.inf

    @property
    def scale(self) -> float:
        """The middle."""
        return self.upper / 2

    def log_density(self, tau: FloatArray) -> FloatArray:
        """Return the log density at tau >= 0."""
        return np.where(tau <= self.upper, -np.log(self.upper), -np.inf)


@dataclass(frozen=True, slots=True)
class NormalPrior:
    """Normal prior of a mean."""

    mean: float
    sd: float

    def __post_init__(self) -> None:
        _check("the standard deviation of a normal prior", self.sd)
        if not np.isfinite(self.mean):
            raise StatisticsError(f"the mean of a normal prior must be finite, got {self.mean:g}")

    def __str__(self) -> str:
        return f"normal({self.mean:g}, {self.sd:g})"

    def log_density(self, x: FloatArray) -> FloatArray:
        """Return the log density."""
        result: FloatArray = -(((x - self.mean) / self.sd) ** 2) / 2 - np.log(self.sd) - np.log(2 * np.pi) / 2
        return result


@dataclass(frozen=True, slots=True)
class BetaPrior:
    """Beta prior of a proportion; (1, 1) is uniform."""

    a: float
    b: float

    def __post_init__(self) -> None:
        _check("the parameters of a beta prior", min(self.a, self.b))

    def __str__(self) -> str:
        return f"beta({self.a:g}, {self.b:g})"

    def log_density(self, p: FloatArray) -> FloatArray:
        """Return the log density at 0 < p < 1."""
        result: FloatArray = (
            special.xlogy(self.a - 1, p) + special.xlog1py(self.b - 1, -p) - special.betaln(self.a, self.b)
        )
        return result


def _check(what: str, value: float) -> None:
    if not 0 < value < np.inf:
        raise StatisticsError(f"{what} must be positive and finite, got {value:g}")
