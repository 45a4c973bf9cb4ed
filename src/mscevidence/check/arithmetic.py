"""The arithmetic of printed counts: which percents a fraction can print, and which counts a percent can mean."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from mscevidence.check.registry import finding
from mscevidence.model import Finding, Value

_PERCENT = re.compile(r"(?<![\d.,])(\d{1,3}(?:[.,]\d+)?)\s?(?:%|percent\b|per\scent\b)", re.IGNORECASE)
_SLACK = 1e-9


@dataclass(frozen=True)
class Percent:
    """A percent as printed: its value and the number of decimals."""

    value: float
    decimals: int

    def __str__(self) -> str:
        return f"{self.value:.{self.decimals}f}"


def printed(text: str) -> Percent:
    """Return the percent that digits print: ``72.2`` has one decimal, ``50,00`` two."""
    plain = text.strip().replace(",", ".")
    return Percent(float(plain), len(plain.partition(".")[2]))


def percent_of(value: Value) -> Percent:
    """Return the percent of a value, whose text may be digits or words."""
    if value.text[:1].isdigit():
        return printed(value.text)
    return Percent(value.number or 0.0, 0)


def percents_in(quote: str) -> tuple[Percent, ...]:
    """Return the percents that a quote prints, in order."""
    return tuple(printed(match[1]) for match in _PERCENT.finditer(quote))


def rounds_to(events: float, n: float, percent: Percent) -> bool:
    """Return whether events out of n, rounded to the decimals printed (a tie either way), is the percent."""
    return abs(100 * events / n - percent.value) <= 0.5 * 10.0**-percent.decimals + _SLACK


def cut_to(events: float, n: float, percent: Percent) -> bool:
    """Return whether events out of n, cut off behind the decimals printed, is the percent."""
    return -_SLACK <= 100 * events / n - percent.value < 10.0**-percent.decimals - _SLACK


def counts_for(percent: Percent, n: int) -> tuple[int, ...]:
    """Return the numbers of events out of n that print as the percent, when rounded or when cut."""
    unit = 10.0**-percent.decimals
    lowest, highest = math.floor((percent.value - unit) * n / 100), math.ceil((percent.value + unit) * n / 100)
    near = range(max(0, lowest), min(n, highest) + 1)
    return tuple(events for events in near if rounds_to(events, n, percent) or cut_to(events, n, percent))


def fraction_against_percent(events: int, n: int, percent: Percent, subject: str = "") -> Finding | None:
    """Return what is wrong with ``events/n (percent%)``, or None; a percent that was cut, not rounded, is a warning."""
    if n <= 0 or rounds_to(events, n, percent):
        return None
    share = f"{100 * events / n:.{percent.decimals + 1}f}"
    said = f"{events}/{n} is {share}%, not {percent}%{_other_denominator(events, n, percent)}"
    if cut_to(events, n, percent):
        return finding(
            "fraction-against-percent", f"{said}; it fits only when cut, not rounded", subject, severity="warning"
        )
    return finding("fraction-against-percent", said, subject)


def _other_denominator(events: int, n: int, percent: Percent) -> str:
    """Return a denominator near n that would fit, as a hint at a patient lost or added."""
    near = sorted(range(max(events, n - 3, 1), n + 4), key=lambda other: (abs(other - n), other))
    fitting = next((other for other in near if rounds_to(events, other, percent)), None)
    return f" ({percent}% would be {events}/{fitting})" if fitting else ""


def percent_possible(percent: Percent, n: int, subject: str = "") -> Finding | None:
    """Return a finding when no whole number of n patients prints as the percent, even when cut."""
    if n <= 0 or counts_for(percent, n):
        return None
    return finding("percent-possible-for-n", f"no number of {n} patients is {percent}% of them", subject)


def events_within_n(events: float, n: float, subject: str = "") -> Finding | None:
    """Return a finding when there are more events than patients."""
    return finding("events-within-n", f"{events:g} of {n:g} patients is impossible", subject) if events > n else None
