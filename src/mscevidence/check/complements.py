"""Outcomes that complete each other: their events add up to n, or to the events of a wider outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mscevidence.check.registry import finding
from mscevidence.model import Finding

_WHOLE_ARM = (
    ("survival", "death"),
    ("relapse", "relapse-free"),
    ("response", "no-response"),
    ("completed", "discontinuation"),
)
"""Pairs of which every patient has exactly one."""

_WIDER = (
    ("response", ("complete-response", "partial-response")),
    ("remission", ("complete-remission", "partial-remission")),
)
"""A wider outcome and the two that make it up."""

Counts = Mapping[str, tuple[int, int]]
"""Events and n by outcome, all of one arm at one time point."""


def complement_findings(counts: Counts, subject: str) -> Iterator[Finding]:
    """Yield what does not add up among the outcomes of one arm at one time point."""
    for one, other in _WHOLE_ARM:
        if one in counts and other in counts and counts[one][1] == counts[other][1]:
            (first, n), (second, _) = counts[one], counts[other]
            if first + second > n or (first + second < n and one == "survival"):
                yield finding("complement-sums", f"{one} {first} and {other} {second} do not add up to {n}", subject)
    for whole, (complete, partial) in _WIDER:
        if all(name in counts for name in (whole, complete, partial)):
            total, parts = counts[whole][0], counts[complete][0] + counts[partial][0]
            same_n = len({counts[name][1] for name in (whole, complete, partial)}) == 1
            if same_n and parts != total:
                said = f"{complete} {counts[complete][0]} and {partial} {counts[partial][0]} add up to {parts}"
                yield finding("complement-sums", f"{said}, not to {whole} {total}", subject)
