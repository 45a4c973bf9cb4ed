"""The labelled parts of an abstract: where Background, Methods, Results and Conclusion begin and end."""

from __future__ import annotations

import functools
import re

from mscevidence.model import Section, Span

_NAMES = {
    "Background": (
        "background",
        "introduction",
        "context",
        "rationale",
        "background and aim",
        "background and aims",
        "background and objective",
        "background and objectives",
        "background and purpose",
        "background/aim",
        "background/aims",
        "background/objective",
        "background/objectives",
        "background/purpose",
        "introduction and objective",
        "introduction and objectives",
    ),
    "Objective": ("objective", "objectives", "aim", "aims", "purpose"),
    "Methods": (
        "methods",
        "method",
        "patients and method",
        "patients and methods",
        "subjects and methods",
        "participants and methods",
        "materials and methods",
        "material and method",
        "material and methods",
        "methods and materials",
        "methods/design",
        "design and methods",
        "study design and methods",
        "methodology",
    ),
    "Results": (
        "results",
        "result",
        "findings",
        "main results",
        "measurements and main results",
        "principal findings",
        "methods and results",
        "methods and findings",
        "methods and principal findings",
        "methods/results",
        "methods/findings",
        "methods/principal findings",
        "methodology and principal findings",
        "methodology/principal findings",
    ),
    "Conclusion": (
        "conclusion",
        "conclusions",
        "interpretation",
        "summary/conclusion",
        "discussion",
        "discussion and conclusion",
        "discussion/conclusion",
        "summary",
        "summary and conclusion",
        "summary and conclusions",
        "authors' conclusions",
        "authors’ conclusions",
        "conclusions and relevance",
        "conclusion and relevance",
        "conclusions and significance",
        "conclusions/significance",
    ),
}
_WITH_COLON_ONLY = {
    "Background": ("importance",),
    "Patients": ("patients", "participants", "setting and patients"),
    "Methods": (
        "design",
        "study design",
        "setting",
        "interventions",
        "intervention",
        "measurements",
        "design, setting, and participants",
        "design, setting and participants",
        "main outcome measure",
        "main outcome measures",
        "main outcomes and measures",
        "search methods",
        "selection criteria",
        "data collection and analysis",
    ),
    "Registration": ("trial registration", "trial registration number", "clinical trial registration", "registration"),
    "Funding": ("funding", "funding source"),
}
"""What holds results too (*Methods and findings*) is called after them."""


def _alternatives(names: dict[str, tuple[str, ...]], *, capitals: bool = False, initial: bool = False) -> str:
    """Return a pattern of labels, in any case unless it is told; the longest of a letter is tried first."""
    words = sorted({word for group in names.values() for word in group}, key=lambda word: (-len(word), word))
    by_letter: dict[str, list[str]] = {}
    for word in words:
        pattern = _pattern(word.upper() if capitals else word.capitalize() if initial else word, initial=initial)
        by_letter.setdefault(pattern[0], []).append(pattern[1:])
    # Where the case is left open only behind the first letter, most alternatives are told wrong by that letter alone.
    if capitals or initial:
        return "|".join(f"{letter}(?:{'|'.join(ends)})" for letter, ends in by_letter.items())
    return "|".join(f"[{letter}{letter.upper()}](?i:{'|'.join(ends)})" for letter, ends in by_letter.items())


def _pattern(words: str, *, initial: bool) -> str:
    # Behind the first word of a label (Patients and Methods), and before "(s)", which Embase sets, any way will do.
    first, *others = re.findall(r"[^\s/]+|[\s/]+", words)
    pieces = [re.escape(first)]
    for each in others:
        if each == "/":
            pieces.append(r"\s?/\s?")
        elif each.isspace():
            pieces.append(r"\s+")
        elif each in {"and", "AND"}:
            pieces.append("(?:and|AND|&)")
        else:
            pieces.append(f"[{each[0].upper()}{each[0]}]{re.escape(each[1:])}" if initial else re.escape(each))
    return "".join(_plural(piece) for piece in pieces)


def _plural(piece: str) -> str:
    singular = re.search(r"(?i)(?:method|result|conclusion|objective|aim|material)$", piece)
    return piece + r"(?:\([sS]\))?" if singular else piece


_BY_WORD = {word: name for names in (_WITH_COLON_ONLY, _NAMES) for name, words in names.items() for word in words}
_STRONG, _WEAK = _alternatives(_NAMES), _alternatives(_WITH_COLON_ONLY)
_HEADING = re.compile(
    rf"""(?:^|(?<=[.!?)\]]\s)|(?<=[a-z)%\d]\.))[ ]*(?:
        (?P<colon>{_STRONG}|{_WEAK})[ ]?:[ \n]*
      | (?P<line>^(?:{_STRONG}))(?:[ ]*$|[ ]?[.–—-][ ]+(?=[A-Z0-9])|[ ]+(?=[A-Z0-9“"(]))
      | (?<!^)(?P<run_on>{_alternatives(_NAMES, initial=True)})[ ]+(?=[A-Z0-9][\w-]*[ ](?![=<>]))
      | (?P<capitals>{_alternatives(_NAMES, capitals=True)})[ ]+(?=[A-Z0-9])
      | (?P<stopped>{_alternatives(_NAMES, capitals=True)}
          |{_alternatives(_WITH_COLON_ONLY, capitals=True)}|{_alternatives(_NAMES, initial=True)}
          |{_alternatives(_WITH_COLON_ONLY, initial=True)})[.][ ]+(?=[A-Z0-9])
      | [\[【](?P<bracketed>{_STRONG})[\]】]:?[ \n]*
      | (?P<dashed>{_alternatives(_NAMES, initial=True)})(?:-[ ]|[ ]?[–—][ ]?)(?=[A-Z0-9])
      | (?:^Abstract)?(?P<glued>{_alternatives(_NAMES, initial=True)})(?=[A-Z][\w’-]*[ ,]|\d+[ ,])
    )""",
    re.VERBOSE | re.MULTILINE,
)


def _beginnings() -> str:
    """Return a pattern of the first three letters of all labels, capital or small; it looks at the first one first."""
    words = sorted({word[:3] for word in _BY_WORD})
    first = "".join(dict.fromkeys(word[0] for word in words))
    either = ("".join(f"[{letter}{letter.upper()}]" for letter in word) for word in words)
    return rf"[\[【]?(?=[{first}{first.upper()}])(?:{'|'.join(either)})"


_SENTENCE = re.compile(rf"[\n.!?)\]] ?{_beginnings()}")
_BODY = re.compile(rf"[ ]*(?:{_beginnings()}|[Aa][Bb][Ss])")


def sections_of(text: str, body: Span) -> tuple[Section, ...]:
    """Return the sections of the body of an abstract, in order; one called ``Abstract`` where it has no labels.

    The span of a section covers its text without the label and without the white space around it.
    """
    start, end = body
    found = _headings(text, start, end)
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


def _headings(text: str, start: int, end: int) -> list[re.Match[str]]:
    # A heading stands behind the end of a line or sentence, and its space: to try it only there is many times faster
    # than a search.
    found: list[re.Match[str]] = []
    after = start
    places = [start] if _BODY.match(text, start, end) else []
    for each in _SENTENCE.finditer(text, start, end):
        behind = each.start() + 1
        places.append(behind + 1 if text[behind] == " " and text[each.start()] != "\n" else behind)
    for place in places:
        match = _HEADING.match(text, place, end) if place >= after else None
        if match:
            found.append(match)
            after = match.end()
    # A single word of two capitals at the beginning of a sentence ("ContextNet") is a name, no heading.
    return [] if len(found) == 1 and found[0]["glued"] else found


def first_heading(text: str, start: int, end: int) -> int | None:
    """Return where the first section label begins, or None."""
    found = _headings(text, start, end)
    return found[0].start() if found else None


def _name(match: re.Match[str]) -> str:
    return _name_of(next(filter(None, match.groups())))


@functools.lru_cache(maxsize=1 << 10)
def _name_of(word: str) -> str:
    plain = re.sub(r"\s+", " ", re.sub(r"\s?/\s?", "/", word)).casefold().replace("&", "and").replace("(s)", "")
    return _BY_WORD[plain]


def _trimmed(text: str, start: int, end: int) -> Span:
    if start < end and not text[start].isspace() and not text[end - 1].isspace():
        return start, end
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    return (start + left, max(start + left, start + len(piece.rstrip())))
