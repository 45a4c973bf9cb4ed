"""The short wordings of a facts sheet: derivations, time points, doses and printed percentages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mscevidence import vocabulary
from mscevidence.errors import UnknownTermError
from mscevidence.model import Derivation, Dose, TimePoint

_PERCENT_OF = re.compile(r"\s*\(?\b(?P<percent>\d+(?:\.\d+)?)% of (?P<n>\d+) = (?P<events>\d+)\b(?:, derived)?\)?")
_POWER = re.compile(r"(\d(?:[\d.]*\d)?)e(\d+)")
_RANGE = re.compile(r"\d\s*[-\u2013]\s*\d")
_NUMBER_UNIT = re.compile(r"^(?P<kind>median |mean )?(?P<value>\d+(?:\.\d+)?) (?P<unit>[a-z]+)(?P<rest> .*)?$")
_UNIT_NUMBER = re.compile(r"^(?P<unit>day|week|month|year) (?P<value>\d+(?:\.\d+)?)$")


ABBREVIATIONS = {
    "CR": "complete response",
    "OR": "overall response",
    "ORR": "overall response",
    "PR": "partial response",
}


@dataclass(frozen=True)
class Derived:
    """A definition without its arithmetic, and the arithmetic."""

    definition: str
    derivation: Derivation
    percent: float


def percent_of(definition: str, *, events: int | None, n: int | None) -> Derived | None:
    """Return the derivation in a wording such as ``ORR (28.4% of 74 = 21, derived)``; None when it has none.

    The arithmetic must give the sheet's events and n, else it is not believed.
    """
    match = _PERCENT_OF.search(definition)
    if match is None or (int(match["events"]), int(match["n"])) != (events, n):
        return None
    percent = float(match["percent"])
    rest = (definition[: match.start()] + definition[match.end() :]).strip(" ,;")
    steps = f"{match['percent']}% of {match['n']} = {match['events']}"
    return Derived(rest, Derivation(method="percent-times-n", steps=steps), percent)


def spelled_out(definition: str | None) -> str | None:
    """Return a definition; one that is an abbreviation only is spelled out."""
    return ABBREVIATIONS.get(definition, definition) if definition else None


def time_point(text: str | None) -> TimePoint | None:
    """Return a time point: number and unit where one number says it, else the words.

    ``median 8.25 mo`` keeps its words beside the number; a range (``4-8 mo``) and ``4-year follow-up`` have no number,
    because the patients were not all judged then.
    """
    if text is None:
        return None
    match = _NUMBER_UNIT.match(text) or _UNIT_NUMBER.match(text)
    if match is not None and not _RANGE.search(text):
        unit = vocabulary.term("time-unit", match["unit"]).id
        plain = match.re is _UNIT_NUMBER or not (match["kind"] or match["rest"])
        return TimePoint(value=float(match["value"]), unit=unit, text=None if plain else text)
    if text.endswith("follow-up"):
        return TimePoint(unit="overall", text=text)
    try:
        return TimePoint(unit=vocabulary.term("time-unit", text).id, text=text)
    except UnknownTermError:
        return TimePoint(text=text)


def readable_powers(text: str) -> str:
    """Return a text with ``1-2e6`` written as ``1-2 × 10^6``."""
    return _POWER.sub(r"\1 × 10^\2", text)


def dose(value: float | str | None, unit: str | None, infusions: int | str | None) -> Dose | None:
    """Return a dose; ranges, means and medians, and infusion counts that are not a number go into its text."""
    words: list[str] = []
    amount = value if isinstance(value, float) else None
    plain_unit = vocabulary.term("dose-unit", unit).id if unit else None
    if isinstance(value, str):
        words.append(f"{readable_powers(value)} {plain_unit or ''}".strip())
    if unit and "(" in unit:
        words.append(unit.partition("(")[2].rstrip(")"))
    if isinstance(infusions, str):
        words.append(f"infusions: {infusions}")
    count = infusions if isinstance(infusions, int) else None
    if amount is None and plain_unit is None and count is None and not words:
        return None
    return Dose(value=amount, unit=plain_unit, infusions=count, text="; ".join(words) or None)


def printed_percent(quote: str, *, events: int, n: int) -> float | None:
    """Return the percentage printed right beside ``events/n`` in a quote, as in ``44.4% (8/18)``; None when unsure."""
    number = r"(\d+(?:\.\d+)?)\s?%"
    pair = rf"(?<!\d){events}\s?(?:/|\s?of\s(?:the\s)?)\s?{n}(?!\d)"
    patterns = (
        rf"{number}[^%]{{0,40}}?\({pair}",
        rf"{pair}(?:\s\w+)?[,;]?\s\(?{number}",
        rf"\bof {n} \({number}\)",
    )
    found = {float(match[1]) for pattern in patterns for match in re.finditer(pattern, quote)}
    return found.pop() if len(found) == 1 else None
