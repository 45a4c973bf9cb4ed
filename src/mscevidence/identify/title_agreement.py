"""In which way two titles are alike: the same, spelled otherwise, cut, reworded, or titles of different reports."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from mscevidence.identify.titles import Title

_WORD_MORE = 12

TitleAgreement = Literal["same", "spelling", "cut", "near", "generic", "differ", "unclear"]


def title_agreement(left: Title, right: Title) -> tuple[float, TitleAgreement]:
    """Return how alike two titles are, from 0 to 1, and in which way.

    ``same`` but for spaces and marks, ``spelling`` where words are spelled otherwise, ``cut`` where one begins
    the other, ``near`` where more differs, ``generic`` where equal but too short to mean one report, ``unclear``
    where one is missing.
    """
    if not left.letters or not right.letters:
        return 0.0, "unclear"
    if left.letters == right.letters:
        return 1.0, "generic" if left.generic else "same"
    alike = likeness(left, right)
    return alike, _unequal(left, right, alike)


def _unequal(left: Title, right: Title, alike: float) -> TitleAgreement:
    short = left if len(left.letters) < len(right.letters) else right
    if not short.generic and (left.begins(right) or right.begins(left)) and not _next_of_series(left, right):
        return "cut"
    if _cut_with_slips(left, right):
        return "near"
    if left.numbers != right.numbers or short.generic:
        return "differ"
    if alike >= 0.9 and spelled_alike(left, right):
        return "spelling"
    return "near" if _contained(left, right) or alike >= 0.85 else "differ"


def _next_of_series(left: Title, right: Title) -> bool:
    """Return whether all that one title has more than the other is its number in a series: ``... III``."""
    short, long = sorted((left, right), key=lambda title: len(title.letters))
    return long.numbers != short.numbers and len(long.letters) - len(short.letters) <= len("part iii")


def _contained(left: Title, right: Title) -> bool:
    short, long = sorted((left, right), key=lambda title: len(title.letters))
    return len(short.letters) >= 30 and short.letters in long.letters


def _cut_with_slips(left: Title, right: Title) -> bool:
    """Return whether one title is the beginning of the other but for a slip or two."""
    from rapidfuzz.distance import Indel

    short, long = (
        (left.letters, right.letters) if len(left.letters) < len(right.letters) else (right.letters, left.letters)
    )
    if len(short) < 30 or len(long) - len(short) < 8 or short[:8] != long[:8]:
        return False
    return Indel.distance(short, long[: len(short)], score_cutoff=len(short) // 12) <= len(short) // 12


def differ_in_a_word(left: Title, right: Title) -> bool:
    """Return whether two titles are nearly the same but for a word or a number that tells reports apart."""
    if abs(len(left.letters) - len(right.letters)) > _WORD_MORE or left.letters == right.letters:
        return False
    if left.translated != right.translated or left.generic or right.generic:
        return False
    return title_agreement(left, right)[1] in {"near", "differ"} and likeness(left, right) >= 0.85


def likeness(left: Title, right: Title) -> float:
    """Return from 0 to 1 how alike the letters of two titles are."""
    from rapidfuzz.distance import Indel

    if left.letters == right.letters:
        return 1.0 if left.letters else 0.0
    return Indel.normalized_similarity(left.letters, right.letters, score_cutoff=0.5)


def spelled_alike(left: Title, right: Title) -> bool:
    """Return whether two titles differ in spelling only: every word has its partner, numbers are the same.

    ``tumour`` and ``tumor`` are partners; ``men`` and ``women`` or ``cord`` and ``marrow`` are not.
    """
    if left.letters == right.letters:
        return bool(left.letters)
    if left.numbers != right.numbers or likeness(left, right) < 0.9:
        return False
    if _rest_alike(_rest(left, right), _rest(right, left)):
        return True
    return _rest_alike(
        tuple(word for word in _rest(left, right) if word not in _SMALL),
        tuple(word for word in _rest(right, left) if word not in _SMALL),
    )


_SMALL = frozenset(re.findall(r"\w+", "a an the of in on for and or with by to from at as is are using among its"))


def _rest(title: Title, other: Title) -> tuple[str, ...]:
    known = frozenset(other.words)
    return tuple(word for word in title.words if word not in known)


def _rest_alike(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    if "".join(left) == "".join(right):
        return True
    if len(left) != len(right):
        return _joined_alike("".join(left), "".join(right))
    return all(_same_word(one, other) for one, other in zip(left, right, strict=True))


def _joined_alike(left: str, right: str) -> bool:
    from rapidfuzz.distance import OSA

    return bool(left and right) and OSA.distance(left, right) <= max(1, min(len(left), len(right)) // 8)


@lru_cache(maxsize=4096)
def _same_word(left: str, right: str) -> bool:
    from rapidfuzz.distance import OSA

    if _opposed(left, right):
        return False
    if min(len(left), len(right)) <= 2:
        # A single letter tells types apart (hepatitis B, vitamin D): only a lost letter is a slip.
        return {left, right} & _SMALL != set() and (left in right or right in left)
    return OSA.distance(left, right) <= max(1, min(len(left), len(right)) // 4)


_OPPOSING = (
    *("hypo", "hyper", "non", "un", "in", "im", "ir", "il", "dis", "anti", "pre", "post", "auto", "allo"),
    *("intra", "inter", "homo", "hetero", "mono", "bi", "multi"),
)


def _opposed(left: str, right: str) -> bool:
    """Return whether a prefix turns one word into the opposite of the other: ``hypo-`` and ``hyper-``, ``fe-``."""
    mine, theirs = _prefix(left), _prefix(right)
    return mine != theirs or {left, right} in ({"male", "female"}, {"men", "women"}, {"man", "woman"})


def _prefix(word: str) -> str:
    return next((each for each in _OPPOSING if word.startswith(each) and len(word) > len(each) + 3), "")
