"""Pairs to groups: citations that are one report, joined pair by pair, and never against what keeps two apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mscevidence.identify.citation import Citation
from mscevidence.identify.comparing import Pair
from mscevidence.identify.decisions import Decisions
from mscevidence.identify.judging import contradiction
from mscevidence.identify.title_agreement import differ_in_a_word

SURE = 0.85
"""Certainty of pairs that an identifier or the place in a journal ties together."""


@dataclass(frozen=True)
class Group:
    """Citations that are one report.

    Attributes:
        representative: the most complete citation; the earliest one among equals.
        members: all citations, in the order of the stream.
        pairs: why they are together.
    """

    representative: Citation
    members: tuple[Citation, ...]
    pairs: tuple[Pair, ...]

    @property
    def duplicates(self) -> tuple[Citation, ...]:
        """Return the members that the representative stands for: what PRISMA counts as duplicates removed."""
        return tuple(one for one in self.members if one is not self.representative)

    @property
    def sources(self) -> dict[str, int]:
        """Return the databases that the members come from, with their numbers."""
        counts: dict[str, int] = defaultdict(int)
        for one in self.members:
            counts[one.source] += 1
        return dict(counts)

    @property
    def identifiers(self) -> dict[str, tuple[str, ...]]:
        """Return the identifiers of all members, kind to values."""
        found: dict[str, set[str]] = defaultdict(set)
        for one in self.members:
            for kind, values in one.own.items():
                found[kind] |= values
            if one.registrations:
                found["registration"] |= one.registrations
        return {kind: tuple(sorted(values)) for kind, values in sorted(found.items())}

    def names(self) -> frozenset[str]:
        """Return every name under which a decision may know this report."""
        return frozenset(name for one in self.members for name in one.identifier_names())


class Joined:
    """Citations joined pair by pair, the surest first, never against a pair that is apart."""

    def __init__(
        self, citations: Sequence[Citation], judged: Mapping[tuple[int, int], Pair], settled: Decisions
    ) -> None:
        self._citations = citations
        self._judged = judged
        self._settled = settled
        self._group = list(range(len(citations)))
        self._members: dict[int, list[int]] = {place: [place] for place in range(len(citations))}
        self._pairs: dict[int, list[Pair]] = defaultdict(list)
        self._refused: list[Pair] = []
        same = self._unambiguous([pair for pair in judged.values() if pair.verdict == "same"])
        for pair in sorted(same, key=lambda pair: (-pair.certainty, pair.left, pair.right)):
            self._join(pair)

    def _unambiguous(self, same: Sequence[Pair]) -> Iterator[Pair]:
        """Yield the pairs without those that would fit two reports equally well: a person has to say which one."""
        partners: dict[int, list[Pair]] = defaultdict(list)
        for pair in same:
            if pair.certainty < SURE:
                partners[pair.left].append(pair)
                partners[pair.right].append(pair)
        for pair in same:
            rivals = (self._rival(end, pair, partners[end]) for end in (pair.left, pair.right))
            rival = next((one for one in rivals if one is not None), None) if pair.certainty < SURE else None
            if rival is None:
                yield pair
            else:
                reason = f"but {self._citations[rival].name} fits as well and is another report"
                self._refused.append(Pair(pair.left, pair.right, "undecided", (*pair.reasons, reason), 0.55))

    def _rival(self, end: int, pair: Pair, others: Sequence[Pair]) -> int | None:
        """Return the citation that fits one end as well as the other end of a pair does, and is apart from it."""
        mine = pair.left + pair.right - end
        for other in others:
            theirs = other.left + other.right - end
            between = self._judged.get((min(mine, theirs), max(mine, theirs)))
            if between is not None and between.verdict == "apart" and other.certainty >= pair.certainty:
                return theirs
        return None

    def _join(self, pair: Pair) -> None:
        left, right = self._group[pair.left], self._group[pair.right]
        if left == right:
            self._pairs[left].append(pair)
            return
        against = None if pair.certainty > 1 else self._against(left, right, unsure=pair.certainty < SURE)
        if against is not None:
            shown = (self._citations[place].name for place in (against.left, against.right))
            reason = f"but {' and '.join(shown)} are apart: {', '.join(against.reasons)}"
            self._refused.append(Pair(pair.left, pair.right, "undecided", (*pair.reasons, reason), 0.55))
            return
        for place in self._members[right]:
            self._group[place] = left
        self._members[left] += self._members.pop(right)
        self._pairs[left] += [*self._pairs.pop(right, []), pair]

    def _against(self, left: int, right: int, *, unsure: bool) -> Pair | None:
        """Return a pair across two groups that keeps them apart, or None.

        A title that is cut begins several titles: where nothing surer ties two groups together, titles that differ in a
        word or number keep them apart.
        """
        for one in self._members[left]:
            for other in self._members[right]:
                ends = (min(one, other), max(one, other))
                known = self._judged.get(ends)
                pair = known or contradiction(self._citations[ends[0]], self._citations[ends[1]])
                if pair is not None and pair.verdict == "apart":
                    return pair
                if unsure and differ_in_a_word(self._citations[one].title, self._citations[other].title):
                    return Pair(*ends, "apart", ("titles that differ in a word or number",), 0.3)
        return None

    def groups(self) -> Iterator[Group]:
        """Yield the groups in the order of their first members."""
        for _, places in sorted((min(places), sorted(places)) for places in self._members.values()):
            members = tuple(self._citations[place] for place in places)
            # max returns the first of equals: the earliest in the stream.
            best = max(members, key=lambda one: one.completeness)
            yield Group(best, members, tuple(self._pairs.get(self._group[places[0]], ())))

    def between_groups(self) -> tuple[list[Pair], list[Pair]]:
        """Return what is undecided between groups, and what was kept apart though alike; of two groups one pair."""
        undecided = [pair for pair in self._judged.values() if pair.verdict == "undecided"]
        apart = [pair for pair in self._judged.values() if pair.verdict == "apart"]
        seen: set[tuple[int, int]] = set()
        proposals = list(self._first_of_groups([*self._refused, *undecided], seen, skip_settled=True))
        return proposals, list(self._first_of_groups(apart, seen))

    def _first_of_groups(
        self, pairs: Sequence[Pair], seen: set[tuple[int, int]], *, skip_settled: bool = False
    ) -> Iterator[Pair]:
        for pair in sorted(pairs, key=lambda pair: (-pair.certainty, pair.left, pair.right)):
            left, right = sorted((self._group[pair.left], self._group[pair.right]))
            if left == right or (left, right) in seen or (skip_settled and self._settled_apart(left, right)):
                continue
            seen.add((left, right))
            yield pair

    def _settled_apart(self, left: int, right: int) -> bool:
        """Return whether a person keeps two groups apart."""
        if not len(self._settled):
            return False
        names = [
            frozenset(name for place in self._members[group] for name in self._citations[place].identifier_names())
            for group in (left, right)
        ]
        return self._settled.about(*names) is not None
