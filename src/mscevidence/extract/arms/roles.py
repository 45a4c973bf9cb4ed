"""Which side of a comparison a phrase speaks of: the experimental arm or its comparator."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from mscevidence.extract.arms.words import BEFORE_GROUP, CONTROL_WORDS, EXPERIMENTAL_WORDS, GROUP, TREATED, WEAK_CONTROL
from mscevidence.model import Span

ArmRole = Literal["experimental", "control"]

EXPERIMENTAL: ArmRole = "experimental"
CONTROL: ArmRole = "control"

TOKEN = re.compile(r"[^\W_]+")
_ORDINALS: dict[str, ArmRole] = {
    "one": EXPERIMENTAL,
    "first": EXPERIMENTAL,
    "other": CONTROL,
    "second": CONTROL,
    "another": CONTROL,
}
_TELLING = CONTROL_WORDS | EXPERIMENTAL_WORDS | BEFORE_GROUP | GROUP | frozenset(_ORDINALS) | {"without"}
"""The words with which the name of a side may start in any text."""
_JOINS = re.compile(
    r"[\s\-/+&]{1,3}|\s?\+/?-?\s?|\s(?:plus|with|followed\sby|in\scombination\swith|added\sto|combined\swith|and\slow-dose)\s|\s?\(",
    re.IGNORECASE,
)
_ENDS = re.compile(r"\s?(?:[.,;:()]|it\b|this\b)")
_NEGATION = re.compile(r"(?:\b(?:without|no|not|non|un|never)[\s-](?:[a-z]+\s){0,2})$", re.IGNORECASE)
LETTERED = re.compile(
    r"\b(?:[Gg]roups?|GROUPS?|[Aa]rms?|ARMS?|[Cc]ohorts?|[Rr]egimens?)\s(?P<mark>[A-Z]|[1-4]|I{1,3}V?)\b"
)


@dataclass(frozen=True)
class RoleMention:
    """A place in the text that speaks of one side of the comparison."""

    start: int
    end: int
    role: ArmRole


@dataclass
class Roster:
    """The words by which the two sides of a comparison are known; `marks` are letters and numbers of groups."""

    experimental: set[str] = field(default_factory=set)
    control: set[str] = field(default_factory=set)
    marks: dict[str, ArmRole] = field(default_factory=dict)
    title: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
    long_forms: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def shared(self) -> set[str]:
        """Return the words that name both sides."""
        return self.experimental & self.control

    def role_of(self, words: list[str], *, grouped: bool = True) -> ArmRole | None:
        """Return the side that some words speak of, or None where they leave it open."""
        shared = self.experimental & self.control
        if any(w in CONTROL_WORDS and w not in self.experimental for w in words):
            return CONTROL
        if any(w in self.experimental and w not in shared for w in words):
            return EXPERIMENTAL
        if any(w in self.control and w not in shared for w in words):
            return CONTROL
        if any(w in shared for w in words) and grouped:
            if not self.control - shared - CONTROL_WORDS:
                return CONTROL
            if not self.experimental - shared:
                return EXPERIMENTAL
        return None

    def learn(self, first: list[str], second: list[str]) -> None:
        """Add the words of two sides, told in this order, the right way round."""
        if (not first and not second) or first == second:
            return
        if self.is_swapped(first, second):
            first, second = second, first
        self.experimental.update(first)
        named = any(w in CONTROL_WORDS for w in second)
        self.control.update(w for w in second if not (named and w in self.title[0] and w not in first))

    def is_swapped(self, first: list[str], second: list[str]) -> bool:
        """Return whether two sides are told control first."""
        one, two = self._full(first), self._full(second)
        one, two = one - two, two - one
        controls = [bool(side & CONTROL_WORDS) for side in (one, two)]
        if controls[0] != controls[1]:
            return controls[0]
        left, right = self.title
        straight = len(one & left) + len(two & right)
        crossed = len(one & right) + len(two & left)
        if right and straight != crossed:
            return crossed > straight
        if not right and bool(one & left) != bool(two & left):
            return bool(two & left)
        known = (self.role_of(first, grouped=False), self.role_of(second, grouped=False))
        if known[0] != known[1]:
            return known[0] == CONTROL or known[1] == EXPERIMENTAL
        return False

    def _full(self, words: list[str]) -> set[str]:
        """Return words together with the long forms of the abbreviations among them."""
        return set(words).union(*(self.long_forms.get(word, frozenset()) for word in words))


def roles_in(text: str, span: Span, roster: Roster) -> tuple[RoleMention, ...]:
    """Return the places of a sentence that speak of one side, in order."""
    tokens = list(TOKEN.finditer(text, *span))
    words = [token.group().casefold() for token in tokens]
    found: list[RoleMention] = []
    passed = 0
    named = (_TELLING, roster.experimental, roster.control)
    for index, word in enumerate(words):
        if index < passed or not (word in named[0] or word in named[1] or word in named[2]):
            continue
        lettered = _lettered(text, tokens, words, index, roster)
        if lettered is not None:
            found += lettered
            passed = index + 2 * len(lettered)
            continue
        if word == "without" and _ENDS.match(text, tokens[index].end()):
            found.append(RoleMention(*tokens[index].span(), CONTROL))
        length = _known_run(text, tokens, words, index, roster)
        mention = _mention(text, span, tokens[index : index + length], roster) if length else None
        if mention is not None:
            found.append(mention)
        passed = index + length
    return tuple(found)


def _lettered(
    text: str, tokens: list[re.Match[str]], words: list[str], index: int, roster: Roster
) -> list[RoleMention] | None:
    if words[index] not in GROUP or index + 1 >= len(tokens):
        return None
    mark = tokens[index + 1]
    if mark.start() - tokens[index].end() != 1 or not LETTERED.fullmatch(text, tokens[index].start(), mark.end()):
        return None
    found = [RoleMention(tokens[index].start(), mark.end(), _of_mark(mark.group(), roster))]
    if index + 3 < len(tokens) and words[index + 2] in {"and", "or", "versus", "vs"} and words[index].endswith("s"):
        second = tokens[index + 3]
        if re.fullmatch(r"[A-Z]|[1-4]|I{1,3}", second.group()):
            found.append(RoleMention(second.start(), second.end(), _of_mark(second.group(), roster)))
    return found


def _of_mark(mark: str, roster: Roster) -> ArmRole:
    default: ArmRole = EXPERIMENTAL if mark.upper() in {"A", "1", "I"} else CONTROL
    return roster.marks.get(mark.upper(), default)


def _known_run(text: str, tokens: list[re.Match[str]], words: list[str], index: int, roster: Roster) -> int:
    """Return how many tokens from an index on name one treatment: ``docetaxel plus capecitabine``."""
    if not _known(words, index, roster):
        return 0
    end = index + 1
    last = index
    while end < len(tokens) and end - last <= 3:
        if _known(words, end, roster) and _JOINS.fullmatch(text[tokens[last].end() : tokens[end].start()]):
            last = end
        end += 1
    return last - index + 1


def _known(words: list[str], index: int, roster: Roster) -> bool:
    word = words[index]
    if word in roster.experimental or word in roster.control or word in EXPERIMENTAL_WORDS:
        return True
    following = words[index + 1] if index + 1 < len(words) else ""
    if word in CONTROL_WORDS:
        if word == "control" and following in {"rate", "rates", "of"}:
            return False
        return (
            word not in WEAK_CONTROL
            or following in GROUP
            or following in TREATED
            or following in {"care", "therapy", "treatment"}
        )
    return (word in _ORDINALS and following in GROUP) or (word in BEFORE_GROUP and following in GROUP)


def _mention(text: str, span: Span, run: list[re.Match[str]], roster: Roster) -> RoleMention | None:
    words = [token.group().casefold() for token in run]
    role = roster.role_of(words)
    if role is None and any(w in BEFORE_GROUP or w in EXPERIMENTAL_WORDS for w in words):
        role = EXPERIMENTAL
    if role is None and words[0] in _ORDINALS:
        role = _ORDINALS[words[0]]
    if role is None:
        return None
    before = text[max(span[0], run[0].start() - 20) : run[0].start()]
    if role == EXPERIMENTAL and _NEGATION.search(before):
        role = CONTROL
    return RoleMention(run[0].start(), run[-1].end(), role)
