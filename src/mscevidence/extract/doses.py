"""Doses of cells: how many per infusion, how often, how far apart."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mscevidence.extract.arms import dose_label
from mscevidence.extract.candidates import candidate_at, hull, value_at
from mscevidence.extract.grammar.cues import Holding
from mscevidence.extract.grammar.numerals import DIGITS, WORDS, value_of
from mscevidence.extract.grammar.sentences import body_sections, sentences_of
from mscevidence.model import Candidate, Document, Span, Value

_SECTIONS = {"Abstract", "Methods", "Patients", "Results", ""}
_CELLS = r"(?:(?:viable|total|nucleated|allogeneic|autologous|[\w-]*(?:MSCs?|MSC-\w+))\s){0,3}(?:cells?|[\w-]*MSCs?)"
_PER = r"(?:\s?/\s?|\sper\s)(?:kg|kilogram)\b(?:\s(?:of\s)?(?:body\s?weight|bw))?"
_DOSE = re.compile(
    rf"(?=\d)(?<![×xX*·])(?<![×xX*·]\s)(?<![\d.,^])(?P<number>(?:{DIGITS}\s?[×xX*·]\s?)?10\^\d{{1,2}}|\d{{1,9}}(?:\.\d{{1,9}})?[eE]\+?\d{{1,2}}|{DIGITS}\s?million|{DIGITS}\s?M(?=\scells))"
    rf"(?P<unit>(?:\s?{_CELLS})?{_PER}|\s?{_CELLS}\b(?:\s?/\s?kg\b)?)?",
)
_UNITS = Holding(re.compile(r"cell|msc|kg|kilogram", re.IGNORECASE), "cell msc kg kilogram")
"""What every unit of a dose holds."""
_LOWER = re.compile(r"(?<![\d.])(?P<lower>\d{1,3}(?:\.\d{1,3})?)\s?(?:-|–|to)\s?\Z")
_GAP = re.compile(r"\s?(?:,|and|or|to|-|–|,\s?(?:and|or)|vs\.?|versus)\s?(?:then\s)?")
_ORDINARY = r"(?:once|twice|thrice)"
_TIMES = re.compile(
    rf"[^.;()]{{0,40}}?\b(?:(?P<word>{_ORDINARY})\b(?!\s(?:a|per|every|weekly|daily|monthly))"
    rf"|(?:for\s)?(?:a\stotal\sof\s)?(?P<number>\d{{1,2}}|{WORDS})\s(?:times|infusions|injections|doses|consecutive\sweeks)\b)"
)
_INTERVAL = re.compile(
    rf"[^.;()]{{0,40}}?\b(?P<phrase>(?:per|every|each|a|once\sa|once\sper)\sweek|weekly|once\sweekly|(?:per|every|each|once\sa)\smonth|monthly|daily"
    rf"|biweekly|fortnightly|every\sother\sweek"
    rf"|(?:every|at|with)\s(?:an?\s)?(?:interval\sof\s)?(?P<count>\d{{1,2}}|{WORDS})[\s-](?P<time>days?|weeks?|months?)(?:\s(?:apart|intervals?))?)\b",
    re.IGNORECASE,
)
_DAYS = {"day": 1, "week": 7, "month": 30}
_PLACE = re.compile(
    r"\b(?:dos(?:e|es|age|ages|ed|ing)|administ|infus|inject|receiv|transplant|given|intraven|treat|transfus|cohort|group)",
    re.IGNORECASE,
)
_NOT_A_DOSE = re.compile(
    r"\b(?:platelets?|leu[ck]ocytes?|neutrophils?|count|CD34\+?|nucleated)\s?(?:cells\s)?(?:count\s)?(?:was|were|of|[<>≤≥=])?\s?$",
    re.IGNORECASE,
)
_ONCE_VALUES = {"once": 1, "twice": 2, "thrice": 3}


def doses_in(document: Document) -> tuple[Candidate, ...]:
    """Return a candidate for every dose of cells, each dose with its schedule once."""
    first: dict[tuple[float | None, ...], Candidate] = {}
    for section, span in body_sections(document):
        if section in _SECTIONS:
            for sentence in sentences_of(document.text, span):
                for candidate in _in_sentence(document, sentence):
                    _add(first, candidate)
    return tuple(first.values())


def _add(first: dict[tuple[float | None, ...], Candidate], candidate: Candidate) -> None:
    """Keep a dose unless it only repeats one with at least as much about its schedule."""
    value, unit = candidate.values[0].number, candidate.values[0].unit
    schedule = (candidate.number("infusions"), candidate.number("interval-days"))
    for known in first.values():
        same = known.values[0].number == value and known.values[0].unit == unit
        if same and (
            schedule == (None, None) or schedule == (known.number("infusions"), known.number("interval-days"))
        ):
            return
    first[(value, *schedule, float(len(unit or "")))] = candidate


def _in_sentence(document: Document, span: Span) -> Iterator[Candidate]:
    text = document.text
    found = list(_DOSE.finditer(text, *span)) if _UNITS.search(text, *span) else []
    if not found or not _PLACE.search(text, *span):
        return
    run: list[re.Match[str]] = []
    for match in found:
        if run and not _GAP.fullmatch(text[run[-1].end() : match.start()]):
            yield from _of_run(document, run, span)
            run = []
        run.append(match)
    yield from _of_run(document, run, span)


def _of_run(document: Document, run: list[re.Match[str]], span: Span) -> Iterator[Candidate]:
    """Yield the doses of a list that shares unit and schedule: ``0.5×10^6, 1.0×10^6 and 2.0×10^6 cells/kg weekly``."""
    if (
        not run
        or run[-1]["unit"] is None
        or _NOT_A_DOSE.search(document.text[max(span[0], run[0].start() - 40) : run[0].start()])
    ):
        return
    schedule = _schedule(document, run[-1].end(), span[1])
    for match in run:
        unit = _unit(match["unit"] or run[-1]["unit"])
        number = _number(match["number"])
        value = value_at(document, "value", match.span("number"), number, unit=unit)
        values = _range(document, match, number, unit, span[0]) or [value]
        whole = hull([match.span(), *(v.span for v in (*values, *schedule))])
        place = whole if whole[1] - whole[0] <= 300 else match.span()
        label = dose_label(match["number"], match["unit"] or run[-1]["unit"]) if values == [value] else None
        yield candidate_at(document, "dose", "dose-of-cells", place, [*values, *schedule], arm=label)


def _range(document: Document, match: re.Match[str], number: float, unit: str, start: int) -> list[Value]:
    """Return lower and upper bound of a dose such as ``1–2 × 10^6 cells/kg``; nothing when it is one dose."""
    before = _LOWER.search(document.text, max(start, match.start() - 12), match.start())
    factor = re.match(DIGITS, match["number"])
    if before is None or factor is None or not value_of(factor.group()):
        return []
    lower = value_of(before["lower"]) * number / value_of(factor.group())
    upper = value_at(document, "upper", match.span("number"), number, unit=unit)
    return [value_at(document, "lower", before.span("lower"), lower, unit=unit), upper]


def _schedule(document: Document, start: int, stop: int) -> list[Value]:
    """Return infusions and interval as told behind a dose, before the next dose."""
    following = _DOSE.search(document.text, start, stop)
    end = following.start() if following else stop
    found: list[Value] = []
    times = _TIMES.match(document.text, start, end)
    if times is not None:
        group = "word" if times["word"] else "number"
        number = _ONCE_VALUES.get(times[group].casefold()) or int(value_of(times[group]))
        found.append(value_at(document, "infusions", times.span(group), number))
    interval = _INTERVAL.match(document.text, start, end)
    if interval is not None:
        found.append(value_at(document, "interval-days", interval.span("phrase"), _days(interval)))
    return found


def _days(interval: re.Match[str]) -> float:
    phrase = interval["phrase"].casefold()
    if phrase in {"biweekly", "fortnightly", "every other week"}:
        return 14
    count = value_of(interval["count"]) if interval["count"] else 1
    unit = next(unit for unit in ("day", "week", "month") if unit in phrase.replace("daily", "day"))
    return count * _DAYS[unit]


def _number(raw: str) -> float:
    plain = raw.strip()
    if plain.endswith("M"):
        return value_of(plain[:-1]) * 1e6
    return value_of(plain if "million" not in plain else plain.replace("million", " million"))


def _unit(raw: str) -> str:
    return "cells/kg" if "kg" in raw or "kilogram" in raw else "cells"
