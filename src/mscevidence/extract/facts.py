"""A sentence of the results with all that is told in it, before anybody says what belongs together."""

from __future__ import annotations

from dataclasses import dataclass

from mscevidence.extract.arms import ArmMention
from mscevidence.extract.attach import Bounds
from mscevidence.extract.context import Context
from mscevidence.extract.counts import Count
from mscevidence.extract.outcomes import Mention
from mscevidence.extract.times import TimeMention
from mscevidence.model import Document, Span


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
        end = self.counts[index + 1].start if index + 1 < len(self.counts) else self.span[1]
        return Bounds(self.text, start, end)
