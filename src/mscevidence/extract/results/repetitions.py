"""Results that a document tells more than once: one candidate with all its places."""

from __future__ import annotations

from collections import defaultdict

from mscevidence.extract.candidates import said_again
from mscevidence.model import Candidate


class Gathering:
    """Gathers candidates in the order of the text; what only repeats one of them becomes another place of it."""

    def __init__(self) -> None:
        self._found: list[Candidate] = []
        self._places: defaultdict[str | None, list[int]] = defaultdict(list)

    def add(self, candidate: Candidate) -> None:
        """Add a candidate, or its place to the earlier one that says the same with no less detail."""
        for place in self._places[candidate.outcome]:
            earlier = self._found[place]
            if _says_again(candidate, earlier) and not _prints(candidate, earlier):
                first, again = (candidate, earlier) if _prints_all(candidate, earlier) else (earlier, candidate)
                for said in (again.span, *again.also_at):
                    first = said_again(first, said)
                self._found[place] = first
                return
        self._places[candidate.outcome].append(len(self._found))
        self._found.append(candidate)

    def candidates(self) -> tuple[Candidate, ...]:
        """Return the candidates without those of which another says more, which has their places too."""
        kept = list(self._found)
        dropped: set[int] = set()
        for places in self._places.values():
            for place in places:
                better = [other for other in places if self._is_better(other, place)]
                if not better:
                    continue
                dropped.add(place)
                heir = next((other for other in better if other not in dropped), better[0])
                for said in (kept[place].span, *kept[place].also_at):
                    kept[heir] = said_again(kept[heir], said)
        return tuple(candidate for place, candidate in enumerate(kept) if place not in dropped)

    def _is_better(self, other: int, place: int) -> bool:
        one, found = self._found[other], self._found[place]
        return _says_more(one, found) or _prints(one, found)


def _prints_all(candidate: Candidate, earlier: Candidate) -> bool:
    """Return whether a candidate prints events and n of which the earlier one, of the same arm, derives a part."""
    if candidate.arm != earlier.arm or candidate.certainty != "stated" or earlier.certainty != "derived":
        return False
    if candidate.time_point != earlier.time_point:
        return False
    return all(candidate.value(role) is not None for role in ("events", "n"))


def _prints(candidate: Candidate, earlier: Candidate) -> bool:
    """Return whether a candidate prints the events that an earlier one of the same sentence has from a percent."""
    if candidate.certainty != "stated" or earlier.certainty != "derived" or candidate.span[0] - earlier.span[1] > 80:
        return False
    events = earlier.value("events")
    same = (candidate.outcome, candidate.arm) == (earlier.outcome, earlier.arm)
    numbers = [(each.number("events"), each.number("n")) for each in (candidate, earlier)]
    return same and events is not None and events.derived and numbers[0] == numbers[1]


def _says_more(candidate: Candidate, other: Candidate) -> bool:
    """Return whether a candidate prints the n that another, of the same events, leaves out."""
    n, missing = candidate.value("n"), other.value("n")
    if n is None or n.derived or (missing is not None and not missing.derived):
        return False
    same = (candidate.kind, candidate.outcome, candidate.arm) == (other.kind, other.outcome, other.arm)
    same_time = other.time_point in {None, candidate.time_point}
    return (
        same and same_time and other.value("percent") is None and candidate.number("events") == other.number("events")
    )


def _says_again(candidate: Candidate, earlier: Candidate) -> bool:
    if candidate.kind != "result" or earlier.kind != "result" or candidate.outcome != earlier.outcome:
        return False
    if candidate.time_point != earlier.time_point and candidate.time_point is not None:
        return False
    same_arm = candidate.arm is None or candidate.arm == earlier.arm
    counts = [candidate.number(role) for role in ("events", "n")]
    if counts == [earlier.number(role) for role in ("events", "n")] and counts[0] is not None:
        return same_arm
    percent, known = candidate.value("percent"), earlier.number("percent")
    printed = candidate.value("events") is None or all(v.derived for v in candidate.values if v.role != "percent")
    if percent is None or percent.number is None or known is None or not printed:
        return False
    decimals = len(percent.text.partition(".")[2])
    return same_arm and abs(percent.number - known) <= 0.5 * 10**-decimals + 1e-9
