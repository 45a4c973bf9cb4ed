"""Analyses that borrow across diseases, in a batch: what is the same in several of them is calculated once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from mscevidence.errors import StatisticsError
from mscevidence.stats.bayes_proportion import typical_rate
from mscevidence.stats.disease_grid import DiseasePosterior, Diseases, Grids, Hierarchy, disease_posterior, step_for
from mscevidence.stats.grid_distribution import GridDistribution, summary
from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray, aligned, counts

DISEASES = 64
"""Most diseases with different studies whose likelihoods are held at once."""
CELLS = 1_500_000
"""Most cells of the posteriors of analyses that are calculated together."""
Counted = tuple[FloatArray, FloatArray]


@dataclass(frozen=True, slots=True)
class DiseaseStudies:
    """Studies of J diseases in B analyses.

    Attributes:
        events, n: (B, k); present: (B, k); disease: (k) its number; diseases: (J) names.
        lead: leading shape that the caller gave, of B elements.
    """

    events: FloatArray
    n: FloatArray
    present: BoolArray
    disease: IntArray
    diseases: tuple[str, ...]
    lead: tuple[int, ...]

    @property
    def studies(self) -> IntArray:
        """Number of studies of each disease (B, J)."""
        return self._sum(np.ones(self.present.shape)).astype(np.int64)

    @property
    def patients(self) -> FloatArray:
        """Number of patients of each disease (B, J)."""
        return self._sum(self.n)

    def sums(self) -> dict[str, NDArray[np.generic]]:
        """Return studies, events and patients of each disease (B, J)."""
        return {"studies": self.studies, "events": self._sum(self.events), "n": self.patients}

    def _sum(self, values: FloatArray) -> FloatArray:
        belongs = self.disease[:, np.newaxis] == np.arange(len(self.diseases))
        return np.asarray(np.where(self.present, values, 0.0) @ belongs)

    def counts(self, analysis: int, disease: int) -> Counted:
        """Return events and patients of the studies of a disease, sorted, so that the same studies are the same."""
        own = self.present[analysis] & (self.disease == disease)
        x, n = self.events[analysis, own], self.n[analysis, own]
        order = np.lexsort((x, n))
        return x[order], n[order]


def disease_studies(events: ArrayLike, n: ArrayLike, disease: Sequence[str], mask: ArrayLike | None) -> DiseaseStudies:
    """Return the checked studies with all leading axes as one.

    Raises:
        StatisticsError: unusable counts, another number of names, no study in any analysis.
    """
    columns, present = aligned(mask, events=events, n=n)
    names, k = [str(name) for name in disease], present.shape[-1]
    if len(names) != k:
        raise StatisticsError(
            f"{k} studies need as many names of diseases, got {len(names)}",
            hint="one name per study; leading axes of events, n and mask are analyses",
        )
    counts(columns["events"], columns["n"], present)
    if not present.any():
        raise StatisticsError("no study is left: all are masked out", hint="an analysis needs at least one study")
    x, size, flat = columns["events"].reshape(-1, k), columns["n"].reshape(-1, k), present.reshape(-1, k)
    used = np.flatnonzero(flat.any(axis=0)).tolist()
    diseases = tuple(dict.fromkeys(names[study] for study in used))
    codes = np.array([diseases.index(name) if name in diseases else -1 for name in names], dtype=np.int64)
    return DiseaseStudies(x, size, flat, codes, diseases, present.shape[:-1])


@dataclass(frozen=True, slots=True)
class BorrowedRates:
    """Rates of B analyses.

    Attributes:
        numbers: `alone`, `partial`, `robust` (B, J, 5) and `new` (B, 5): mean, sd, median, lower, upper; `weight`,
            `exchangeable` (B, J); `between`, `within` (B).
        logits: (B, J) distributions of the logits by model, or None.
    """

    numbers: dict[str, FloatArray]
    logits: dict[str, NDArray[np.object_]]

    @classmethod
    def empty(cls, analyses: int, diseases: int) -> BorrowedRates:
        """Return NaN and None."""
        shapes: dict[str, tuple[int, ...]] = dict.fromkeys(("alone", "partial", "robust"), (diseases, 5))
        shapes |= {"new": (5,), "weight": (diseases,), "exchangeable": (diseases,), "between": (), "within": ()}
        numbers = {name: np.full((analyses, *shape), np.nan) for name, shape in shapes.items()}
        logits = {name: np.full((analyses, diseases), None) for name in ("alone", "partial", "robust")}
        return cls(numbers, logits)

    def put(self, model: str, place: tuple[int, int], values: tuple[float, ...], logit: GridDistribution) -> None:
        """Set the rate of a disease in an analysis."""
        self.numbers[model][place] = values
        self.logits[model][place] = logit


def borrowed_rates(
    table: DiseaseStudies, usable: BoolArray, priors: Hierarchy, apart: float, level: float
) -> BorrowedRates:
    """Return the rates of the usable analyses; the others have NaN."""
    found = BorrowedRates.empty(*table.studies.shape)
    _alone(found, table, usable, priors, level)
    steps = step_for(priors, np.maximum(table.patients.max(axis=1), 1.0))
    for step in np.unique(steps[usable]):
        grids = Grids.of(priors, float(step))
        for diseases, rows, which in _parts(table, np.flatnonzero(usable & (steps == step))):
            likelihoods = Diseases.of(grids, diseases)
            at_once = max(1, CELLS // (which.shape[1] * likelihoods.shared[0].size))
            for start in range(0, rows.size, at_once):
                here = slice(start, start + at_once)
                index, present = np.maximum(which[here], 0), which[here] >= 0
                partial, robust = (
                    disease_posterior(grids, likelihoods, index, present, share) for share in (0.0, apart)
                )
                _fill(found, grids.grid, rows[here], (partial, robust), present, level)
    return found


def _alone(found: BorrowedRates, table: DiseaseStudies, usable: BoolArray, priors: Hierarchy, level: float) -> None:
    known: dict[bytes, tuple[tuple[float, ...], GridDistribution]] = {}
    for row, disease in np.argwhere(usable[:, np.newaxis] & (table.studies > 0)).tolist():
        own = table.counts(row, disease)
        key = np.stack(own).tobytes()
        if key not in known:
            known[key] = typical_rate(*own, priors.mean, priors.within, level)
        found.put("alone", (row, disease), *known[key])


def _parts(table: DiseaseStudies, rows: IntArray) -> Iterator[tuple[list[Counted], IntArray, IntArray]]:
    """Yield different diseases (D), analyses (A), and which of the diseases each analysis has (A, J), -1 for none."""
    there = table.studies > 0
    place: dict[bytes, int] = {}
    diseases: list[Counted] = []
    which: list[IntArray] = []
    begin = 0
    for end, row in enumerate(rows.tolist()):
        if diseases and len(diseases) + len(table.diseases) > DISEASES:
            yield diseases, rows[begin:end], np.array(which)
            place, diseases, which, begin = {}, [], [], end
        which.append(np.full(len(table.diseases), -1))
        for j in np.flatnonzero(there[row]).tolist():
            own = table.counts(row, j)
            key = np.stack(own).tobytes()
            if key not in place:
                place[key] = len(diseases)
                diseases.append(own)
            which[-1][j] = place[key]
    yield diseases, rows[begin:], np.array(which)


def _fill(
    found: BorrowedRates, grid: FloatArray, rows: IntArray, posteriors: tuple[DiseasePosterior, DiseasePosterior],
    present: BoolArray, level: float,
) -> None:  # fmt: skip
    partial, robust = posteriors
    for model, one in (("partial", partial), ("robust", robust)):
        for a, j in np.argwhere(present).tolist():
            logit = GridDistribution.of(grid, one.disease[a, j])
            found.put(model, (int(rows[a]), j), summary(logit, special.expit, level), logit)
    found.numbers["new"][rows] = [summary(GridDistribution.of(grid, new), special.expit, level) for new in partial.new]
    found.numbers["weight"][rows] = np.where(present, partial.weight, np.nan)
    found.numbers["exchangeable"][rows] = np.where(present, robust.exchangeable, np.nan)
    found.numbers["between"][rows], found.numbers["within"][rows] = partial.between, partial.within
