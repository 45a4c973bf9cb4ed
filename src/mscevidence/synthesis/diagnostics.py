"""What the diagnostic figures of one analysis show, as arrays: effects, contributions, subsets of the studies.

All are on the scale of the analysis (logits, log odds ratios ...) with inverse-variance weights, whatever the method
of the analysis is: funnel, Baujat and GOSH plots are defined on effects and their variances.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mscevidence import stats
from mscevidence.errors import SelectionError
from mscevidence.model import Pooled
from mscevidence.synthesis.counts import Counts

Numbers = NDArray[np.float64]
MOST_FOR_ALL_SUBSETS = 16
"""With more studies a sample of subsets is drawn: 2^16 - 1 are as many as a figure can show."""
SAMPLED_SUBSETS = 20_000
SEED = 20_260_101


@dataclasses.dataclass(frozen=True)
class Effects:
    """The studies of an analysis on its scale.

    Attributes:
        labels: (k,) names of the studies.
        yi, vi: (k,) effects and their variances; 0.5 is added where a cell is empty.
        mu: the pooled effect under the common-effect model, round which a funnel stands.
    """

    labels: tuple[str, ...]
    yi: Numbers
    vi: Numbers
    mu: float


@dataclasses.dataclass(frozen=True)
class Contributions:
    """What each study adds to heterogeneity and to the estimate (Baujat et al. 2002, Stat Med 21:2641).

    Attributes:
        labels: (k,) names of the studies.
        heterogeneity: (k,) contribution to Cochran's Q.
        influence: (k,) standardised squared change of the estimate without the study.
    """

    labels: tuple[str, ...]
    heterogeneity: Numbers
    influence: Numbers


@dataclasses.dataclass(frozen=True)
class Subsets:
    """Pooled effects of subsets of at least two studies (Olkin, Dahabreh and Trikalinos 2012, Res Synth Methods 3:214).

    Attributes:
        labels: (k,) names of the studies.
        mu: (m,) pooled effects, DerSimonian-Laird.
        i2: (m,) I2 in per cent.
        holds: (m, k) which studies a subset holds.
        complete: whether all subsets are there; otherwise a sample drawn with a fixed seed.
    """

    labels: tuple[str, ...]
    mu: Numbers
    i2: Numbers
    holds: NDArray[np.bool_]
    complete: bool


def effects(pooled: Pooled, *, least: int = 2) -> Effects:
    """Return the studies of an analysis on its scale.

    Raises:
        SelectionError: fewer than `least` studies.
    """
    rows = pooled.overall.rows
    if len(rows) < least:
        raise SelectionError(
            f"{pooled.title}: this figure needs at least {least} studies, there are {len(rows)}",
            hint="ask for another outcome or condition; `mscevidence forest` draws single studies",
        )
    counts = Counts.of(rows, comparative=pooled.question.comparative)
    sizes = counts.effect_sizes(pooled.question.measure)
    yi, vi = np.asarray(sizes.yi, dtype=np.float64), np.asarray(sizes.vi, dtype=np.float64)
    weights = 1 / vi
    return Effects(tuple(row.label for row in rows), yi, vi, float((weights * yi).sum() / weights.sum()))


def contributions(pooled: Pooled) -> Contributions:
    """Return what each study adds to heterogeneity and to the estimate.

    Raises:
        SelectionError: fewer than three studies.
    """
    found = effects(pooled, least=3)
    influence = stats.influence(found.yi, found.vi, estimator="EE", test="z")
    return Contributions(
        found.labels, np.asarray(influence.baujat_x, dtype=np.float64), np.asarray(influence.baujat_y, dtype=np.float64)
    )


def subsets(pooled: Pooled) -> Subsets:
    """Return the pooled effects of all subsets of the studies, or of a sample of them where there are very many.

    Raises:
        SelectionError: fewer than three studies.
    """
    found = effects(pooled, least=3)
    k = len(found.labels)
    complete = k <= MOST_FOR_ALL_SUBSETS
    chunks = stats.all_subsets(k) if complete else [_sampled(k)]
    holds = np.concatenate([chunk[chunk.sum(axis=1) >= 2] for chunk in chunks])
    parts = [
        stats.random_effects(found.yi, found.vi, mask=part, estimator="DL", test="z")
        for part in np.array_split(holds, max(1, len(holds) // 20_000))
    ]
    mu = np.concatenate([np.asarray(part.mu, dtype=np.float64) for part in parts])
    i2 = np.concatenate([np.asarray(part.i2, dtype=np.float64) for part in parts])
    return Subsets(found.labels, mu, i2, holds, complete)


def _sampled(k: int) -> NDArray[np.bool_]:
    """Return masks of distinct random subsets, each size as often as it occurs among all."""
    drawn = np.random.default_rng(SEED).random((SAMPLED_SUBSETS, k)) < 0.5
    # Eight studies to a byte: whole rows of bytes are told apart much faster than rows of truth values.
    unique = np.unique(np.packbits(drawn, axis=1), axis=0)
    return np.unpackbits(unique, axis=1, count=k).astype(np.bool_)
