"""How much a part of a text speaks of the outcome that a question asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from mscevidence.extract.lookup.asked_times import NUMBER_WORDS, timeless, times_told, without_times
from mscevidence.extract.lookup.group_mentions import Groups
from mscevidence.extract.wording.word_stems import (
    GENERIC,
    Stems,
    covered,
    same_denial,
    same_turn,
    stems,
    telling,
    unmeasured,
    weight,
)
from mscevidence.model import Span

LEAST = 0.72
"""The score from which a part of a text is about the outcome."""
_KIND = re.compile(
    r"\b(?:related|serious|severe|major|minor|mild|moderate|attributable|unrelated|(?:non-?)?fatal|life-threatening"
    r"|per[\s-]protocol|sub-?analysis|sensitivity\sanalysis|grades?(?=\s?(?:[\d≥>]|I{1,3}V?\b|IV\b)))\b",
    re.IGNORECASE,
)
_SERIOUS = re.compile(r"\bSAEs?\b")
_CAUSE = re.compile(
    r"\b(?:(?:leading|led)\sto|requiring|necessitating|needing|resulting\sin|(?:due|owing|attributed)\sto|caused\sby|because\sof|on\saccount\sof)\b",
    re.IGNORECASE,
)
_SOME_PATIENTS = re.compile(
    r"\b(?:in|among|amongst|for|of|within)\s(?:the\s)?(?:\d[\d,]*\s)?(?:subgroups?|subset|(?:[\w-]+\s){0,2}?(?:patients|subjects"
    r"|participants|those|women|men|children|individuals|infants|cases|eyes))\s(?P<who>(?:with(?!\sor\b)|who|whose|undergoing|above"
    r"|over|under|aged|older|younger|having|completing|achieving|without|not|only|in\swhom|[≥><≤])[^,;.()]{3,80})"
    r"|\b(?:of|among|amongst)\s(?:these|those|them|whom)\b(?!\s(?:receiving|treated|given|assigned|allocated|randomi[sz]ed|who\sreceived|in\sthe|on))",
    re.IGNORECASE,
)
_OF_THOSE_DOING = re.compile(
    r"\bof\s(?:the\s)?\d+\s(?:patients|subjects|participants|women|men|children|infants)\s"
    r"(?!receiving|taking|using|undergoing|getting|being|having)[a-z]{3,}ing\b"
)
"""Patients who are counted because of what happened to them: "5 of the 9 patients relapsing"."""
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_PARTS = re.compile(r"\s(?:of|in|for|after|with|during|among|associated|[-–])\s")
_OF_WHAT = re.compile(
    r"\b(?P<what>[a-z]{4,})\s(?:of|from|for)\s(?:an?\s)?(?P<of>[a-z]{4,}(?:\s[a-z]{4,})?)", re.IGNORECASE
)
_WITH_BEFORE = re.compile(
    r"\b(?!(?:had|have|has|having|were|was|been|developed|experienced|reported|achieved|showed|suffered|and|or|than|but)\b)"
    r"(?P<before>[A-Za-z]{4,}|[A-Z]{2,5})[\s-](?=(?P<word>[a-z]{4,}))"
)
"""Two words of which the first may narrow the second: "respiratory infection"."""
_UNTIMED = 0.88
"""What words are worth that do not tell the time that was asked for."""
_SHORT_WORTH = 0.8
"""What it is worth to name what happens without what the whole article is about."""
_GRADES = re.compile(
    r"\bgrades?\s?[≥>]?=?\s?(?P<marks>(?:\d|I{1,3}V?|IV|V)\b(?:\s?(?:[-–/,+]|to|or|and|&)\s?(?:grade\s)?(?:\d|I{1,3}V?|IV|V)\b)*)"
    r"(?P<more>\+|\s(?:or|and)\s(?:more|higher|above|worse|greater))?",
    re.IGNORECASE,
)
_ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4", "V": "5"}
_TOPICAL = 0.5
"""The share of the words about patients from which on they are words of the whole article."""
_NON = re.compile(r"\b[Nn]on-(?P<what>[a-z]+)")


@dataclass
class AskedOutcome:
    """The outcome of a question in one document.

    Args:
        groups: the groups asked for, in their document.
        words: the outcome as asked.
    """

    groups: Groups
    words: str

    @cached_property
    def _wanted(self) -> tuple[tuple[Stems, float], ...]:
        """The sets of stems that say the outcome, with what each is worth: all, the telling, those without the time."""
        all_ = stems(self.words)
        found = [(all_, 1.0), (telling(all_), 0.9), (unmeasured(all_), 0.97)]
        if times_told(self.words):
            found.append((stems(without_times(self.words)), _UNTIMED))
        plain = stems(_BRACKETS.sub(" ", self.words))
        if plain and plain != all_:
            found += [(plain, 0.95), (telling(plain), 0.9)]
        head = stems(_PARTS.split(self.words, maxsplit=1)[0])
        enough = len(telling(head) & all_) >= 2 and telling(head) != head - telling(head)
        if enough and all_ - head <= self.groups.topical:
            # "of rocuronium" tells nothing in an article that is about rocuronium throughout.
            found.append((head, 0.9))
        return tuple(found)

    @cached_property
    def _short(self) -> Stems:
        """The stems of what happens, where the rest of the outcome is what the whole article is about.

        "Recurrence of otitis media" is told as "recurrence" in an article on otitis media, and "H. pylori eradication
        rate" as "eradication" in one on H. pylori.
        """
        first, *rest = _PARTS.split(_BRACKETS.sub(" ", without_times(self.words)), maxsplit=1)
        known = self.groups.topical | self.groups.aims
        words = [word for word in re.findall(r"[A-Za-z-]{3,}", first) if telling(unmeasured(stems(word))) - GENERIC]
        head = stems(words[-1]) if words else frozenset()
        modifiers = telling(stems(" ".join((*words[:-1], *rest)))) - head - GENERIC
        alone = bool(head) and all(weight(word) == 1 for word in head)
        return head if alone and modifiers and modifiers <= known else frozenset()

    def _says_short(self, piece: str, present: Stems) -> bool:
        """Return whether a part of a text names what happens, and not that of something else: "pain of the arm"."""
        if not self._short or not self._short <= present:
            return False
        asked = self._wanted[0][0]
        for match in _WITH_BEFORE.finditer(piece):
            before, word = stems(match["before"]), stems(match["word"])
            if word and word <= self._short and not before <= asked | GENERIC:
                return False
        return self._short.isdisjoint(self._elsewhere(piece))

    def _elsewhere(self, piece: str) -> Stems:
        """Return the stems that a part of a text has only as something of something that was not asked for."""
        asked = self._wanted[0][0] | self.groups.topical | self.groups.aims
        found: set[str] = set()
        for match in _OF_WHAT.finditer(piece):
            if not telling(stems(match["of"])) <= asked:
                found |= stems(match["what"])
        return frozenset(found)

    @cached_property
    def _named(self) -> Stems:
        """The names with a number in them, which nothing else stands for: "ACR20" is no "ACR50"."""
        return named_with_numbers(self.words)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The numbers of the question that are no times: "≥2 lost lines" is not one lost line."""
        return plain_numbers(self.words)

    def score(self, span: Span) -> float:
        """Return how much of the outcome a part of the text says, from 0 to 1."""
        return self._score(self.groups.text[slice(*span)])

    def _score(self, piece: str) -> float:
        present = self.groups.sides.lexicon.expand(piece) - self._denied(piece)
        if not telling(self._wanted[0][0]) & present or not same_turn(self.words, piece):
            return 0.0
        if not self._named <= present or not self.numbers <= plain_numbers(piece, all_=True):
            return 0.0
        when = times_told(self.words)
        told = times_told(piece) if when else frozenset()
        if when and told and not when & told:
            return 0.0
        short = _SHORT_WORTH if self._says_short(piece, present) else 0.0
        return max(short, *(covered(each, present) * worth for each, worth in self._wanted))

    def _denied(self, piece: str) -> Stems:
        """Return the stems of an outcome that a part of the text has only behind "non-": "non-respiratory events"."""
        if _NON.search(self.words) or not _NON.search(piece):
            return frozenset()
        behind = frozenset(word for match in _NON.finditer(piece) for word in stems(match["what"]))
        return behind - stems(_NON.sub(" ", piece))

    @cached_property
    def _grades(self) -> frozenset[str]:
        return grades_told(self.words)

    def tells(self, span: Span, *, denied: bool = False, lead: Span | None = None) -> bool:
        """Return whether a part of the text says the outcome and nothing narrower: no second time, kind or cause.

        Args:
            span: the part of the text.
            lead: the words that lead to a list of which the part is an item; kinds and grades in them are of it too.
            denied: whether it says that nobody had the outcome, so that "not" is no sign of another outcome.
        """
        piece = self.groups.text[slice(*span)]
        if lead is not None and lead[1] <= span[0]:
            piece = f"{piece} ({_kinds_said(self.groups.text[slice(*lead)])})"
        if self._score(piece) < LEAST or kinds_of_events(piece) - kinds_of_events(self.words):
            return False
        if self._grades and (told := grades_told(piece)) and told != self._grades:
            return False
        if not denied and not same_denial(self.words, piece):
            return False
        return not tells_cause(piece, self.words, self.groups.topical) and not (
            times_told(self.words) and len(times_told(piece)) > 1
        )

    def narrower(self, span: Span) -> bool:
        """Return whether a part of the text speaks of serious or related events where any were asked for."""
        return bool(kinds_of_events(self.groups.text[slice(*span)]) - kinds_of_events(self.words))

    def of_some_patients(self, span: Span) -> bool:
        """Return whether a part of the text speaks of some patients only, by what the question does not say."""
        groups = self.groups
        if _OF_THOSE_DOING.search(groups.text, *span):
            return True
        for match in _SOME_PATIENTS.finditer(groups.text, *span):
            who = match["who"]
            if who is None:
                return True
            named = any(match.start() <= m.start < match.end() for m in groups.mentions(span))
            words = telling(stems(who))
            if not named and not words & self._wanted[0][0] and covered(words, groups.topical) < _TOPICAL:
                return True
        return False


def tells_cause(phrase: str, asked: str, topical: Stems) -> bool:
    """Return whether a phrase tells a cause or consequence that was not asked for: "death due to bleeding".

    Args:
        phrase: a sentence or label.
        asked: the outcome as asked.
        topical: the stems of what the whole article is about, which tell no outcome.
    """
    cause = _CAUSE.search(phrase)
    if cause is None or _CAUSE.search(asked):
        return False
    return any(weight(word) == 1 for word in stems(phrase[: cause.start()]) - topical)


def _kinds_said(phrase: str) -> str:
    """Return the words of a phrase by which it speaks of some kinds or grades of events only."""
    found = sorted({match.span() for pattern in (_KIND, _GRADES) for match in pattern.finditer(phrase)})
    return " ".join(phrase[slice(*place)] for place in found)


def plain_numbers(phrase: str, *, all_: bool = False) -> frozenset[str]:
    """Return the numbers of a phrase in digits, without those of times and brackets unless `all_` are meant."""
    text = phrase if all_ else timeless(_BRACKETS.sub(" ", phrase))
    digits = re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.]*\w)", text)
    words = (NUMBER_WORDS.get(word.casefold()) for word in re.findall(r"[A-Za-z]+", text))
    return frozenset(f"{float(each):g}" for each in digits) | frozenset(
        str(number) for number in words if number is not None
    )


def grades_told(phrase: str) -> frozenset[str]:
    """Return the grades that a phrase names, Roman ones as digits: "grade III/IV" and "grades 3-4" are the same."""
    found: set[str] = set()
    for match in _GRADES.finditer(phrase):
        found |= {_ROMAN.get(mark.upper(), mark) for mark in re.findall(r"\d|[IViv]+", match["marks"])}
        found |= {"+"} if match["more"] or re.search("[≥>]", match.group()) else set()
    return frozenset(found)


def named_with_numbers(phrase: str) -> Stems:
    """Return the stems of a phrase that have letters and digits: "ACR20", "CIN2"."""
    return frozenset(word for word in stems(phrase) if word[0].isalpha() and "_" not in word and word[-1].isdigit())


def kinds_of_events(phrase: str) -> frozenset[str]:
    """Return the words by which a phrase speaks of some events only: serious ones, those related to a treatment."""
    said = {match.group().casefold().removesuffix("s") for match in _KIND.finditer(phrase)}
    return frozenset(said | ({"seriou"} if _SERIOUS.search(phrase) else set()))
