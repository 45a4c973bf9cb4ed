"""The studies of a network of rare events that say something, in each of many analyses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats.design_mantel_haenszel import CountedArms
from mscevidence.stats.inputs import BoolArray, FloatArray, aligned, counts, names
from mscevidence.stats.network_arms import arm_table

EMPTY_ARMS = names({"drop": (), "correct": (), "keep": ()})
SILENT, CORRECTED, DROPPED = "silent", "corrected", "dropped"
OF_A_BATCH = {
    SILENT: "Studies were left out: no event or only events in every arm.",
    CORRECTED: "The cells of studies were corrected: an arm has no (or only) events in all studies of its design.",
    DROPPED: "Arms were left out: no event or only events in all studies of their design.",
}
"""What is said about a batch, where the studies differ between the analyses."""


@dataclass(frozen=True, slots=True)
class InformativeStudies:
    """The studies of one analysis: treatments in order, studies that say something, and what was left out and why.

    Arms are positions in `treatments`; `said` are pairs of a key of `OF_A_BATCH` and a sentence.
    """

    treatments: tuple[str, ...]
    studies: list[CountedArms]
    said: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class CountedNetwork:
    """Arms of B analyses.

    Attributes:
        study, treatment: (a) names.
        events, n: (B, a); present: (B, a).
        lead: leading shape that the caller gave, of B elements.
        rule: for empty arms; add: continuity correction.
    """

    study: tuple[str, ...]
    treatment: tuple[str, ...]
    events: FloatArray
    n: FloatArray
    present: BoolArray
    lead: tuple[int, ...]
    rule: str
    add: float

    @property
    def treatments(self) -> tuple[str, ...]:
        """Names of the treatments that some analysis has, sorted."""
        used = np.flatnonzero(self.present.any(axis=0)).tolist()
        return tuple(sorted({self.treatment[arm] for arm in used}))

    def informative(self, analysis: int) -> InformativeStudies:
        """Return the studies of an analysis that say something.

        Raises:
            StatisticsError: a study with one arm or with a treatment twice; no study says anything about a treatment.
        """
        here = np.flatnonzero(self.present[analysis]).tolist()
        table = arm_table(
            [self.study[arm] for arm in here], [self.treatment[arm] for arm in here],
            events=self.events[analysis, here], n=self.n[analysis, here],
        )  # fmt: skip
        treatments = tuple(sorted(set(table.treatment)))
        position = {name: i for i, name in enumerate(treatments)}
        studies = []
        for name, at in table.rows.items():
            order = sorted(at, key=lambda i: position[table.treatment[i]])
            arms = tuple(position[table.treatment[i]] for i in order)
            studies.append(CountedArms(name, arms, arms, table.columns["events"][order], table.columns["n"][order]))
        kept, said = _informative(studies, self.rule, self.add, treatments)
        used = {arm for one in kept for arm in one.arms}
        if len(used) < len(treatments):
            lost = ", ".join(name for i, name in enumerate(treatments) if i not in used)
            raise StatisticsError(f"no study says anything about {lost}", hint="leave the treatment out")
        return InformativeStudies(treatments, kept, said)


def counted_network(
    study: Sequence[str], treatment: Sequence[str], events: ArrayLike, n: ArrayLike, mask: ArrayLike | None,
    *, rule: str, add: float,
) -> CountedNetwork:  # fmt: skip
    """Return the checked arms with all leading axes as one.

    Raises:
        StatisticsError: unusable counts, columns of different lengths, no arm in any analysis.
    """
    columns, present = aligned(mask, events=events, n=n)
    arms = present.shape[-1]
    if {len(study), len(treatment)} != {arms}:
        raise StatisticsError(
            f"study, treatment, events, n must be columns of one length, got {len(study)}, {len(treatment)} and {arms}",
            hint="one row per arm; leading axes of events, n and mask are analyses",
        )
    counts(columns["events"], columns["n"], present)
    if not present.any():
        raise StatisticsError("no arm is left: all are masked out", hint="an analysis needs at least one study")
    x, size = (columns[name].reshape(-1, arms) for name in ("events", "n"))
    first, second = (tuple(str(name) for name in column) for column in (study, treatment))
    return CountedNetwork(first, second, x, size, present.reshape(-1, arms), present.shape[:-1], rule, add)


def _informative(
    studies: list[CountedArms], rule: str, add: float, treatments: tuple[str, ...]
) -> tuple[list[CountedArms], list[tuple[str, str]]]:
    """Return the studies that say something, with empty arms of designs treated by the rule, and what was left out."""
    said: list[tuple[str, str]] = []
    silent = [one.name for one in studies if not one.informative]
    if silent:
        said.append((SILENT, f"Left out, no event or only events in every arm: {', '.join(silent)}."))
    designs: dict[tuple[int, ...], list[CountedArms]] = {}
    for one in studies:
        if one.informative:
            designs.setdefault(one.arms, []).append(one)
    kept: dict[str, CountedArms] = {}
    for arms, group in designs.items():
        events = np.sum([one.events for one in group], axis=0)
        empty = (events == 0) | (events == np.sum([one.n for one in group], axis=0))
        where = ":".join(treatments[i] for i in arms)
        if rule == "correct" and empty.any():
            sentence = f"{add:g} was added to all cells of the studies of {where}: an arm has no (or only) events."
            said.append((CORRECTED, sentence))
            group = [one.corrected(add) for one in group]  # noqa: PLW2901
        elif rule == "drop" and empty.any():
            gone = ", ".join(treatments[arms[i]] for i in np.flatnonzero(empty))
            said.append((DROPPED, f"Left out in the studies of {where}, no event or only events: {gone}."))
            group = [one.without(empty) for one in group]  # noqa: PLW2901
        kept |= {one.name: one for one in group if len(one.arms) > 1 and one.informative}
    return [kept[one.name] for one in studies if one.name in kept], said
