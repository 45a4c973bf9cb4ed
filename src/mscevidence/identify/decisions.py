"""What people decided about pairs of reports and studies, and how a decision finds its pair again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from mscevidence.model.noun import Frozen

DecisionKind = Literal["same-report", "different-reports", "same-study", "shared-patients", "different-patients"]

OPPOSITES: dict[DecisionKind, DecisionKind] = {
    "same-report": "different-reports",
    "same-study": "different-patients",
    "shared-patients": "different-patients",
}
"""What the rejection of a proposal says."""


class Decision(Frozen):
    """What a person decided about two reports or two studies, with who, when and why.

    `left` and `right` name them: a study by its id, a report by ``pmid:123``, ``doi:10.1/x``, ``meeting:ash-2023-687``
    or by the first 16 digits of the hash of its bytes. Of several decisions about one pair the last one holds.
    """

    kind: DecisionKind
    left: Annotated[str, Field(min_length=1)]
    right: Annotated[str, Field(min_length=1)]
    reason: Annotated[str, Field(min_length=3)]
    by: Annotated[str, Field(min_length=1)]
    on: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]

    @model_validator(mode="after")
    def _two_ends(self) -> Decision:
        if self.left == self.right:
            raise ValueError(f"left and right are both {self.left!r}")
        return self


class Decisions:
    """Decisions by the pair they are about.

    Args:
        decisions: in the order in which they were made.
    """

    def __init__(self, decisions: Iterable[Decision] = ()) -> None:
        self._by_pair: dict[frozenset[str], Decision] = {}
        self._turn: dict[frozenset[str], int] = {}
        self._partners: dict[str, set[str]] = defaultdict(set)
        for turn, one in enumerate(decisions):
            pair = frozenset((one.left, one.right))
            self._by_pair[pair], self._turn[pair] = one, turn
            self._partners[one.left].add(one.right)
            self._partners[one.right].add(one.left)

    def __iter__(self) -> Iterator[Decision]:
        return iter(self._by_pair.values())

    def __len__(self) -> int:
        return len(self._by_pair)

    def about(self, left: Iterable[str], right: Iterable[str]) -> Decision | None:
        """Return the last decision about two things that are known under several names each, or None.

        Names that both sides have tell nothing about the pair and are left out.
        """
        mine, theirs = frozenset(left), frozenset(right)
        mine, theirs = mine - theirs, theirs - mine
        known = [frozenset((one, other)) for one in mine for other in self._partners.get(one, ()) if other in theirs]
        return self._by_pair[max(known, key=self._turn.__getitem__)] if known else None

    def names(self) -> frozenset[str]:
        """Return every name that a decision is about."""
        return frozenset(self._partners)
