"""The rating of one domain of GRADE: how many levels it takes off, and the numbers that it is tied to."""

from __future__ import annotations

from dataclasses import dataclass, field

STEPS = {0: "not serious", -1: "serious", -2: "very serious", None: "not rated"}
UNDETECTED = {0: "undetected", -1: "suspected", -2: "strongly suspected", None: "not rated"}
"""Of publication bias: what was not seen may still be there."""
PUBLICATION_BIAS = "publication bias"
Number = float | int | str | None


@dataclass(frozen=True)
class Rating:
    """A draft rating of one domain.

    Attributes:
        domain: such as ``inconsistency``.
        steps: 0, -1 or -2 levels; None where a person must judge, or nobody can.
        why: the sentence, with the number.
        numbers: what the sentence rests on, by name.
        thresholds: the thresholds it was held against, by name.
    """

    domain: str
    steps: int | None
    why: str
    numbers: dict[str, Number] = field(default_factory=dict)
    thresholds: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Return the rating in words."""
        return (UNDETECTED if self.domain == PUBLICATION_BIAS else STEPS)[self.steps]
