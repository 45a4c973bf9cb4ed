"""Sizes of both groups told in one breath: "94 were assigned to the aid, 107 to usual care", "(aid, 94; not, 107)"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from mscevidence.extract.grammar.running_text import clause_of
from mscevidence.extract.lookup.group_mentions import SIDES, GroupMention, Groups
from mscevidence.extract.wording.pairing import Side
from mscevidence.model import Span, Value

_PEOPLE = (
    r"(?:patients|subjects|participants|women|men|children|infants|people|individuals|persons|adults|volunteers|eyes"
    r"|pts\.?)"
)
_GIVEN = (
    r"(?:randomly\s)?(?:assigned|allocated|randomi[sz]ed|given|received|receiving|treated|taking|undergoing|underwent"
    r"|evaluated|exposed|in)"
)
_TO = re.compile(
    rf"(?:\s{_PEOPLE})?(?:\s(?:who|that))?(?:\s(?:were|was|had\sbeen))?(?:\s{_GIVEN})?(?:\s(?:to|with|for|in|on|by))?"
    r"(?:\s(?:receive|receiving|treatment\swith))?(?:\s(?:the|an?|either))?(?:\s(?:\d+|[a-z]+)\s(?:years?|months?|weeks?|days?|cycles?)(?:\sof)?)?\s"
)
_BEHIND = re.compile(r"[”\"')\]]?(?:\s(?:groups?|arms?))?\s?[(\[]?\s?[,:;]?\s?(?:[nN]\s?=\s?)?")
_CLOSED = re.compile(rf"\s?(?:{_PEOPLE})?\s?(?:[;,)\].]|and\b)")
_HAD = re.compile(r"(?:\s(?:groups?|arms?))?\s(?:had|comprised|consisted\sof|included|contained)\s")
_BEFORE_NAME = re.compile(r"\s?[,;]\s(?:the\s)?")
_SHARED_OUT = re.compile(
    r"\b(?:randomi[sz]\w+|randomly|assigned|allocated|divided|eligible|evaluable|evaluated|included|analy[sz]ed|comprised|received|completed|participated|took\spart|entered|enrol\w+|recruited)\b",
    re.IGNORECASE,
)
_RESULT = re.compile(
    r"\b(?:developed|had|achieved|adverse|occurr\w+|incidence|experienced|observed|died|deaths?|withdr[ae]w\w*|dropped|discontinu\w+|lost|excluded|%"
    r"|showed|respon\w+|relapse\w*|complained|suffered|failed)|%",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.,/%=-])\d{1,3}(?:,\d{3})+(?!\w|[.,]\d|%)|(?<![\w.,/%-])\d+(?!\w|[.,]\d|[%/])")
_LEAST = 5


def shared_out(groups: Groups, span: Span) -> dict[Side, Value]:
    """Return the sizes of both groups where a sentence shares patients out to both in the same words, else nothing."""
    text, mentions = groups.text, groups.mentions(span)
    for (one, whose), (two, other) in pairwise(_consisting(text, span, mentions)):
        if {whose, other} == set(SIDES):
            return {
                side: _size(number) for side in SIDES for number, own in ((one, whose), (two, other)) if own == side
            }
    if not _SHARED_OUT.search(text, *span):
        return {}
    if parts := _parts_of_all(text, span, mentions):
        return parts
    ways = [list(way(text, span, mentions)) for way in (_numbers_before, _numbers_behind, _numbers_listed)]
    mixed = sorted((pair for way in ways for pair in way), key=lambda pair: pair[0].start())
    for told in (*ways, mixed):
        for first, second in pairwise(told):
            (one, whose), (two, other) = first, second
            opened = told is mixed and "(" in text[one.start() : two.end()]
            if {whose, other} == set(SIDES) and not opened and not _is_result(text, span, one, two):
                return {side: _size(number) for side in SIDES for number, own in (first, second) if own == side}
    return {}


def _is_result(text: str, span: Span, one: re.Match[str], two: re.Match[str]) -> bool:
    """Return whether the clause of two numbers tells what happened to so many."""
    return bool(_RESULT.search(text, clause_of(text, span, one.span())[0], two.end()))


def _parts_of_all(text: str, span: Span, mentions: Sequence[GroupMention]) -> dict[Side, Value]:
    """Return two numbers that make up all who were randomised: "of 180 randomised, 90 chewed gum and 90 did not"."""
    numbers = [number for number in _NUMBER.finditer(text, *span) if _is_size(number)]
    for whole, one, two in zip(numbers, numbers[1:], numbers[2:], strict=False):
        sizes = [_size(number).number or 0 for number in (whole, one, two)]
        named_before = text[one.start() - 1] == "(" or text[two.start() - 1] == "("
        if named_before or sizes[0] != sizes[1] + sizes[2] or not _SHARED_OUT.search(text, whole.end(), one.start()):
            continue
        near = [
            {m.whose for m in mentions if start <= m.start < stop} for start, stop in _reaches(text, span, one, two)
        ]
        for first, second in (SIDES, tuple(reversed(SIDES))):
            if near == [{first}, {second}]:
                return {first: _size(one), second: _size(two)}
    return {}


def _reaches(text: str, span: Span, one: re.Match[str], two: re.Match[str]) -> tuple[Span, Span]:
    stop = re.compile(r"[.;(]|$").search(text, two.end(), span[1])
    return (one.end(), two.start()), (two.end(), stop.start() if stop else span[1])


def _consisting(text: str, span: Span, mentions: Sequence[GroupMention]) -> Iterator[tuple[re.Match[str], str]]:
    """Yield numbers of which groups consist: "Group Q had 120 women and group W had 120"."""
    for mention in mentions:
        verb = _HAD.match(text, mention.end, span[1])
        number = _NUMBER.match(text, verb.end(), span[1]) if verb else None
        if number and _is_size(number) and _CLOSED.match(text, number.end()):
            yield number, mention.whose


def _numbers_before(text: str, span: Span, mentions: Sequence[GroupMention]) -> Iterator[tuple[re.Match[str], str]]:
    """Yield numbers that stand before the groups they are given to: "94 were assigned to the aid"."""
    for mention in mentions:
        numbers = [n for n in _NUMBER.finditer(text, max(span[0], mention.start - 70), mention.start) if _is_size(n)]
        fitting = [number for number in numbers if _TO.fullmatch(text, number.end(), mention.start)]
        if fitting:
            yield fitting[-1], mention.whose


def _numbers_behind(text: str, span: Span, mentions: Sequence[GroupMention]) -> Iterator[tuple[re.Match[str], str]]:
    """Yield numbers that stand in a bracket behind their groups: "(control, 288; capecitabine, 297)"."""
    for mention in mentions:
        number = _NUMBER.search(text, mention.end, min(span[1], mention.end + 24))
        if number and _is_size(number) and _BEHIND.fullmatch(text, mention.end, number.start()):
            punctuated = re.search(r"[,:;=(\[]", text[mention.end : number.start()])
            if punctuated and _CLOSED.match(text, number.end()):
                yield number, mention.whose


def _numbers_listed(text: str, span: Span, mentions: Sequence[GroupMention]) -> Iterator[tuple[re.Match[str], str]]:
    """Yield numbers before their groups in a bracket: "(n = 35, vandetanib; n = 29, placebo)"."""
    for mention in mentions:
        numbers = [n for n in _NUMBER.finditer(text, max(span[0], mention.start - 14), mention.start) if _is_size(n)]
        closed = re.match(r"\s?[;,)]", text[mention.end : mention.end + 2])
        if numbers and closed and _BEFORE_NAME.fullmatch(text, numbers[-1].end(), mention.start):
            yield numbers[-1], mention.whose


def _is_size(number: re.Match[str]) -> bool:
    return float(number.group().replace(",", "")) >= _LEAST


def _size(number: re.Match[str]) -> Value:
    return Value(role="n", text=number.group(), span=number.span(), number=float(number.group().replace(",", "")))
