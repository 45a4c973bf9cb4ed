"""What lettered and numbered groups of a text are: "Group I (laser group)", "Group N: normal saline"."""

from __future__ import annotations

import re

from mscevidence.extract.wording.word_stems import Stems, stems

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
        r"(?:received|treated\swith|given|underwent)\s"
        r"(?P<what>(?:(?!,?\s(?:and|while|whereas)\s[^.;]{0,50}?\b[Gg]roups?\s)[^.;]){3,90})"
    ),
)
_RECEIVED = 4
_BRACKETED = re.compile(rf"\({_NAME}\)")
_LETTER = re.compile(r"(?<=[a-z]\s)\((?P<mark>[A-Z])(?:[,;]?\s?[nN]\s?=\s?\d+)?\)")
_NAMED = re.compile(_NAME)
_PLAIN_WORD = re.compile(r"[\w%.®™+-]{1,40}")
_WORDS_BEFORE = 8
_SECOND = re.compile(r"\b(?:[Gg]roups|[Aa]rms)\s[A-Z]\s(?:and|or|vs\.?|versus)\s([A-Z])\b")
_CAPABLE = re.compile(r"(?<![\w-])[A-Za-z][A-Za-z-]{3,}")
_IN_ORDER = frozenset({"A", "B", "C", "D", "I", "II", "III", "IV", *"123456789"})
"""Marks that only count the groups."""
_SIZE = re.compile(r"\s?[nN]\s?[=,].*")
_RECENT = re.compile(r".*(?:\b(?:with|received|receiving|by|of|and|or|underwent)\s|[,;:])", re.DOTALL)


def defined_groups(text: str) -> dict[str, Stems]:
    """Return what lettered groups are: "Group I (laser group)", "Group N: normal saline", "placebo (Group B)"."""
    found: dict[str, Stems] = {}
    starts = [match.start() for match in _NAMED.finditer(text)]
    for index, pattern in enumerate(_DEFINITIONS):
        for match in (told for start in starts if (told := pattern.match(text, start)) is not None):
            _add(found, match["mark"], match["what"], once=index == _RECEIVED)
    for match in _BRACKETED.finditer(text):
        _add(found, match["mark"], _RECENT.sub("", " ".join(_words_before(text, match.start()))), once=False)
    letters = [match for match in _LETTER.finditer(text) if _is_group(text, match["mark"])]
    if len({match["mark"] for match in letters}) > 1:
        for match in letters:
            _add(found, match["mark"], _RECENT.sub("", " ".join(_words_before(text, match.start()))), once=True)
    return found


def _is_group(text: str, mark: str) -> bool:
    """Return whether a text speaks of "the M group" or "group M"."""
    return bool(re.search(rf"\b{mark}[\s-](?:groups?|arms?|patients)\b|\b(?:[Gg]roups?|[Aa]rms?)[\s-]{mark}\b", text))


def named_by_initials(text: str, intervention: str, comparator: str) -> dict[str, Stems]:
    """Return what groups are that are called by the first letters of what was given: "group Q" of "Quincke needle".

    Both letters must be those of one side only, and not simply A and B.
    """
    marks = {match["mark"] for match in _NAMED.finditer(text)} | {m[1] for m in _SECOND.finditer(text)}
    sides = [_CAPABLE.findall(side) for side in (intervention, comparator)]
    found: dict[str, Stems] = {}
    for own, other in (sides, reversed(sides)):
        words = {word for word in own if word.casefold() not in {each.casefold() for each in other}}
        letters = {word[0].upper() for word in words} - {word[0].upper() for word in other}
        named = [mark for mark in marks if mark in letters]
        if len(named) != 1:
            return {}
        meant = stems(" ".join(word for word in words if word[0].upper() == named[0]))
        found |= {f"group_{named[0].casefold()}": meant, f"letter_{named[0].casefold()}": meant}
    return {} if marks <= _IN_ORDER else found


def _words_before(text: str, end: int) -> list[str]:
    words: list[str] = []
    for word in reversed(text[max(0, end - 40 * _WORDS_BEFORE) : end].split()[-_WORDS_BEFORE:]):
        if not _PLAIN_WORD.fullmatch(word):
            break
        words.insert(0, word)
    return words


def _add(found: dict[str, Stems], mark: str, what: str, *, once: bool) -> None:
    """Add what a group is said to be; what it received only where nothing else is said of it."""
    words = frozenset(word for word in stems(what) if not word[0].isdigit() and "_" not in word and len(word) > 1)
    name = f"group_{mark.casefold()}"
    if words and not _SIZE.fullmatch(what) and not (once and name in found):
        found[name] = found.get(name, frozenset()) | words
