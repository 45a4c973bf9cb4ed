"""The sizes of groups that no sentence tells, but that the counts and percents of the results imply."""

from __future__ import annotations

import re

from mscevidence.extract.arithmetic import Share, only_n
from mscevidence.extract.counts import Count
from mscevidence.extract.group_counts import assigned
from mscevidence.extract.group_mentions import SIDES, Groups, Whose
from mscevidence.extract.pairing import Side
from mscevidence.model import Value


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


def _share(count: Count) -> tuple[Share, Value]:
    events, percent = count.value("events"), count.value("percent")
    if events is None or percent is None:
        raise ValueError(f"no percent beside {count.rule}")
    return Share(events.number or 0, percent.number or 0, len(percent.text.partition(".")[2])), percent
