"""Counts joined by slashes of outcomes joined by slashes: "response/remission ... 12/8", "ACR20/50/70".

The numbers are no fractions: each is the count of the outcome that stands in its place. Where two numbers could be a
fraction just as well the result is marked as ambiguous.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mscevidence.extract.arms import ArmMention
from mscevidence.extract.grammar.numerals import WORDS, value_of
from mscevidence.extract.grammar.people import PEOPLE
from mscevidence.extract.outcomes import outcomes_in
from mscevidence.model import Span, Value

_NAMES = re.compile(
    r"(?<![\w/])[A-Za-z][\w-]{1,30}(?:\s[A-Za-z][\w-]{1,30}){0,2}(?:\s?/\s?[A-Za-z\d][\w-]{0,30}(?:\s[A-Za-z][\w-]{1,30})?){1,4}(?![\w/])"
)
_BRACKETED = re.compile(
    r"\b(?P<head>responses?|remissions?)(?:\s(?:of|in|to)\s[\w-]{2,20}){0,2}\s\((?P<list>[a-z]{2,12}(?:\s?/\s?[a-z]{2,12}){1,3})\)",
    re.IGNORECASE,
)
"""Names behind the word that they share: "response (no/partial/complete)"."""
_NUMBERS = re.compile(r"(?<![\w./+,-])\d{1,4}(?:\s?/\s?\d{1,4}){1,4}(?![\w/%+-]|\s?%|\s?mm|[.,]\d)")
_AMONG = re.compile(
    rf"\b(?:among|of|in|for)\s(?:the\s|these\s|all\s)?(?P<n>\d{{1,5}}|{WORDS})\s(?:[\w-]+\s){{0,2}}?{PEOPLE}\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Split:
    """One number of such a list: outcome, its words, the number, the n said beside it and the arm."""

    outcome: str
    words: Span
    events: Value
    n: Value | None
    arm: ArmMention | None
    certain: bool


def splits_in(text: str, sentence: Span, arms: tuple[ArmMention, ...]) -> Iterator[Split]:
    """Yield the counts of a sentence that are told in such lists, from left to right."""
    if text.find("/", *sentence) < 0:
        return
    listed = list(_NUMBERS.finditer(text, *sentence))
    names = _NAMES.finditer(text, *sentence) if listed else ()
    lists = [found for match in names if (found := _outcomes(match))]
    lists += [found for match in _BRACKETED.finditer(text, *sentence) if (found := _outcomes(match))] if listed else []
    for match in listed:
        numbers = list(re.finditer(r"\d+", match.group()))
        named = [each for each in lists if each[-1][1][1] <= match.start() and len(each) == len(numbers)]
        if not named:
            continue
        among = _AMONG.search(text, *sentence)
        n = among and Value(role="n", text=among["n"], span=among.span("n"), number=value_of(among["n"]))
        certain = len(numbers) > 2 or int(numbers[0].group()) > int(numbers[1].group())
        arm = _arm(text, match.span(), arms)
        for (outcome, words), number in zip(named[-1], numbers, strict=True):
            if outcome is not None:
                span = (match.start() + number.start(), match.start() + number.end())
                events = Value(role="events", text=number.group(), span=span, number=float(number.group()))
                yield Split(outcome, words, events, n or None, arm, certain)


def _outcomes(match: re.Match[str]) -> list[tuple[str | None, Span]]:
    """Return the outcome of each piece of a list of names (None where a piece names none); nothing when no piece does.

    A piece may lack the word that the last one has ("partial/complete responses") or the letters of the first
    ("ACR20/50").
    """
    pieces = [
        (piece.group().strip(), (match.start() + piece.start(), match.start() + piece.end()))
        for piece in re.finditer(r"[^/]+", match.group())
    ]
    bracketed = "head" in match.re.groupindex
    if bracketed:
        inside = match.start("list")
        pieces = [
            (piece.group().strip(), (inside + piece.start(), inside + piece.end()))
            for piece in re.finditer(r"[^/]+", match["list"])
        ]
    head = match["head"] if bracketed else pieces[-1][0].split()[-1]
    letters = re.match(r"[A-Za-z]+", pieces[0][0])
    found = [(_outcome(words, head, letters.group() if letters else ""), span) for words, span in pieces]
    return found if any(outcome for outcome, _ in found) else []


def _outcome(words: str, head: str, letters: str) -> str | None:
    score = re.match(r"\d+", words)
    if score:
        tries = [f"{letters}{score.group()}"]
    elif words.casefold() in {"none", "no", "non"}:
        tries = [f"no {head.removesuffix('s')}"]
    else:
        tries = [words, f"{words} {head}", _last_words(words)]
    for each in tries:
        mentions = outcomes_in(each, (0, len(each)))
        if mentions:
            return mentions[-1].outcome
    return None


def _last_words(words: str) -> str:
    return " ".join(words.split()[-2:])


def _arm(text: str, place: Span, arms: tuple[ArmMention, ...]) -> ArmMention | None:
    """Return the arm directly behind a list of numbers, or the last one before it."""
    behind = next((arm for arm in arms if arm.start >= place[1]), None)
    if behind is not None and re.fullmatch(
        rf"(?:\s{PEOPLE})?\s(?:in|of|for)\s(?:the\s)?", text[place[1] : behind.start]
    ):
        return behind
    before = [arm for arm in arms if arm.end <= place[0]]
    return before[-1] if before else None
