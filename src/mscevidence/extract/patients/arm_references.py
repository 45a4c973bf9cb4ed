"""Mentions of arms that only a document's earlier words explain: "given placebo", "the former and the latter"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mscevidence.extract.arms import ArmMention, arm_key
from mscevidence.extract.arms.descriptions import described_arms
from mscevidence.extract.grammar.cues import Holding, Opening, cue_places, in_small_letters
from mscevidence.extract.patients.context import Context
from mscevidence.model import Span

_TURN = Opening(
    re.compile(r"\b(?:the\s)?(?P<which>former|latter)\b(?:\s(?:groups?|arms?|cohorts?|phases?))?", re.IGNORECASE),
    "former latter",
    ahead=1,
)
_SAME = Holding(
    re.compile(r"\b(?:in|of|within|for)\s(?:this|that|the\ssame)\s(?P<noun>group|arm|cohort|phase)\b", re.IGNORECASE),
    "this that same",
)
_LEAD = (
    r"\b(?:with|given|received|receiving|on|in|of|(?<!addition\s)to|the|than|versus|vs\.?|and|for|by|after"
    r"|(?:assigned|allocated)\sto)\s(?:the\s)?"
)
_LEADS = re.compile(rf"{_LEAD}\Z", re.IGNORECASE)
_LONGEST_LEAD = 24
_GROUP_NOUN = re.compile(r"\s(?:group|arm|cohort)\Z")
_SHORTEST_NAME = 3
_COMMON = re.compile(
    r"(?:the\s)?(?:(?:low|high|medium|middle|single|double|first|second|third)(?:[\s-]dose)?|controls?|treat(?:ment|ed)|study|trial|test|experimental|intervention|observation"
    r"|standard|conventional|cell|patient|disease|remission|response|acute|chronic|late|early|active)",
    re.IGNORECASE,
)
"""Names of groups that are words of any text when they stand alone."""
_TRAIL = re.compile(r"-treated\b|(?![\w/-])(?:\s(?:groups?|arms?|patients|recipients|treated))?", re.IGNORECASE)


def known_arms(
    context: Context,
    span: Span,
    arms: tuple[ArmMention, ...],
    earlier: tuple[ArmMention, ...],
    latest: tuple[ArmMention, ...],
) -> tuple[ArmMention, ...]:
    """Return the arms of a sentence with those that it calls by a treatment, or by "the former" and "the latter".

    Args:
        context: the names of the arms whose sizes are told; treatments count only where there are two or more.
        span: the sentence.
        arms: the arms that the sentence itself explains.
        earlier: the arms of the nearest sentence before that names several.
        latest: the arms of the nearest sentence before that names any.
    """
    found = list(arms)
    pair = tuple(arm.label for arm in earlier) if len(earlier) == 2 else context.named
    text = context.document.text
    found += described_arms(text, span, arms) if context.comparative else ()
    for mention in (*_turns(text, span, pair), *_the_same(text, span, latest), *_treatments(context, span)):
        if not any(mention.start < arm.end and arm.start < mention.end for arm in found):
            found.append(mention)
    return tuple(sorted(found, key=lambda mention: mention.start))


def _turns(text: str, span: Span, pair: tuple[str, ...]) -> Iterator[ArmMention]:
    if len(pair) == 2:
        for match in _TURN.finditer(text, *span):
            yield ArmMention(*match.span(), pair[match["which"].casefold() == "latter"], "named")


def _the_same(text: str, span: Span, latest: tuple[ArmMention, ...]) -> Iterator[ArmMention]:
    """Yield "in this group" where the sentence before spoke of one group only."""
    if len(latest) == 1:
        for match in _SAME.finditer(text, *span):
            yield ArmMention(*match.span("noun"), latest[0].label, "named")


def _treatments(context: Context, span: Span) -> Iterator[ArmMention]:
    known = {arm_key(name) for name in context.named}
    names = (*context.named, *(name for name in context.assigned if arm_key(name) not in known))
    if not context.comparative or len(names) < 2:
        return
    text, end = context.document.text, span[0]
    small = in_small_letters(text)
    called = {in_small_letters(name): name for name in names}
    called |= {plain: label for name, label in called.items() if (plain := _without_noun(name)) not in called}
    longest_first = sorted(called.items(), key=lambda each: -len(each[0]))
    for start in cue_places(text, tuple(name for name, _ in longest_first)):
        if not end <= start < span[1]:
            continue
        led = _LEADS.search(text, max(end, start - _LONGEST_LEAD), start)
        for name, label in longest_first:
            trail = _TRAIL.match(text, start + len(name), span[1]) if small.startswith(name, start, span[1]) else None
            if trail is not None and (led or trail.group() == "-treated"):
                end = trail.end()
                yield ArmMention(start, end, label, "named")
                break


def _without_noun(name: str) -> str:
    """Return "placebo" for "placebo group"; the whole name where the rest of it is a common word."""
    plain = _GROUP_NOUN.sub("", name)
    return name if len(plain) < _SHORTEST_NAME or _COMMON.fullmatch(plain) else plain


def different(arms: tuple[ArmMention, ...]) -> tuple[ArmMention, ...]:
    """Return the first mention of each arm of a sentence, in order, without everybody."""
    by_key: dict[str, ArmMention] = {}
    for arm in arms:
        if arm.kind != "all":
            by_key.setdefault(arm_key(arm.label), arm)
    return tuple(by_key.values())
