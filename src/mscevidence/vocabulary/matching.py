"""Words in records and words in running text, compared as a reader would.

Case, accents, kinds of dash and apostrophe, and line breaks do not matter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from mscevidence.vocabulary.terms import Term

_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_APOSTROPHES = re.compile("[\u2018\u2019\u02bc\u00b4`]")


def folded(text: str) -> str:
    """Return a text with one kind of dash, apostrophe and space, and without accents; case is kept."""
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(_APOSTROPHES.sub("'", _DASHES.sub("-", plain)).split())


def key(word: str) -> str:
    """Return what two spellings of the same word have in common: ``Wharton’s_jelly`` and ``wharton's jelly``."""
    spaced = re.sub(r"[\s_-]+", " ", folded(word).casefold()).strip()
    return re.sub(r" ?([/;+]) ?", r"\1", spaced)


@dataclass(frozen=True)
class Finder:
    """Finds the terms of one kind in a text; made once per kind by `finder`."""

    pattern: re.Pattern[str]
    terms: tuple[Term, ...]

    def __call__(self, text: str) -> tuple[Term, ...]:
        """Return each term that occurs as whole words, longest match first, without those inside a longer match."""
        longest: dict[str, int] = {}
        by_id: dict[str, Term] = {}
        for match in self.pattern.finditer(folded(text)):
            found = self.terms[(match.lastindex or 1) - 1]
            by_id[found.id] = found
            longest[found.id] = max(longest.get(found.id, 0), len(match.group()))
        return tuple(by_id[name] for name in sorted(by_id, key=lambda name: -longest[name]))


def finder(terms: Iterable[Term]) -> Finder:
    """Return a finder for some terms.

    It knows labels and synonyms (in any case), abbreviations (in their own case) and ids of several words; an id of one
    word, such as ``mixed``, is too common a word to be looked for on its own.
    """
    names: dict[str, tuple[str, Term]] = {}
    for each in terms:
        several = [each.id] if "-" in each.id else []
        for name in (*several, each.label, *each.synonyms):
            if name[:1].isalpha():
                names.setdefault(_phrase(name), (name, each))
        for name in each.abbreviations:
            names.setdefault(re.escape(folded(name)) + "s?", (name, each))
    ordered = sorted(names.items(), key=lambda item: -len(item[1][0]))
    alternatives = "|".join(f"({pattern})" for pattern, _ in ordered) or r"(?!)"
    pattern = re.compile(rf"(?<![\w-])(?:{alternatives})(?![\w-])")
    return Finder(pattern, tuple(each for _, (_, each) in ordered))


def _phrase(name: str) -> str:
    words = re.split(r"[ _-]+", folded(name))
    plural = "s?" if words[-1][-1:].isalpha() and not words[-1].endswith("s") else ""
    return f"(?i:{'(?:- ?| )'.join(map(re.escape, words))}{plural})"
