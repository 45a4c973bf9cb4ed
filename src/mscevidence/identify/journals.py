"""Names of journals, whole or abbreviated: ``N Engl J Med`` is ``The New England journal of medicine``."""

from __future__ import annotations

import re
from functools import lru_cache

from mscevidence.identify.titles import folded

_SMALL = frozenset(re.findall(r"\w+", "the of and in for on de der des die und et la le les el y e del da do di a an"))
_TAIL = re.compile(r"\s*(?:[:=/;(\[].*|\. (?:official|an? ).*)$")
_ADDRESS = re.compile(r"https?://|www\.")
_COUNTRY = re.compile(r"\b(?:usa|uk)\b")
_WORD = re.compile(r"[a-z0-9]+")


@lru_cache(maxsize=65536)
def journal_words(name: str) -> tuple[str, ...]:
    """Return the telling words of the name of a journal; none for the address of a registry."""
    plain = folded(name)
    if _ADDRESS.search(plain):
        return ()
    bare = _TAIL.sub("", plain).replace("&", " ") or plain
    bare = _COUNTRY.sub(lambda found: " ".join(found[0]), bare)
    words = tuple(word for word in _WORD.findall(bare) if word not in _SMALL)
    return words or tuple(_WORD.findall(bare))


@lru_cache(maxsize=65536)
def same_journal(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Return whether two names may be those of one journal: equal, or one abbreviates the other word by word."""
    if left == right or "".join(left) == "".join(right):
        return True
    short, long = (left, right) if len("".join(left)) <= len("".join(right)) else (right, left)
    return _abbreviates(short, long) or _initials(short, long)


def _abbreviates(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Return whether every short word begins a long one, in order, and the long name has not many words more."""
    place = 0
    for word in short:
        while place < len(long) and not _begins(word, long[place]):
            place += 1
        if place == len(long):
            return False
        place += 1
    left_over = len(long) - len(short)
    return (
        bool(short) and _begins(short[0], long[0]) and (left_over == 0 or (len(short) > 1 and left_over <= len(short)))
    )


def _begins(word: str, whole: str) -> bool:
    if whole.startswith(word):
        return True
    # Abbreviations that drop letters inside a word: intl, dtsch, natl.
    if len(word) < 3 or word[0] != whole[0]:
        return False
    letters = iter(whole)
    return len(whole) > len(word) and word[:2] == whole[:2] and all(letter in letters for letter in word)


def _initials(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Return whether a name is the initials of another one: JAMA, PNAS, BMJ."""
    if len(short) != 1 or len(long) < 3 or not 3 <= len(short[0]) <= 6:
        return False
    return "".join(word[0] for word in long).startswith(short[0])
