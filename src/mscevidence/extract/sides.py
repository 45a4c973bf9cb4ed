"""Which side of a comparison each count of a sentence is of: pairs, lists, names beside the numbers, and arithmetic.

Every count gets evidence for both sides (a name right before or behind it, a size that only one side has), neighbours
that are set against each other ("versus", "compared with") tend to be of different sides, and the reading that agrees
best with all of it is taken. Lists ("20% and 10%, respectively") follow the order in which the sides are named.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mscevidence.extract.counts import Count
from mscevidence.extract.denominators import possible_events
from mscevidence.extract.roles import CONTROL, EXPERIMENTAL, ArmRole, RoleMention
from mscevidence.model import Span

_ASIDE = re.compile(r"[(\[][^()\[\]]{0,90}[)\]]?")
_WITHIN_PAIR = re.compile(
    r"[\s,;)\]([]{0,5}(?:%|percent|patients|women|cases|events|points|years)?[\s,;)\]]{0,4}"
    r"(?:vs?\.?|versus|and|or|to|compared\s(?:with|to)|against|in\scomparison\s(?:with|to)|as\sopposed\sto|than|/|,|;|-|–)?"
    r"\s{0,2}(?:only\s|just\s|with\s|to\s|the\s|a\s|in\s|of\s)*[(\[]?\s?",
    re.IGNORECASE,
)
_LINK = (
    r"of|the|all|in|for|with|on|among|from|to|after|who|whom|patients?|women|cases?|subjects?|participants?|individuals|receiving|received|treated"
    r"|assigned|randomi[sz]ed|given|taking|by|those|both|under|at|during|per|years?|[a-z]+ly|died|deaths?|events?|allocated|were|was"
    r"|using|had|having|undergoing|experienced|developed|users|them|recipients|survivors|chose|consisted|belonged|a|an|children|men"
)
_AFTER = re.compile(
    rf"[\s)\],]*(?:[(\[][^()\[\]]{{0,90}}[)\]],?)?\s?[(\[]?(?:(?:%|(?:{_LINK})\b)[\s,]*)*(?:[\w]{{1,4}}-)?",
    re.IGNORECASE,
)
_AFTER_FREE = re.compile(
    r"(?:[^.;:,()]|\([^()]{0,30}\)){0,70}\s(?:in|with|for|on|of|receiving|to|after|from|by)\s(?:the\s)?(?:(?:patients|women|those)\s)?(?:[a-z]+\s)?"
)
_BESIDE_BEFORE = re.compile(
    r"[)\]]?\s?(?:(?:alone|therapy|treatment|only|groups?|arms?|cohorts?|patients|women|users|participants|subjects)\b\s?)*"
    r"(?:\([\w\s]{1,12}\)\s?)?[(\[,:;=–-]?\s?(?:[nN]\s?=\s?)?"
)
_STRONG_VERSUS = re.compile(
    r"\b(?:versus|vs\.?|v|compared\s(?:with|to)|than|whereas|while|against|as\sopposed\sto|in\scomparison\s(?:with|to))\b",
    re.IGNORECASE,
)
_WEAK_VERSUS = re.compile(r"\b(?:and|but|or|in\sthe)\b|[;,]")
_RESPECTIVELY = re.compile(r",?\s?respectively,?", re.IGNORECASE)
_LETTER_PREFIX = re.compile(r"\b\w{1,4}-$")


def other(role: ArmRole) -> ArmRole:
    """Return the opposite side."""
    return CONTROL if role == EXPERIMENTAL else EXPERIMENTAL


@dataclass(frozen=True)
class Stretch:
    """A sentence with the places that name a side, and the sizes of both sides as far as they are known."""

    text: str
    span: Span
    mentions: tuple[RoleMention, ...]
    sizes: Mapping[ArmRole, frozenset[float]] = field(default_factory=dict)
    parts: frozenset[Count] = frozenset()


Score = tuple[float, float]
"""How well a count fits the experimental side and the control."""


def sides_of(place: Stretch, counts: Sequence[Count]) -> dict[Count, ArmRole]:
    """Return the side of each count that has one."""
    groups = _lists(place, counts)
    found: dict[Count, ArmRole] = {}
    chain: list[tuple[Count, Score]] = []
    for index, group in enumerate(groups):
        left = groups[index - 1][-1].end if index else place.span[0]
        right = groups[index + 1][0].start if index + 1 < len(groups) else place.span[1]
        if len(group) >= 2:
            sides = _of_block(place, groups, index) or _of_list(place, group, left, right)
            found.update(zip(group, sides, strict=False))
            found |= _best(place, chain)
            chain = []
        else:
            chain.append((group[0], _evidence(place, group[0], left, right)))
    return found | _best(place, chain)


def _in_turn(chain: list[tuple[Count, Score]], parts: frozenset[Count]) -> None:
    """Take the sizes of groups that have no known name in the order in which they are told."""
    sizes = [index for index, (count, _) in enumerate(chain) if count.rule == "n-equals" or count in parts]
    if len(sizes) >= 2 and not any(any(chain[index][1]) for index in sizes):
        for index in sizes:
            chain[index] = (chain[index][0], (0.0, 1.0) if index == sizes[-1] else (1.0, 0.0))


def _lists(place: Stretch, counts: Sequence[Count]) -> list[list[Count]]:
    """Return counts in groups: neighbours with nothing but a joining word between them."""
    groups: list[list[Count]] = []
    for count in counts:
        if groups and len(groups[-1]) < 6 and _joined(place, groups[-1][-1], count):
            groups[-1].append(count)
        else:
            groups.append([count])
    return groups


def _joined(place: Stretch, first: Count, second: Count) -> bool:
    alike = (first.value("percent") is None) == (second.value("percent") is None)
    if not alike or second.start - first.end > 120 or any(first.end <= m.start < second.start for m in place.mentions):
        return False
    return bool(_WITHIN_PAIR.fullmatch(_ASIDE.sub(" ", place.text[first.end : second.start])))


def _of_list(place: Stretch, group: list[Count], start: int, end: int) -> list[ArmRole]:
    """Return the sides of a list: in the order in which the sentence names them."""
    order = _by_size(place, group) or _order(place, group, start, end)
    if len(group) == 2:
        return order
    if len(group) == 3:
        return [EXPERIMENTAL, *order] if order[0] == EXPERIMENTAL else [*order, EXPERIMENTAL]
    return (order * 3)[: len(group)]


def _of_block(place: Stretch, groups: list[list[Count]], index: int) -> list[ArmRole] | None:
    """Return the one side of a whole list that is set against another list: "5 and 3 with A versus 8 and 2 with B"."""
    group = groups[index]
    for neighbour, left, right in ((index + 1, index, index + 1), (index - 1, index - 1, index)):
        if not 0 <= neighbour < len(groups) or len(groups[neighbour]) != len(group):
            continue
        gap = place.text[groups[left][-1].end : groups[right][0].start]
        if not _STRONG_VERSUS.search(gap) or len(gap) > 120:
            continue
        roles = [_attached(place, groups, i) for i in (index, neighbour)]
        if roles[0] is not None and roles[1] is not None and roles[0] != roles[1]:
            return [roles[0]] * len(group)
    return None


def _attached(place: Stretch, groups: list[list[Count]], index: int) -> ArmRole | None:
    end = groups[index + 1][0].start if index + 1 < len(groups) else place.span[1]
    last = groups[index][-1].end
    after = [m for m in place.mentions if last <= m.start < end]
    if not after or not _AFTER.fullmatch(_RESPECTIVELY.sub(" ", place.text[last : after[0].start])):
        return None
    return after[0].role


def _by_size(place: Stretch, group: list[Count]) -> list[ArmRole] | None:
    """Return the order of a pair of which the sizes of both sides leave one reading."""
    if len(group) != 2:
        return None
    straight, crossed = 0.0, 0.0
    for count, (first, second) in zip(group, ((0, 1), (1, 0)), strict=True):
        fit = _size_fit(place, count)
        straight += fit[first]
        crossed += fit[second]
    if straight == crossed:
        return None
    return [EXPERIMENTAL, CONTROL] if straight > crossed else [CONTROL, EXPERIMENTAL]


def _order(place: Stretch, group: list[Count], start: int, end: int) -> list[ArmRole]:
    after = [m for m in place.mentions if group[-1].end <= m.start < end]
    before = [m for m in place.mentions if start <= m.start < group[0].start]
    earlier = [m for m in place.mentions if m.start < group[0].start]
    behind = _two(after)
    gap = _RESPECTIVELY.sub(" ", place.text[group[-1].end : after[0].start]) if after else ""
    if behind and _AFTER.fullmatch(gap):
        return behind
    ahead = _two(before[::-1]) or _two(earlier[::-1])
    if ahead and (
        ahead[::-1][0] == EXPERIMENTAL or _RESPECTIVELY.search(place.text, group[-1].end, group[-1].end + 40)
    ):
        return ahead[::-1]
    return behind or [EXPERIMENTAL, CONTROL]


def _two(mentions: list[RoleMention]) -> list[ArmRole] | None:
    """Return the order of the first two sides that are named."""
    if not mentions or all(m.role == mentions[0].role for m in mentions):
        return None
    return [mentions[0].role, other(mentions[0].role)]


def _evidence(place: Stretch, count: Count, left: int, right: int) -> Score:
    """Return how well a count fits both sides, by the names around it and by its numbers."""
    score = list(_size_fit(place, count))
    before = [m for m in place.mentions if left <= m.start < count.start]
    if before:
        beside = _BESIDE_BEFORE.fullmatch(place.text[before[-1].end : count.start])
        _add(score, before[-1].role, 3.0 if beside else 1.0)
    elif any(m.start < count.start for m in place.mentions):
        _add(score, [m for m in place.mentions if m.start < count.start][-1].role, 0.6)
    after = next((m for m in place.mentions if count.end <= m.start < right), None)
    if after is not None and after.start - count.end <= 140:
        gap = place.text[count.end : after.start]
        _add(score, after.role, 2.4 if _AFTER.fullmatch(gap) else 2.0 if _AFTER_FREE.fullmatch(gap) else 0.0)
    return score[0], score[1]


def _add(score: list[float], role: ArmRole, amount: float) -> None:
    score[0 if role == EXPERIMENTAL else 1] += amount


def _size_fit(place: Stretch, count: Count) -> Score:
    """Return 3 for the side whose size alone explains the numbers of a count."""
    fits = [_explains(count, place.sizes.get(role, frozenset())) for role in (EXPERIMENTAL, CONTROL)]
    if fits[0] == fits[1]:
        return 0.0, 0.0
    return (3.0, 0.0) if fits[0] else (0.0, 3.0)


def _explains(count: Count, sizes: frozenset[float]) -> bool:
    events, n, percent = count.number("events"), count.number("n"), count.value("percent")
    if n is not None:
        return n in sizes
    if events is None or percent is None or events < 3:
        return False
    return any(events in possible_events(percent, size) for size in sizes)


def _best(place: Stretch, chain: list[tuple[Count, Score]]) -> dict[Count, ArmRole]:
    """Return the reading of neighbouring counts that agrees best with the evidence; counts without any stay open."""
    if not chain:
        return {}
    _in_turn(chain, place.parts)
    totals: list[tuple[float, float]] = []
    came: list[tuple[int, int]] = []
    for index, (count, score) in enumerate(chain):
        if not index:
            totals.append((score[0] + 0.2, score[1]))
            came.append((0, 1))
            continue
        bonus = _bonus(place, chain[index - 1][0], count)
        last = totals[-1]
        to_first = (last[0], last[1] + bonus)
        to_second = (last[0] + bonus, last[1])
        came.append((0 if to_first[0] >= to_first[1] else 1, 0 if to_second[0] > to_second[1] else 1))
        totals.append((max(to_first) + score[0], max(to_second) + score[1]))
    return _trace(place, chain, totals, came)


def _bonus(place: Stretch, first: Count, second: Count) -> float:
    """Return how much two neighbours are set against each other."""
    sizes = (first.rule, second.rule) == ("n-equals", "n-equals") or (first in place.parts and second in place.parts)
    return 2.5 if sizes else _contrast(place.text[first.end : second.start], place.text[second.end : second.end + 60])


def _trace(
    place: Stretch, chain: list[tuple[Count, Score]], totals: list[tuple[float, float]], came: list[tuple[int, int]]
) -> dict[Count, ArmRole]:
    state = 0 if totals[-1][0] >= totals[-1][1] else 1
    states = [state]
    for back in reversed(came[1:]):
        state = back[state]
        states.append(state)
    states.reverse()
    known = [any(score) for _, score in chain]
    pairs = list(itertools.pairwise(count for count, _ in chain))
    bonuses = [_bonus(place, a, b) for a, b in pairs]
    linked = [bonus >= 2 for bonus in bonuses]
    close = [bonus >= 1 for bonus in bonuses]
    found: dict[Count, ArmRole] = {}
    for i, (count, _) in enumerate(chain):
        beside = (i > 0 and close[i - 1] and known[i - 1]) or (i < len(close) and close[i] and known[i + 1])
        set_against = (i > 0 and linked[i - 1]) or (i < len(linked) and linked[i])
        if known[i] or beside or set_against:
            found[count] = EXPERIMENTAL if states[i] == 0 else CONTROL
    return found


def _contrast(gap: str, after: str) -> float:
    """Return how much the words around two counts set them against each other."""
    if len(gap) > 180:
        return 0.0
    if _STRONG_VERSUS.search(gap):
        return 2.5
    if len(gap) >= 110 or not _WEAK_VERSUS.search(gap):
        return 0.0
    return 1.0 if _OF_SOMEBODY.match(after) and _OF_SOMEBODY.match(gap) else 0.3


_OF_SOMEBODY = re.compile(
    r"\s?%?\s?(?:[(\[][^()\[\]]{0,60}[)\]]\s?)?(?:[a-z]+\s){0,2}?(?:of|in|for|with|on|to|receiving|received|among|had|were)\b"
)
