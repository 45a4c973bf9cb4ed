"""The n that a list of counts has in common: "5, 7 and 9 of 20 patients"."""

from __future__ import annotations

from dataclasses import replace

from mscevidence.extract.grammar.counts import Count, runs
from mscevidence.model import Value

_OF_N = frozenset(("x-of-n", "x-of-n-percent"))


def with_shared_n(counts: tuple[Count, ...], text: str) -> tuple[Count, ...]:
    """Return counts in which the bare numbers of a list have the n that only its last one prints."""
    if len(counts) < 2 or not any(count.rule in _OF_N for count in counts):
        return counts
    shared = {count: n for run in runs(counts, text) if (n := _last_n(run)) for count in run[:-1]}
    return tuple(
        replace(count, rule="x-of-n", values=(*count.values, shared[count])) if count in shared else count
        for count in counts
    )


def _last_n(run: tuple[Count, ...]) -> Value | None:
    """Return the n of the last count of a list where all before it are bare numbers that it fits."""
    *bare, last = run
    n = last.value("n") if last.rule in _OF_N else None
    if n is None or n.number is None or not bare:
        return None
    fits = all(count.rule == "bare-number" and (count.number("events") or 0) <= n.number for count in bare)
    return n if fits else None
