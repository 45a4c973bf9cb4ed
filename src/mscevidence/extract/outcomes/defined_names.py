"""Short names that a text gives its outcomes: "major clinical response (MCR)", "infusion reactions (IRs)"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from mscevidence.extract.grammar.cues import words_of
from mscevidence.extract.outcomes import Mention, outcomes_in
from mscevidence.extract.outcomes.names import abbreviations
from mscevidence.model import Span

_SHORT = re.compile(r"[(\[](?P<short>[A-Z][A-Za-z]{0,5}[A-Z](?:-?\d{1,2})?)s?[)\];]")
_LONGEST = 60
_NO_NAME = frozenset({"CI", "HR", "RR", "SD", "SE", "IQR", "AE", "SAE", "MSC", "USA", "UK", "II", "III", "IV", "VI"})


def with_defined_names(text: str, span: Span, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Return the outcomes that a sentence names, with those that it calls by a short name of the text's own."""
    defined = _defined_in(text)
    if not defined:
        return mentions
    words = words_of(text, span)
    found: list[Mention] = []
    for short, outcome in defined.items():
        if short.lower() in words:
            for match in re.finditer(rf"(?<![\w(-]){re.escape(short)}s?(?![\w-])", text[slice(*span)]):
                start, end = span[0] + match.start(), span[0] + match.end()
                if not any(m.start < end and start < m.end for m in mentions):
                    found.append(Mention(start, end, outcome))
    return tuple(sorted((*mentions, *found), key=lambda mention: mention.start)) if found else mentions


@lru_cache(maxsize=16)
def _defined_in(text: str) -> Mapping[str, str]:
    """Return the short names that stand in brackets directly behind the name of an outcome, with that outcome."""
    if "(" not in text and "[" not in text:
        return {}
    found: dict[str, str] = {}
    for match in _SHORT.finditer(text):
        short = match["short"]
        odds = short == "OR" and "odds" in text.casefold()
        if odds or short in _NO_NAME or short in found or short in abbreviations():
            continue
        lead = max(0, match.start() - _LONGEST)
        named = outcomes_in(text, (lead, match.start()))
        letters = [word[0].upper() for word in re.findall(r"[A-Za-z]+", text[lead : match.start()])]
        if named and named[-1].end >= match.start() - 1 and short[0].upper() in letters[-6:]:
            found[short] = named[-1].outcome
    return found
