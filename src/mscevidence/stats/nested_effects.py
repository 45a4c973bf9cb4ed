"""Effects in studies as multilevel models take them: checked, sorted by study, and which analyses can be estimated."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mscevidence.errors import StatisticsError
from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray, number
from mscevidence.stats.labels import numbered
from mscevidence.stats.nested_likelihood import NestedLikelihood, Runs
from mscevidence.stats.studies import Studies, inner, total
from mscevidence.stats.weighted_least_squares import Decomposition, decompose, singular

TOO_FEW, ONE_STUDY, NOT_REPEATED, SINGULAR, CONFUSED = "too-few", "one-study", "not-repeated", "singular", "confused"
STATUSES = {
    TOO_FEW: "The model cannot be estimated: no more effects than coefficients.",
    ONE_STUDY: "The model cannot be estimated: all effects are of one study.",
    NOT_REPEATED: "The model cannot be estimated: no study has several effects, so nothing is known of what is within.",
    SINGULAR: "The model cannot be estimated: a moderator does not vary, or repeats what others say.",
    CONFUSED: "The model cannot be estimated: the moderators explain all that tells its variance components apart.",
}


class NestedEffects(NamedTuple):
    """B analyses of effects in studies, without the effects that no analysis has, sorted by study.

    Attributes:
        y, v, one: (B, k) outcomes, variances and presence; absent ones have 0, 1 and 0.
        design: (B, k, p), zeros where an effect is absent; `runs`: the studies.
    """

    y: FloatArray
    v: FloatArray
    one: FloatArray
    design: FloatArray
    runs: Runs

    def rows(self, index: Any) -> NestedEffects:
        """Return the analyses of `index`."""
        return NestedEffects(self.y[index], self.v[index], self.one[index], self.design[index], self.runs)

    @property
    def k(self) -> FloatArray:
        """Number of effects of each analysis."""
        return total(self.one)

    @property
    def studies(self) -> IntArray:
        """Number of studies with an effect of each analysis."""
        result: IntArray = (self.runs.sums(self.one) > 0).sum(axis=-1)
        return result

    def decomposed(self, *, weighted: bool = False) -> Decomposition:
        """Return the decompositions of the designs, without weights or with those of the sampling variances."""
        return decompose(self.design, self.one / self.v if weighted else self.one)

    def likelihood(self, parts: Decomposition, *, within: bool, restricted: bool) -> NestedLikelihood:
        """Return the likelihoods, given the decompositions of the designs without weights."""
        return NestedLikelihood.of(
            self.y, self.v, self.one, parts, self.runs, components=1 + within, restricted=restricted
        )

    def residual_sum(self) -> FloatArray:
        """Return the residual sum of squares of the regressions weighted with the sampling variances."""
        beta = self.decomposed(weighted=True).coefficients(self.y)
        residual = self.y - np.einsum("bkp,bp->bk", self.design, beta)
        return inner(self.one / self.v * residual, residual)


class Given(NamedTuple):
    """What was given, for all effects: y (..., k), v, present, design (..., k, p), and the study of each effect (k).

    The values of absent effects are 0, their variances 1; an effect that no analysis has is of study -1.
    """

    y: FloatArray
    v: FloatArray
    present: BoolArray
    design: FloatArray
    study: IntArray

    def order(self) -> IntArray:
        """Return the places of the effects that some analysis has, sorted by study."""
        return np.argsort(self.study, kind="stable")[int((self.study < 0).sum()) :]

    def effects(self) -> NestedEffects:
        """Return the analyses with all leading axes as one."""
        k, p = self.design.shape[-2:]
        order = self.order()
        member = self.study[order]
        y, v = (part.reshape(-1, k)[:, order] for part in (self.y, self.v))
        one = self.present.reshape(-1, k)[:, order].astype(np.float64)
        return NestedEffects(y, v, one, self.design.reshape(-1, k, p)[:, order], Runs.of(member))


def given_effects(
    yi: ArrayLike, vi: ArrayLike, study: ArrayLike, moderators: ArrayLike | None, mask: ArrayLike | None
) -> Given:
    """Return the checked input.

    Raises:
        StatisticsError: unusable values, no effect in any analysis, labels or moderators that do not fit.
    """
    studies = Studies.of(yi, vi, mask, gaps=True)
    design = _design(moderators, studies.present)
    shape = design.shape[:-1]
    # Copies: what becomes of the caller's arrays later is not the result's concern.
    y, v = np.array(np.broadcast_to(studies.y, shape)), np.array(np.broadcast_to(studies.v, shape))
    present = np.array(np.broadcast_to(studies.present, shape))
    return Given(y, v, present, design, numbered(study, present, items="effects", group="study"))


def statuses(effects: NestedEffects, *, within: bool, restricted: bool) -> NDArray[np.str_]:
    """Return `ok`, or why an analysis cannot be estimated, for each one."""
    k, p = effects.design.shape[1:]
    few = effects.k <= p
    if k <= p:
        return np.full(few.shape, TOO_FEW)
    repeated = effects.k > effects.studies if within else np.ones_like(few)
    # Whether columns are independent may depend on the weights, if these are very different.
    regular = effects.decomposed().regular & effects.decomposed(weighted=True).regular
    found = np.select(
        [few, effects.studies < 2, ~regular, ~repeated], [TOO_FEW, ONE_STUDY, SINGULAR, NOT_REPEATED], "ok"
    ).astype("<U12")
    if restricted and p > 1 and (usable := np.flatnonzero(found == "ok")).size:
        some = effects.rows(usable)
        likelihood = some.likelihood(some.decomposed(), within=within, restricted=True)
        found[usable[_confused(likelihood)]] = CONFUSED
    return found


def _confused(likelihood: NestedLikelihood) -> BoolArray:
    """Return where the restricted likelihood is constant in a combination of its components.

    It is, whatever the variances, if the information that it would have with equal ones is singular.
    """
    equal = likelihood._replace(v=np.ones_like(likelihood.v))
    information = equal.at(np.zeros((likelihood.k.size, likelihood.components))).expected
    between = likelihood.runs.sums(likelihood.one)
    lost: BoolArray = information[:, 0, 0] < 1e-9 * inner(between, between)
    if likelihood.components == 1:
        return lost
    diagonal = information[:, 0, 0] * information[:, 1, 1]
    return np.asarray(lost | (diagonal - information[:, 0, 1] ** 2 < 1e-9 * diagonal))


def refused(status: str, effects: NestedEffects) -> StatisticsError:
    """Return the error for the first analysis, which has this status."""
    if status == TOO_FEW:
        k, p = int(effects.k[0]), effects.design.shape[-1]
        return StatisticsError(f"{k} effects cannot determine {p} coefficients", hint="give more effects")
    if status == ONE_STUDY:
        return StatisticsError(
            "all effects are of one study: there is nothing between studies", hint="give effects of several studies"
        )
    if status == SINGULAR:
        return singular()
    if status == NOT_REPEATED:
        return StatisticsError(
            "no study has several effects: variance within studies cannot be told from variance between them",
            hint="use within=False, or random_effects",
        )
    return StatisticsError(
        "the moderators explain all that tells the variance components apart",
        hint="leave moderators out, use within=False, or method='ML'",
    )


def _design(moderators: ArrayLike | None, present: BoolArray) -> FloatArray:
    """Return the intercept and the moderators (..., k, p), zeros where an effect is absent."""
    k = present.shape[-1]
    if moderators is None:
        return present.astype(np.float64)[..., np.newaxis]
    columns = number("moderators", moderators)
    columns = columns[:, np.newaxis] if columns.ndim == 1 else columns
    try:
        shape = np.broadcast_shapes(columns.shape[:-1], present.shape) if columns.shape[-2] == k else ()
    except ValueError:
        shape = ()
    there = np.broadcast_to(present, shape)[..., np.newaxis] if shape else np.False_
    if not shape or not np.isfinite(np.where(there, columns, 0.0)).all():
        raise StatisticsError(
            f"moderators must be {k} finite numbers each, got shape {columns.shape}",
            hint="one row per effect, one column per moderator",
        )
    ones = np.ones((*shape, 1))
    return np.where(there, np.concatenate([ones, np.broadcast_to(columns, (*shape, columns.shape[-1]))], axis=-1), 0.0)
