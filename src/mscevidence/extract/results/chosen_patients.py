"""Counts of patients chosen by what they are or did before: "of the 11 who relapsed, ...", "nine who had responded"."""

from __future__ import annotations

import re

from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.grammar.people import PEOPLE
from mscevidence.model import Span

_OF_THOSE_WHO = re.compile(
    r",?\s(?:who|that)\s(?!(?:had\s)?(?:received|underwent|completed|entered|participated|were\s(?:treated|enrolled|random|assigned|allocated|evaluable|evaluated|given|followed|included|infused)))"
    r"(?:[\w-]+\s){1,7}?(?:was|were|had|did|presented|developed|showed|achieved|required|responded|died|relapsed|experienced|remained|received)\b"
)
_OF_THOSE_WITH = re.compile(
    rf"\sof\s(?:the\s|our\s|these\s)?{PEOPLE}\s(?:with|in)\s[^.;]{{3,90}}?\s(?:relapsed|died|responded|recurred|progressed|survived|flared)\b"
)
_THOSE_WHO_HAD = re.compile(rf"(?:\s{PEOPLE})?\s(?:who|that|with)\s[^.;,]{{0,40}}")
_THEN = re.compile(
    r"[^.;,]{0,40}?\s(?:was|were|had|did|showed|received|required|remained|achieved|developed|died|are)\b"
)
_OF_SELECTED = re.compile(
    r"\s(?:of|among)\s(?:the\s|these\s|all\s)?(?:non-?)?(?:respond|surviv|complet)(?:ers|ors|ing)\b"
)
_SELECTED = re.compile(r"\b(?:non-?)?(?:responders|survivors|completers)$", re.IGNORECASE)
_WITH_VERB = re.compile(
    r"\s(?:with|without|on)\s[^.;:()]{3,60}?\s(?:showed|had|developed|achieved|responded|relapsed|died|experienced|reached|progressed|presented|required|were|was)\b"
)
_WHO_HAD = re.compile(
    rf"(?:\s{PEOPLE})?\s(?:who|that)\s(?:(?:had|have|were|was|achieved|initially|previously|an?|in|the)\s){{0,4}}"
)
_DID_THEN = re.compile(
    r"\s(?:(?:later|then|subsequently|also|did\snot|\w+ly)\s)?(?:experienced|had|relapsed|died|were|was|showed|developed|received|maintained|flared|achieved|remained)\b"
)


def is_of_chosen(text: str, count: Count, outcome: Span | None) -> bool:
    """Return whether a count is of patients chosen by what they are: "of the 11 who relapsed, ...".

    Args:
        text: the text.
        count: the count.
        outcome: where its outcome stands; patients "with fever" are chosen by nothing when fever is what is counted.
    """
    said = text[count.start : count.end]
    chosen = _OF_THOSE_WHO if re.search(r"\bof\s(?:the|those|these)\b", said) else None
    if chosen and chosen.match(text, count.end):
        return True
    if (
        outcome is not None
        and re.search(r"\bof\b", said)
        and _THOSE_WHO_HAD.fullmatch(text, count.end, max(count.end, outcome[0]))
    ):
        return bool(_THEN.match(text, outcome[1]))  # "eight of the 10 patients who underwent remission were female"
    if _SELECTED.search(said) or _OF_SELECTED.match(text, count.end):
        return True
    if _OF_THOSE_WITH.match(text, count.end):
        return True
    match = _WITH_VERB.match(text, count.end) if count.rule in {"x-patients", "x-percent"} else None
    return bool(match and not (outcome is not None and match.start() <= outcome[0] < match.end()))


def is_of_those_who(text: str, count: Count, outcome: Span) -> bool:
    """Return whether an outcome only says of whom something else is told: "nine who had responded had a relapse"."""
    if outcome[0] < count.end or not _WHO_HAD.fullmatch(text, count.end, outcome[0]):
        return False
    return bool(_DID_THEN.match(text, outcome[1]))
