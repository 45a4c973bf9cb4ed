"""The counts of the studies of one analysis as arrays, of one arm or of two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mscevidence.stats import EffectSizes, effect_sizes

Array = NDArray[np.int64]
Times = NDArray[np.float64]


class Group(Protocol):
    """Events of n."""

    @property
    def events(self) -> int:
        """Patients with the event."""

    @property
    def n(self) -> int:
        """Patients."""


class Counted(Group, Protocol):
    """Events of n, with those of a control group where there is one, or with the time at risk."""

    @property
    def time(self) -> float | None:
        """Time at risk, of incidence rates."""

    @property
    def control(self) -> Group | None:
        """The other side of a comparison."""


@dataclass(frozen=True)
class Counts:
    """Events and patients of each study; those of its control arm, or None for rates of one arm.

    `time` is the time at risk of each study, None where patients are counted.
    """

    events: Array
    n: Array
    control_events: Array | None = None
    control_n: Array | None = None
    time: Times | None = None

    @classmethod
    def of(cls, rows: Sequence[Counted], *, comparative: bool) -> Counts:
        """Return the counts of study rows, or of what `effects` selects."""
        events, n = np.array([row.events for row in rows], dtype=int), np.array([row.n for row in rows], dtype=int)
        if not comparative:
            times = [row.time for row in rows if row.time is not None]
            return cls(events, n, time=np.array(times, dtype=float) if times and len(times) == len(rows) else None)
        controls = [row.control for row in rows if row.control is not None]
        return cls(
            events,
            n,
            np.array([one.events for one in controls], dtype=int),
            np.array([one.n for one in controls], dtype=int),
        )

    def only(self, mask: NDArray[np.bool_]) -> Counts:
        """Return the counts of some of the studies."""
        columns = {one.name: getattr(self, one.name) for one in fields(self)}
        own: dict[str, Any] = {name: None if values is None else values[mask] for name, values in columns.items()}
        return Counts(**own)

    @property
    def k(self) -> int:
        """Return the number of studies."""
        return len(self.n)

    @property
    def totals(self) -> dict[str, float | None]:
        """Return the sums as an `Estimate` names them."""
        control = (self.control_events, self.control_n)
        sums = [None if values is None else int(values.sum()) for values in control]
        return {
            "events": int(self.events.sum()),
            "patients": int(self.n.sum()),
            "time": None if self.time is None else float(self.time.sum()),
            "control_events": sums[0],
            "control_patients": sums[1],
        }

    @property
    def both(self) -> tuple[Array, Array]:
        """Return events and patients with those of the control arms added."""
        if self.control_events is None or self.control_n is None:
            return self.events, self.n
        return self.events + self.control_events, self.n + self.control_n

    @property
    def table(self) -> dict[str, Any]:
        """Return the columns as `mscevidence.stats` names them."""
        if self.time is not None:
            return {"events": self.events, "time": self.time}
        if self.control_events is None or self.control_n is None:
            return {"events": self.events, "n": self.n}
        return {"events1": self.events, "n1": self.n, "events2": self.control_events, "n2": self.control_n}

    def effect_sizes(self, measure: str) -> EffectSizes:
        """Return the studies' own effects; 0.5 is added to every cell where one is zero, but not for Peto's method."""
        return effect_sizes(measure, to="none" if measure == "PETO" else "only0", **self.table)
