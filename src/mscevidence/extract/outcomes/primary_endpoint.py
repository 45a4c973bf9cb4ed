"""What "the primary endpoint" of a report is, where its methods say so: "The primary endpoint was remission"."""

from __future__ import annotations

import re
from functools import lru_cache

from mscevidence import vocabulary
from mscevidence.extract.grammar.cues import Opening
from mscevidence.extract.outcomes import Mention, outcomes_in
from mscevidence.model import Span

_NAMED = (
    r"primary\s(?:efficacy\s|study\s|clinical\s|treatment\s)?"
    r"(?:end[\s-]?points?|outcomes?)(?:\s(?:measures?|variable))?"
)
_DEFINED = Opening(
    re.compile(
        rf"\b{_NAMED}(?:\s\([^()]{{0,40}}\))?(?:\s(?:of\s(?:the|this)\s(?:study|trial)|for\sefficacy))?(?:\s(?:was|is)\sdefined\sas|,?\sdefined\sas|\s(?:was|were|is|are)|:|,)"
        r"\s(?!met\b|not\s|reached|achieved|attained|seen|observed|evaluated|assessed)(?P<what>[^.;]{3,200})",
        re.IGNORECASE,
    ),
    "primary",
)
_NO_BENEFIT = re.compile(
    r"\b(?:safety|toxicit\w+|tolerability|feasib\w+|change|difference|time\sto|score|level|ratio|mean|number|incidence|adverse|complications?)\b",
    re.IGNORECASE,
)
_REACHED = Opening(
    re.compile(
        rf"\b{_NAMED}(?:\s\([^()]{{0,60}}\)|,?\s(?:of|defined\sas)\s[^.;]{{3,140}}?)?,?(?P<verb>\s(?:was|were)\s(?:met|reached|achieved|attained))"
        rf"|\b(?:met|reached|achieved|attained)\s(?:the|this|our)\s{_NAMED}(?![\w-]*\s(?:was|were|is)\b)",
        re.IGNORECASE,
    ),
    "primary met reached achieved attained",
)


def with_primary_endpoint(text: str, span: Span, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Return the outcomes that a sentence names, with the one it calls the primary endpoint."""
    match = _REACHED.search(text, *span)
    if match is None or any(m.start < match.end() and match.start() < m.end for m in mentions):
        return mentions
    outcome = _primary_outcome(text)
    if outcome is None:
        return mentions
    told = match.span("verb") if match["verb"] else match.span()
    return tuple(sorted((*mentions, Mention(*told, outcome)), key=lambda mention: mention.start))


@lru_cache(maxsize=64)
def _primary_outcome(text: str) -> str | None:
    """Return the outcome by which a text defines its primary endpoint, None where that is a harm or a measure.

    Whoever reached an endpoint that no name of the vocabulary tells got better by the criteria of the report.
    """
    for match in _DEFINED.finditer(text):
        named = outcomes_in(text, match.span("what"))
        if named:
            term = vocabulary.load("outcome")[named[0].outcome]
            return term.id if term.domain == "efficacy" and term.direction == "beneficial" else None
        if _NO_BENEFIT.search(match["what"]):
            return None
    return "response"
