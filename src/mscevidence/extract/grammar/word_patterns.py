"""Patterns of many words, written so that they are tried fast."""

from __future__ import annotations

import itertools
import operator

_FIRST = operator.itemgetter(0)


def any_case(words: str) -> str:
    """Return a pattern of some words, told in small letters with white space between them, in whatever case.

    There is one branch for each first letter: of most words in a text, it is seen at once that they are none of these.
    What stands behind the first letter of a word may be a pattern; which word is tried first is left open.
    """
    branches = (
        f"[{letter.upper()}{letter}](?i:{'|'.join(word[1:] for word in group)})"
        for letter, group in itertools.groupby(sorted(words.split()), _FIRST)
    )
    return f"(?:{'|'.join(branches)})"
