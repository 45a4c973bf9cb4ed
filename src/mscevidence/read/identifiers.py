"""Registration numbers, DOIs and PMIDs in a text, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mscevidence.model import Identifier
from mscevidence.model.noun import Span

Place = tuple[str, str, Span]
"""Kind, value and span of an identifier in a text."""

_PATTERNS: dict[str, re.Pattern[str]] = {
    "nct": re.compile(r"(?<![A-Za-z0-9])NCT ?-?(\d{8})(?!\d)", re.IGNORECASE),
    "eudract": re.compile(r"(?<![\d-])(\d{4}-\d{6}-\d{2})(?![\d-])"),
    "euct": re.compile(r"(?<![\d-])(20\d{2}-5\d{5}-\d{2}-\d{2})(?![\d-])"),
    "chictr": re.compile(r"(?<![A-Za-z])(ChiCTR(?:-[A-Z]{2,4})?-?\d{8,10})(?!\d)", re.IGNORECASE),
    "jprn": re.compile(r"(?<![A-Za-z])(JPRN-[A-Za-z]*\d+|jRCT[a-z]{0,2}\d{9,10}|JapicCTI-\d{6})(?!\d)", re.IGNORECASE),
    "umin": re.compile(r"(?<![A-Za-z-])(UMIN(?:-CTR)? ?\d{9})(?!\d)", re.IGNORECASE),
    "isrctn": re.compile(r"(?<![A-Za-z])(ISRCTN ?\d{8})(?!\d)", re.IGNORECASE),
    "actrn": re.compile(r"(?<![A-Za-z])(ACTRN ?\d{14})(?!\d)", re.IGNORECASE),
    "drks": re.compile(r"(?<![A-Za-z])(DRKS ?\d{8})(?!\d)", re.IGNORECASE),
    "irct": re.compile(r"(?<![A-Za-z])(IRCT ?[\dN]{8,22})(?!\w)", re.IGNORECASE),
    "ctri": re.compile(r"(?<![A-Za-z])(CTRI/\d{4}/\d{2,3}/\d{6})(?!\d)", re.IGNORECASE),
    "kct": re.compile(r"(?<![A-Za-z])(KCT\d{7})(?!\d)", re.IGNORECASE),
    "ntr": re.compile(r"(?<![A-Za-z])(NTR\d{3,4})(?!\d)"),
    "doi": re.compile(r"(?<![\w.])(10\.\d{4,9}/[^\s\"<>|]{1,200})", re.IGNORECASE),
    "pmid": re.compile(r"(?<![A-Za-z])PMID:? ?(\d{5,8})(?!\d)", re.IGNORECASE),
}
_AS_WRITTEN = {"ntr": "NTR", "doi": "10."}
"""How numbers begin that are searched in the text itself: every *control* has the small letters."""

_EUROPEAN = ("eudract", "euct")
_EUROPEAN_NUMBER = "-000000-00"
"""What numbers of both European registries hold behind a year."""

_STARTS: dict[str, tuple[str, ...]] = {
    kind: (kind,) for kind in _PATTERNS if kind not in _AS_WRITTEN and kind not in _EUROPEAN
}
_STARTS["jprn"] = "jprn-", "jrct", "japiccti-"
"""How a number of each other kind begins, in small letters."""

_WORDS = [(kind, start) for kind, starts in _STARTS.items() for start in starts]
_ALONE = [(kind, start) for kind, start in _WORDS if start in {"irct", "jprn-"}]
"""Words behind which there may be no five digits in a row."""

_FIVE, _REACH = "00000", 16
"""Five digits in a row, and how far before them any other word begins at most (``CTRI/2016/01/123456``)."""

_SEARCHED = bytes(ord("0") if chr(code).isdigit() else ord(chr(code).lower()) for code in range(128)) + bytes(128)
"""Makes letters small and every digit a 0, so that words and numbers are searched for without slow patterns."""

REGISTRIES = tuple(kind for kind in _PATTERNS if kind not in {"doi", "pmid"})
"""Kinds that are trial registries."""


def identifiers_in(text: str) -> tuple[Identifier, ...]:
    """Return the identifiers of a text in order of appearance, each value once."""
    return tuple([Identifier(kind=kind, value=value, span=span) for kind, value, span in places_in(text)])


def places_in(text: str) -> list[Place]:
    """Return kind, value and span of what `identifiers_in` returns."""
    plain = text.encode("ascii", "replace").translate(_SEARCHED).decode("ascii")
    found = [each for kind in _kinds_of(text, plain) for each in _of_kind(kind, _PATTERNS[kind], text, plain)]
    found.sort(key=_span)
    first: dict[tuple[str, str], Place] = {}
    for each in found:
        first.setdefault((each[0], each[1].casefold()), each)
    return list(first.values())


def _kinds_of(text: str, plain: str) -> Iterable[str]:
    """Return the kinds of which a text may hold numbers; most texts hold two or three."""
    near = "|".join(_before_long_numbers(plain))
    kinds = [kind for kind, start in _WORDS if start in near] if near else []
    kinds += [kind for kind, start in _ALONE if start in plain]
    kinds += [kind for kind, start in _AS_WRITTEN.items() if start in text]
    kinds += _EUROPEAN if near and _EUROPEAN_NUMBER in plain else ()
    return dict.fromkeys(kinds)


def _before_long_numbers(plain: str) -> Iterator[str]:
    position = plain.find(_FIVE)
    while position >= 0:
        yield plain[max(0, position - _REACH) : position]
        position = plain.find(_FIVE, position + len(_FIVE))


def _span(place: Place) -> Span:
    return place[2]


def other_trial_in_name(name: str | None, identifiers: Iterable[Identifier]) -> tuple[str, ...]:
    """Return a note where the name of a file has the number of another trial than the registry entry in it."""
    named = {each.value for each in identifiers_in(name or "") if each.kind in REGISTRIES}
    held = [each.value for each in identifiers if each.kind in REGISTRIES]
    if not named or not held or named & set(held):
        return ()
    return (f"the name of the file says {', '.join(sorted(named))}, the entry is {held[0]}",)


def _matches(kind: str, pattern: re.Pattern[str], text: str, plain: str) -> Iterator[re.Match[str]]:
    """Yield the matches of a pattern where its words stand; a search by the pattern itself would be slow."""
    if kind in _AS_WRITTEN:
        yield from _matches_at(pattern, text, text, _AS_WRITTEN[kind])
    elif kind in _EUROPEAN:
        yield from _matches_at(pattern, text, plain, _EUROPEAN_NUMBER, before=len("2008"))
    else:
        for start in _STARTS[kind]:
            yield from _matches_at(pattern, text, plain, start)


def _matches_at(
    pattern: re.Pattern[str], text: str, searched: str, words: str, *, before: int = 0
) -> Iterator[re.Match[str]]:
    position = searched.find(words, before)
    while position >= 0:
        match = pattern.match(text, position - before)
        if match is not None:
            yield match
        position = searched.find(words, match.end() if match else position + 1)


def _of_kind(kind: str, pattern: re.Pattern[str], text: str, plain: str) -> list[Place]:
    found = []
    for match in _matches(kind, pattern, text, plain):
        raw, start, end = match[1], match.start(), match.end()
        if kind == "doi":
            trimmed = _without_sentence_end(raw)
            end -= len(raw) - len(trimmed)
            raw = trimmed
        found.append((kind, _value(kind, raw), (start, end)))
    return found


def _without_sentence_end(doi: str) -> str:
    doi = doi.rstrip(".,;:'’”]}")
    while doi.endswith(")") and doi.count(")") > doi.count("("):
        doi = doi[:-1].rstrip(".,;")
    return doi


def _value(kind: str, raw: str) -> str:
    if kind == "nct":
        return f"NCT{raw}"
    if kind == "chictr":
        return re.sub(r"(?i)^chictr", "ChiCTR", raw)
    if kind == "doi":
        return raw.lower()
    return raw.replace(" ", "") if kind in {"jprn", "pmid", "eudract", "euct"} else raw.replace(" ", "").upper()
