"""What spreadsheet programs make of text without being asked, recognised afterwards, and prevented on writing.

``8/18`` becomes 18 August, ``8:18`` a time of day, ``00123`` loses its zeros, a long number its last digits, and a text
that begins with ``=`` is run. An apostrophe in front keeps a cell as typed; in a CSV file it is part of the text, so it
is put there and taken away here.
"""

from __future__ import annotations

import datetime as dt
import re

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

_MONTHS = {
    number: names.split()
    for number, names in enumerate(
        (
            "jan janv ene gen januar january janvier",
            "feb févr fév february februar",
            "mar mär mrz mars mrt march märz",
            "apr avr abr april avril",
            "may mai mei mag maggio",
            "jun juin giu juni june",
            "jul juil lug juli july",
            "aug août ago august",
            "sep sept set september",
            "oct okt ott oktober october",
            "nov november novembre",
            "dec dez déc dic december dezember",
        ),
        start=1,
    )
}
_MONTH_OF = {name: number for number, names in _MONTHS.items() for name in names}
_DAY_MONTH = re.compile(r"(\d{1,2})[-. /]{1,2}([^\W\d_]{3,9})\.?(?:[-. /]{1,2}(\d{2}|\d{4}))?")
_MONTH_YEAR = re.compile(r"([^\W\d_]{3,9})\.?[-. /]{1,2}(\d{2}|\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")
_NUMERIC = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})")
_SCIENTIFIC = re.compile(r"[-+]?\d(?:[.,]\d+)?[eE]\+\d{1,3}")
_TURNED = re.compile(
    r"\d{1,4}[/-]\d{1,4}(?:[/-]\d{1,4})?|\d{1,2}:\d{2}(?::\d{2})?|0\d+|\d{12,}|\d+(?:\.\d+)?[eE][-+]?\d+"
)


def as_date(text: str) -> dt.date | None:
    """Return the day that a text shows in one of the ways spreadsheets show days, or None.

    A month without a day is its first day, a day without a year is of the year 1.
    """
    text = text.strip().casefold()
    if found := _DAY_MONTH.fullmatch(text):
        year = int(found[3]) if found[3] else 1
        return _date(year + 2000 if 1 < year < 100 else year, _MONTH_OF.get(found[2]), int(found[1]))
    if found := _MONTH_YEAR.fullmatch(text):
        year = int(found[2])
        return _date(year if year > 99 else year + 2000, _MONTH_OF.get(found[1]), 1)
    if found := _ISO.fullmatch(text):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    return None


def _date(year: int, month: int | None, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day) if month else None
    except ValueError:
        return None


def fractions(day: dt.date) -> list[str]:
    """Return what was probably typed where a day is found, such as ``8/18`` for 18 August; likeliest first."""
    if day.day == 1:
        short = day.year % 100
        monthly = [f"{day.month}/{short}"] if day.year > 1900 and short >= day.month else []
        return [*monthly, f"1/{day.month}"]
    return [f"{min(day.month, day.day)}/{max(day.month, day.day)}"]


def days(text: str) -> list[dt.date]:
    """Return the days that a text of numbers may mean: one, or two when day and month may be swapped."""
    found = _NUMERIC.fullmatch(text.strip())
    if not found:
        day = as_date(text)
        return [day] if day and day.year > 1 else []
    first, separator, second, year = int(found[1]), found[2], int(found[3]), int(found[4])
    year += 2000 if year < 100 else 0
    orders = [(second, first)] if separator == "." else [(second, first), (first, second)]
    return sorted({made for month, day in orders if (made := _date(year, month, day))})


def shortened(text: str) -> bool:
    """Return whether a text is a long number that was shortened to powers of ten, such as ``2.85658E+07``."""
    return _SCIENTIFIC.fullmatch(text.strip()) is not None


def protected(text: str) -> str:
    """Return a text for a CSV cell that a spreadsheet neither runs nor turns into something else."""
    at_risk = text.startswith(FORMULA_STARTS) and not _is_number(text)
    at_risk = at_risk or bool(_TURNED.fullmatch(text)) or as_date(text) is not None or _is_protected(text)
    return f"'{text}" if at_risk else text


def unprotected(text: str) -> str:
    """Return a text without the apostrophe that protected it."""
    return text[1:] if _is_protected(text) else text


def _is_protected(text: str) -> bool:
    rest = text[1:]
    return text.startswith("'") and (
        rest.startswith((*FORMULA_STARTS, "'")) or rest[:1].isdigit() or as_date(rest) is not None
    )


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)%?", text) is not None
