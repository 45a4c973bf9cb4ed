"""Events and n of two groups as read from one place, before anybody has chosen among the places."""

from __future__ import annotations

from dataclasses import dataclass

from mscevidence.model import Span, Value


@dataclass(frozen=True)
class Counted:
    """Events and n of one side; `rule` says how n or events were found."""

    events: Value
    n: Value
    rule: str


@dataclass(frozen=True)
class Found:
    """A 2x2 read from one place, with how well it fits the question.

    `whole` tells that the n are printed beside the events and are those of all patients of both groups.
    """

    intervention: Counted
    comparator: Counted
    rule: str
    score: float
    outcome: str
    span: Span
    certain: bool = True
    whole: bool = False

    @property
    def numbers(self) -> tuple[float | None, ...]:
        """The four numbers."""
        sides = (self.intervention, self.comparator)
        return tuple(value.number for side in sides for value in (side.events, side.n))
