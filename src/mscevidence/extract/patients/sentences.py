"""A sentence that may tell how many patients there are, and the verbs that say so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from mscevidence.extract.arms import ArmMention
from mscevidence.extract.grammar.counts import Count, is_open
from mscevidence.model import Document, Span

ENROL = (
    r"enrolled|included|recruited|registered|randomi[sz]ed|randomly\s(?:assigned|allocated|divided)|assigned|allocated|entered|added"
    r"|divided|screened\sand\senrolled"
)
_TREAT = r"treated|infused|transplanted|injected|received|underwent|given|administered"
CELLS = r"\b(?:\w+-)*(?:MSCs?|MSCT|ASCs?|ADSCs?|stem|stromal|cells?|infusions?|transplant\w*|injections?)\b"
_LISTED = re.compile(r"\s(?:of|from|with|had|received|got|were|was)\b")
_PLAIN = frozenset({"bare-number", "x-patients"})
ASIDE = r"(?:[^.;:()]|\([^()]{0,60}\))"
VERB_AFTER = re.compile(
    rf"{ASIDE}{{0,200}}?\b(?:(?:were|was|have\sbeen|had\sbeen|being)\s(?:\w+ly\s)?(?:screened\sand\s(?:\w+ly\s)?)?(?P<enrol>{ENROL})\b"
    rf"|(?P<entered>entered|participated|joined)\b"
    r"|(?<!who\s)(?:were|was|have\sbeen)\s(?:\w+ly\s)?(?P<done>treated|infused|transplanted)\s?(?=[.;]|\Z|\s?,?\sand\s(?:were\s)?(?:\w+ly\s)?(?:included|analy[sz]ed|evaluated|followed))"
    rf"|(?:(?:were|was|have\sbeen)\s(?:\w+ly\s)?)?(?P<treat>{_TREAT})\b{ASIDE}{{0,70}}?{CELLS})"
)


@dataclass(frozen=True)
class ParticipantSentence:
    """A sentence of a document with its counts and arms."""

    document: Document
    span: Span
    counts: tuple[Count, ...]
    arms: tuple[ArmMention, ...]

    @cached_property
    def _places(self) -> dict[int, int]:
        return {count.start: index for index, count in enumerate(self.counts)}

    def after(self, count: Count) -> str:
        """Return the words from a count to the next outside brackets, or to the end of its bracket or sentence."""
        later = self.counts[self._places[count.start] + 1 :]
        starts = [other.start for other in later if not is_open(self.document.text[count.end : other.start])]
        words = self.document.text[count.end : min(starts, default=self.span[1])]
        before = self.document.text[self.span[0] : count.start]
        inside = before.count("(") > before.count(")")
        return words.split(")", 1)[0] if inside else words

    def until_next(self, count: Count) -> str:
        """Return the words from a count to the next, be it in a bracket."""
        place = self._places[count.start] + 1
        following = self.counts[place].start if place < len(self.counts) else self.span[1]
        return self.after(count)[: following - count.end]

    def before(self, count: Count) -> str:
        """Return the words before a count back to the one before it."""
        place = self._places[count.start]
        previous = self.counts[place - 1].end if place else self.span[0]
        return self.document.text[previous : count.start]


def is_outnumbered(text: str, count: Count, counts: Sequence[Count]) -> bool:
    """Return whether a sentence counts more people later: "two patients had cells of siblings, six of strangers"."""
    number = count.number("events")
    later = [
        other.number("events")
        for other in counts
        if other.start > count.start and other.rule in _PLAIN and _LISTED.match(text, other.end)
    ]
    return number is not None and any(other is not None and other > number for other in later)
