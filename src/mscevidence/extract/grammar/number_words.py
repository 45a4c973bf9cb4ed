"""Numbers written in words, up to thousands and millions: how they are made up, and what they say."""

from __future__ import annotations

import re

_UNITS = "zero one two three four five six seven eight nine".split()  # noqa: SIM905 - a table reads better in a row
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()  # noqa: SIM905
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_VALUES = {word: value for value, word in enumerate([*_UNITS, *_TEENS])}
_VALUES |= {word: 20 + 10 * index for index, word in enumerate(_TENS)}

BELOW_100 = rf"(?:(?:{'|'.join(_TENS)})(?:[-‐‑–\s](?:{'|'.join(_UNITS[1:])})\b)?|{'|'.join(_TEENS)}|{'|'.join(_UNITS)})"
_BELOW_1000 = rf"(?:(?:(?:{'|'.join(_UNITS[1:])}|a)\s+hundred)(?:\s+(?:and\s+)?{BELOW_100})?|{BELOW_100})"
IN_WORDS = rf"\b{_BELOW_1000}(?:\s+thousand(?:,?\s+(?:and\s+)?{_BELOW_1000})?)?(?:\s+million)?\b"
"""A number in words, in small letters."""
SAID_IN_WORDS = frozenset([*_VALUES, "hundred"])
"""Words of which a number in words has one."""


def words_value(words: str) -> int:
    """Return the number that words say: ``one hundred and six``."""
    total = current = 0
    for word in re.findall(r"[a-z]+", words):
        if word == "hundred":
            current = max(current, 1) * 100
        elif word in {"thousand", "million"}:
            total += max(current, 1) * (1000 if word == "thousand" else 1_000_000)
            current = 0
        elif word == "a":
            current = 1
        else:
            current += _VALUES.get(word, 0)
    return total + current
