"""Mentions of arms that only a document's earlier words explain: "given placebo", "the former and the latter"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from mscevidence.extract.arms import ArmMention, arm_key
from mscevidence.extract.context import Context
from mscevidence.model import Span

_TURN = re.compile(r"\b(?:the\s)?(?P<which>former|latter)\b(?:\s(?:groups?|arms?|cohorts?|phases?))?", re.IGNORECASE)
_SAME = re.compile(
    r"\b(?:in|of|within|for)\s(?:this|that|the\ssame)\s(?P<noun>group|arm|cohort|phase)\b", re.IGNORECASE
)
_LEAD = (
    r"\b(?:with|given|received|receiving|on|in|of|to|the|than|versus|vs\.?|and|for|by|after"
    r"|(?:assigned|allocated)\sto)\s(?:the\s)?"
)
_TRAIL = r"(?![\w/-])(?:[\s-](?:groups?|arms?|patients|recipients|treated))?"


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
    names = context.named
    if not context.comparative or len(names) < 2:
        return
    for match in _pattern(names).finditer(context.document.text, *span):
        label = next(name for name in names if name.casefold() == match["name"].casefold())
        yield ArmMention(match.start("name"), match.end(), label, "named")


@lru_cache(maxsize=64)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    choices = "|".join(re.escape(name) for name in longest_first)
    return re.compile(rf"{_LEAD}(?P<name>{choices}){_TRAIL}", re.IGNORECASE)


def different(arms: tuple[ArmMention, ...]) -> tuple[ArmMention, ...]:
    """Return the first mention of each arm of a sentence, in order, without everybody."""
    by_key: dict[str, ArmMention] = {}
    for arm in arms:
        if arm.kind != "all":
            by_key.setdefault(arm_key(arm.label), arm)
    return tuple(by_key.values())
