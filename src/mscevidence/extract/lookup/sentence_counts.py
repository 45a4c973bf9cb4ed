"""The counts of a sentence that may be results: no sizes of groups, no grades, no differences, no numbers of names."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from mscevidence.extract.grammar.counts import Count
from mscevidence.model import Span, Value

_THINGS = re.compile(
    r"\s(?:(?!(?:in|of|for|with|on|from|to|and|or|vs|versus)\b)[\w-]+\s)?(?:groups?|arms?|drugs?|treatments?|regimens?|doses?|therapies|interventions?|hospitals?|cent(?:er|re)s?|studies|trials?"
    r"|visits?|questions?|items?|points?|times|weeks?|days?|months?|years?|hours?|minutes?)\b",
    re.IGNORECASE,
)
_GRADE = re.compile(r"\b(?:[Gg]rades?|[Ss]tages?|[Cc]lass)\s(?:[\dIV]+\s?(?:or|and|to|/|-|–|,)\s?)?$")
_OF_DIFFERENCE = re.compile(r"\b(?:CI|RD|ARR)\b[^;.a-z]{0,20}$|[−–]\s?$|\bdifference(?:\s(?:of|was|=)|,|:)\s?$")
_CHANGE = re.compile(
    r"\s(?:relative\s|absolute\s|significant\s|risk\s)*(?:decrease|reduction|increase|lower|higher|improvement|difference|less|more|greater)\b",
    re.IGNORECASE,
)
_N_AND_PERCENT = re.compile(r"[,;]\s?|\s?[(\[]|\s?/\s?")
_NOBODY = re.compile(
    r"\b(?:no\s(?:patients?|subjects?|participants?|women|children|one|cases?|deaths?|events?)|none(?:\sof\s(?:the\s(?:patients|subjects)|those))?)"
    r"(?=\s(?:in|of|from|on|with|given|managed|treated|receiving)\s)",
    re.IGNORECASE,
)
_BRACKET = re.compile(r"[(\[][^()\[\]]*(?:\([^()]*\)[^()\[\]]*)*[)\]]")
_PARTS = re.compile(
    r",?\s(?:including|of\s(?:whom|which|these|them)|among\swhom|consisting\sof|comprising|namely)\s.*?(?=;|,\s(?:and\s(?:in|for|of|on)|while|whereas|compared|versus|vs)\b|$)",
    re.IGNORECASE | re.DOTALL,
)
_NO_RESULT = frozenset({"of-n", "complement", "n-equals"})


def results_in(text: str, span: Span, counts: Sequence[Count], asked: Collection[str]) -> list[Count]:
    """Return the counts of a part of a text that may be results.

    Args:
        text: the document.
        span: the part of it.
        counts: all counts in it.
        asked: the numbers that the outcome asked for names itself, as "2" in "loss of 2 lines".
    """
    counts = _with_nobody(text, span, counts)
    kept: list[Count] = []
    for index, count in enumerate(counts):
        parts = counts[index + 1 : index + 3]
        if _is_made_up(count, parts):
            return [_as_events(part) for part in parts]
        if parts and _has_percent(text, count, parts[0]):
            kept.append(replace(parts[0], values=(*_as_events(count).values, *parts[0].values), rule="x-percent"))
            continue
        named = len(counts) > 2 and count.rule == "bare-number" and f"{count.number('events') or 0:g}" in asked
        if named or (kept and kept[-1].start == count.start):
            continue
        if count.rule not in _NO_RESULT and not _is_of_things(text, count):
            kept.append(count)
    return kept


def breakdowns(text: str, span: Span, counts: Sequence[Count]) -> tuple[Span, ...]:
    """Return the brackets and "including ..." of a part of a text that split up a count before them.

    "Complications in five patients (21%) of the rectopexy group (retention, 3; ileus, 2)" splits up the five.
    """
    found = [match.span() for pattern in (_BRACKET, _PARTS) for match in pattern.finditer(text, *span)]
    splits = (
        part
        for part in found
        if any(part[0] < count.start < part[1] for count in counts)
        and not any(count.start < part[0] < count.end for count in counts)
    )
    return tuple(sorted(splits))


def _has_percent(text: str, count: Count, percent: Count) -> bool:
    """Return whether an n is the number of events of the percent behind it: "(n=18, 24%)"."""
    bracketed = count.rule in {"x-patients", "bare-number"} and text[max(0, count.start - 1) : count.start] == "("
    both = (count.rule == "n-equals" or bracketed) and percent.rule == "percent-only"
    return both and bool(_N_AND_PERCENT.fullmatch(text, count.end, percent.start))


def _is_of_things(text: str, count: Count) -> bool:
    """Return whether a number is a grade, a difference, or counts groups or drugs: "comparable in two drugs"."""
    start = max(0, count.start - 24)
    if count.rule == "percent-only":
        return bool(_OF_DIFFERENCE.search(text, start, count.start) or _CHANGE.match(text, count.end))
    if count.rule != "bare-number":
        return False
    return bool(_THINGS.match(text, count.end) or _GRADE.search(text, start, count.start))


def _with_nobody(text: str, span: Span, counts: Sequence[Count]) -> Sequence[Count]:
    """Return counts with the "no patients" of one group where another has some: "no patients in A and 2 in B"."""
    found = list(_NOBODY.finditer(text, *span))
    if len(found) != 1 or len(counts) != 1 or (found[0].start() < counts[0].end and found[0].end() > counts[0].start):
        return counts
    (nobody,) = found
    zero = Value(role="events", text=nobody.group(), span=nobody.span(), number=0.0)
    none = Count("x-patients", nobody.start(), nobody.end(), (zero,), noun=True)
    return (none, *counts) if none.start < counts[0].start else (*counts, none)


def _as_events(count: Count) -> Count:
    return replace(count, values=tuple(value.model_copy(update={"role": "events"}) for value in count.values))


def _is_made_up(count: Count, parts: Sequence[Count]) -> bool:
    """Return whether a number of patients is told again by groups: "in 238 patients (A n = 117, B n = 121)"."""
    if count.rule != "x-patients" or [part.rule for part in parts] != ["n-equals", "n-equals"]:
        return False
    return count.number("events") == sum(part.values[0].number or 0 for part in parts)
