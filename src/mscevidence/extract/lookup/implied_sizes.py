"""The sizes of groups that no sentence tells, but that the counts and percents of the results imply."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from mscevidence.extract.grammar.arithmetic import Share, only_n
from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.lookup.group_counts import assigned
from mscevidence.extract.lookup.group_mentions import SIDES, Groups, Whose
from mscevidence.extract.lookup.stated_pairs import stated_pairs
from mscevidence.extract.wording.pairing import Side
from mscevidence.model import Span, Value

_TWICE = 2


def implied_sizes(groups: Groups) -> dict[Side, Value]:
    """Return the only sizes that the counts and percents of the text allow: 7 (33.3%) and 15 (71.4%) are of 21."""
    shares: dict[Whose, list[tuple[Share, Value]]] = {}
    for name, sentences in groups.told:
        for sentence in sentences if re.match(r"(?i)results|abstract", name) else ():
            counts = groups.counts(sentence)
            if counts and all(count.rule == "x-percent" for count in counts):
                for whose, count in (assigned(groups.text, groups.mentions(sentence), counts) or {}).items():
                    shares.setdefault(whose, []).append(_share(count))
    found: dict[Side, Value] = {}
    for side in SIDES:
        told = shares.get(side, [])
        n = only_n([share for share, _ in told]) if len(told) >= 2 else None
        if n is not None:
            found[side] = told[0][1].model_copy(update={"role": "n", "number": float(n), "derived": True})
    return found


def denominators_of(groups: Groups) -> tuple[Value, Value] | None:
    """Return the n that sentences print beside the events of both groups: "0 of 80 with A and 6 of 72 with B".

    Only the greatest pair is believed, and only where it is told twice or makes up a number of patients that the text
    tells.
    """
    pairs = [pair for name, sentences in groups.told for span in sentences for pair in _pairs(groups, name, span)]
    tally = Counter((one.number, two.number) for one, two in pairs)
    if not tally:
        return None
    most = (max(one or 0 for one, _ in tally), max(two or 0 for _, two in tally))
    if tally[most] < _TWICE and not _is_told(groups, sum(most)):
        return None
    return next(((one, two) for one, two in pairs if (one.number, two.number) == most), None)


def _pairs(groups: Groups, name: str, span: Span) -> Iterator[tuple[Value, Value]]:
    if not re.match(r"(?i)results|abstract|findings", name):
        return
    counts = [count for count in groups.counts(span) if count.value("n") and count.value("events")]
    if len(counts) < len(SIDES):
        return
    for stated in stated_pairs(groups.text, span, groups.mentions(span), counts):
        one, two = (stated.counts[side].value("n") for side in SIDES)
        if one is not None and two is not None:
            yield one, two


def _is_told(groups: Groups, number: float) -> bool:
    """Return whether a text tells such a number of patients, alone."""
    counts = (count for _, sentences in groups.told for span in sentences for count in groups.counts(span))
    return any(len(count.values) == 1 and count.values[0].number == number for count in counts)


def _share(count: Count) -> tuple[Share, Value]:
    events, percent = count.value("events"), count.value("percent")
    if events is None or percent is None:
        raise ValueError(f"no percent beside {count.rule}")
    return Share(events.number or 0, percent.number or 0, len(percent.text.partition(".")[2])), percent
