"""How much a part of a text speaks of the outcome that a question asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from mscevidence.extract.asked_times import times_told, without_times
from mscevidence.extract.group_mentions import Groups
from mscevidence.extract.word_stems import Stems, covered, same_turn, stems, telling
from mscevidence.model import Span

LEAST = 0.72
"""The score from which a part of a text is about the outcome."""
_RELATED = re.compile(r"\b(?:related|serious|severe|major|attributable|unrelated)\b", re.IGNORECASE)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_PARTS = re.compile(r"\s(?:of|in|for|after|with|during|among|associated|[-–])\s")
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
        found = [(all_, 1.0), (telling(all_), 0.9)]
        if times_told(self.words):
            found.append((stems(without_times(self.words)), 0.95))
        plain = stems(_BRACKETS.sub(" ", self.words))
        if plain and plain != all_:
            found.append((plain, 0.95))
        head = stems(_PARTS.split(self.words, maxsplit=1)[0])
        enough = len(telling(head) & all_) >= 2 and telling(head) != head - telling(head)
        if enough and all_ - head <= self.groups.topical:
            # "of rocuronium" tells nothing in an article that is about rocuronium throughout.
            found.append((head, 0.9))
        return tuple(found)

    def score(self, span: Span) -> float:
        """Return how much of the outcome a part of the text says, from 0 to 1."""
        piece = self.groups.text[slice(*span)]
        present = self.groups.sides.lexicon.expand(piece) - self._denied(piece)
        if not telling(self._wanted[0][0]) & present or not same_turn(self.words, piece):
            return 0.0
        when = times_told(self.words)
        told = times_told(piece) if when else frozenset()
        if when and told and not when & told:
            return 0.0
        return max(covered(each, present) * worth for each, worth in self._wanted)

    def _denied(self, piece: str) -> Stems:
        """Return the stems of an outcome that a part of the text has only behind "non-": "non-respiratory events"."""
        if _NON.search(self.words) or not _NON.search(piece):
            return frozenset()
        behind = frozenset(word for match in _NON.finditer(piece) for word in stems(match["what"]))
        return behind - stems(_NON.sub(" ", piece))

    def narrower(self, span: Span) -> bool:
        """Return whether a part of the text speaks of serious or related events where any were asked for."""
        return bool(kinds_of_events(self.groups.text[slice(*span)]) - kinds_of_events(self.words))


def kinds_of_events(phrase: str) -> frozenset[str]:
    """Return the words by which a phrase speaks of some events only: serious ones, those related to a treatment."""
    return frozenset(match.group().casefold() for match in _RELATED.finditer(phrase))
