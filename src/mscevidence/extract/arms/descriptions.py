"""Arms that a sentence tells apart by what their patients got: "patients who received cells", "cell recipients"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mscevidence.extract.arms import ArmMention, arm_key
from mscevidence.extract.grammar.cues import Holding, Opening
from mscevidence.extract.grammar.numerals import WORDS
from mscevidence.extract.grammar.people import PEOPLE, PEOPLE_BEGIN
from mscevidence.model import Span

_STOP = (
    r"(?:and|or|vs|versus|compared|than|while|whereas|but|had|has|have|were|was|did|at|after|by|on|for|within|during|who|that|which|with(?!\splacebo)"
    r"|achieved|developed|experienced|died|relapsed|responded|as|from|until|before|there|it)"
)
_NAME = (
    rf"(?P<name>(?!{_STOP}\b)[A-Za-z][\w+/-]*"
    rf"(?:\sin\saddition\sto|\splus|\s\+|\s(?!{_STOP}\b|in\b|of\b)[\w+/-]+){{0,6}})"
)
_WHO_GOT = Opening(
    re.compile(
        rf"\b(?:{PEOPLE}|those|of\s\d{{1,4}})\s(?P<described>(?:(?:who|that)\s(?:had\s|have\s)?(?:received|got|underwent"
        r"|were\s(?:given|treated\swith|assigned\sto|allocated\sto|randomi[sz]ed\sto))"
        rf"|receiving|given|treated\swith|on|(?:assigned|allocated|randomi[sz]ed)\sto(?:\sreceive)?)\s(?:the\s|an?\s)?{_NAME})",
    ),
    f"{PEOPLE_BEGIN} those of",
)
_RECIPIENTS = Holding(
    Opening(
        re.compile(
            rf"\b(?:in|of|for|among|by)\s(?:the\s|no\s|(?:\d{{1,4}}|{WORDS})\s)?(?P<described>(?P<name>(?!all\b|these\b|both\b)[A-Za-z][\w+/-]*\srecipients|controls(?!\sand)|(?:controls?|placebo|sham|vehicle|untreated|treated|[\w+-]*MSCs?|[\w-]*cell)"
            r"\s(?:patients|subjects|participants|recipients)))\b"
        ),
        "in of for among by",
    ),
    "recipients controls patients subjects participants",
)


def described_arms(text: str, span: Span, arms: tuple[ArmMention, ...]) -> Iterator[ArmMention]:
    """Yield the arms that a sentence describes, where it tells of two or more with those that it names.

    Args:
        text: the text.
        span: the sentence.
        arms: the arms that the sentence names.
    """
    found = [
        ArmMention(*match.span("described"), match["name"].removesuffix(" alone"), "named")
        for pattern in (_WHO_GOT, _RECIPIENTS)
        for match in pattern.finditer(text, *span)
    ]
    free = [each for each in found if not any(each.start < arm.end and arm.start < each.end for arm in arms)]
    named = {arm_key(arm.label) for arm in (*arms, *free) if arm.kind != "all"}
    if len(named) > 1:
        yield from free
