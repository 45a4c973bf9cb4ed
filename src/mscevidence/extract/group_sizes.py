"""How many patients a text says each group of a question has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from mscevidence.extract.arithmetic import Share, only_n
from mscevidence.extract.counts import Count
from mscevidence.extract.group_counts import assigned
from mscevidence.extract.group_mentions import SIDES, GroupMention, Groups, Whose
from mscevidence.extract.pairing import Side
from mscevidence.extract.sentences import sentences_of
from mscevidence.model import Span, Value

_EACH = re.compile(r"\b(?:each|both|either|per)\s(?:[\w-]+\s){0,2}?(?:groups?|arms?|cohorts?)\b", re.IGNORECASE)


def sizes_of(groups: Groups) -> tuple[Value | None, Value | None]:
    """Return how many patients the text says each side has; None where it is not said or said in several ways."""
    tiers: list[dict[Side, list[Value]]] = [{side: [] for side in SIDES} for _ in range(3)]
    for section in groups.document.sections:
        if re.match(r"(?i)table|fig", section.name):
            continue
        for sentence in sentences_of(groups.text, section.span):
            said = list(_sizes_in(groups, sentence))
            both = len({side for side, _ in said}) == 2
            tier = 2 if not both else 0 if _ASSIGNED.search(groups.text, *sentence) else 1
            for side, value in said:
                tiers[tier][side].append(value)
    # A sentence that assigns patients to both groups is believed before one that only compares them, or tells of one.
    told = next((tier for tier in tiers if any(tier.values())), tiers[-1])
    found = {side: _agreed(told[side]) for side in SIDES}
    if None in found.values():
        inferred = _inferred(groups)
        found = {side: found[side] or (None if told[side] else inferred.get(side)) for side in SIDES}
    return found["intervention"], found["comparator"]


def _inferred(groups: Groups) -> dict[Side, Value]:
    """Return the only sizes that the counts and percents of the text allow: 7 (33.3%) and 15 (71.4%) are of 21."""
    shares: dict[Whose, list[tuple[Share, Value]]] = {}
    for section in groups.document.sections:
        if not re.match(r"(?i)results|abstract", section.name):
            continue
        for sentence in sentences_of(groups.text, section.span):
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


def _agreed(values: list[Value]) -> Value | None:
    tally = Counter(value.number for value in values)
    if not tally:
        return None
    (number, most), *rest = tally.most_common()
    if rest and rest[0][1] == most:
        return None
    return next(value for value in values if value.number == number)


_ASSIGNED = re.compile(
    r"\b(?:randomi[sz]ed|assigned|allocated|enrolled|divided|groups?\s(?:consisted|comprised|included)|received|treated|into\stwo|were\sin|consisted"
    r"|underwent|included)\b",
    re.IGNORECASE,
)
_NO_SIZE = re.compile(
    r"\b(?:excluded|withdr[ae]w\w*|dropped|discontinu\w+|lost|declined|died|refused|did\snot|completed|developed|had|required|achieved|adverse)\b",
    re.IGNORECASE,
)
_N_EQUALS = re.compile(r"\b[nN]\s?=\s?(\d{1,3}(?:,\d{3})+|\d{1,6})(?![\d.]|\s?%)")


def _sizes_in(groups: Groups, span: Span) -> Iterator[tuple[Side, Value]]:
    text = groups.text
    mentions = groups.mentions(span)
    if not mentions and not _EACH.search(text, *span):
        return
    yield from _equals(groups, span, mentions)
    if not _ASSIGNED.search(text, *span) or _NO_SIZE.search(text, *span):
        return
    plain = [
        c
        for c in groups.counts(span)
        if c.rule in {"x-patients", "bare-number", "x-percent"} and not text.endswith("total of ", 0, c.start)
    ]
    each = _EACH.search(text, *span)
    if each is not None and "each" in each.group().casefold():
        near = [c for c in plain if 0 <= each.start() - c.end <= 12]
        if len(near) == 1 and (size := _size(near[0])):
            yield from ((side, size) for side in SIDES)
        return
    for drop in (0, 1):
        found = assigned(text, mentions, plain[drop:])
        if found is not None:
            for side in SIDES:
                if size := _size(found[side]):
                    yield side, size
            return


def _size(count: Count) -> Value | None:
    events = count.value("events")
    return events.model_copy(update={"role": "n"}) if events is not None else None


def _equals(groups: Groups, span: Span, mentions: Sequence[GroupMention]) -> Iterator[tuple[Side, Value]]:
    """Yield the sizes told as "laser group (n = 30)" or "(n = 30, laser group)"."""
    text = groups.text
    for match in _N_EQUALS.finditer(text, *span):
        opened = text.rfind("(", max(span[0], match.start() - 12), match.start())
        inside = [
            m
            for m in mentions
            if match.end() <= m.start and ")" not in text[match.end() : m.start] and m.start - match.end() < 30
        ]
        before = [m for m in mentions if m.end <= match.start()]
        near = before[-1] if before and match.start() - before[-1].end <= 40 else None
        near = None if near is not None and re.search(r"\d\s?\)", text[near.end : match.start()]) else near
        chosen = near or (inside[0] if inside else None)
        if opened < 0 and near is not None and re.fullmatch(r"(?:\s?groups?)?[,:]?\s?", text[near.end : match.start()]):
            opened = near.end
        percent = re.search(r"\d\s?%\s?\(?$", text[max(span[0], match.start() - 12) : match.start()])
        if chosen is None or opened < 0 or chosen.whose == "other" or percent:
            continue
        number = float(match[1].replace(",", ""))
        yield chosen.whose, Value(role="n", text=match[1], span=match.span(1), number=number)
