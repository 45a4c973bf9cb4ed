"""Direct and indirect evidence of a network of rare events."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.design_mantel_haenszel import CountedArms
from mscevidence.stats.display import Row, Shown, labelled_rows
from mscevidence.stats.distributions import two_sided_p
from mscevidence.stats.inputs import FloatArray, IntArray, expect, plain
from mscevidence.stats.network_rare import RareEventNetwork
from mscevidence.stats.rare_event_fits import FITS, Fit, all_treatments
from mscevidence.stats.stratified import mantel_haenszel
from mscevidence.stats.treatment_effects import treatment_effects

COLUMNS = ("direct", "direct_se", "indirect", "indirect_se", "difference", "difference_se", "p")


@dataclass(frozen=True, slots=True)
class SeparatedEvidence(Shown):
    """Direct evidence from the studies that compare two treatments, indirect evidence from all others.

    Every field but `comparisons` has the leading shape (...) of the network in front; for a single one it is empty.

    Attributes:
        comparisons: (C) (treatment 1, treatment 2); effects are log odds ratios of 1 versus 2.
        status: of the network, `ok` or `no-estimate`.
        k: (..., C) studies that compare them; 0 where an analysis of a batch has no such comparison, with NaN for all
            else.
        direct, indirect, difference (direct minus indirect), each with `_se`, and `p` of the difference: (..., C); NaN
            where the studies concerned give no estimate.
    """

    comparisons: tuple[tuple[str, str], ...]
    status: NDArray[np.str_]
    k: IntArray
    direct: FloatArray
    direct_se: FloatArray
    indirect: FloatArray
    indirect_se: FloatArray
    difference: FloatArray
    difference_se: FloatArray
    p: FloatArray

    def rows(self) -> list[Row]:
        """Return one row per comparison; of a batch for each analysis, with its status."""
        first, second = ([pair[at] for pair in self.comparisons] for at in (0, 1))
        shown = {name: getattr(self, name) for name in ("k", *COLUMNS)}
        return labelled_rows({"treatment1": first, "treatment2": second}, shown, {"status": self.status})

    def facts(self) -> Row:
        """Return nothing: all is in the rows."""
        return {}

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what is missing; empty when nothing is."""
        usable, there = np.asarray(self.status) == "ok", self.k > 0
        return diagnosis.sentences(
            [
                (~usable, "There is no estimate of the network, see its notes."),
                (usable & ~there.all(axis=-1), "No study makes one of the comparisons: nothing is said about it."),
                (
                    (there & np.isnan(self.direct)).any(axis=-1),
                    "The studies of a comparison give no direct estimate: one of the groups has no event.",
                ),
                (
                    (there & np.isnan(self.indirect)).any(axis=-1),
                    "The other studies give no indirect estimate of a comparison: they do not connect the treatments.",
                ),
            ]
        )


def separated_evidence(result: RareEventNetwork) -> SeparatedEvidence:
    """Return direct evidence (Mantel-Haenszel) and indirect evidence (the same method without those studies).

    Args:
        result: of one analysis or of a batch, whose analyses are then taken one after another.

    Raises:
        StatisticsError: `result` is something else.

    Source: Efthimiou et al. 2019, section 2.5 ("separate indirect from direct design evidence").
    """
    expect(result, RareEventNetwork, "rare_event_network")
    arms = result._arms  # noqa: SLF001 -- the result carries its data for this function
    order = {name: i for i, name in enumerate(result.treatments)}
    status = np.ravel(np.asarray(result.status))
    found: list[dict[tuple[int, int], tuple[float, ...]]] = [{} for _ in status]
    for row in np.flatnonzero(status == "ok").tolist():
        kept = arms.informative(row)
        own = [order[name] for name in kept.treatments]
        corrected = arms.add if arms.rule == "correct" else 0.0
        separated = _separated(kept.studies, FITS[result.method], corrected)
        found[row] = {(own[i], own[j]): values for (i, j), values in separated.items()}
    pairs = sorted(set().union(*found))
    nothing = (0.0, *[np.nan] * 6)
    table = np.array([[one.get(pair, nothing) for pair in pairs] for one in found])
    table = table.reshape((*arms.lead, len(pairs), 7))
    k, *numbers = (table[..., column] for column in range(7))
    p = two_sided_p(numbers[4] / numbers[5], np.inf)
    return SeparatedEvidence(
        tuple((result.treatments[i], result.treatments[j]) for i, j in pairs), result.status,
        plain(k.astype(np.int64)), *(plain(column.copy()) for column in (*numbers, p)),
    )  # fmt: skip


def _separated(studies: list[CountedArms], fit: Fit, corrected: float) -> dict[tuple[int, int], tuple[float, ...]]:
    """Return k, direct, indirect and their difference, each with its standard error, of each pair that is compared."""
    found: dict[tuple[int, int], tuple[float, ...]] = {}
    for i, j in sorted({(i, j) for one in studies for i in one.arms for j in one.arms if i < j}):
        both = [one for one in studies if i in one.arms and j in one.arms]
        direct = _pooled(both, i, j, corrected)
        indirect = _around([one for one in studies if one not in both], i, j, fit)
        difference = (direct[0] - indirect[0], float(np.hypot(direct[1], indirect[1])))
        found[i, j] = (float(len(both)), *direct, *indirect, *difference)
    return found


def _pooled(studies: list[CountedArms], i: int, j: int, add: float) -> tuple[float, float]:
    first, second = ([one.arms.index(arm) for one in studies] for arm in (i, j))
    x1, x2 = (np.array([one.raw[at] for one, at in zip(studies, where, strict=True)]) for where in (first, second))
    n1, n2 = (np.array([one.sizes[at] for one, at in zip(studies, where, strict=True)]) for where in (first, second))
    try:
        fit = mantel_haenszel(
            "OR", events1=x1, n1=n1, events2=x2, n2=n2, add=(0.5, add), to=("only0", "only0"), drop00=(True, True)
        )
    except StatisticsError:
        return np.nan, np.nan
    return (float(fit.mu), float(fit.se)) if np.isfinite(float(fit.mu)) else (np.nan, np.nan)


def _around(studies: list[CountedArms], i: int, j: int, fit: Fit) -> tuple[float, float]:
    """Return what the part of the network that connects i and j without comparing them says."""
    reached = {i}
    while True:
        more = reached.union(*(one.arms for one in studies if reached & set(one.arms)))
        if more == reached:
            break
        reached = more
    if j not in reached:
        return np.nan, np.nan
    place = {arm: at for at, arm in enumerate(sorted(reached))}
    part = [
        replace(one, arms=tuple(place[arm] for arm in one.arms)) for one in studies if reached & set(one.arms)
    ]  # fmt: skip
    try:
        found, _ = fit(part, len(place))
    except StatisticsError:
        return np.nan, np.nan
    effects = treatment_effects(tuple(str(arm) for arm in place), *all_treatments(found), 0.95)
    return float(effects.effect[place[i], place[j]]), float(effects.se[place[i], place[j]])
