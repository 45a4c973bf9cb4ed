"""What a document says of its patients as a whole: how many, in which groups, and whether there is a comparison."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from mscevidence.extract.arms import ALL, arm_key, is_comparative
from mscevidence.extract.patients.assessed import Assessed, assessed_in
from mscevidence.extract.patients.assigned import treatments_assigned
from mscevidence.model import Candidate, Document, Value

_CONTROL = re.compile(
    r"\b(?:controls?|placebo|saline|sham|standard|conventional|routine|usual|untreated|no)\b", re.IGNORECASE
)
"""Words of which the name of the arm without the treatment has one."""
_GOT_IT = re.compile(r"treated|infused|transplanted|injected|received|given", re.IGNORECASE)
"""What is said of those who got the treatment."""
_MOST = 0.6
"""The share of those who entered that must have been treated, so that they are no group among others."""
_SAME = {"without": "non", "no": "non", "not": "non"}
_SAID_OF_ANY = {"treatment", "therapy", "infusion", "infused", "transplantation", "treated", "receiving"}
"""What the name of an arm may have or not: "without MSC treatment" is the non-MSC group."""
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
    assessed: tuple[Assessed, ...] = ()
    """How many of the patients are said to have been left to be assessed."""
    entered: Value | None = None
    """How many entered the trial, where fewer of them were treated, whose number the total then is."""

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
        key = arm_key(arm)
        return self.sizes.get(key) or self.sizes.get(self._otherwise_called(key))

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

    def left_at(self, place: int, *, benefit: bool) -> tuple[Value, ...]:
        """Return the numbers of patients, fewer than all, of whom what is told behind a place may be.

        Args:
            place: where it is told.
            benefit: it is a judgement of benefit, of those who could be judged.
        """
        total = self.total_number
        if total is None:
            return ()
        return tuple(left.n for left in self.assessed if left.may_be_meant(total, place, benefit=benefit))

    @cached_property
    def named(self) -> tuple[str, ...]:
        """Return the names of the arms whose sizes are told, in the order of the text, without everybody."""
        return tuple(label for key, label in self.labels.items() if key != ALL)

    def label(self, arm: str) -> str:
        """Return the name under which the size of an arm was told, or the name itself."""
        key = arm_key(arm)
        told = self.labels.get(key) or self.labels.get(self._otherwise_called(key), arm)
        return arm if told.startswith("without ") else told

    def _otherwise_called(self, key: str) -> str:
        """Return the key of the only arm whose name has all words of another name; the empty text where none has."""
        if key in self._called_in_general:
            return self._called_in_general[key]
        words = _words(key)
        among = [other for other in self.sizes if other != ALL and words and words <= _words(other)]
        several = len(self.sizes.keys() - {ALL}) > 1
        return among[0] if several and len(among) == 1 else ""


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
    comparative = known.comparative if known else is_comparative(document)
    assessed = known.assessed if known else assessed_in(document)
    total, entered = (None, None) if comparative else _settled(participants, assessed)
    sizes |= {ALL: total} if total is not None else {}
    of_arms = [(r.arm, n) for r in results if r.arm and (n := _printed_n(r)) is not None]
    printed = {(arm_key(arm), n.number) for arm, n in of_arms}
    printed_for_all = {n.number: n for arm, n in of_arms if arm == ALL and n.number is not None}
    unsure = frozenset(arm for arm, number in printed if arm in sizes and number != sizes[arm].number)
    assigned = known.assigned if known else treatments_assigned(document) if comparative else ()
    return Context(
        document,
        comparative,
        sizes,
        labels,
        unsure,
        assigned,
        tuple((printed_for_all | told.get(ALL, {}) | {a.n.number: a.n for a in assessed if a.n.number}).values()),
        assessed,
        entered,
    )


def _settled(participants: Iterable[Candidate], assessed: tuple[Assessed, ...]) -> tuple[Value | None, Value | None]:
    """Return the total, and those who entered if fewer were treated, where two numbers of all patients are told."""
    told: dict[float, dict[bool, Value]] = {}
    for candidate in participants:
        n, status = candidate.value("n"), candidate.value("status")
        if candidate.arm == ALL and n is not None and n.number and candidate.value("qualifier") is None:
            told.setdefault(n.number, {})[status is not None and bool(_GOT_IT.fullmatch(status.text))] = n
    match sorted(told):
        case [fewer, more]:
            entered, treated = told[more].get(False), told[fewer].get(True)
        case _:
            return None, None
    if entered is None or treated is None or any(len(ways) > 1 for ways in told.values()):
        return None, None
    if any(left.n.number == fewer and left.shares_out(more) for left in assessed):
        return entered, None  # "33 patients received cells of blood and 7 of marrow"
    return (treated, entered) if fewer >= _MOST * more else (None, None)


def _words(key: str) -> frozenset[str]:
    return frozenset(_SAME.get(word, word) for word in re.split(r"[\s/+-]+", key) if word) - _SAID_OF_ANY


def _printed_n(result: Candidate) -> Value | None:
    """Return the n that is printed beside a result, but not what may be its n: "no fever, but rashes in 3 patients"."""
    n = result.value("n") if result.kind == "result" else None
    doubtful = result.rule == "narrative-zero" and result.certainty == "ambiguous"
    return None if n is None or n.derived or doubtful else n
