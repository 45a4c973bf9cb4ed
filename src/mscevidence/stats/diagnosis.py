"""Plain sentences about what makes a result fragile: few studies, boundary studies, one dominating study, tau2 at zero.

Each finding is a boolean array over the analyses of a batch and a sentence. For a single analysis the sentence stands
alone; for a batch it says in how many of the analyses it holds.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray

Finding = tuple[ArrayLike, str]

NO_STUDY = "No study is left"

FREEMAN_TUKEY = (
    "Freeman-Tukey estimates are back-transformed with the harmonic mean of the sample sizes, which can mislead badly "
    "when studies differ in size (Schwarzer et al. 2019, Res Synth Methods 10:476)."
)


def sentences(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return the sentences of the findings that hold."""
    said = []
    for found, sentence in findings:
        holds = np.asarray(found, dtype=np.bool_)
        if holds.ndim == 0 and holds:
            said.append(sentence)
        elif holds.ndim and holds.any():
            said.append(f"{sentence[:-1]} (in {int(holds.sum())} of {holds.size} analyses).")
    return tuple(said)


def few_studies(k: IntArray) -> list[Finding]:
    """Return the findings about the number of studies."""
    return [
        (k == 0, f"{NO_STUDY}: all are masked out."),
        (k == 1, "One study: nothing was pooled; the estimate and its interval are those of the study."),
        ((k > 1) & (k < 5), "Fewer than 5 studies: tau2 and the prediction interval are hardly determined."),
    ]


def prior_alone(k: IntArray) -> list[Finding]:
    """Return the finding that an analysis of a batch has no study, so that its posterior is the prior."""
    return [(np.asarray(k) == 0, f"{NO_STUDY}: what stands here is the prior.")]


def dominance(weights: FloatArray, k: IntArray) -> list[Finding]:
    """Return the finding that one study carries more than half of the weight (`weights` in percent, (..., k))."""
    known = np.where(np.isnan(weights), 0.0, weights)
    largest = np.max(known, axis=-1)
    where = int(np.argmax(known)) + 1 if weights.ndim == 1 else 0
    which = f"study {where} has {float(largest):.0f} %" if where else "more than 50 %"
    return [((k > 2) & (largest > 50), f"One study carries more than half of the weight: {which}.")]


def tau2_at_zero(tau2: FloatArray, k: IntArray, *, estimated: bool = True) -> list[Finding]:
    """Return the finding that tau2 is estimated as zero."""
    sentence = (
        "The between-study variance is estimated as zero: with few or small studies this is no proof that they agree, "
        "and the prediction interval is then too narrow."
    )
    return [(estimated & (k > 1) & (tau2 == 0), sentence)]


def narrower_than_normal(half: FloatArray, normal_half: FloatArray) -> list[Finding]:
    """Return the finding that an adjusted interval is narrower than the one it was meant to widen.

    Source: Jackson et al. 2017, Stat Med 36:3923 (the Hartung-Knapp interval of homogeneous studies).
    """
    sentence = (
        "The Hartung-Knapp interval is narrower here than the unadjusted normal one, because the studies agree more "
        "closely than chance lets expect: see also test adhoc, which never narrows."
    )
    # What rounding alone makes different is no difference.
    return [(half < normal_half * (1 - 1e-9), sentence)]


def boundary_studies(events: FloatArray, n: FloatArray, present: BoolArray) -> list[Finding]:
    """Return the finding that studies have no event or only events."""
    none, every = (np.asarray((present & (events == edge)).sum(axis=-1)) for edge in (0, n))
    return at_boundary(none, every, np.asarray(present.sum(axis=-1)))


def at_boundary(none: IntArray, every: IntArray, k: IntArray) -> list[Finding]:
    """Return the finding that of k studies some have no event, or an event in every patient."""
    boundary = none + every
    if boundary.ndim == 0:
        parts = [f"{none} with no event"] * bool(none > 0)
        parts += [f"{every} with an event in every patient"] * bool(every > 0)
        verb = "lies" if boundary == 1 else "lie"
        sentence = f"{boundary} of {k} studies {verb} at the boundary ({', '.join(parts)})."
    else:
        sentence = "Some studies lie at the boundary (no event, or an event in every patient)."
    return [(boundary > 0, sentence)]


def uninformative(lower: ArrayLike, upper: ArrayLike, *, width: float = 0.9) -> list[Finding]:
    """Return the finding that an interval on the proportion scale spans nearly everything that is possible."""
    low, high = np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)
    span = "" if low.ndim else f" ({100 * float(low):.0f} % to {100 * float(high):.0f} %)"
    sentence = f"The interval spans nearly the whole range from 0 to 100 %{span}: it is not informative."
    return [(high - low >= width, sentence)]
