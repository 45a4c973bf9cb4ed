"""Records of searches that are the same report: found, grouped, counted, and nothing merged silently."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mscevidence.identify.blocking import candidate_pairs
from mscevidence.identify.citation import Citation, citation_of
from mscevidence.identify.comparing import Pair
from mscevidence.identify.decisions import Decision, Decisions
from mscevidence.identify.groups import Group, Joined
from mscevidence.identify.judging import judge
from mscevidence.model import Document


@dataclass(frozen=True)
class Duplicates:
    """Which citations of a stream are the same report.

    Attributes:
        citations: all of them, in the order of the stream.
        groups: every report, most with one citation; each citation is in exactly one group.
        proposals: undecided pairs, the most certain first; a person accepts or rejects them.
        apart: pairs that look alike and were kept apart, with the reasons.
    """

    citations: tuple[Citation, ...]
    groups: tuple[Group, ...]
    proposals: tuple[Pair, ...]
    apart: tuple[Pair, ...]

    @property
    def removed(self) -> int:
        """Return the number of duplicates: citations less reports."""
        return len(self.citations) - len(self.groups)


def find_duplicates(documents: Iterable[Document], *, decisions: Iterable[Decision] = ()) -> Duplicates:
    """Return which documents are the same report.

    The documents may be a stream: only what is compared is kept of each.

    Args:
        documents: records of searches and captured reports.
        decisions: what people decided before; accepted pairs are joined, rejected ones are neither joined nor proposed.
    """
    citations = tuple(citation_of(document, place) for place, document in enumerate(documents))
    return duplicates_among(citations, decisions=decisions)


def duplicates_among(citations: Sequence[Citation], *, decisions: Iterable[Decision] = ()) -> Duplicates:
    """Return which citations are the same report; `find_duplicates` for those who have the citations already."""
    settled = Decisions(one for one in decisions if one.kind in {"same-report", "different-reports"})
    judged = _judged(citations, settled)
    joined = Joined(citations, judged, settled)
    proposals, apart = joined.between_groups()
    return Duplicates(
        citations=tuple(citations),
        groups=tuple(joined.groups()),
        proposals=tuple(sorted(proposals, key=lambda pair: (-pair.certainty, pair.left, pair.right))),
        apart=tuple(sorted(apart, key=lambda pair: (pair.left, pair.right))),
    )


def _judged(citations: Sequence[Citation], settled: Decisions) -> dict[tuple[int, int], Pair]:
    found: dict[tuple[int, int], Pair] = {}
    for left, right in candidate_pairs(citations):
        pair = judge(citations[left], citations[right])
        if pair is not None:
            found[left, right] = pair
    for ends, decision in _settled_pairs(citations, settled):
        found[ends] = _decided_pair(ends, decision)
    return found


def _settled_pairs(citations: Sequence[Citation], settled: Decisions) -> Iterator[tuple[tuple[int, int], Decision]]:
    """Yield the pairs of citations that a decision is about."""
    if not len(settled):
        return
    known = settled.names()
    holders: dict[str, list[int]] = defaultdict(list)
    for place, citation in enumerate(citations):
        for name in citation.identifier_names() & known:
            holders[name].append(place)
    ends = {
        (min(one, other), max(one, other))
        for decision in settled
        for one in holders[decision.left]
        for other in holders[decision.right]
        if one != other
    }
    for left, right in sorted(ends):
        decision = settled.about(citations[left].identifier_names(), citations[right].identifier_names())
        if decision is not None:
            yield (left, right), decision


def _decided_pair(ends: tuple[int, int], decision: Decision) -> Pair:
    reason = f"decided by {decision.by} on {decision.on}: {decision.reason}"
    return Pair(*ends, "same" if decision.kind == "same-report" else "apart", (reason,), 2.0)
