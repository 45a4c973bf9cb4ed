"""What a document says of its patients as a whole: how many, in which groups, and whether there is a comparison."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from mscevidence.extract.arms import ALL, arm_key, is_comparative
from mscevidence.extract.assigned import treatments_assigned
from mscevidence.model import Candidate, Document, Value

_CONTROL = re.compile(
    r"\b(?:controls?|placebo|saline|sham|standard|conventional|routine|usual|untreated|no)\b", re.IGNORECASE
)
"""Words of which the name of the arm without the treatment has one."""
_TREATED = ("treated", "treatment", "intervention", "experimental")
"""Names for the arm with the treatment."""


@dataclass(frozen=True)
class Context:
    """Sizes by the key of the arm; an arm whose size is told in two ways is not in it."""

    document: Document
    comparative: bool
    sizes: dict[str, Value] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    unsure: frozenset[str] = frozenset()
    assigned: tuple[str, ...] = ()
    """The names of the two treatments that patients were assigned to, whose sizes need not be told."""
    people: tuple[Value, ...] = ()
    """Every number that is told, or printed as n, of all patients; more than one where some were left out later."""

    @property
    def total(self) -> Value | None:
        """Return the number of all patients when the document leaves no doubt about it."""
        return self.sizes.get(ALL)

    @property
    def total_number(self) -> float | None:
        """Return how many patients there are in all, None where that is in doubt."""
        return self.total.number if self.total else None

    @property
    def single_arm(self) -> bool:
        """Return whether everybody belongs to one arm."""
        return not self.comparative and len(self.sizes) <= 1

    def size(self, arm: str | None) -> Value | None:
        """Return the number of patients of an arm, or None."""
        if not arm:
            return None
        return self.sizes.get(arm_key(arm)) or self.sizes.get(self._called_in_general.get(arm_key(arm), ""))

    @cached_property
    def _called_in_general(self) -> dict[str, str]:
        """Return the keys of the two arms whose sizes are told for "control" and "treated", where one is a control."""
        keys = [key for key in self.sizes if key != ALL]
        controls = [key for key in keys if _CONTROL.search(self.labels.get(key, key))]
        if len(keys) != 2 or len(controls) != 1:
            return {}
        treated = next(key for key in keys if key not in controls)
        return {"control": controls[0], **dict.fromkeys(_TREATED, treated)}

    def derivable(self, arm: str | None) -> Value | None:
        """Return the number of patients of an arm when every result of the arm that prints its n agrees with it."""
        return None if arm and arm_key(arm) in self.unsure else self.size(arm)

    @cached_property
    def named(self) -> tuple[str, ...]:
        """Return the names of the arms whose sizes are told, in the order of the text, without everybody."""
        return tuple(label for key, label in self.labels.items() if key != ALL)

    def label(self, arm: str) -> str:
        """Return the name under which the size of an arm was told, or the name itself."""
        key = arm_key(arm)
        return self.labels.get(key) or self.labels.get(self._called_in_general.get(key, ""), arm)


def context_of(
    document: Document,
    participants: Iterable[Candidate],
    results: Iterable[Candidate] = (),
    *,
    known: Context | None = None,
) -> Context:
    """Return what the participant candidates of a document tell about it.

    An arm of which a result prints another n than its size is not sure: its n is derived for no other result.

    Args:
        document: the document.
        participants: the numbers of its patients.
        results: its results.
        known: what was found before of the same document; its comparison is not looked for again.
    """
    told: dict[str, dict[float, Value]] = {}
    labels: dict[str, str] = {}
    for candidate in participants:
        n = candidate.value("n")
        if n is None or n.number is None or candidate.arm is None or candidate.value("qualifier") is not None:
            continue
        key = arm_key(candidate.arm)
        told.setdefault(key, {}).setdefault(n.number, n)
        labels.setdefault(key, candidate.arm)
    sizes = {arm: next(iter(numbers.values())) for arm, numbers in told.items() if len(numbers) == 1}
    printed = {
        (arm_key(r.arm), n.number)
        for r in results
        if r.kind == "result" and r.arm and (n := r.value("n")) and not n.derived
    }
    printed_for_all = {
        n.number: n
        for r in results
        if r.kind == "result" and r.arm == ALL and (n := r.value("n")) and not n.derived and n.number is not None
    }
    unsure = frozenset(arm for arm, number in printed if arm in sizes and number != sizes[arm].number)
    comparative = known.comparative if known else is_comparative(document)
    assigned = known.assigned if known else treatments_assigned(document) if comparative else ()
    return Context(
        document,
        comparative,
        sizes,
        labels,
        unsure,
        assigned,
        tuple((printed_for_all | told.get(ALL, {})).values()),
    )
