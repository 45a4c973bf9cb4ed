"""Words and signs between the numbers of one count, which all ways of writing counts share."""

from __future__ import annotations

import re

from mscevidence.extract.grammar.counts import NOUN, Sentence
from mscevidence.extract.grammar.numerals import Numeral

OPEN, CLOSE = r"\s?[(\[]\s?", r"\s?[)\]]"
OF = (
    r"\s+(?:out\s+)?of\s+"
    r"(?:(?:the|these|those|all|our|its|their|a|total|of|first|remaining|evaluable|treated|enrolled|included)\s+)*"
)
BETWEEN = re.compile(rf"(?:{NOUN})?{OPEN}(?:[nN]\s?=\s?)?")
PARTITIVE = re.compile(rf"(?:{NOUN})?{OF}")
AFTER_BRACKET_OF = re.compile(rf"{CLOSE}(?:{NOUN})?{OF}")
NOUN_AHEAD = re.compile(NOUN)


def is_share(events: float, percent: Numeral, n: float | None) -> bool:
    """Return whether events of n make a percent to within one unit of it."""
    return n is not None and n > 0 and abs(100 * events / n - percent.value) < 1


def noun_end(s: Sentence, index: int, start: int) -> int:
    """Return the end of a count with the people it names and the bracket that closes it."""
    end = s.numerals[index].end
    noun = NOUN_AHEAD.match(s.gap(index))
    end += noun.end() if noun else 0
    return s.closed(start, end)


NONE_OF = re.compile(r"\b(?:none|not\sone)\sof\s(?:the\s|these\s|our\s)?\Z", re.IGNORECASE)
"""What stands before the number of a group of which nobody had something."""
