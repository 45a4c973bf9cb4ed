"""Which columns of a table, or mentions in a sentence, are the intervention of a question and which its comparator."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from mscevidence.extract.wording.phrases import Lexicon
from mscevidence.extract.wording.word_stems import Stems, stems

Side = Literal["intervention", "comparator"]

_CONTROL = re.compile(
    r"\b(?:controls?|comparators?|placebo|sham|usual|standard|conventional|routine|non-?exposed|unexposed|untreated|vehicle"
    r"|no[\s-](?!of\b)[a-z]+|non-?[a-z]+|without|saline|waiting|waitlist)\b",
    re.IGNORECASE,
)
# "Non-smokers" and "without diabetes" are no control groups: a header needs a word that only controls have.
_CONTROL_NAME = re.compile(
    r"\b(?:controls?|comparators?|placebo|sham|usual|standard|conventional|routine|vehicle|saline|waiting|waitlist"
    r"|(?:non-?|un)(?:exposed|treated|intervention)|no[\s-](?:treatment|intervention|therapy|drug)s?)\b",
    re.IGNORECASE,
)
_EXPERIMENTAL = re.compile(
    r"\b(?:interventions?|experimental|active|study|test|treatment|treated|cases?)\b", re.IGNORECASE
)
_SHORT = re.compile(r"(?<![\w-])[A-Z][A-Z\d]{1,6}(?![\w-])")
_ABBREVIATION = re.compile(r"[A-Z][A-Z\d]{1,6}\+?")
_NEGATED = re.compile(r"^(?:no|non|without|not)[\s-]+", re.IGNORECASE)
_BEFORE = re.compile(r"\b(?:before|pre|baseline|prior)\b|\bpre-", re.IGNORECASE)
_AFTER = re.compile(r"\b(?:after|post|following)\b|\bpost-", re.IGNORECASE)
_NO_ARM = re.compile(
    r"\s*(?:p|p[\s-]?values?|values?\sof\s[pP]|significance.*|χ2?|chi.*|t|z|f|test.*|statistic.*|sig\w*\.?|difference.*|.*\bdifference\b.*|.*\bvs\.?\b.*|.*\bversus\b.*"
    r"|(?:[\d%\s]*ci\b.*|.*\b95\s?%\s?ci\b.*)|.*\b(?:odds|risk|hazard|rate)\s(?:ratio|reduction)\b.*|(?:a?or|rr|hr|rd|arr|nnt|irr)\b.*"
    r"|total.*|all\b.*|overall.*|combined.*|both\b.*|.*\beffect\ssize\b.*|p\s?[=<].*|.*\bp[\s-]values?\b.*|itt\s.*)\s*",
    re.IGNORECASE,
)
OTHER: dict[Side, Side] = {"intervention": "comparator", "comparator": "intervention"}
_LEAST, _AHEAD = 0.34, 0.15


@dataclass(frozen=True)
class Sides:
    """The two sides of a question: the stems of each, and those that tell it from the other."""

    intervention: str
    comparator: str
    lexicon: Lexicon

    def words(self, side: Side) -> Stems:
        """Return the stems of a side with its abbreviations and group names resolved."""
        return self.lexicon.expand(self.intervention if side == "intervention" else self.comparator)

    @cached_property
    def _owned(self) -> dict[Side, Stems]:
        first, second = self.words("intervention"), self.words("comparator")
        return {"intervention": first - second, "comparator": second - first}

    def own(self, side: Side) -> Stems:
        """Return the stems of a side that the other side does not have."""
        return self._owned[side]

    @property
    def controlled(self) -> bool:
        """Return whether the comparator is a kind of control: placebo, usual care, nothing."""
        return bool(_CONTROL.search(self.comparator))

    def scores(self, names: Sequence[str]) -> list[tuple[float, float]]:
        """Return for each name of a group how well it fits the intervention and the comparator, each from 0 to 1."""
        expanded = [self.lexicon.expand(name) for name in names]
        everywhere = frozenset.intersection(*expanded) if len(expanded) > 1 else frozenset()
        found = [self._score(name, words, everywhere) for name, words in zip(names, expanded, strict=True)]
        for own, side in enumerate((self.intervention, self.comparator)):
            literal = [_is_written(name, side) for name in names]
            if literal.count(True) == 1:
                found = [
                    _with(pair_, own, 1.0 if written else pair_[own] / 2)
                    for pair_, written in zip(found, literal, strict=True)
                ]
        return self._negated(names, found) if self.controlled and found.count((0.0, 0.0)) else found

    def _negated(self, names: Sequence[str], found: list[tuple[float, float]]) -> list[tuple[float, float]]:
        """Return scores in which "no premedication" beside "premedication" is the control, the other what was tried."""
        plain = [name.strip().casefold() for name in names]
        bare = [_NEGATED.sub("", name) for name in plain]
        withheld = {
            short
            for name, short in zip(plain, bare, strict=True)
            if short != name and short in plain and stems(short) & self.lexicon.withheld
        }
        made: list[tuple[float, float]] = []
        for name, short, (first, second) in zip(plain, bare, found, strict=True):
            if short in withheld and short != name:
                made.append((0.0, 0.9))
            else:
                made.append((0.9, 0.0) if name in withheld and not second else (first, second))
        return made

    def _other_dose(self, name: str, side: Side) -> bool:
        """Return whether a name has numbers, but none of those that tell a side from the other."""
        told = {word for word in stems(re.sub(r"\b[nN]\s?=\s?[\d,]+", " ", name)) if word[0].isdigit()}
        own = {word for word in self.own(side) if word[0].isdigit()}
        return bool(told and own) and not told & own

    def _short(self, side: Side) -> Stems:
        """Return the abbreviations written in a side and not in the other: "TS" of "thiopental-saline [TS]"."""
        return self._shorts[side]

    @cached_property
    def _shorts(self) -> dict[Side, Stems]:
        first, second = (
            frozenset(short.casefold() for short in _SHORT.findall(text))
            for text in (self.intervention, self.comparator)
        )
        return {"intervention": first - second, "comparator": second - first}

    def _score(self, name: str, words: Stems, everywhere: Stems) -> tuple[float, float]:
        found: list[float] = []
        sides: tuple[Side, Side] = ("intervention", "comparator")
        for side in sides:
            own = self.own(side) - everywhere
            short = stems(self.intervention if side == "intervention" else self.comparator) & own
            best = max((len(part & words) / len(part) for part in (own, short) if part), default=0.0)
            if self._short(side) & words:
                best = 1.0
            if not self.own(side) and not self.own(OTHER[side]) & words:
                # All words of "phone calls" are in "no phone calls": then the lack of "no" tells.
                best = len(self.words(side) & words) / max(len(self.words(side)), 1)
            found.append(best * (0.3 if self._other_dose(name, side) else 1.0))
        first, second = found
        if self.controlled and _CONTROL_NAME.search(name):
            # Control groups have many names; the shared words of "laser" and "placebo laser" are no sign of the first.
            second, first = max(second, 0.9), min(first, 0.2) if not _CONTROL.search(self.intervention) else first
        elif self.controlled and not _CONTROL.search(self.intervention) and first == 0 and _EXPERIMENTAL.search(name):
            first = 0.4
        return first, second


def _is_written(name: str, side: str) -> bool:
    """Return whether a side writes an abbreviation just as a header does: "NRT+" is no "NRT"."""
    plain = name.strip()
    return bool(_ABBREVIATION.fullmatch(plain)) and bool(re.search(rf"(?<![\w+-]){re.escape(plain)}(?![\w+-])", side))


def _with(scores: tuple[float, float], side: int, score: float) -> tuple[float, float]:
    return (score, scores[1]) if side == 0 else (scores[0], score)


@dataclass(frozen=True)
class Pairing:
    """The indexes of the names that belong to each side; `certain` tells that neither was found by elimination."""

    intervention: tuple[int, ...]
    comparator: tuple[int, ...]
    certain: bool = True


def is_arm(name: str) -> bool:
    """Return whether a column header may name a group: no p value, difference or total."""
    plain = name.strip()[:200]
    return bool(plain) and not _NO_ARM.fullmatch(plain)


def pair(sides: Sides, names: Sequence[str], *, parallel: bool = True) -> Pairing | None:
    """Return which names are the intervention and which the comparator, or None when that is not certain.

    Args:
        sides: the question.
        names: headers or mentions of groups.
        parallel: whether the groups of the study exist side by side; otherwise before and after may be the two.
    """
    arms = [index for index, name in enumerate(names) if is_arm(name)]
    distinct = list(dict.fromkeys(names[index] for index in arms))
    if len(distinct) < 2:
        return None
    scores = dict(zip(distinct, sides.scores(distinct), strict=True))
    first = _best(scores, 0) or _told_apart(sides, scores, "intervention")
    second = _best(scores, 1) or _told_apart(sides, scores, "comparator")
    if not parallel and (first is None or second is None or first == second):
        first, second = _single(distinct, _AFTER), _single(distinct, _BEFORE)
    certain = first is not None and second is not None
    if len(distinct) == 2:
        first = first or _other(distinct, second, scores, 1)
        second = second or _other(distinct, first, scores, 0)
    if first is None or second is None or first == second:
        return None
    chosen = [tuple(index for index in arms if names[index] == name) for name in (first, second)]
    return Pairing(chosen[0], chosen[1], certain)


def _best(scores: dict[str, tuple[float, float]], side: int) -> str | None:
    """Return the name that fits a side clearly better than any other name does, and better than the other side."""
    fitting = sorted(
        ((pair_[side], name) for name, pair_ in scores.items() if pair_[side] > pair_[1 - side]), reverse=True
    )
    if not fitting or fitting[0][0] < _LEAST:
        return None
    if len(fitting) > 1 and fitting[0][0] - fitting[1][0] < _AHEAD:
        return None
    return fitting[0][1]


def _told_apart(sides: Sides, scores: dict[str, tuple[float, float]], side: Side) -> str | None:
    """Return which of the names that fit a side alike has a word of it that the others lack: a dose of a drug."""
    own = 0 if side == "intervention" else 1
    fitting = {name: fits[own] for name, fits in scores.items() if fits[own] >= _LEAST and fits[own] > fits[1 - own]}
    alike = [name for name, fit in fitting.items() if max(fitting.values()) - fit < _AHEAD]
    if len(alike) < 2:
        return None
    words = {name: sides.lexicon.expand(name) for name in alike}
    common = frozenset.intersection(*words.values())
    telling = [name for name in alike if (words[name] - common) & sides.words(side)]
    return telling[0] if len(telling) == 1 else None


def _single(names: Sequence[str], pattern: re.Pattern[str]) -> str | None:
    found = [name for name in names if pattern.search(name)]
    return found[0] if len(found) == 1 else None


def _other(
    names: Sequence[str], known: str | None, scores: dict[str, tuple[float, float]], known_side: int
) -> str | None:
    """Return the other of two names, unless it fits the side of the known one."""
    if known is None:
        return None
    other = next(name for name in names if name != known)
    return other if scores[other][known_side] < _LEAST else None
