"""A sentence of the results with all that is told in it, before anybody says what belongs together."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mscevidence.extract.arms import ALL, ArmMention
from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.grammar.times import TimeMention
from mscevidence.extract.outcomes import Mention
from mscevidence.extract.patients.context import Context
from mscevidence.extract.results.attach import Bounds
from mscevidence.model import Document, Span

_BRACKET = re.compile(r"\s\([^()]{2,120}\)(?=\s(?:were|was|are|had|have|died|relapsed|responded|survived|achieved))")


@dataclass(frozen=True)
class Facts:
    """A sentence of the results with all that is told in it."""

    context: Context
    section: str
    span: Span
    counts: tuple[Count, ...]
    arms: tuple[ArmMention, ...]
    outcomes: tuple[Mention, ...]
    times: tuple[TimeMention, ...] = ()
    narrowed: bool = False
    earlier: tuple[ArmMention, ...] = ()
    """The arms of the nearest sentence before that names several."""
    spoken_of: float | None = None
    """How many people the sentences before spoke of last."""

    @property
    def document(self) -> Document:
        """The document that is read."""
        return self.context.document

    @property
    def text(self) -> str:
        """The canonical text of the document."""
        return self.context.document.text

    def bounds(self, index: int) -> Bounds:
        """Return the words between the neighbours of a count."""
        start = self.counts[index - 1].end if index else self.span[0]
        return Bounds(self.text, start, self._end(index))

    def _end(self, index: int) -> int:
        """Return where the next count starts, those in a bracket directly behind the one at an index passed over."""
        bracket = _BRACKET.match(self.text, self.counts[index].end, self.span[1])
        after = bracket.end() if bracket else self.counts[index].end
        for following in self.counts[index + 1 :]:
            if following.start >= after:
                return following.start
        return self.span[1]


def sentence_arm(facts: Facts) -> ArmMention | None:
    """Return the one arm that a sentence names, None when it names none or several."""
    labels = {arm.label.casefold() for arm in facts.arms}
    return facts.arms[0] if len(labels) == 1 else None


def default_arm(context: Context, n: float | None) -> str | None:
    """Return ``all`` where a count without a named arm can only be of everybody."""
    if context.single_arm:
        return ALL
    if n is not None:
        return ALL if n == context.total_number else None
    return None if context.comparative else ALL
