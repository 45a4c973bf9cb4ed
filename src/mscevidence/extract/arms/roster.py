"""The two sides of a comparison and the words that only one of them has.

They are read from lists with sizes ("letrozole (n = 20) or placebo (n = 22)"), from the title, the aim, the sentence
about assignment, and from abbreviations. The side named first is the experimental one unless its name (placebo,
control, observation) or the title says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mscevidence.extract.arms.roles import CONTROL, EXPERIMENTAL, LETTERED, TOKEN, Roster
from mscevidence.extract.arms.words import BEFORE_GROUP, CONTROL_WORDS, FUNCTION, MARK_WORDS, STATISTICS, STOP
from mscevidence.extract.grammar.cues import Holding, Opening
from mscevidence.model import Span

_FAR = 8000
"""How far names are looked for: no abstract is longer."""
_NO_NAME = re.compile(r"(?:to\s|or\s|and\s|the\s|a\s)*(?:no|not|without|nothing|neither)\b", re.IGNORECASE)
_GROUP_NAME = Opening(
    re.compile(r"\b(?P<name>[A-Za-z][\w+/-]{1,24})\s(?:groups?|arms?)\b"),
    "group arm",
    ahead=1,
)
_LETTERED_GROUP = Opening(LETTERED, "group arm cohort regimen")
_CONTROL_GROUP = Opening(
    re.compile(
        r"\b(?:placebo|controls?|observation|sham|usual\scare|standard|conventional)\s(?:groups?|arms?|patients|women)\b",
        re.IGNORECASE,
    ),
    "placebo control observation sham usual standard conventional",
)
_MEANS = re.compile(
    r"\bgroups?\b[^.;]{0,40}\b(?:by|using|according)\b|\b(?:envelopes?|ratio|computer)\b", re.IGNORECASE
)
_SIZE = re.compile(r"[(\[,;:]\s?[nN]\s?=\s?\d[\d,]*(?:[^()\[\]]{0,40}[)\]])?")
_VERSUS = r"(?:versus|vs\.?|v|against|compared\s(?:with|to)|in\scomparison\s(?:with|to)|rather\sthan)"
_SIDE = r"[^.;:?\[\]]"
_IN_TITLE = re.compile(rf"(?P<first>{_SIDE}{{3,160}}?),?\s{_VERSUS}\s(?P<second>{_SIDE}{{3,120}})", re.IGNORECASE)
_VERSUS_WORD = re.compile(r"\b(?:vs?|versus|against|compared|comparison|rather)\b", re.IGNORECASE)
_OR_WORD = re.compile(r"\b(?:comparing|comparison|between|or)\b", re.IGNORECASE)
_WITHOUT_WORD = re.compile(r"without\b|\+/-|±", re.IGNORECASE)
_OR_IN_TITLE = re.compile(
    rf"(?:comparing|comparison\s(?:of|between)|between)\s(?P<first>{_SIDE}{{3,120}}?)\s(?:and|with|to)\s(?P<second>{_SIDE}{{3,120}})"
    rf"|(?P<third>{_SIDE}{{3,120}}?)\sor\s(?P<fourth>{_SIDE}{{3,120}})",
    re.IGNORECASE,
)
_WITH_OR_WITHOUT = re.compile(
    r"\bwith(?:\s(?:or|versus|vs\.?|and)\s|/)without\s(?P<first>[^.;:?()]{3,80})"
    r"|\s(?:\+/-|±)\s(?P<other>[^.;:?()]{3,60})",
    re.IGNORECASE,
)
_COMPARING = Opening(
    re.compile(
        rf"\b(?:compar(?:e|es|ed|ing)|comparison\s(?:of|between))\s(?!with|to\b)(?P<first>{_SIDE}{{3,160}}?)\s"
        rf"(?:{_VERSUS}|with|to|and|or)\s(?P<second>{_SIDE}{{3,120}})",
        re.IGNORECASE,
    ),
    "compar",
)
_ASSIGNED = r"\b(?:randomi[sz]ed|randomly|assigned|allocated|randomi[sz]ation|divided|assignment|received?)\b"
_TO = r"(?:to|between|into|receive|received|receiving|with)\b"
_ASSIGNING = Opening(
    re.compile(
        rf"{_ASSIGNED}[^.;:?]{{0,80}}?\b{_TO}\s(?:receive\s|undergo\s|either\s|one\sof\s|treatment\swith\s|two\s\w+:?\s)*"
        r"(?P<first>[^;:?]{3,220}?)(?:,\s|\s)(?:or|versus|vs\.?|and)\s(?:to\s)?(?P<second>[^;:?]{3,140})",
        re.IGNORECASE,
    ),
    "randomi randomly assigned allocated divided assignment receive",
)
_EITHER = Opening(
    re.compile(
        r"\b(?:either|with|of|to)\s(?P<first>[^.;:?]{3,90}?)\s(?:or|versus|vs\.?)\s(?P<second>[^.;:?]{3,90})",
        re.IGNORECASE,
    ),
    "either with of to",
)
_ASSIGNMENT_WORD = Holding(
    re.compile(_ASSIGNED, re.IGNORECASE),
    "randomi randomly assigned allocated divided assignment receive",
)
_COMPARE_WORD = Holding(
    re.compile(r"\bcompar", re.IGNORECASE),
    "compar",
)
_CUT_LEFT = re.compile(
    r"\b(?:of|comparing|between|trial|study|using|on|evaluating|by|whether|that|comparison|compares?|compared|efficacy|effects?)\s",
    re.IGNORECASE,
)
_CUT_RIGHT = re.compile(
    r"(?<!\d)\s(?:in|as|for|among|on|after|during|by|at|before|were|was|is|are|who|when|following|every|until|within|given|had|to)\s|[.,]\s",
    re.IGNORECASE,
)
_SHORT = re.compile(r"[(\[](?P<short>[A-Za-z][\w+/-]{0,14}(?:\s[A-Z0-9]{1,3})?)[)\],;:]")
_SHORT_FIRST = re.compile(r"\b(?P<short>[A-Z][A-Za-z]*[A-Z][A-Za-z]*)\s?\Z")
_LONG = re.compile(r"\((?P<long>[a-z][^()]{5,90})")
_LONGEST_SHORT = 40


def roster_of(text: str, sentences: tuple[Span, ...]) -> Roster:
    """Return the two sides of the comparison that a text tells of."""
    roster = Roster()
    if not sentences:
        return roster
    title, told = text[slice(*sentences[0])], sentences[1:16]
    roster.title = _of_title(title)
    roster.long_forms = _long_forms(text)
    _learn_title(roster, title)
    sized = next((names for sentence in told for names in _sized(text, sentence)), None)
    if sized is not None:
        roster.learn(sized[0], sized[-1])
    elif not (roster.experimental and roster.control):
        _learn_assignment(roster, text, told)
    _learn_short_names(roster, text)
    _learn_groups(roster, text)
    _learn_marks(roster, text)
    return roster


def _learn_groups(roster: Roster, text: str) -> None:
    """Take a group of unknown name for the experimental one where the other is plainly a control."""
    if not _CONTROL_GROUP.search(text):
        return
    for match in _GROUP_NAME.finditer(text, 0, _FAR):
        for word in _content(match["name"]):
            if word not in roster.control and word not in CONTROL_WORDS and word not in BEFORE_GROUP | MARK_WORDS:
                roster.experimental.add(word)


def _against(title: str) -> re.Match[str] | None:
    """Return the two sides of a title; the long look only where a word sets sides against each other."""
    return _IN_TITLE.search(title) if _VERSUS_WORD.search(title) else None


def _of_title(title: str) -> tuple[frozenset[str], frozenset[str]]:
    match = _against(title)
    if match is None:
        return frozenset(_raw(title)), frozenset()
    first, second = frozenset(_raw(match["first"])), frozenset(_raw(_right(match["second"])))
    return first - second, second - first


def _long_forms(text: str) -> dict[str, frozenset[str]]:
    """Return what abbreviations stand for: ``neoadjuvant chemotherapy (NCT)``, ``PCb (paclitaxel ...)``."""
    found: dict[str, frozenset[str]] = {}
    for match in _SHORT.finditer(text, 0, _FAR):
        letters = [c.casefold() for c in match["short"] if c.isalpha()]
        words = [w for w in re.split(r"[\s/-]+", _before(text, match))[-len(letters) - 2 :] if w]
        if sum(c.isupper() for c in match["short"]) >= 2 and any(w[0].casefold() == letters[0] for w in words):
            found.setdefault(match["short"].casefold(), frozenset(_raw(" ".join(words))))
    passed = 0
    for match in _LONG.finditer(text, 0, _FAR):
        before = _SHORT_FIRST.search(text, max(passed, match.start() - _LONGEST_SHORT), match.start())
        if before is not None:
            found.setdefault(before["short"].casefold(), frozenset(_raw(match["long"])))
            passed = match.end()
    return found


def _learn_title(roster: Roster, title: str) -> None:
    match = _against(title)
    without = _WITH_OR_WITHOUT.search(title) if _WITHOUT_WORD.search(title) else None
    if without is not None:
        roster.experimental.update(_content(_right(without["first"] or without["other"])))
    elif match is not None:
        roster.learn(*_told_apart(_left(match["first"]), _right(match["second"])))
    else:
        other = _OR_IN_TITLE.search(title) if _OR_WORD.search(title) else None
        if other is not None:
            first, second = other["first"] or other["third"], other["second"] or other["fourth"]
            roster.learn(*_told_apart(_left(first), _right(second)))


def _learn_assignment(roster: Roster, text: str, sentences: Sequence[Span]) -> None:
    """Add the words of the first sentence that tells to what patients were assigned, or else what is compared."""
    for pattern, cue in ((_ASSIGNING, _ASSIGNMENT_WORD), (_EITHER, _ASSIGNMENT_WORD), (_COMPARING, _COMPARE_WORD)):
        for sentence in sentences[: 12 if pattern is _ASSIGNING else 6]:
            match = pattern.search(text, *sentence) if cue.search(text, *sentence) else None
            if match is None or _MEANS.search(match.group()):
                continue
            left, right = _told_apart(_left(_last_alternative(match["first"])), _right(match["second"]))
            if left and right and left != right:
                roster.learn(left, right)
                return
    for sentence in sentences[:8]:
        if roster.experimental or not _WITHOUT_WORD.search(text, *sentence):
            continue
        without = _WITH_OR_WITHOUT.search(text, *sentence)
        if without is not None:
            roster.experimental.update(_content(_right(without["first"] or without["other"])))


def _sized(text: str, sentence: Span) -> Iterator[list[list[str]]]:
    """Yield the names of a list with sizes: ``letrozole (n = 20) or placebo (n = 22)``."""
    sizes = list(_SIZE.finditer(text, *sentence))
    if len(sizes) < 2 or not _ASSIGNMENT_WORD.search(text, *sentence):
        return
    names: list[list[str]] = []
    start = sentence[0]
    for size in sizes:
        phrase = text[start : size.start()]
        name = " ".join(_last_alternative(phrase).split()[-14:])
        names.append([] if _NO_NAME.match(name) else _content(name))
        start = size.end()
    if names[0] or names[-1]:
        yield names


def _last_alternative(phrase: str) -> str:
    """Return the part of a phrase that names an arm: what stands behind "assigned to (receive) (either)"."""
    cut = max(
        (m.end() for m in re.finditer(rf"{_ASSIGNED}|\b(?:to|into|either|receive|between|versus|or):?\s", phrase)),
        default=0,
    )
    return phrase[cut:] if phrase[cut:].strip() else phrase


def _learn_short_names(roster: Roster, text: str) -> None:
    """Add the abbreviations of both sides: ``high-dose chemotherapy (HDC)``, ``letrozole (group A)``."""
    for match in _SHORT.finditer(text, 0, _FAR):
        words = _content(" ".join(_before(text, match).split()[-5:]))
        role = roster.role_of(words, grouped=False)
        mark = LETTERED.search(match["short"])
        if role is None:
            continue
        if mark is not None:
            roster.marks.setdefault(mark["mark"].upper(), role)
            continue
        if not _is_short_for(match["short"], words):
            continue
        side = roster.experimental if role == EXPERIMENTAL else roster.control
        side.update(w for w in _content(match["short"]) if w not in roster.experimental | roster.control)


def _before(text: str, match: re.Match[str]) -> str:
    """Return the words of the clause before a bracket."""
    return re.split(r"[.;:()]", text[max(0, match.start() - 90) : match.start()])[-1].strip()


def _is_short_for(short: str, words: list[str]) -> bool:
    """Return whether a bracket holds an abbreviation of some words: capitals, and the initial of one of them."""
    capitals = sum(character.isupper() or character.isdigit() for character in short)
    known = short.casefold() in STATISTICS
    return capitals >= 2 and not known and any(word[0] == short[0].casefold() for word in words)


def _learn_marks(roster: Roster, text: str) -> None:
    """Give letters and numbers of groups their side: the last that is told is the control."""
    told = dict.fromkeys(match["mark"].upper() for match in _LETTERED_GROUP.finditer(text, 0, _FAR))
    names = [mark for mark in told if mark not in roster.marks]
    for mark in names if len(names) > 1 else ():
        roster.marks[mark] = CONTROL if mark == names[-1] else EXPERIMENTAL


def _left(phrase: str) -> str:
    """Return what of a phrase before "versus" names the arm: the words behind the last "trial of"."""
    cuts = list(_CUT_LEFT.finditer(phrase))
    kept = phrase[cuts[-1].end() :] if cuts else phrase
    return " ".join((kept if _content(kept) else phrase).split()[-8:])


def _right(phrase: str) -> str:
    cut = _CUT_RIGHT.search(phrase, 2)
    return " ".join((phrase[: cut.start()] if cut else phrase).split()[:9])


def _told_apart(first: str, second: str) -> tuple[list[str], list[str]]:
    """Return the words of two sides; common words such as "early" and "late" only where nothing else names a side."""
    names = _content(first), _content(second)
    if all(names):
        return names
    one, two = _raw(first), _raw(second)
    return [word for word in one if word not in two], [word for word in two if word not in one]


def _raw(phrase: str) -> list[str]:
    words = (m.group().casefold() for m in TOKEN.finditer(phrase))
    return [w for w in words if w not in FUNCTION and not w.isdigit() and len(w) > 1]


def _content(phrase: str) -> list[str]:
    words = (m.group().casefold() for m in TOKEN.finditer(phrase))
    return [w for w in words if w not in STOP and not w.isdigit() and len(w) > 1]
