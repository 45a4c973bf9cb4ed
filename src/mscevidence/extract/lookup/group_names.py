"""Names of groups written out in words: which side of a question a run of words speaks of.

The words of both sides are looked for together, and a run of them is judged as a whole: in "lapatinib plus letrozole"
the word that only one side has decides, and "letrozole alone" speaks of the side that has nothing of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from mscevidence.extract.wording.word_stems import Stems, stem
from mscevidence.model import Span

Whose = Literal["intervention", "comparator", "other"]
Label = Literal[Whose, "shared", "negation", "alone"]

_TOKEN = re.compile(r"[A-Za-z]\w*(?:[-+][A-Za-z0-9]\w*)*\+?|\d\w*(?:-[A-Za-z]\w*)*")
_PART = re.compile(r"[A-Za-z]\w*|\d+(?:\.\d+)?[A-Za-z]*")
_NEGATION = frozenset({"no", "non", "not", "without", "un"})
_ALONE = frozenset({"alone", "only", "monotherapy", "single-agent"})
_JOIN = re.compile(
    r"[\s\-–/+&]{0,3}|\s?[(,]\s?|\)\s?|\s(?:plus|with|of|in\scombination\swith|combined\swith|followed\sby|added\sto|then|the|or\s?/\s?and|treated\swith|treatment\swith|receiving|further|dose|based)\s",
    re.IGNORECASE,
)
_PLUS = re.compile(r"\s?\+\s?|\splus\s", re.IGNORECASE)
_PLUS_NEXT = re.compile(r"(?:\s?\+\s?|\splus\s)([A-Za-z][\w-]*)", re.IGNORECASE)
_PLUS_BEFORE = re.compile(r"([A-Za-z][\w-]*)(?:\s?\+\s?|\splus\s)$", re.IGNORECASE)
_JOIN_AND = re.compile(r"\s(?:and|or)\s", re.IGNORECASE)
_GROUP_NEXT = re.compile(
    r"[\s-]?[”\"'’]?\s?(?:[(,;:.\[]|$|(?:alone|only|groups?|arms?|cohorts?|patients|subjects|participants|women|men|recipients|users|treated|and|or|vs|versus|than|was|were|had)\b)"
)
_DENIED_BEFORE = re.compile(r"\b(?:not|never|without|no|neither|nor)\b(?:\s[\w-]+){0,5}\s\Z", re.IGNORECASE)
_OTHER: dict[str, Whose] = {"intervention": "comparator", "comparator": "intervention"}
_WITH_OR_WITHOUT = re.compile(r"\bwith\s(?:or|and)\swithout\s(?:the\s|additional\s)?", re.IGNORECASE)


@dataclass(frozen=True)
class NamedGroup:
    """A run of words that names a side, or a third group."""

    start: int
    end: int
    whose: Whose


@dataclass(frozen=True)
class SideWords:
    """The words by which the sides of a question are told apart.

    Args:
        own: whose the stems are that one side has alone, or that only a third group has.
        shared: the stems that both sides have.
        contained: the side that has no word of its own, if one has none.
        least: any one of these sets of stems names the contained side.
        negated: the side that is the lack of the other: "no treatment", "without antibiotics".
        joined: whether "and" may stand inside the name of a side.
        added: the sides that name two things given together: "salbutamol + dexamethasone".
        denied: the stems of what the negated side lacks: "prophylaxis" of "no prophylaxis".
    """

    own: dict[str, Whose]
    shared: Stems
    contained: Literal["intervention", "comparator"] | None
    least: tuple[Stems, ...]
    negated: Literal["intervention", "comparator"] | None
    joined: bool = False
    added: frozenset[Literal["intervention", "comparator"]] = frozenset()
    denied: Stems = frozenset()
    _known: dict[str, Label | None] = field(default_factory=dict, repr=False, compare=False)

    def label(self, word: str) -> Label | None:
        """Return what a word tells of a group."""
        if word not in self._known:
            self._known[word] = self._label(word)
        return self._known[word]

    def _label(self, word: str) -> Label | None:
        plain = word.casefold()
        for form in (stem(plain), plain, plain.removesuffix("s")):
            if form in self.own:
                return self.own[form]
            if form in self.shared:
                return "shared"
        if plain in _NEGATION:
            return "negation"
        return "alone" if plain in _ALONE else None


@dataclass(frozen=True)
class _Word:
    start: int
    end: int
    label: Label
    stem: str

    @property
    def whose(self) -> Whose | None:
        """The group that the word alone tells."""
        label = self.label
        return None if label == "shared" or label == "negation" or label == "alone" else label  # noqa: PLR1714 - narrows


def quantities_in(phrase: str, numbers: Stems) -> Iterator[re.Pattern[str]]:
    """Yield what finds the doses and durations of a phrase that have one of some numbers: "48 weeks", "1200 mg"."""
    for match in re.finditer(r"(\d[\d,.]*)\s?-?\s?([a-z]+)", phrase):
        if match[1].replace(",", "") in numbers:
            number = ",?".join(match[1].replace(",", ""))
            unit = match[2].removesuffix("s")[:4]
            listed = rf"-?\s(?:and|or|vs\.?|versus|to)\s(?:the\s)?\d[\d,.]*[\s-]*{unit}"
            yield re.compile(rf"(?<![\d.]){number}(?:[\s-]*{unit}|(?={listed}))", re.IGNORECASE)


def named_groups(text: str, span: Span, words: SideWords) -> Iterator[NamedGroup]:
    """Yield the runs of words in a part of a text that name a side or a third group, in order."""
    run: list[_Word] = []
    for word in _labelled(text, span, words):
        if run and not _continues(text, run, word, words):
            yield from _named(text, run, words)
            run = []
        run.append(word)
    yield from _named(text, run, words)


def _labelled(text: str, span: Span, words: SideWords) -> Iterator[_Word]:
    for token in _TOKEN.finditer(text, *span):
        label = words.label(token.group())
        if label is not None:
            yield _Word(*token.span(), label, stem(token.group().casefold()))
            continue
        for part in _PART.finditer(text, *token.span()):
            label = words.label(part.group())
            if label is not None and part.span() != token.span():
                yield _Word(*part.span(), label, stem(part.group().casefold()))


def _continues(text: str, run: list[_Word], word: _Word, words: SideWords) -> bool:
    """Return whether a word belongs to the name that a run of words began."""
    between = text[run[-1].end : word.start]
    if not _JOIN.fullmatch(between) and not (words.joined and _JOIN_AND.fullmatch(between)):
        return False
    if _PLUS.fullmatch(between):
        return word.label != "negation"
    definite = {each.label for each in run} & {"intervention", "comparator", "other"}
    if word.label in {"shared", "alone"} or not definite or word.label in definite:
        return word.label != "negation"
    return run[-1].label == "negation"


def _named(text: str, run: list[_Word], words: SideWords) -> Iterator[NamedGroup]:
    while run and run[-1].label == "negation":
        run = run[:-1]
    if not run:
        return
    start, end = run[0].start, run[-1].end
    labels = [each.label for each in run]
    either = _WITH_OR_WITHOUT.search(text, max(0, start - 30), end)
    whose = _whose(text, run, labels, words)
    if either is not None and whose in {"intervention", "comparator"} and either.end() <= end:
        other: Literal["intervention", "comparator"] = "comparator" if whose == "intervention" else "intervention"
        yield NamedGroup(either.start(), either.start() + 4, whose)
        yield NamedGroup(either.start() + 4, end, other)
    elif whose is not None:
        yield NamedGroup(start, end, whose)


def _adds_another(text: str, run: list[_Word], words: SideWords) -> bool:
    """Return whether something is given besides what a run of words names, that neither side names."""
    behind, ahead = (
        _PLUS_NEXT.match(text, run[-1].end),
        _PLUS_BEFORE.search(text, max(0, run[0].start - 40), run[0].start),
    )
    return any(found is not None and words.label(found[1]) is None for found in (behind, ahead))


def _whose(text: str, run: list[_Word], labels: list[Label], words: SideWords) -> Whose | None:
    definite = {each.whose for each in run if each.whose is not None}
    if "negation" in labels:
        return words.negated if len(labels) > 1 else None
    if len(definite) > 1:
        return "other"  # "dexamethasone + salbutamol" beside "dexamethasone + placebo" and "placebo + salbutamol"
    for whose in definite:
        if whose == words.negated and {each.stem for each in run} <= words.denied:
            # "Prophylaxis" is what "no prophylaxis" lacks, unless it "had not been given".
            lacked = _DENIED_BEFORE.search(text, max(0, run[0].start - 60), run[0].start)
            return whose if lacked else _OTHER[whose]
        return "other" if whose in words.added and _adds_another(text, run, words) else whose
    return _contained(text, run, labels, words)


def _contained(text: str, run: list[_Word], labels: list[Label], words: SideWords) -> Whose | None:
    """Return the side that has no word of its own, where a run of words of both sides names it."""
    if words.contained is None or "shared" not in labels:
        return None
    present = {each.stem for each in run if each.label == "shared"}
    named = any(each <= present for each in words.least) and _GROUP_NEXT.match(text, run[-1].end)
    return words.contained if "alone" in labels or named else None
