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
    """Return a finder for the ids, labels, synonyms (any case) and abbreviations (exact case) of some terms."""
    phrases: dict[str, tuple[int, Term]] = {}
    for each in terms:
        names = {name for name in (each.id, each.label, *each.synonyms) if name[:1].isalpha()}
        for name in sorted(names):
            phrases.setdefault(_phrase(name), (len(name), each))
        for name in each.abbreviations:
            phrases.setdefault(_abbreviation(name), (len(name), each))
    ordered = sorted(phrases.items(), key=lambda item: -item[1][0])
    alternatives = "|".join(f"({pattern})" for pattern, _ in ordered)
    return Finder(re.compile(alternatives or r"(?!)"), tuple(term for _, (_, term) in ordered))


def _phrase(name: str) -> str:
    words = re.split(r"[ _-]+", folded(name))
    plural = "s?" if words[-1][-1:].isalpha() and not words[-1].endswith("s") else ""
    return rf"(?i:(?<!\w){'[ -]'.join(map(re.escape, words))}{plural}(?!\w))"


def _abbreviation(name: str) -> str:
    return rf"(?<![\w-]){re.escape(folded(name))}s?(?![\w-])"
