"""What kind of study a document reports: design, phase, condition, cell product, enrolment, follow-up, registration.

Each fact is a value with its place in the text. Terms are those of the vocabulary; what the document does not say, or
says in several ways, is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from mscevidence import vocabulary
from mscevidence.extract.criteria import enrolment_in
from mscevidence.extract.patients import participants_in
from mscevidence.extract.registration import registrations_in
from mscevidence.model import Document, Span, Value
from mscevidence.model.noun import Frozen

_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "1": "1", "2": "2", "3": "3", "4": "4"}
_PHASE = re.compile(
    r"\b[Pp]hase[\s-]{1,2}(?P<first>IV|I{1,3}|[1-4])(?P<part>[abAB])?(?:\s?[/–-]\s?(?P<second>IV|I{1,3}|[1-4])(?P<more>[abAB])?)?\b"
)
_NOT_OURS = re.compile(
    r"\b(?:previous|prior|earlier|future|subsequent|another|ongoing|further|planned)\s(?:\w+\s)?$", re.IGNORECASE
)
_RANDOMISED = re.compile(r"\brandomi[sz]ed\b|\brandomly\s(?:assigned|allocated|divided)\b", re.IGNORECASE)
_NO_RANDOM = re.compile(r"\bnon-?\s?randomi[sz]ed\b|\bnot\srandomi[sz]ed\b", re.IGNORECASE)
_SINGLE = re.compile(r"\bsingle[\s-]arm\b|\bone[\s-]arm\b|\buncontrolled\b|\bsingle[\s-]group\b", re.IGNORECASE)
_ESCALATION = re.compile(r"\bdose[\s-](?:escalation|escalating|finding)\b|\b3\s?\+\s?3\sdesign\b", re.IGNORECASE)
_CASES = re.compile(r"\bcase[\s-]series\b|\bcompassionate[\s-]use\b", re.IGNORECASE)
_CELLS = re.compile(
    r"\b(?:\w+-)*(?:MSCs?|ASCs?|ADSCs?|stem\scells?|stromal\scells?|exosomes?)\b|mesenchymal", re.IGNORECASE
)
_TIME = r"(?P<number>\d{1,3}(?:\.\d)?|one|two|three|four|five|six|twelve)[\s-](?P<unit>days?|weeks?|months?|years?)"
_FOLLOW_UP = (
    re.compile(rf"\b(?:median|mean)\sfollow[\s-]?up\s(?:\w+\s){{0,3}}(?:was\s|of\s|is\s)?{_TIME}", re.IGNORECASE),
    re.compile(
        rf"\bfollow(?:ed)?[\s-]?up\s(?:\w+\s){{0,3}}?(?:of|was|for|to|until|at|over)\s(?:\w+\s){{0,2}}?{_TIME}",
        re.IGNORECASE,
    ),
    re.compile(rf"\b{_TIME}[\s-](?:of\s)?follow[\s-]?up\b", re.IGNORECASE),
)
_OPENING = 5
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "twelve": 12}
_EARLY = frozenset({"Abstract", "Background", "Objective", "Methods", "Patients", "Results", "Registration", ""})


class Description(Frozen):
    """What a document says of its study; each value has its place, its `normal` is the settled form or term.

    A field that is None, or an empty list, is not said, or not said in one way.
    """

    document: str
    design: Value | None = None
    phase: Value | None = None
    conditions: tuple[Value, ...] = ()
    cell_source: Value | None = None
    donor: Value | None = None
    enrolled: Value | None = None
    enrolment_from: Value | None = None
    enrolment_to: Value | None = None
    follow_up: Value | None = None
    registrations: tuple[Value, ...] = ()


def describe(document: Document) -> Description:
    """Return what a document says of its study."""
    period = next(iter(enrolment_in(document)), None)
    return Description(
        document=document.sha256,
        design=_design(document),
        phase=_phase(document),
        conditions=tuple(_conditions(document)),
        cell_source=_of_cells(document, "cell-source"),
        donor=_of_cells(document, "donor"),
        enrolled=_enrolled(document),
        enrolment_from=period.value("from") if period else None,
        enrolment_to=period.value("to") if period else None,
        follow_up=_follow_up(document),
        registrations=tuple(each.values[0] for each in registrations_in(document)),
    )


def _parts(document: Document, names: frozenset[str] = _EARLY) -> Iterator[Span]:
    """Yield the title, then the parts of the text that tell of this study rather than of others."""
    if document.title and (start := document.text.find(document.title)) >= 0:
        yield start, start + len(document.title)
    for section in document.sections:
        if section.name in names:
            yield section.span


def _first(document: Document, pattern: re.Pattern[str]) -> re.Match[str] | None:
    return next((found for span in _parts(document) if (found := pattern.search(document.text, *span))), None)


def _value(document: Document, role: str, span: Span, normal: str) -> Value:
    return Value(role=role, text=document.text[slice(*span)], span=span, normal=normal)


def _design(document: Document) -> Value | None:
    """Return the design by its own words; randomised before single-arm, which a comparison would contradict."""
    refused = _first(document, _NO_RANDOM)
    tests = (
        (None if refused else _first(document, _RANDOMISED), "randomised-controlled"),
        (refused, "non-randomised-controlled"),
        (_first(document, _ESCALATION), "dose-escalation"),
        (_first(document, _SINGLE), "single-arm"),
        (_first(document, _CASES), "case-series"),
    )
    for match, wanted in tests:
        if match is not None:
            return _value(document, "design", match.span(), vocabulary.term("design", wanted).id)
    return None


def _phase(document: Document) -> Value | None:
    """Return the phase of the trial: "phase I/IIa" is 1/2a; none where the document names several of its own."""
    found: dict[str, Span] = {}
    known = set(vocabulary.load("phase"))
    for span in _parts(document):
        for match in _PHASE.finditer(document.text, *span):
            if _NOT_OURS.search(document.text[max(0, match.start() - 30) : match.start()]):
                continue
            phase = _ROMAN[match["first"].casefold()] + (match["part"] or "").casefold()
            if match["second"]:
                phase += f"/{_ROMAN[match['second'].casefold()]}{(match['more'] or '').casefold()}"
            if phase in known:
                found.setdefault(phase, match.span())
    if len(found) != 1:
        return None
    ((phase, place),) = found.items()
    return _value(document, "phase", place, phase)


def _conditions(document: Document) -> Iterator[Value]:
    """Yield the conditions that the title names, or else the one that the opening of the text names first."""
    for span in islice(_parts(document), _OPENING):
        terms = vocabulary.find("condition", document.text[slice(*span)])
        if terms:
            for term in terms if span[1] - span[0] <= 400 else terms[:1]:
                yield _value(document, "condition", _place(document, span, (term.label, *term.synonyms)), term.id)
            return


def _place(document: Document, span: Span, names: Iterable[str]) -> Span:
    """Return where one of some names stands in a part of a text, or the whole part."""
    piece = document.text[slice(*span)].casefold()
    for name in sorted(names, key=lambda each: -len(each)):
        at = piece.find(name.casefold())
        if at >= 0 and len(piece) == span[1] - span[0]:
            return span[0] + at, span[0] + at + len(name)
    return span


def _of_cells(document: Document, kind: str) -> Value | None:
    """Return the source or donor of the cells, where the first part that tells of cells names exactly one."""
    for span in _parts(document, _EARLY - {"Background", "Objective"}):
        windows = _windows(document, span)
        terms = vocabulary.find(kind, " | ".join(document.text[slice(*window)] for window in windows))
        if len(terms) > 1:
            return None
        for term in terms:
            places = (_place(document, window, (term.label, *term.synonyms)) for window in windows)
            place = min(places, key=lambda found: (found[1] - found[0], found))
            return _value(document, kind, place, term.id)
    return None


def _windows(document: Document, span: Span) -> list[Span]:
    """Return the stretches around mentions of cells, those that overlap as one."""
    windows: list[Span] = []
    for match in _CELLS.finditer(document.text, *span):
        start, end = max(span[0], match.start() - 60), min(span[1], match.end() + 60)
        if windows and start <= windows[-1][1]:
            windows[-1] = (windows[-1][0], end)
        else:
            windows.append((start, end))
    return windows


def _enrolled(document: Document) -> Value | None:
    """Return how many patients there are, where the document says one number for all."""
    told = [c.value("n") for c in participants_in(document) if c.arm == "all" and c.value("qualifier") is None]
    values = [value for value in told if value is not None]
    return values[0] if len({value.number for value in values}) == 1 else None


def _follow_up(document: Document) -> Value | None:
    """Return the follow-up: a median or mean before a planned time."""
    for pattern in _FOLLOW_UP:
        match = _first(document, pattern)
        if match is not None:
            word = match["number"].casefold()
            number = float(_WORDS.get(word) or match["number"])
            unit = match["unit"].casefold().removesuffix("s")
            span = (match.start("number"), match.end("unit"))
            return Value(role="follow-up", text=document.text[slice(*span)], span=span, number=number, unit=unit)
    return None
