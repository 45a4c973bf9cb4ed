"""The sizes of both groups as a document tells them, and what counts and percents of a sentence make with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mscevidence.extract.grammar.arithmetic import Share, events_of, possible
from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.lookup.group_mentions import SIDES, Whose
from mscevidence.extract.tables.two_by_two import Counted
from mscevidence.model import Value

HARM = re.compile(r"\b(?:adverse|side\seffects?|toxicit(?:y|ies)|safety|grades?)\b", re.IGNORECASE)
"""What is counted among those who were treated, who may be fewer than those randomised."""


@dataclass(frozen=True)
class ToldSizes:
    """The pairs of sizes of intervention and comparator: the one to be believed first, then those of table headers.

    A pair of a header may be of a part of the patients. So a pair is believed where the percents agree with it, and
    events without a percent only where a document tells one pair. `halves` are believed where no pair is told and a
    percent that tells of some agrees with them. `treated` are the sizes that the headers of a table of harms tell.
    """

    pairs: tuple[tuple[Value, Value], ...]
    halves: tuple[Value, Value] | None = None
    treated: tuple[Value, Value] | None = None

    @property
    def certain(self) -> bool:
        """Whether the document tells one pair only."""
        return len({(one.number, two.number) for one, two in self.pairs}) == 1

    @property
    def best(self) -> tuple[Value | None, Value | None]:
        """The pair to be believed first."""
        return self.pairs[0] if self.pairs else (None, None)

    def counted(self, found: Mapping[Whose, Count], *, alone: bool = False) -> tuple[Counted, Counted] | None:
        """Return events and n of both groups with the first pair of sizes that the counts agree with.

        Args:
            found: the counts of both groups.
            alone: whether no other pair may agree with them but that of the table of harms.
        """
        fitting: dict[tuple[float | None, float | None], tuple[Counted, Counted]] = {}
        for first, second in self.pairs or ((None, None),):
            one = self.of_one(found["intervention"], first)
            two = self.of_one(found["comparator"], second)
            if one is not None and two is not None:
                fitting.setdefault((one.n.number, two.n.number), (one, two))
        if not fitting:
            return self._halved(found) if not self.pairs else None
        if not alone or len(fitting) == 1:
            return next(iter(fitting.values()))
        return fitting.get((self.treated[0].number, self.treated[1].number)) if self.treated is not None else None

    def _halved(self, found: Mapping[Whose, Count]) -> tuple[Counted, Counted] | None:
        percents = [count.number("percent") for count in found.values()]
        if self.halves is None or None in percents or not any(0 < (percent or 0) < 100 for percent in percents):
            return None
        one, two = (self.of_one(found[side], n) for side, n in zip(SIDES, self.halves, strict=True))
        return (one, two) if one is not None and two is not None else None

    def of_one(self, count: Count, size: Value | None) -> Counted | None:
        """Return events and n of one group, or None where they are not certain."""
        events, n, percent = (count.value(role) for role in ("events", "n", "percent"))
        decimals = len(percent.text.partition(".")[2]) if percent else 0
        if events is None and n is not None and percent is not None and percent.number in {0.0, 100.0}:
            events = percent.model_copy(update={"role": "events", "number": (n.number or 0) * percent.number / 100})
        if events is not None and n is not None:
            return Counted(events, n, "stated") if _agree(events, percent, decimals, n, slack=1.5) else None
        if size is None or size.number is None:
            return None
        if events is not None:
            sure = percent is not None or self.certain
            return (
                Counted(events, size, "text") if sure and _agree(events, percent, decimals, size, slack=1.0) else None
            )
        if percent is not None and percent.number is not None and _is_made(percent.number, decimals, size.number):
            number = float(events_of(percent.number, size.number))
            made = percent.model_copy(update={"role": "events", "number": number, "derived": True})
            return Counted(made, size, "percent")
        return None


def _is_made(percent: float, decimals: int, n: float) -> bool:
    """Return whether some number of n patients makes a percent, rounded or, with decimals, cut off."""
    share = Share(events_of(percent, n), percent, decimals)
    return possible(percent, decimals, n) or (decimals > 0 and share.agrees(n, cut=True))


def _agree(events: Value, percent: Value | None, decimals: int, n: Value, *, slack: float) -> bool:
    if percent is None:
        return (events.number or 0) <= (n.number or 0)
    return Share(events.number or 0, percent.number or 0, decimals).agrees(n.number or 0, slack=slack)
