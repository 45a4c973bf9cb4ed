"""What a document says of its patients as a whole: how many, in which groups, and whether there is a comparison."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from mscevidence.extract.arms import ALL, is_comparative
from mscevidence.model import Candidate, Document, Value


@dataclass(frozen=True)
class Context:
    """Sizes by arm label (case folded); an arm whose size is told in two ways is not in it."""

    document: Document
    comparative: bool
    sizes: dict[str, Value] = field(default_factory=dict)

    @property
    def total(self) -> Value | None:
        """Return the number of all patients when the document leaves no doubt about it."""
        return self.sizes.get(ALL)

    @property
    def single_arm(self) -> bool:
        """Return whether everybody belongs to one arm."""
        return not self.comparative and len(self.sizes) <= 1

    def size(self, arm: str | None) -> Value | None:
        """Return the number of patients of an arm, or None."""
        return self.sizes.get(arm.casefold()) if arm else None


def context_of(document: Document, participants: Iterable[Candidate]) -> Context:
    """Return what the participant candidates of a document tell about it."""
    told: dict[str, dict[float, Value]] = {}
    for candidate in participants:
        n = candidate.value("n")
        if n is None or n.number is None or candidate.arm is None or candidate.value("qualifier") is not None:
            continue
        told.setdefault(candidate.arm.casefold(), {}).setdefault(n.number, n)
    sizes = {arm: next(iter(numbers.values())) for arm, numbers in told.items() if len(numbers) == 1}
    return Context(document, is_comparative(document), sizes)
