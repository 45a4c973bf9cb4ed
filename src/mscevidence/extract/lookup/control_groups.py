"""Names of control groups, and whether a text says that a group is its control: "hepatitis vaccine as control"."""

from __future__ import annotations

import re
from collections.abc import Iterable

CONTROL_GROUP = re.compile(r"\bcontrol\s(?:group|arm)\b", re.IGNORECASE)
NAMED_CONTROL = re.compile(
    r"\bplacebo\b(?!-|\s(?:effect|response|run|product|tablet|capsule))|\b(?:control|sham|usual[\s-]care|comparator|non-?exposed|untreated"
    r"|(?:standard|routine)[\s-](?:care|treatment|therapy))(?=[\s-](?:groups?|arms?|subjects|patients|participants|infants|women|children|villages)|s\b"
    r"|[,.;)]|\s(?:and|or|was|were|had)\b|$)",
    re.IGNORECASE,
)
EXPERIMENTAL = re.compile(
    r"(?<!all\s)(?<!any\s)(?<!our\s)\b(?:intervention|experimental|treatment|active|study)[\s-](?:group|arm|subjects|patients|participants|villages)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z][\w-]{3,}")
_CONTROL = re.compile(r"\bcontrols?\b", re.IGNORECASE)
_AS_CONTROL = re.compile(
    r"(?:(?!\b(?:against|versus|vs|compared|and|or|with|to)\b)[^.;]){0,40}?(?:\bas\s(?:an?\s|the\s)?(?:\w+\s)?|[(,]\s?(?:the\s|active\s)?)controls?\b",
    re.IGNORECASE,
)
_CONTROLS_GOT = re.compile(
    r"\bcontrol(?:s|\s(?:group|arm|patients|subjects|participants|children))?\s?(?:\([^()]{1,30}\)\s?)?"
    r"(?:[(:=,]\s?|(?:was\s|were\s)?(?:received|given|had|got|underwent|treated\swith|with)\s)[^.;()]{0,40}\Z",
    re.IGNORECASE,
)


def is_control(text: str, group: str, other: str) -> bool:
    """Return whether a text says of one of two groups, and not of the other, that it is the control.

    Args:
        text: the article.
        group: the group in words, as asked for.
        other: the group that it is compared with.
    """
    if _CONTROL.search(text) is None:
        return False
    own, others = (frozenset(word.casefold() for word in _WORD.findall(name)) for name in (group, other))
    return _told(text, own - others) and not _told(text, others - own)


def _told(text: str, words: Iterable[str]) -> bool:
    for word in sorted(words):
        for match in re.finditer(rf"\b{re.escape(word)}\b", text, re.IGNORECASE):
            if _AS_CONTROL.match(text, match.end()):
                return True
            if _CONTROLS_GOT.search(text[max(0, match.start() - 90) : match.start()]):
                return True
    return False
