"""The labelled parts of an abstract: where Background, Methods, Results and Conclusion begin and end."""

from __future__ import annotations

import re

from mscevidence.model import Section, Span

_NAMES = {
    "Background": (
        "background",
        "introduction",
        "context",
        "rationale",
        "background and aims",
        "background and objectives",
    ),
    "Objective": ("objective", "objectives", "aim", "aims", "purpose"),
    "Methods": (
        "methods",
        "method",
        "patients and methods",
        "subjects and methods",
        "materials and methods",
        "material and methods",
        "design and methods",
        "study design and methods",
        "methodology",
    ),
    "Results": ("results", "result", "findings"),
    "Conclusion": ("conclusion", "conclusions", "interpretation", "summary/conclusion", "discussion", "summary"),
}
_WITH_COLON_ONLY = {
    "Patients": ("patients", "participants", "setting and patients"),
    "Methods": ("design", "study design", "setting", "interventions", "intervention", "measurements"),
    "Registration": ("trial registration", "trial registration number", "clinical trial registration", "registration"),
    "Funding": ("funding", "funding source"),
}


def _alternatives(names: dict[str, tuple[str, ...]], *, capitals: bool = False) -> str:
    words = sorted({word for group in names.values() for word in group}, key=lambda word: (-len(word), word))
    return "|".join(_pattern(word.upper() if capitals else word) for word in words)


def _pattern(words: str) -> str:
    return r"\s+".join("(?:and|AND|&)" if word in {"and", "AND"} else re.escape(word) for word in words.split())


_BY_WORD = {word: name for names in (_WITH_COLON_ONLY, _NAMES) for name, words in names.items() for word in words}
_STRONG, _WEAK = _alternatives(_NAMES), _alternatives(_WITH_COLON_ONLY)
_HEADING = re.compile(
    rf"""(?:^|(?<=[.!?)\]]\s))[ ]*(?:
        (?P<colon>(?i:{_STRONG}|{_WEAK}))[ ]?:[ \n]*
      | (?P<line>^(?i:{_STRONG}))(?:[ ]*$|[ ]?[.–—-][ ]+(?=[A-Z0-9])|[ ]+(?=[A-Z0-9“"(]))
      | (?P<capitals>{_alternatives(_NAMES, capitals=True)})[ ]+(?=[A-Z0-9])
    )""",
    re.VERBOSE | re.MULTILINE,
)


def sections_of(text: str, body: Span) -> tuple[Section, ...]:
    """Return the sections of the body of an abstract, in order; one called ``Abstract`` where it has no labels.

    The span of a section covers its text without the label and without the white space around it.
    """
    start, end = body
    found = list(_HEADING.finditer(text, start, end))
    if not found:
        whole = _trimmed(text, start, end)
        return (Section(name="Abstract", span=whole),) if whole[0] < whole[1] else ()
    before = _trimmed(text, start, found[0].start())
    sections = [Section(name="Abstract", span=before)] if before[1] - before[0] > 40 else []
    for match, following in zip(found, [*found[1:], None], strict=True):
        stop = following.start() if following else end
        span = _trimmed(text, match.end(), stop)
        if span[0] < span[1]:
            sections.append(Section(name=_name(match), span=span))
    return tuple(sections)


def first_heading(text: str, start: int, end: int) -> int | None:
    """Return where the first section label begins, or None."""
    match = _HEADING.search(text, start, end)
    return match.start() if match else None


def _name(match: re.Match[str]) -> str:
    word = match["colon"] or match["line"] or match["capitals"]
    plain = re.sub(r"\s+", " ", word).casefold().replace("&", "and")
    return _BY_WORD[plain]


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    return (start + left, max(start + left, start + len(piece.rstrip())))
