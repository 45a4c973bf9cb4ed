"""Phrases of a question and of an article made comparable: abbreviations, groups, and how a document spells words."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from functools import lru_cache

from mscevidence.extract.wording.group_definitions import defined_groups
from mscevidence.extract.wording.outcome_wording import is_outcome
from mscevidence.extract.wording.word_stems import WORD, Stems, stem, stems
from mscevidence.model import Document

_ACRONYM = re.compile(r"(?<![\w-])(?=[\w+-]{0,12}[A-Z])[A-Za-z][\w+-]{1,11}(?![\w-])")
_HYPHENS = str.maketrans({"\u2010": "-", "\u2011": "-", "\u00ad": "-"})


@dataclass(frozen=True)
class Lexicon:
    """The abbreviations of a document and the descriptions of its groups, as stems.

    `withheld` are the stems of what one group was not given: "randomized to premedication or no premedication".
    """

    abbreviations: dict[str, Stems]
    groups: dict[str, Stems]
    withheld: Stems = frozenset()
    _known: dict[str, Stems] = field(default_factory=dict, repr=False, compare=False)

    def expand(self, text: str) -> Stems:
        """Return the stems of a phrase with what its abbreviations and group names stand for."""
        if text not in self._known:
            self._known[text] = self._expanded(text)
        return self._known[text]

    def _expanded(self, text: str) -> Stems:
        found = set(stems(text))
        for match in _ACRONYM.finditer(text):
            found |= self.abbreviations.get(match.group().casefold(), frozenset())
        for name in [word for word in found if word in self.groups]:
            for word in self.groups[name]:
                found |= {word} | self.abbreviations.get(word, frozenset())
        for short, long in self.abbreviations.items():
            if (len(long) > 1 or len(short) > 2) and long <= found:
                found |= stems(short)
        return frozenset(found)


def hyphenated(text: str) -> str:
    """Return a text of the same length in which every kind of hyphen is the plain one."""
    return text.translate(_HYPHENS)


@lru_cache(maxsize=4)
def _vocabulary(text: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in WORD.findall(text) if len(word) <= 40)


def spelt(phrase: str, document: Document) -> str:
    """Return a phrase in which words that the document never uses give way to those it spells almost so."""
    plain = document.text.casefold().replace("-", "")
    unseen = [word for word in WORD.findall(phrase) if len(word) > 4 and word.casefold() not in plain]
    known = _vocabulary(document.text) if unseen else frozenset()
    strange = {word for word in unseen if word.casefold() not in known and not is_outcome(word)}
    for word in sorted(strange):
        root = stem(word.casefold())
        if any(each.startswith(root[:4]) and stem(each) == root for each in known):
            continue
        close = difflib.get_close_matches(word.casefold(), [each for each in known if len(each) > 4], n=1, cutoff=0.85)
        phrase = phrase.replace(word, close[0]) if close else phrase
    return phrase


def lexicon_of(document: Document) -> Lexicon:
    """Return the abbreviations and groups that a document explains."""
    text = hyphenated(document.text)
    return Lexicon(
        _abbreviations(text), defined_groups(text), frozenset(stem(m[1].casefold()) for m in _OR_NO.finditer(text))
    )


_OR_NO = re.compile(r"\b(?:[Oo]r|versus|vs\.?)\s(?:no|without)\s([a-z]{3,40})\b")


_BRACKETED = re.compile(r"\(([A-Za-z][\w+-]{1,11}?)s?(?=[;,)])[^()]{0,40}\)")
_PLAIN_WORD = re.compile(r"[\w'’/®™+-]{1,40}")
_WORDS_BEFORE = 9
_EQUALS = re.compile(
    r"(?<![\w-])((?=[\w+-]{0,11}[A-Z])[A-Za-z][\w+-]{1,11})\s?(?:=|:|,|\s)\s?"
    r"([a-z][\w\s'/-]{4,70}?)(?=[;.,]|$| [A-Z][\w-]+\s?=)",
    re.MULTILINE,
)


_CODES = re.compile(
    r"(?<![\w-])((?=[A-Z]*\d)[A-Z][A-Z\d]{1,9})\s?[=:]\s?([\w][\w\s%/-]{3,90}?)(?=[,;.]|$)", re.MULTILINE
)


def _abbreviations(text: str) -> dict[str, Stems]:
    """Return what abbreviations stand for: "myocardial infarction (MI)", "MI = myocardial infarction"."""
    found: dict[str, Stems] = {}
    for match in _BRACKETED.finditer(text):
        short = match[1]
        if any(c.isupper() for c in short):
            long = _long_form(_words_before(text, match.start()), short)
            if long:
                found.setdefault(short.casefold(), stems(long))
    for match in _CODES.finditer(text):
        found.setdefault(match[1].casefold(), stems(match[2]))
    for match in _EQUALS.finditer(text):
        words = match[2].split()
        if _long_form(words, match[1]) == " ".join(_parts(words)):
            found.setdefault(match[1].casefold(), stems(match[2]))
    return found


def _words_before(text: str, end: int) -> list[str]:
    """Return the plain words directly before a place, as many as a long form may have."""
    words: list[str] = []
    for word in reversed(text[max(0, end - 40 * _WORDS_BEFORE) : end].split()[-_WORDS_BEFORE:]):
        bare = word.rstrip(",")
        if not _PLAIN_WORD.fullmatch(bare):
            break
        words.insert(0, bare)
    return words


def _long_form(words: list[str], short: str) -> str:
    """Return the words whose first letters make an abbreviation, small words passed over; nothing when none do."""
    letters = [c for c in short.casefold() if c.isalpha()]
    parts = _parts(words)
    for count in range(1, min(len(parts), len(letters) + 3) + 1):
        piece = parts[-count:]
        if piece[0][0].casefold() == letters[0] and _initials_agree(piece, letters):
            return " ".join(piece)
    return ""


def _parts(words: list[str]) -> list[str]:
    return [part for word in words for part in re.split(r"[-/]", word) if part]


def _initials_agree(words: list[str], letters: list[str]) -> bool:
    """Return whether letters appear in order in the words, most of them as first letters."""
    joined = " ".join(words).casefold()
    position, at_start = 0, 0
    for letter in letters:
        first = next(
            (i for i in range(position, len(joined)) if joined[i] == letter and (i == 0 or joined[i - 1] == " ")), -1
        )
        place = first if first >= 0 else joined.find(letter, position)
        if place < 0:
            return False
        at_start += first >= 0
        position = place + 1
    told = at_start * 3 >= len(letters) * 2 or at_start >= len(words)
    return told and (len(words) <= len(letters) + 1 or at_start == len(letters))
