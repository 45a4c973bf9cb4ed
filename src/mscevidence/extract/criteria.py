"""Who could enter the trial and when: age, platelet threshold, duration of disease, months of enrolment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mscevidence.extract.candidates import candidate_at, hull, value_at
from mscevidence.extract.grammar.cues import Holding, Opening
from mscevidence.extract.grammar.numerals import DIGITS, WORDS, value_of
from mscevidence.extract.grammar.sentences import body_sections, sentences_of
from mscevidence.model import Candidate, Document, Span, Value

_SECTIONS = {"Abstract", "Methods", "Patients", ""}
_CUE = re.compile(
    r"\b(?:inclusion|included|include|eligib\w+|criteri\w+|enrol\w*|recruited|diagnosed|with|were)\b", re.IGNORECASE
)
_OBSERVED = re.compile(
    r"\b(?:median|mean|average|range[ds]?|response|defined|achiev\w*|increase\w*|after|follow)\b|±", re.IGNORECASE
)
_NUMBER = rf"(?:{DIGITS}|{WORDS})"
_TO = r"\s?(?:-|–|—|to|and)\s?"
_YEARS = r"\s?-?(?:years?|yrs?|y)\b(?:\sof\sage|\sold)?"
_AGE_RANGE = Opening(
    re.compile(
        rf"\b(?P<quantity>ages?|aged|between)\s(?:range\s)?(?:of\s|between\s|from\s|\(?)*(?P<lower>\d{{1,2}}){_TO}(?P<upper>\d{{1,3}}){_YEARS}",
        re.IGNORECASE,
    ),
    "age between",
)
_AGE_AFTER = Holding(
    re.compile(
        r"(?P<lower>\d{1,2})\s?(?:-|–|to)\s?(?P<upper>\d{1,3})\s?(?:years?|yrs?)\s(?:of\s(?P<quantity>age)|(?P<old>old))\b",
        re.IGNORECASE,
    ),
    "age old",
)
_AGE_FROM = Opening(
    re.compile(
        r"\b(?P<quantity>aged?|ages)\s(?:of\s)?(?P<sign>≥|>=|>|at\sleast|over|older\sthan|above)\s?(?P<lower>\d{1,2})\s?(?:years?|yrs?)?\b(?!\s?(?:-|–|to)\s?\d)",
        re.IGNORECASE,
    ),
    "age",
)
_BELOW = r"(?P<sign><|≤|<=|below|less\sthan|lower\sthan|under|fewer\sthan|not\smore\sthan)"
_PLATELETS = Opening(
    re.compile(
        rf"\b(?P<quantity>platelets?(?:\s(?:counts?|levels?|number))?)\s?(?:\([A-Z]+\)\s?)?(?:of\s|was\s|were\s)?{_BELOW}\s?"
        rf"(?P<number>{DIGITS})(?:\s?[×xX*]\s?(?P<power>10\^9)|,?(?P<thousand>000)?)\s?/\s?(?P<per>L|l|µL|μL|uL|ul|mm3|mm\^3)",
        re.IGNORECASE,
    ),
    "platelet",
)
_DURATION = Opening(
    re.compile(
        rf"\b(?P<quantity>(?:(?:ITP|disease|illness)\s)?duration|history|persist(?:ing|ed|ent)|lasting|chronic\s[A-Z]+)\b[^.;,\d<>≥≤]{{0,40}}?"
        rf"(?P<sign>≥|>=|>|more\sthan|at\sleast|longer\sthan|over)\s?(?P<number>{_NUMBER})\s?-?(?P<unit>days?|weeks?|months?|years?)\b",
        re.IGNORECASE,
    ),
    "itp disease illness duration history persist lasting chronic",
)
_WORDS = "age old between platelet itp disease illness duration history persist lasting chronic"
_MAY_TELL = Opening(re.compile(rf"\b(?:{_WORDS.replace(' ', '|')})", re.IGNORECASE), _WORDS)
"""Where a word of one of the patterns above stands, so that one look passes over most sentences."""
_MONTHS = {
    name: index + 1 for index, name in enumerate(re.findall(r"\w+", "jan feb mar apr may jun jul aug sep oct nov dec"))
}
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_DATE = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\s)?{_MONTH}(?:\s\d{{1,2}}(?:st|nd|rd|th)?)?,?\s(?:of\s)?(?:19|20)\d\d|(?:19|20)\d\d"
)
_PERIOD = re.compile(
    rf"(?P<start>{_DATE}|{_MONTH})(?:\s?(?:-|–|—)\s?|,?\s(?:to|and|through|until|till)\s)(?P<end>{_DATE})(?![\d-])",
    re.IGNORECASE,
)
_YEAR = Holding(re.compile(r"(?:19|20)\d\d"), "19 20")
_PERIOD_CUE = re.compile(
    r"\b(?:between|from|enrol\w*|recruit\w*|included|includ\w+|conducted|treated|admitted|during|randomi[sz]\w+)\b",
    re.IGNORECASE,
)


def criteria_in(document: Document) -> tuple[Candidate, ...]:
    """Return candidates for eligibility criteria, each quantity's first statement."""
    first: dict[tuple[str | None, float | None, float | None], Candidate] = {}
    for section, span in body_sections(document):
        if section not in _SECTIONS:
            continue
        for sentence in sentences_of(document.text, span):
            for candidate in _in_sentence(document, sentence):
                key = (candidate.outcome_text, candidate.number("lower"), candidate.number("upper"))
                first.setdefault(key, candidate)
    return tuple(first.values())


def enrolment_in(document: Document) -> tuple[Candidate, ...]:
    """Return the candidate for the period of enrolment: the first range of dates told with recruitment."""
    for section, span in body_sections(document):
        if section not in {*_SECTIONS, "Results"}:
            continue
        for sentence in sentences_of(document.text, span):
            # a search for a year is many times faster than one for a period, and most sentences have none
            match = _PERIOD.search(document.text, *sentence) if _YEAR.search(document.text, *sentence) else None
            if (
                match is not None
                and _PERIOD_CUE.search(document.text, *sentence)
                and (period := _period(document, match))
            ):
                return (period,)
    return ()


def _in_sentence(document: Document, span: Span) -> Iterator[Candidate]:
    if _MAY_TELL.search(document.text, *span) is None:
        return iter(())
    found = tuple(_told_in(document, span))
    return iter(found if found and _CUE.search(document.text, *span) else ())


def _told_in(document: Document, span: Span) -> Iterator[Candidate]:
    text = document.text
    for pattern in (_AGE_RANGE, _AGE_AFTER, _AGE_FROM):
        match = pattern.search(text, *span)
        if match is not None and not _OBSERVED.search(text[max(span[0], match.start() - 30) : match.start()]):
            yield _age(document, match)
            break
    platelets = _PLATELETS.search(text, *span)
    if platelets is not None and not _OBSERVED.search(text[max(span[0], platelets.start() - 30) : platelets.start()]):
        yield _platelets(document, platelets)
    duration = _DURATION.search(text, *span)
    if duration is not None and not re.search(r"follow|response", duration.group(), re.IGNORECASE):
        yield _duration(document, duration)


def _age(document: Document, match: re.Match[str]) -> Candidate:
    bounds = [
        value_at(document, role, match.span(role), float(match[role]), unit="year")
        for role in ("lower", "upper")
        if role in match.re.groupindex and match[role]
    ]
    return _criterion(document, match, "age", bounds)


def _platelets(document: Document, match: re.Match[str]) -> Candidate:
    number = value_of(match["number"]) / (1 if match["power"] or match["per"] in {"L", "l"} else 1000)
    number = number * 1000 if match["thousand"] and not match["power"] else number
    end = match.end()
    span = (match.start("sign"), end)
    return _criterion(document, match, "platelet count", [value_at(document, "upper", span, number, unit="10^9/L")])


def _duration(document: Document, match: re.Match[str]) -> Candidate:
    span = (match.start("sign"), match.end())
    unit = match["unit"].casefold().removesuffix("s")
    return _criterion(
        document, match, "disease duration", [value_at(document, "lower", span, value_of(match["number"]), unit=unit)]
    )


def _criterion(document: Document, match: re.Match[str], quantity: str, bounds: list[Value]) -> Candidate:
    rule = f"criterion-{quantity.replace(' ', '-')}"
    start = match.span()
    if quantity == "disease duration":
        before = re.search(r"(?:\w+\s)?$", document.text[max(0, match.start() - 16) : match.start()])
        named = before and re.fullmatch(r"(?:ITP|disease|illness|SLE|RA|MS)\s", before.group())
        start = (match.start() - len(before.group()), match.end()) if before and named else start
    return candidate_at(
        document, "criterion", rule, hull([start, *(b.span for b in bounds)]), bounds, outcome_text=quantity
    )


def _period(document: Document, match: re.Match[str]) -> Candidate | None:
    """Return the enrolment period; a month without a year takes the year of the other date."""
    year_of_end = re.search(r"(?:19|20)\d\d", match["end"])
    start, end = _iso(match["start"], year_of_end.group() if year_of_end else None), _iso(match["end"], None)
    if (
        start is None
        or end is None
        or start > end
        or not (
            len(start) > 4
            or re.search(r"between|from", document.text[max(0, match.start() - 9) : match.start()], re.IGNORECASE)
        )
    ):
        return None
    values = [
        value_at(document, "from", match.span("start"), normal=start),
        value_at(document, "to", match.span("end"), normal=end),
    ]
    return candidate_at(document, "enrolment-period", "enrolment-between", match.span(), values)


def _iso(date: str, year: str | None) -> str | None:
    found = re.search(r"(?:19|20)\d\d", date)
    year = found.group() if found else year
    month = re.search(r"[A-Za-z]{3,}", re.sub(r"(?<=\d)(?:st|nd|rd|th)\b|\bof\b", "", date))
    if year is None:
        return None
    return f"{year}-{_MONTHS[month.group()[:3].casefold()]:02d}" if month else year
