"""Time points as days, so that ``12 months`` and ``1 year`` are the same."""

from __future__ import annotations

import re

from mscevidence import vocabulary
from mscevidence.errors import UnknownTermError
from mscevidence.model import TimePoint

_AS_WORDS = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*|\s*([a-z]+)\s*(\d+(?:\.\d+)?)\s*", re.IGNORECASE)


def parse_time_point(words: str) -> TimePoint:
    """Return the time point that words such as ``12 months`` or ``day 28`` name.

    Raises:
        UnknownTermError: not a number and a unit of time.
    """
    match = _AS_WORDS.fullmatch(words)
    if match is None:
        raise UnknownTermError(words, kind="time point", choices=["28 days", "12 weeks", "6 months", "1 year"])
    number, unit = (match[1], match[2]) if match[1] else (match[4], match[3])
    return TimePoint(value=float(number), unit=vocabulary.term("time-unit", unit).id)


def days_of(time_point: TimePoint | str) -> float | None:
    """Return a time point in days, or None when it is only words or its unit is not a length of time."""
    if isinstance(time_point, str):
        time_point = parse_time_point(time_point)
    if time_point.value is None or time_point.unit is None:
        return None
    days = vocabulary.load("time-unit")[time_point.unit].days
    return None if days is None else time_point.value * days
