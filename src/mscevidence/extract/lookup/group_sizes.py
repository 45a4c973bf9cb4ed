"""How many patients a text says each group of a question has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mscevidence.extract.grammar.running_text import clause_of
from mscevidence.extract.lookup.group_lists import items
from mscevidence.extract.lookup.group_mentions import SIDES, GroupMention, Groups, Whose
from mscevidence.extract.lookup.implied_sizes import implied_sizes
from mscevidence.extract.lookup.shared_out import shared_out
from mscevidence.extract.wording.pairing import OTHER, Side
from mscevidence.model import Span, Value

_EACH = re.compile(r"\b(?:each|both|either|per)\s(?:[\w-]+\s){0,2}?(?:groups?|arms?|cohorts?)\b", re.IGNORECASE)
_IN_EACH = re.compile(
    r".{0,12}|(?:\s\w+)?\s(?:was|were)\s(?:randomly\s)?(?:allocated|assigned|randomi[sz]ed|enrolled|included|recruited|placed)\s(?:to|in|into|for)\s",
    re.DOTALL,
)
_ASSIGNED = re.compile(
    r"\b(?:randomi[sz](?:ed|ation|ing)|assigned|allocated|enrolled|recruited|divided|groups?\s(?:consisted|comprised|included)"
    r"|received|treated|into\stwo|were\s(?:in|under)|consisted|underwent|included|there\swere|comprised|evaluable|analy[sz]ed|completed|participated)\b",
    re.IGNORECASE,
)
_RANDOM = re.compile(r"\b(?:randomi[sz]\w+|assigned|allocated|divided)\b", re.IGNORECASE)
_NO_SIZE = re.compile(
    r"\b(?:exclu(?:ded|sion)|screened|withdr[ae]w\w*|dropped|discontinu\w+|lost|declined|died|refused|did\snot|developed|had|required|achieved|adverse"
    r"|occurr\w+|frequenc\w+|incidence|reported|experienced|noted|observed|seen|found|showed|recorded|detected|complained|suffered)\b",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"[(\[:=]\s?(?:[nN]\s?=\s?)?$")
_SIZE_RULES = frozenset({"n-equals", "x-patients", "bare-number", "complement", "x-percent"})
_BEFORE_PLAIN = re.compile(
    r"(?:[(\[:;,]\s?|\b(?:and|of|or|while|whereas|which|whom|total|to|with|the|allocated|assigned|randomi[sz]ed)\s|^)$"
)
_AFTER_PLAIN = re.compile(  # what may follow a size
    r"\s?(?:[)\],]|;|(?:and|vs|were|was|are|in|into|to|for|on|by|received|underwent|randomi[sz]ed|assigned|allocated|with|given|treated|group|receiving|taking|per)\b)"
)
_BESIDE = 8
_LEAST_PLAIN = 5
"""Smaller numbers in running text count sessions and cases more often than groups."""
_ALTERNATIVE = re.compile(r"\b(?:to|either|or|versus|vs|into)\s")
_AND = re.compile(r"[^.;,()\d]{0,12}\s(?:and|or)\s(?:the\s)?")
_LIST_GAP = re.compile(r"(?:[^.;()\d]{0,30})?(?:,\s?(?:and\s)?|\s(?:and|vs\.?|versus)\s)")
_END_OF_LIST = re.compile(r",?\s?(?:respectively|completed|[.;(]|$)")
_MAY_TELL = re.compile(
    rf"\b[nN]\s?=|\btook\spart,|\b(?:had|contained)\s\d|[(\[:]\s?\d|\d\s?[)\];]|{_ASSIGNED.pattern}", re.IGNORECASE
)
_ENUMERATOR = re.compile(r"\([1-9]\)\s(?=[A-Za-z])")
_RATIO_BEFORE = re.compile(r"\d\s?[:∶]\s?$")
_OF_PERCENT = re.compile(r"\d\s?%\s?[(;,]?\s?(?:[nN]\s?=\s?)?$")
_PERCENT_NEXT = re.compile(r"\s?[;,]\s?\d{1,3}(?:\.\d+)?\s?%")
_NO_PATIENTS = re.compile(r"\s?[:∶]\s?\d|(?:\s?,?\s?(?:and|or|vs\.?|versus)?\s?\d+(?:\.\d+)?)*\s?%")
_PEOPLE = (
    r"(?:\s[\w-]+){0,3}?\s(?:patients|subjects|participants|women|men|children|people|individuals|persons|infants"
    r"|volunteers|cases|eyes|adults)\b"
)
_CLOSED = re.compile(r"\s?[)\];,]|\s(?:receiving|taking)\b|" + _PEOPLE)


@dataclass(frozen=True)
class _Size:
    """A number that may be the size of a group.

    `named_before` tells that the group is named before it, `random` that its sentence assigns patients to groups.
    """

    value: Value
    start: int
    end: int
    rule: str
    named_before: bool
    random: bool

    @property
    def number(self) -> float:
        return self.value.number or 0.0


@dataclass(frozen=True)
class _Told:
    """The sizes of one sentence, with how far they are to be believed: the lower the rank, the further."""

    rank: int
    sizes: dict[Side, Value]


def sizes_of(groups: Groups) -> tuple[Value | None, Value | None]:
    """Return how many patients the text says each side has; None where it is not said or said in several ways."""
    told: list[_Told] = []
    for _, sentences in groups.told:
        for sentence in sentences:
            found = _in_sentence(groups, sentence)
            if found is not None:
                told.append(found)
    pair = _best_pair(groups, told)
    if pair is not None:
        return pair
    single = {side: _agreed([each.sizes[side] for each in told if side in each.sizes]) for side in SIDES}
    inferred = implied_sizes(groups) if None in single.values() else {}
    first, second = (single[side] or inferred.get(side) for side in SIDES)
    return first, second


def _best_pair(groups: Groups, told: Sequence[_Told]) -> tuple[Value, Value] | None:
    """Return the pair told most often by the sentences believed most; of several, the one that makes up a total."""
    pairs = [(each.rank, each.sizes["intervention"], each.sizes["comparator"]) for each in told if len(each.sizes) == 2]
    if not pairs:
        return None
    least = min(rank for rank, _, _ in pairs)
    believed = [(one, two) for rank, one, two in pairs if rank == least]
    tally = Counter((one.number, two.number) for one, two in believed)
    most = max(tally.values())
    top = [numbers for numbers, often in tally.items() if often == most]
    if len(top) > 1:
        top = [numbers for numbers in top if _is_total(groups.text, (numbers[0] or 0) + (numbers[1] or 0))] or top
    return next((one, two) for one, two in believed if (one.number, two.number) == top[0])


def _is_total(text: str, number: float) -> bool:
    """Return whether a text speaks of so many people."""
    plain = f"{number:.0f}"
    grouped = f"{number:,.0f}"
    return bool(re.search(rf"(?<![\d.,])(?:{plain}|{re.escape(grouped)}){_PEOPLE}", text, re.IGNORECASE))


def _in_sentence(groups: Groups, span: Span) -> _Told | None:
    text = groups.text
    if not _MAY_TELL.search(text, *span):
        return None
    mentions = groups.mentions(span)
    sizes = _without_total(list(_sizes_in(groups, span, mentions)))
    each = _EACH.search(text, *span)
    if each is not None and re.search(r"each|per\b", each.group(), re.IGNORECASE):
        near = [size for size in sizes if _IN_EACH.fullmatch(text, size.end, each.start())][-1:]
        alone = not any(size.rule == "n-equals" and size.number != near[0].number for size in sizes) if near else False
        if alone and not re.search(r"\d\s?(?:week|month|day|year)", text[near[0].start : each.start()]):
            return _Told(1, dict.fromkeys(SIDES, near[0].value))
    if not mentions:
        return None
    found = shared_out(groups, span) or _halves(text, mentions, sizes) or _owned(text, mentions, sizes)
    if not found:
        return None
    if len(found) < 2:
        sure = {size.value.span for size in sizes if size.rule == "n-equals" or size.named_before}
        found = {side: value for side, value in found.items() if value.span in sure}
    rank = 2 if len(found) < 2 else 0 if _RANDOM.search(text, *span) else 1
    return _Told(rank, found)


def _sizes_in(groups: Groups, span: Span, mentions: Sequence[GroupMention]) -> Iterator[_Size]:
    text = groups.text
    plain = bool(_ASSIGNED.search(text, *span))
    random = bool(_RANDOM.search(text, *span))
    for count in groups.counts(span):
        value = count.values[0]
        if count.rule not in _SIZE_RULES or value.span is None or not value.number:
            continue
        before = text[max(span[0], value.span[0] - 14) : value.span[0]]
        after = text[value.span[1] : value.span[1] + 30]
        countable = not _NO_SIZE.search(text, *clause_of(text, span, value.span))
        if _RATIO_BEFORE.search(before) or _NO_PATIENTS.match(after) or _is_enumerator(text, span, value.span):
            continue
        if count.rule == "n-equals":
            if not _OF_PERCENT.search(before) and not _PERCENT_NEXT.match(after):
                yield _Size(value.model_copy(update={"role": "n"}), *value.span, count.rule, True, random)
            continue
        beside_name = any(0 <= value.span[0] - m.end <= 2 for m in mentions)
        named = count.rule != "x-percent" and (bool(_BRACKETED.search(before)) or beside_name)
        bracketed = named and bool(_CLOSED.match(after))
        beside = any(0 <= m.start - value.span[1] <= 2 for m in mentions)
        framed = beside or (_BEFORE_PLAIN.search(before) and _AFTER_PLAIN.match(after))
        large = (value.number or 0) >= _LEAST_PLAIN and (count.rule != "bare-number" or framed)
        if countable and (bracketed or (plain and large)):
            n = value.model_copy(update={"role": "n"})
            yield _Size(n, value.span[0], count.end, count.rule, bracketed, random)


def _is_enumerator(text: str, sentence: Span, number: Span) -> bool:
    """Return whether a number in brackets is the mark of an item: "(1) patches; (2) tablets"."""
    marks = _ENUMERATOR.findall(text, *sentence)
    return len(marks) > 1 and bool(_ENUMERATOR.match(text, max(0, number[0] - 1), sentence[1]))


def _without_total(sizes: list[_Size]) -> list[_Size]:
    """Return sizes without those that are the sum of the others, or of the two that follow."""
    for index, size in enumerate(sizes):
        others = sizes[:index] + sizes[index + 1 :]
        following = sizes[index + 1 : index + 3]
        sums = [each for each in (others, following) if len(each) >= 2 and sum(s.number for s in each) == size.number]
        if sums:
            return sums[0]
    return sizes


def _owned(text: str, mentions: Sequence[GroupMention], sizes: Sequence[_Size]) -> dict[Side, Value]:
    """Return whose the sizes are: of the group named beside each; of two, the other is of the other group."""
    listed = _listed(text, mentions, sizes)
    if listed is not None or not sizes:
        return listed or {}
    ahead = not any(m.start >= sizes[-1].end for m in mentions) and any(m.end <= sizes[0].start for m in mentions)
    whose: list[Whose | None] = []
    for index, size in enumerate(sizes):
        start = sizes[index - 1].end if index else 0
        end = sizes[index + 1].start if index + 1 < len(sizes) else len(text)
        start = max([start, *(cut.end() for cut in _ALTERNATIVE.finditer(text, start, size.start))])
        before = [m for m in mentions if start <= m.start and m.end <= size.start]
        taken = sizes[index + 1] if index + 1 < len(sizes) and sizes[index + 1].named_before else None
        after = [m for m in mentions if size.end <= m.start and m.end <= end and not _is_beside(m, taken)]
        whose.append(
            _named_before(text, size, before, after) if size.named_before or ahead else _named_after(text, size, after)
        )
    known = [each for each in whose if each is not None]
    if len(sizes) == 2 and len(known) == 1 and known[0] != "other" and all(s.named_before or s.random for s in sizes):
        whose = [each if each is not None else _other(known[0]) for each in whose]
    found: dict[Side, Value] = {}
    for side in SIDES:
        values = [size.value for size, each in zip(sizes, whose, strict=True) if each == side]
        if len(values) == 1:
            found[side] = values[0]
    return found


def _is_beside(mention: GroupMention, size: _Size | None) -> bool:
    """Return whether a size stands in brackets directly behind a group, so that it is the size of that group."""
    return size is not None and 0 <= size.start - mention.end <= _BESIDE


def _named_before(
    text: str, size: _Size, before: Sequence[GroupMention], after: Sequence[GroupMention]
) -> Whose | None:
    if before and size.start - before[-1].end <= 120:
        alone = len({m.whose for m in before}) == 1 or size.start - before[-1].end <= 8
        return before[-1].whose if alone else None
    inside = [m for m in after if ")" not in text[size.end : m.start] and m.start - size.end < 30]
    return inside[0].whose if inside else None


def _named_after(text: str, size: _Size, after: Sequence[GroupMention]) -> Whose | None:
    if after and after[0].start - size.end <= 120 and ";" not in text[size.end : after[0].start]:
        return after[0].whose
    return None


def _halves(text: str, mentions: Sequence[GroupMention], sizes: Sequence[_Size]) -> dict[Side, Value]:
    """Return the one n behind two groups of a list for both, where it makes up all: "A and B (n = 32)" of 64."""
    if not sizes:
        return {}
    last = sizes[-1]
    doubled = all(size.number == 2 * last.number for size in sizes[:-1])
    if last.rule != "n-equals" or not doubled or not _is_total(text, 2 * last.number):
        return {}
    before = [m for m in mentions if m.end <= last.start][-2:]
    both = {m.whose for m in before} == set(SIDES) and _AND.fullmatch(text, before[0].end, before[1].start)
    return dict.fromkeys(SIDES, last.value) if both else {}


def _other(side: Whose) -> Whose:
    return OTHER[side] if side != "other" else "other"


def _listed(text: str, mentions: Sequence[GroupMention], sizes: Sequence[_Size]) -> dict[Side, Value] | None:
    """Return the sizes of two lists: "50, 49 and 50 patients in groups A, B and C, respectively"."""
    if len(sizes) < 2:
        return None
    gaps = [text[one.end : two.start] for one, two in pairwise(sizes)]
    if not all(_LIST_GAP.fullmatch(gap) for gap in gaps):
        return None
    if any(sizes[0].end <= m.start and m.end <= sizes[-1].start for m in mentions):
        return None
    behind = [m for m in mentions if m.start >= sizes[-1].end]
    after = _END_OF_LIST.search(text, behind[-1].end) if behind else None
    ahead = [m for m in mentions if m.end <= sizes[0].start]
    if after is not None and (named := items(text, (sizes[-1].end, after.start()), mentions, len(sizes))):
        return {side: size.value for side, size in zip(named, sizes, strict=True) if side is not None}
    if len(ahead) == len(sizes) == 2 and {m.whose for m in ahead} == set(SIDES):
        return {m.whose: size.value for m, size in zip(ahead, sizes, strict=True) if m.whose != "other"}
    return None


def _agreed(values: list[Value]) -> Value | None:
    tally = Counter(value.number for value in values)
    if not tally:
        return None
    (number, most), *rest = tally.most_common()
    if rest and rest[0][1] == most:
        return None
    return next(value for value in values if value.number == number)
