"""Dose arms of studies as dose-response models take them: checked, laid out by study, and what can be estimated."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from mscevidence.errors import StatisticsError
from mscevidence.stats.dose_likelihood import DoseLikelihood
from mscevidence.stats.glmm import log_binomial
from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray, aligned, counts, refuse
from mscevidence.stats.labels import numbered
from mscevidence.stats.studies import total

NO_ARM, ONE_DOSE, SEPARATED = "no-arm", "one-dose", "separated"
STATUSES = {
    NO_ARM: "No arm is left: all are masked out.",
    ONE_DOSE: "The model cannot be estimated: all arms have the same dose.",
    SEPARATED: "Events and non-events are separated by dose: the slope has no finite estimate.",
}


class DoseArms(NamedTuple):
    """B analyses of dose arms.

    Attributes:
        x, n: (B, k) events and patients, 0 in absent arms; dose: (B, k) as given; covariate: (B, k) as the model takes
            it, 0 in absent arms.
        present: (B, k); study: (k) number of the study of each arm, -1 where no analysis has it.
    """

    x: FloatArray
    n: FloatArray
    dose: FloatArray
    covariate: FloatArray
    present: BoolArray
    study: IntArray

    def rows(self, index: Any) -> DoseArms:
        """Return the analyses of `index`."""
        x, n, dose, covariate = (part[index] for part in (self.x, self.n, self.dose, self.covariate))
        return DoseArms(x, n, dose, covariate, self.present[index], self.study)

    @property
    def studies(self) -> IntArray:
        """Number of studies with an arm of each analysis."""
        member = self.study == np.arange(int(self.study.max()) + 1)[:, np.newaxis]
        result: IntArray = (self.present @ member.T).sum(axis=-1)
        return result

    @property
    def shape(self) -> tuple[int, int]:
        """Number of studies, and the most arms of one."""
        sizes = np.bincount(self.study[self.study >= 0])
        return sizes.size, int(sizes.max())

    def centre(self) -> FloatArray:
        """Return the mean of the covariate over patients (B)."""
        return total(self.n * self.covariate) / total(self.n)

    def likelihood(self, centre: FloatArray) -> DoseLikelihood:
        """Return the likelihoods, with studies as rows and arms as columns; absent arms have no patients.

        Args:
            centre: (B) what is taken from the covariate, so that intercept and slope are nearly independent.
        """
        there = np.flatnonzero(self.study >= 0)
        order = there[np.argsort(self.study[there], kind="stable")]
        codes = self.study[order]
        column = np.arange(codes.size) - np.searchsorted(codes, codes)

        def spread(values: FloatArray) -> FloatArray:
            table = np.zeros((values.shape[0], *self.shape))
            table[:, codes, column] = values[:, order]
            return table

        centred = np.where(self.present, self.covariate - centre[:, np.newaxis], 0.0)
        return DoseLikelihood(spread(self.x), spread(self.n), spread(centred), total(log_binomial(self.n, self.x)))

    def deviance(self, eta: FloatArray) -> FloatArray:
        """Return the deviance (B) of logits (B, k) against one proportion per arm."""
        n = np.where(self.present, self.n, 1.0)
        missed = self.n - self.x
        own = special.xlogy(self.x, self.x / n) + special.xlogy(missed, missed / n)
        fitted = self.x * np.logaddexp(0.0, -eta) + missed * np.logaddexp(0.0, eta)
        return 2 * total(own + fitted)


def dose_arms(
    study: ArrayLike, dose: ArrayLike, events: ArrayLike, n: ArrayLike, *, mask: ArrayLike | None, scale: str
) -> tuple[DoseArms, tuple[int, ...]]:
    """Return the checked analyses with all leading axes as one, and their leading shape.

    Raises:
        StatisticsError: unusable counts, doses or labels, no arm in any analysis.
    """
    columns, present = aligned(mask, dose=dose, events=events, n=n)
    counts(columns["events"], columns["n"], present)
    codes = numbered(study, present, items="dose arms", group="study")
    if not present.any():
        raise StatisticsError("no arm is left: all are masked out", hint="an analysis needs at least two doses")
    covariate = scaled(np.where(present, columns["dose"], 1.0), scale)
    k = present.shape[-1]
    given = columns["events"], columns["n"], columns["dose"], covariate
    x, size, amount, covariate = (np.where(present, part, 0.0).reshape(-1, k) for part in given)
    return DoseArms(x, size, amount, covariate, present.reshape(-1, k), codes), present.shape[:-1]


def scaled(dose: FloatArray, scale: str) -> FloatArray:
    """Return the doses as they enter the model.

    Raises:
        StatisticsError: a dose that is not finite, or for scale `log` not positive.
    """
    refuse(~np.isfinite(dose), dose, "dose must be a finite number")
    if scale == "linear":
        return dose
    refuse(dose <= 0, dose, "dose must be greater than zero", hint="use scale='linear' for a dose of zero")
    result: FloatArray = np.log(dose)
    return result


def statuses(arms: DoseArms) -> NDArray[np.str_]:
    """Return `ok`, or why the likelihood of an analysis has no finite maximum, for each one."""
    lowest, highest = _ends(arms.covariate, arms.present)
    first_event, last_event = _ends(arms.covariate, arms.x > 0)
    first_other, last_other = _ends(arms.covariate, arms.x < arms.n)
    separated = (first_event >= last_other) | (first_other >= last_event)
    return np.select([lowest > highest, lowest == highest, separated], [NO_ARM, ONE_DOSE, SEPARATED], "ok")


def _ends(values: FloatArray, which: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Return the smallest and the largest of some of the values, infinite and -infinite where there is none."""
    return np.where(which, values, np.inf).min(axis=-1), np.where(which, values, -np.inf).max(axis=-1)


def refused(status: str) -> StatisticsError:
    """Return the error for an analysis with this status."""
    if status == ONE_DOSE:
        return StatisticsError(
            "all arms have the same dose: there is no dose-response to estimate", hint="an analysis needs two doses"
        )
    return StatisticsError(
        "events and non-events are separated by dose: the slope has no finite estimate",
        hint="report the counts per dose; a Bayesian model with an informative prior could be used",
    )
