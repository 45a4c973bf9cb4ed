"""Titles in a form that does not change with the database they come from, and what tells two titles apart."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass, field

from mscevidence.identify.kinds import CORRECTED_PLACE

GENERIC_LETTERS = 20
"""Titles shorter than this (``Editorial``, ``Summary``, ``In reply``) name a kind of report, not one report."""

_GREEK = {
    "α": " alpha ",
    "β": " beta ",
    "γ": " gamma ",
    "δ": " delta ",
    "ε": " epsilon ",
    "κ": " kappa ",
    "λ": " lambda ",
    "μ": " mu ",
    "ω": " omega ",
    "ß": "ss",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "æ": "ae",
    "œ": "oe",
    "ı": "i",
}
_APOSTROPHES = "'’‘`´ʼ"
_FOLD = str.maketrans({**_GREEK, **dict.fromkeys(_APOSTROPHES, "")})
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,80}>")
_WORD = re.compile(r"[a-z0-9]+|[^\W\d_a-z]+")

# What databases put before or behind a title that is not part of it. Of a correction the title of the article is left:
# its kind keeps it apart from the article (`kinds`), and two records of it are known by it.
_BEFORE = re.compile(
    r"^(?:(?:withdrawn|retracted|retraction|cancell?ed|removed)(?: article| paper)? *:"
    r"|\[?(?:withdrawn|retracted|cancell?ed)(?: article| paper)?\]"
    r"|(?:brief|short|preliminary|original|case|research|rapid|technical)"
    r" (?:report|communication|article|research)s? *[:.\-–—]"
    r"|(?:original|research) (?:article|paper|contribution) *[:.\-–—]"
    r"|(?:errat(?:um|a)|corrigend(?:um|a)|(?:(?:publisher|author) )?correction)(?: *[:.\-–—]| to:?(?= )))\s*",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"\s*[\[(](?:in process citation|(?:(?:original|research|journal|review) )?article"
    r"|see comments?|abstract|letter|editorial|comment|corrected|retracted|review"
    r"|article in [a-z]+|retracted article[^\])]{0,120}|with [^\])]{0,40}abstract|[a-z]+ text|conference abstract"
    r"|author\W?s? (?:transl)?[^\])]{0,20})[\])]\s*\.?\s*$",
    re.IGNORECASE,
)

_TRANSLATED = re.compile(r"\[.*\]\.?", re.DOTALL)

_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12"}
_LONE_ROMAN = {"i": "1", "v": "5", "x": "10"}
_COUNTED = frozenset(
    {"part", "phase", "type", "study", "stage", "grade", "section", "class", "volume", "no", "chapter"}
)
_NUMBER_WORDS = {
    word: str(number)
    for number, words in enumerate(
        ("one first", "two second", "three third", "four fourth", "five fifth", "six sixth", "seven seventh"), 1
    )
    for word in words.split()
}
_LETTERED = frozenset("abcd")


@dataclass(frozen=True, slots=True)
class Title:
    """A title in one form.

    Attributes:
        words: its words, without case, accents, markup and punctuation.
        letters: the same without the spaces, for databases break words differently.
        numbers: its numbers in order, however they are written: ``phase II``, ``phase 2`` and ``phase two`` have ``2``.
        translated: whether it stands in brackets, as translations of titles do.
    """

    words: tuple[str, ...]
    letters: str
    numbers: str
    translated: bool = field(default=False, compare=False)

    @property
    def generic(self) -> bool:
        """Return whether the title is too short to tell reports apart."""
        return len(self.letters) < GENERIC_LETTERS or len(self.words) < 3

    def begins(self, other: Title) -> bool:
        """Return whether this title is the beginning of another one, as where a database cuts titles."""
        return len(self.letters) < len(other.letters) and other.letters.startswith(self.letters)


def folded(text: str) -> str:
    """Return a text without case, accents, markup and apostrophes; Greek letters are spelled out."""
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = _TAG.sub("", text)
    if text.isascii():
        return text.casefold().replace("'", "").replace("`", "")
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_FOLD))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def title_of(text: str) -> Title:
    """Return a title in its one form."""
    bare = " ".join(text.split())
    for _ in range(2):
        bare = CORRECTED_PLACE.sub("", _BEHIND.sub("", _BEFORE.sub("", bare)))
    words = tuple(_WORD.findall(folded(bare or text)))
    translated = _TRANSLATED.fullmatch(text.strip()) is not None
    return Title(words=words, letters="".join(words), numbers=_numbers(words), translated=translated)


def _numbers(words: tuple[str, ...]) -> str:
    found: list[str] = []
    last = len(words) - 1
    for place, word in enumerate(words):
        if not word.isalpha():
            found.extend(letter for letter in word if letter.isdigit())
        elif word in _ROMAN or word in _NUMBER_WORDS:
            found.append(_ROMAN.get(word) or _NUMBER_WORDS[word])
        elif len(word) == 1 and (place == last or words[place - 1] in _COUNTED) and place:
            found.append(_LONE_ROMAN.get(word) or (word if word in _LETTERED else ""))
    return "".join(found)
