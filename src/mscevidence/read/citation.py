"""The parts of a citation as exports write them: dates, pages, journal numbers, text with markup."""

from __future__ import annotations

import functools
import html
import re
import unicodedata
from collections.abc import Iterable

_MONTHS = {
    name: number for number, name in enumerate(re.findall(r"\w+", "jan feb mar apr may jun jul aug sep oct nov dec"), 1)
}
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?=(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))?(?!\d))")
"""A year alone, or at the beginning of eight digits that are a date."""
_MONTH_NAME = re.compile(r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b", re.IGNORECASE)
_NUMERIC = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d[-/.](0?[1-9]|1[0-2])(?!\d)(?:[-/.](0?[1-9]|[12]\d|3[01])(?!\d))?")
_COMPACT = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_SLASHED = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(?:1[5-9]|20)\d\d(?!\d)")
_DAY = re.compile(r"(?<![\d-])(0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?![\d-])")

_ISSN = re.compile(r"(?<!\d)(?<!\d-)(\d{4})-?(\d{3}[\dXx])(?![\d-])")
_NO_PAGES = re.compile(r"no(?:[ -]pagination)?[ -]specified|no pagination", re.IGNORECASE)
_PAGE_WORD = re.compile(r"(?i)^(?:pp?\.\s?|pp?\s|pages?\s|art(?:icle|\.)? no\.?:?\s)(?=\w*\d)")
_DASHES = re.compile(r"\s*(?:-{1,3}|[–—−‐])\s*")

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_TAG = re.compile(
    r"""</?(?P<name>(?:jats:|mml:|ce:)?(?:abstract|title|sec|list-item|list|p|br|div|h[1-6]|li|ul|ol|sup|sub|inf|i|b|u|em
    |strong|span|italic|bold|sc|small|ext-link|math|m[a-z]{1,9}|font|a))(?:\s[^<>]*)?/?>""",
    re.IGNORECASE | re.VERBOSE,
)
_EXPONENT = re.compile(r"(?<=\d)\s?<(?:jats:)?sup>\s*([-−+]?\d{1,3})\s*</(?:jats:)?sup>", re.IGNORECASE)
_BLOCKS = frozenset(re.findall(r"\S+", "abstract title sec list-item list p br div h1 h2 h3 h4 h5 h6 li ul ol"))


def clean(text: str) -> str:
    """Return a text on one line, in Unicode NFC, without markup."""
    if "&" in text or "<" in text or not text.isascii():
        text = plain(text)
    return " ".join(text.split())


def plain(text: str) -> str:
    """Return a text without markup; what stood in blocks of its own stands on lines of its own."""
    # Entities hide tags in some exports (&lt;sup&gt;6&lt;/sup&gt;) and the < of a p value in others: tags go by name.
    if "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found.group()), text)
    if "<" in text:
        text = _TAG.sub(_without_tag, _EXPONENT.sub(lambda found: "^" + found[1].replace("−", "-"), text))
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _without_tag(found: re.Match[str]) -> str:
    return "\n" if found["name"].casefold().removeprefix("jats:") in _BLOCKS else ""


def date_of(years: Iterable[str], dates: Iterable[str]) -> tuple[str | None, str | None, tuple[str, ...]]:
    """Return the date (``2019``, ``2019-05`` or ``2019-05-14``), the words it was read from, and notes of faults.

    Args:
        years: what the source gives as year, which decides; ``2014//`` and ``1948/07//`` are usual in RIS.
        dates: what it gives as date, which adds month and day, unless it is of another year.
    """
    return _date_of(tuple(years), tuple(dates))


@functools.lru_cache(maxsize=1 << 12)
def _date_of(years: tuple[str, ...], dates: tuple[str, ...]) -> tuple[str | None, str | None, tuple[str, ...]]:
    words = [*years, *dates]
    if not words:
        return None, None, ()
    year = next((found[1] for each in words if (found := _YEAR.search(each))), None)
    if year is None:
        return None, words[0], (f"no year is in the date {words[0]!r}",)
    same = [each for each in (*dates, *years) if year in each or not _YEAR.search(each)]
    best = max([_month_and_day(each) for each in same], key=len, default="")
    return year + best, " ".join(dict.fromkeys(words)), ()


def _month_and_day(words: str) -> str:
    numeric, named = _NUMERIC.search(words) or _COMPACT.search(words), _MONTH_NAME.search(words)
    if slashed := _SLASHED.search(words):
        return _of_two_numbers(int(slashed[1]), int(slashed[2]))
    if numeric:
        return f"-{int(numeric[1]):02}" + (f"-{int(numeric[2]):02}" if numeric[2] else "")
    if not named:
        return ""
    month = f"-{_MONTHS[named[1].casefold()]:02}"
    rest = _YEAR.sub(" ", words)
    # A range of months (Jan-Feb) has no day, and neither has a date such as 07 2006 a month that could be told.
    days = _DAY.findall(rest) if len(_MONTH_NAME.findall(rest)) == 1 else []
    return f"{month}-{int(days[0]):02}" if len(days) == 1 else month


def _of_two_numbers(first: int, second: int) -> str:
    """Return month and day of 22/04/2021 or 4/22/2021; nothing where either could be the month."""
    month, day = (second, first) if first > 12 else (first, second)
    certain = first == second or max(first, second) > 12
    return f"-{month:02}-{day:02}" if certain and 1 <= month <= 12 and 1 <= day <= 31 else ""


def pages_of(pages: str, first: str, last: str, article: str) -> str | None:
    """Return the pages such as ``349-69``, or the number of the article where there are none."""
    if not pages and first:
        pages = first if not last or last == first or "-" in first else f"{first}-{last}"
    # Ovid says No Pagination Specified, of which RIS makes a first and a last page.
    pages = "" if _NO_PAGES.fullmatch(pages) else pages
    return _DASHES.sub("-", _PAGE_WORD.sub("", pages) or article) or None


def issns_in(values: list[str]) -> tuple[str, ...]:
    """Return the ISSNs in some texts as ``1234-567X``, each once."""
    found = (f"{first}-{second.upper()}" for value in values for first, second in _ISSN.findall(value))
    return tuple(dict.fromkeys(found))
