"""What every number of a comparative trial's abstract is: participants, events or a percent, and of which side.

Broader than `extract`: the outcome of a number may be any phrase. It is meant for measuring and for answering
questions, where the outcome is given; nothing of it is proposed as a candidate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mscevidence.extract.count_rules import counts_at
from mscevidence.extract.counts import Count
from mscevidence.extract.quantity_kinds import PLAIN, QuantityKind, Reading, is_total, plain_kind, role_kind
from mscevidence.extract.roles import CONTROL, EXPERIMENTAL, ArmRole, roles_in
from mscevidence.extract.roster import roster_of
from mscevidence.extract.sentences import sentences_of
from mscevidence.extract.sides import Stretch, sides_of
from mscevidence.model import Span

_NOT_COUNTED = re.compile(
    r"\s(?:(?!(?:in|on|of|with|for|to|from)\b)[\w-]+\s)?(?:groups?|arms?|cohorts?|trials?|stud(?:y|ies)|cycles?|sessions?|schedules?|drugs|regimens?|cent(?:er|re)s|sites|hospitals|countries|agents"
    r"|measurements?|items?|types?|categories|domains|times|times|doses?|courses?|infusions?|lesions|visits|subtypes|lines?|other|different|samples?|provinces"
    r"|clusters?|or\smore|nodes|calls|aspects|fractions|approaches|components|settings|reviewers|means|assessments|departments|departments|families|standard|periods?|time\spoints?|questionnaires|schools|practices|villages)\b",
    re.IGNORECASE,
)
_NO_RESULT = re.compile(
    r"\b(?:confidence|power|alpha|dose\sintensity|of\sthe\splanned|(?:reduc|increas|decreas|improv|declin|lower|rose|fell|chang|differ)\w*\s(?:by|of)|at\sleast"
    r"|more\sthan|less\sthan|greater\sthan|CI|significance|gain\sof|loss\sof|reduction\sin\s[\w\s]{3,30}\sof)[\s:,(]*(?:an?\s|of\s|about\s|approximately\s)*$",
    re.IGNORECASE,
)
_NO_RESULT_AFTER = re.compile(
    r"\]?\s?%?\s?(?:-?CI\b|\[?CI\b|confidence|power\b|(?:relative\s|absolute\s|risk\s)*(?:reduction|increase|decrease|improvement|higher|lower|greater|less|more"
    r"|risk\sreduction|of\sthe\splanned|or\smore|dose)\b)",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"(?:\b(?:percent(?:age)?\schanges?|changes?|starting\sweight|weight|density|levels?|confidence\sinterval|CI|mean|median)\b[^.;]{0,40}|[-–−]\s?|[<>≤≥=±]\s?)$",
    re.IGNORECASE,
)
_SUBSTANCE = re.compile(
    r"\s?%?\s(?:[a-z]+(?:caine|ine|erol|ide|ol|gel|cream|solution)\b|concentration|gels?\b|of\s(?:the\s)?(?:variance|calls|cycles|baseline|starting|planned|which|all\s)|CIs?\b|\(?SD\b)",
    re.IGNORECASE,
)
_LISTED_LABEL = re.compile(
    r"\b(?:days?|weeks?|cycles?|grades?|times?|phases?|stages?|types?|levels?|visits?|cohorts?|status|tit(?:er|re)s?|scores?|study|steps?|tables?)\s"
    r"(?:[\d≥<]+(?:,\s(?:and\s|or\s)?|\sand\s|\sor\s|\sto\s))*$",
    re.IGNORECASE,
)
_POINTLESS = re.compile(
    r"(?:[≥≤<>/-]|\d:|\d\s|\b(?:per|every|after|between|at|least|than|about|over|until|age|aged))\s?$", re.IGNORECASE
)


@dataclass(frozen=True)
class Quantity:
    """One number with its place, what it is, and the side of the comparison it is of."""

    kind: QuantityKind
    span: Span
    role: ArmRole | None = None
    number: float | None = None


def quantities_in(text: str) -> tuple[Quantity, ...]:
    """Return the quantities of an abstract in order of place."""
    sentences = sentences_of(text, (0, len(text)))
    roster = roster_of(text, sentences)
    places = []
    for span in sentences[1:] or sentences:
        counts = counts_at(text, span)
        counts = tuple(c for c in counts if _may_count(text, span, c))
        if counts:
            places.append((Stretch(text, span, roles_in(text, span, roster)), counts))
    first = [q for place, counts in places for q in _read(place, counts)]
    sizes = _sizes(first)
    return tuple(q for place, counts in places for q in _read(replace(place, sizes=sizes), counts))


def _sizes(quantities: list[Quantity]) -> dict[ArmRole, frozenset[float]]:
    """Return the sizes of both sides that are told; a number told of both is of neither."""
    told: dict[ArmRole, set[float]] = {EXPERIMENTAL: set(), CONTROL: set()}
    for quantity in quantities:
        if quantity.kind == "participants" and quantity.role is not None and (quantity.number or 0) > 4:
            told[quantity.role].add(quantity.number or 0)
    both = told[EXPERIMENTAL] & told[CONTROL]
    return {role: frozenset(numbers - both) for role, numbers in told.items()}


def _read(place: Stretch, counts: tuple[Count, ...]) -> Iterator[Quantity]:
    sums, parts = _sums(counts)
    sides = sides_of(replace(place, parts=parts), tuple(c for c in counts if c not in sums))
    reading = Reading(place, counts, sides, sums, parts)
    for count in counts:
        yield from _of_count(reading, count)


def _sums(counts: tuple[Count, ...]) -> tuple[frozenset[Count], frozenset[Count]]:
    """Return the counts that the two or three behind them add up to, and those parts."""
    sums: set[Count] = set()
    parts: set[Count] = set()
    plain = [c for c in counts if c.rule in PLAIN or c.rule == "x-percent"]
    for index, count in enumerate(plain):
        numbers = [_number(c) for c in plain[index + 1 : index + 4]]
        whole = _number(count)
        for size in (2, 3):
            if whole >= 8 and len(numbers) >= size and sum(numbers[:size]) == whole and min(numbers[:size]) > 0:
                sums.add(count)
                parts.update(plain[index + 1 : index + 1 + size])
    return frozenset(sums), frozenset(parts - sums)


def _number(count: Count) -> float:
    return count.number("events") or count.number("count") or count.number("n") or 0.0


def _may_count(text: str, span: Span, count: Count) -> bool:
    before = text[max(span[0], count.start - 60) : count.start]
    after = text[count.end : count.end + 40]
    if count.rule == "percent-only":
        return not (
            _CHANGE.search(before)
            or _SUBSTANCE.match(after)
            or _NO_RESULT.search(before)
            or _NO_RESULT_AFTER.match(after)
        )
    if count.rule == "bare-number":
        return not (_NOT_COUNTED.match(after) or _LISTED_LABEL.search(before) or _POINTLESS.search(before))
    return True


def _of_count(reading: Reading, count: Count) -> Iterator[Quantity]:
    role = reading.sides.get(count)
    for value in count.values:
        if value.span is None:
            continue
        if count.rule == "x-percent" and value.role == "events" and role is None and is_total(reading, count, value):
            yield Quantity("total", value.span, None, value.number)
            continue
        kind = plain_kind(reading, count, value, role) if count.rule in PLAIN else role_kind(value, role)
        if kind is not None:
            yield Quantity(kind, value.span, None if kind == "total" else role, value.number)
