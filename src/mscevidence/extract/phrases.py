"""Phrases of a question and of an article made comparable: word stems, abbreviations, and what groups are called."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from mscevidence.model import Document

Stems = frozenset[str]

_STOP = frozenset(
    re.findall(
        r"\w+",
        """a an the of in on at to for from by with and or as is are was were be been had has have this that these those
        who whom which their there it its than then into per each between during within versus vs compared after if when
        both either other such only not n mg kg mcg ml daily day dose using use used based p patients patient subjects
        subject participants participant people persons cases group groups arm arms received receiving treated treatment
        given via also they we our equivalent including least one""",
    )
)
_SUFFIXES = tuple(
    re.findall(
        r"\w+",
        """ations ation ated ating ates ate ator
        ements ement ments ment ities ity ances ance ences ence ions ion ings ing ives ive ical ies ied
        ers er ed es al ic ia s y e""",
    )
)
_ONE_WORD = (
    (
        re.compile(
            r"\b(?:(?i:side[\s-]effects?|(?:treatment[\s-]emergent\s)?adverse\s(?:effects?|reactions?|events?|experiences?))|TE?AEs?|AEs?)\b"
        ),
        " adverseevent ",
    ),
    (re.compile(r"\b(?:mortality|deaths?|died|dead|fatalit(?:y|ies))\b", re.IGNORECASE), " death "),
    (re.compile(r"\b(?:groups?|arms?|cohorts?)[\s-]([A-Z]|\d|I{1,3}V?|IV)\b", re.IGNORECASE), r" group_\1 "),
    (re.compile(r"\be\.?\s?coli\b", re.IGNORECASE), " ecoli "),
    (re.compile(r"\bkg\s?/\s?m\s?\^?2"), " "),
    (re.compile(r"(?<![\w.-])([A-Z])(?![\w.'’-]|\s[a-z=<>])|(?<=[a-z]\s)([A-Z])(?![\w.'’-])"), r" letter_\1\2 "),
)
_SIGNS = (
    (re.compile(r">=?|≥|\bmore than\b|\bover\b"), " above_ "),
    (re.compile(r"<=?|≤|\bless than\b|\bunder\b"), " below_ "),
)
_WORD = re.compile(r"[a-z]+(?:_\w*)?\d*|\d+(?:[.,]\d+)*[a-z]?", re.IGNORECASE)
_LONGEST_KEPT = 400
_ROUND = re.compile(r"(?<=\d)\.0+$")
_ACRONYM = re.compile(r"(?<![\w-])(?=[\w+-]{0,12}[A-Z])[A-Za-z][\w+-]{1,11}(?![\w-])")


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """Return a word without its ending, so that infection, infections and infected agree."""
    if word.startswith("respon"):
        return "respon"
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 4:
            return word[: -len(suffix)]
    return word


_GENERIC = frozenset(
    stem(word)
    for word in re.findall(
        r"\w+",
        """rate incidence number percent percentage proportion probability overall any all total frequency occurrence
        outcome event clinical significant cases prevalence development reported had postoperative during several
        episodes counts reasons effect effects presence present type experienced occurred observed""",
    )
)


def stems(text: str) -> Stems:
    """Return the stems and numbers of a phrase without the words that say nothing."""
    return _stems(text) if len(text) <= _LONGEST_KEPT else _stems.__wrapped__(text)


@lru_cache(maxsize=1024)
def _stems(text: str) -> Stems:
    for pattern, replacement in (*_ONE_WORD, *_SIGNS):
        text = pattern.sub(replacement, text)
    words = (_ROUND.sub("", word.casefold().replace(",", "")) for word in _WORD.findall(text))
    return frozenset(stem(word) for word in words if word not in _STOP)


def telling(words: Stems) -> Stems:
    """Return the stems that tell one outcome from another; all of them where none does."""
    return frozenset(word for word in words if word not in _GENERIC) or words


def weight(word: str) -> float:
    """Return how much a stem tells: a word of the outcome much, a general word little."""
    return 0.25 if word in _GENERIC else 1.0


_DIRECTIONS = (
    re.compile(r"\b(?:reduc|decreas|declin|resol|improv|disappear|lower|less|drop|clear)", re.IGNORECASE),
    re.compile(
        r"\b(?:increas|worsen|reappear|re-?occur|recurr|relaps|progress|higher|exacerbat|aggravat)", re.IGNORECASE
    ),
    re.compile(r"(?<=[a-z]{4})-free\b|\bfree of\b|\bwithout\b|\bnon(?:-|(?!e\b|et))(?=[a-z])|\bnot\b", re.IGNORECASE),
)


def same_direction(asked: str, told: str) -> bool:
    """Return whether words tell of the turn that was asked: a reduction is no reappearance, relapse-free no relapse.

    What is asked with a direction must be told with it; "free of" and "without" must stand in both or in neither.
    """
    return same_absence(asked, told) and same_turn(asked, told)


def same_absence(asked: str, told: str) -> bool:
    """Return whether "free of", "without" and the like stand in both or in neither."""
    absent = _DIRECTIONS[-1]
    return bool(absent.search(asked)) == bool(absent.search(told))


def same_turn(asked: str, told: str) -> bool:
    """Return whether words that turn up or down in what is asked have their like in what is told."""
    return all(turn.search(told) for turn in _DIRECTIONS[:-1] if turn.search(asked))


def covered(wanted: Iterable[str], present: Stems) -> float:
    """Return the share of the wanted stems, by weight, that is present."""
    weights = [(weight(word), word in present) for word in wanted]
    total = sum(each for each, _ in weights)
    return sum(each for each, found in weights if found) / total if total else 0.0


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
            if len(long) > 1 and long <= found:
                found |= stems(short)
        return frozenset(found)


_HYPHENS = str.maketrans({"\u2010": "-", "\u2011": "-", "\u00ad": "-"})


def hyphenated(text: str) -> str:
    """Return a text of the same length in which every kind of hyphen is the plain one."""
    return text.translate(_HYPHENS)


def spelt(phrase: str, document: Document) -> str:
    """Return a phrase in which words that the document never uses give way to those it spells almost so."""
    known = {word.casefold() for word in _WORD.findall(document.text) if len(word) <= 40}
    strange = {word for word in _WORD.findall(phrase) if len(word) > 4 and word.casefold() not in known}
    for word in sorted(strange):
        if any(stem(each) == stem(word.casefold()) for each in known):
            continue
        close = difflib.get_close_matches(word.casefold(), [each for each in known if len(each) > 4], n=1, cutoff=0.85)
        phrase = phrase.replace(word, close[0]) if close else phrase
    return phrase


def lexicon_of(document: Document) -> Lexicon:
    """Return the abbreviations and groups that a document explains."""
    text = hyphenated(document.text)
    return Lexicon(_abbreviations(text), _groups(text), frozenset(stem(m[1].casefold()) for m in _OR_NO.finditer(text)))


_OR_NO = re.compile(r"\b(?:[Oo]r|versus|vs\.?)\s(?:no|without)\s([a-z]{3,40})\b")


_BRACKETED = re.compile(
    r"(?<![\w'’/®™+-])((?:[\w'’/®™+-]{1,40}[ ,]{1,2}){1,9})\(([A-Za-z][\w+-]{1,11}?)s?(?=[;,)])[^()]{0,40}\)"
)
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
        short = match[2]
        if any(c.isupper() for c in short):
            long = _long_form(match[1].replace(",", " ").split(), short)
            if long:
                found.setdefault(short.casefold(), stems(long))
    for match in _CODES.finditer(text):
        found.setdefault(match[1].casefold(), stems(match[2]))
    for match in _EQUALS.finditer(text):
        words = match[2].split()
        if _long_form(words, match[1]) == " ".join(_parts(words)):
            found.setdefault(match[1].casefold(), stems(match[2]))
    return found


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


_NAME = r"(?:[Gg]roups?|[Aa]rms?|[Cc]ohorts?|GROUP)[\s-](?P<mark>[A-Z]|[1-9]|I{1,3}|IV)\b"
_UNTIL = r"(?P<what>[a-z][^;:.()=]{2,80}?)(?=[;.)(]|,?\s(?:and\s)?[Gg]roups?\s|$)"
_DEFINITIONS = (
    re.compile(rf"(?:(?<=[(;]\s)|(?<=\()){_NAME}\s?,\s?{_UNTIL}", re.MULTILINE),
    re.compile(rf"\b{_NAME}\s?[:=]\s?{_UNTIL}", re.MULTILINE),
    re.compile(rf"\b{_NAME}\s?\((?P<what>[^()]{{3,80}})\)"),
    re.compile(
        rf"\b{_NAME}\s?(?:\([^()]{{0,60}}\)\s)?(?:was|were|served\sas|as)\s(?:the\s|an?\s)?(?P<what>[a-z][^.;,()]{{2,60}})"
    ),
    re.compile(
        rf"\b{_NAME}\s?(?:\([^()]{{0,60}}\)\s?)?(?:was\s|were\s|patients\s)?"
        r"(?:received|treated\swith|given|underwent)\s(?P<what>[^.;]{3,90})"
    ),
    re.compile(rf"(?<![\w%.®™+-])(?P<what>(?:[\w%.®™+-]{{1,40}}\s){{1,8}}?)(?:[Gg]roup\s)?\({_NAME}\)"),
)
_RECEIVED, _BEFORE_NAME = 4, 5
_RECENT = re.compile(r".*(?:\b(?:with|received|receiving|by|of|and|or|underwent)\s|[,;:])", re.DOTALL)


def _groups(text: str) -> dict[str, Stems]:
    """Return what lettered groups are: "Group I (laser group)", "Group N: normal saline", "placebo (Group B)"."""
    found: dict[str, Stems] = {}
    for index, pattern in enumerate(_DEFINITIONS):
        for match in pattern.finditer(text):
            what = _RECENT.sub("", match["what"]) if index == _BEFORE_NAME else match["what"]
            words = frozenset(
                word for word in stems(what) if not word[0].isdigit() and "_" not in word and len(word) > 1
            )
            if words and not re.fullmatch(r"\s?[nN]\s?[=,].*", what):
                name = f"group_{match['mark'].casefold()}"
                found[name] = (
                    found.get(name, frozenset()) | words if index != _RECEIVED or name not in found else found[name]
                )
    return found
