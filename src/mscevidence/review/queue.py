"""The queue: candidates of a document with their sentence, their findings, and what was decided before."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from mscevidence.model import Candidate, Document, Span, Study

_END_OF_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"“(])|\n")
MAX_CONTEXT = 400


@dataclasses.dataclass(frozen=True)
class Item:
    """One candidate as a reviewer meets it; `verdict` is None until something was decided."""

    candidate: Candidate
    sentence: Span
    verdict: str | None = None

    @property
    def errors(self) -> tuple[str, ...]:
        """Return the sentences of the checks that it failed."""
        return tuple(finding.sentence for finding in self.candidate.findings if finding.severity == "error")

    @property
    def may_be_accepted_unseen(self) -> bool:
        """Return whether a rule may accept it: nothing failed, nothing ambiguous, and it says of what it is."""
        certain = self.candidate.certainty != "ambiguous" and not self.errors
        return certain and (self.candidate.kind != "result" or self.candidate.outcome is not None)


def queue(document: Document, candidates: Sequence[Candidate], study: Study | None) -> tuple[Item, ...]:
    """Return the candidates of a document in the order of the text, with earlier verdicts."""
    said = {}
    if study is not None:
        said = {verdict.candidate: verdict.verdict for verdict in study.verdicts if verdict.document == document.sha256}
    ordered = sorted(candidates, key=lambda candidate: (candidate.span, candidate.id))
    return tuple(
        Item(candidate, sentence_around(document.text, candidate.span), said.get(candidate.id)) for candidate in ordered
    )


def sentence_around(text: str, span: Span) -> Span:
    """Return the sentence (or sentences) that a span lies in, at most `MAX_CONTEXT` characters to each side."""
    start, end = max(0, span[0] - MAX_CONTEXT), min(len(text), span[1] + MAX_CONTEXT)
    for match in _END_OF_SENTENCE.finditer(text, start, span[0]):
        start = match.end()
    following = _END_OF_SENTENCE.search(text, span[1], end)
    return start, following.start() if following else end
