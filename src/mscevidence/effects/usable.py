"""A result that may stand for a study in an analysis: alone, or against the result of a control arm."""

from __future__ import annotations

import dataclasses

from mscevidence import vocabulary
from mscevidence.effects.exposure import COUNTED
from mscevidence.effects.names import SECONDARY_RANK
from mscevidence.model import Arm, Report, Result, Study


@dataclasses.dataclass(frozen=True, kw_only=True)
class Usable:
    """A result (or the sum of the results of disjoint arms) that may stand for a study in an analysis.

    `arms` are the arms it covers; `keys` the results it is made of; `result` and `report` those of its first part.
    `time` is the time at risk in the unit of the question, in analyses of incidence rates. `control` is what it is
    compared with, in analyses that compare.
    """

    study: Study
    keys: tuple[str, ...]
    arms: tuple[Arm, ...]
    result: Result
    report: Report
    events: int
    n: int
    derived: bool
    narrative: bool
    time: float | None = None
    control: Usable | None = None

    @property
    def key(self) -> str:
        """Return the address of the result, or of the sum (``a + b``)."""
        return " + ".join(self.keys)

    @property
    def address(self) -> str:
        """Return the address with that of the control arm: ``a + b against c``."""
        return f"{self.key} against {self.control.key}" if self.control else self.key

    @property
    def counts(self) -> str:
        """Return the counts: ``8/18``, ``8/18 against 3/17``, or ``12 in 34.5`` of time at risk."""
        if self.time is not None:
            return f"{self.events} in {self.time:.4g}"
        own = f"{self.events}/{self.n}"
        return f"{own} against {self.control.events}/{self.control.n}" if self.control else own

    @property
    def sides(self) -> tuple[Usable, ...]:
        """Return itself, and what it is compared with."""
        return (self, self.control) if self.control else (self,)

    @property
    def patients(self) -> int:
        """Return how many patients it counts, those of the control arm included."""
        return sum(side.n for side in self.sides)

    @property
    def indirectness(self) -> int:
        """Return how far it is from printed counts: 1 if a count is derived, 2 or 3 if a zero is in words, else 0."""
        return max(2 * side.narrative + side.derived for side in self.sides)

    @property
    def secondary(self) -> bool:
        """Return whether it was read from a report that repeats another's numbers."""
        return vocabulary.load("report-kind")[self.report.kind].rank >= SECONDARY_RANK

    @property
    def whole(self) -> bool:
        """Return whether the denominator is the whole arm."""
        population = self.result.population
        if self.time is not None and population in COUNTED.values():
            return True
        return population is None or vocabulary.load("population")[population].whole
