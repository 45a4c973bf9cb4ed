"""Lists of groups of which only some are asked for: "in the TS, TL, PS and PL groups"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mscevidence.extract.lookup.group_mentions import SIDES, GroupMention
from mscevidence.extract.wording.pairing import Side
from mscevidence.model import Span

_ITEM_END = re.compile(r"\s?,\s?(?:and\s|or\s)?|\s(?:and|or|vs\.?|versus)\s(?:the\s)?")


def items(text: str, span: Span, mentions: Sequence[GroupMention], wanted: int) -> list[Side | None] | None:
    """Return whose the items of a list are, None for a third group; nothing unless it has as many as wanted.

    Both sides must be named once each.
    """
    cuts = [match.span() for match in _ITEM_END.finditer(text, *span)]
    starts = [span[0], *(cut[1] for cut in cuts)]
    stops = [*(cut[0] for cut in cuts), span[1]]
    if len(starts) != wanted:
        return None
    found: list[Side | None] = []
    for start, stop in zip(starts, stops, strict=True):
        inside: set[Side] = {m.whose for m in mentions if start <= m.start and m.end <= stop and m.whose != "other"}
        found.append(inside.pop() if len(inside) == 1 else None)
    return found if all(found.count(side) == 1 for side in SIDES) else None
