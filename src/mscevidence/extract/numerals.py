"""The numeral grammar: every number of a text, in digits or words, and what it *is* before what it is *of*.

A numeral is a percent, a fraction x/n, a plain number that may count patients, or one of the kinds that never do: a
time, a dose, a measured quantity, a label (grade 3, phase 1), a p value, a bound of a range or an interval, a year.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from mscevidence.model import Span

NumeralKind = Literal["number", "percent", "fraction", "n", "time", "power", "measure", "label", "range", "year"]

_UNITS = "zero one two three four five six seven eight nine".split()  # noqa: SIM905 - a table reads better in a row
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()  # noqa: SIM905
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_WORD_VALUES = {word: value for value, word in enumerate([*_UNITS, *_TEENS])}
_WORD_VALUES |= {word: 20 + 10 * index for index, word in enumerate(_TENS)}

_SUB_100 = rf"(?:(?:{'|'.join(_TENS)})(?:[-‐‑–\s](?:{'|'.join(_UNITS[1:])})\b)?|{'|'.join(_TEENS)}|{'|'.join(_UNITS)})"
_SUB_1000 = rf"(?:(?:(?:{'|'.join(_UNITS[1:])}|a)\s+hundred)(?:\s+(?:and\s+)?{_SUB_100})?|{_SUB_100})"
WORDS = rf"\b{_SUB_1000}(?:\s+thousand(?:,?\s+(?:and\s+)?{_SUB_1000})?)?(?:\s+million)?\b"
DIGITS = r"(?:\d{1,3}(?:,\d{3}){1,4}(?![\d,])(?:\.\d{1,9})?|\d{1,15}(?!\d)(?:[.·]\d{1,9}|,\d{1,2}(?=\s?%))?)"
POWER = rf"(?:{DIGITS}\s?[×xX✕*·]\s?)?10\^-?\d{{1,2}}|\d{{1,9}}(?:\.\d{{1,9}})?[eE]\+?\d{{1,2}}"

_NUMERAL = re.compile(
    rf"""(?=[\d.\-‐‑–−]|(?<![^\W_])[aefnostzAEFNOSTZ])(?:(?P<power>(?<![\w.^]){POWER}(?!\d))
    |(?P<chain>(?<![\w./+-])\d{{1,4}}(?:\s?/\s?\d{{1,4}}){{2,}})
    |(?P<fraction>(?<![\w./+,-])(?:\d{{1,3}}(?:,\d{{3}}){{1,2}}|\d{{1,6}})\s?/\s?(?:\d{{1,3}}(?:,\d{{3}}){{1,2}}|\d{{1,6}})(?![\w+]|[./]\d|,\d{{3}}|\s?/))
    |(?P<point>(?<![\w.)\]%])\.\d{{1,9}}(?![\w.]))
    |(?P<raised>(?<=[A-Za-z]\()[-‐‑–−]?\d{{1,2}}(?=\)))
    |(?P<spaced>(?<![\w^])(?<!\d[.,/])(?<!\d[\s\u2009\u202f\u00a0])(?<![A-Za-z]-)\d{{1,3}}(?:[\u2009\u202f\u00a0]\d{{3}})+(?!\d|[.,]\d))
    |(?P<apart>(?<![\w^])(?<!\d[.,/\s])(?<![A-Za-z]-)\d{{1,3}}(?:\s\d{{3}}){{1,2}}(?=\s(?:[a-z-]+\s){{0,4}}(?:patients|women|participants|subjects|men)\b|\sand\s\d))
    |(?P<digits>(?<![\w^])(?<!\d[.,/])(?<![A-Za-z]-){DIGITS}(?:\s+million\b)?)
    |(?P<words>(?<![^\W_])(?<!\w[-‐‑–])(?i:{WORDS})))""",
    re.VERBOSE,
)

_TIME = r"(?:days?|weeks?|months?|years?|hours?|minutes?|yrs?|wks?|mos?|hrs?|min|h|d)\b"
_UNIT = (
    r"(?:[mµμkn]?g|[mµμd]?[lL]|[cmµμn]m|mm2|IU|U|mmHg|mmol|Gy|Hz|kDa|kcal|°|º|C\b|cells|MSCs?|x\b|×|fold|times|points?|units?"
    r"|infusions?|injections?|doses?|cycles?|sites?|cent(?:er|re)s?|hospitals?|countries|studies|trials|articles|papers|groups?"
    r"|arms?|cohorts?|phases?|parts?|stages?|visits?|passages?|different|dosage|thirds?|quarters?|half|halves|joints?|items?)"
)
_AFTER = {
    "interval": re.compile(
        r"\s?(?:%|percent|per\scent)\s*-?\s?(?:CI|CrI|PI|confidence|credible|prediction)\b", re.IGNORECASE
    ),
    "percent": re.compile(r"\s?%|\s(?:percent|per\scent)\b", re.IGNORECASE),
    "range": re.compile(r"\s?%?\s?(?:-|–|—|−|to\b)\s?[\d.]+(?!\s?[x×])|\s(?:to)\s(?:" + _SUB_100 + r")\b"),
    "between": re.compile(r"\sand\s[\d.]+"),
    "spread": re.compile(r"\s?%?\s?(?:±|\+/-)|\+"),
    "time": re.compile(rf"[\s-]?{_TIME}", re.IGNORECASE),
    "unit": re.compile(
        rf"[\s-]?{_UNIT}(?![A-Za-z])|/[a-zA-Z]|\s?[×]|(?!(?:cases|patients|subjects|participants)\b)[A-Za-z]|-[A-Za-z]|\^"
    ),
}
_LABELLED = re.compile(
    r"(?:\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|January|February|March|April|June|July|August|September|October"
    r"|November|December|grades?|phases?|stages?|groups?|arms?|cohorts?|days?|weeks?|months?|years?|tables?|fig(?:ure)?s?\.?|types?|class"
    r"|levels?|parts?|steps?|visits?|doses?|no\.|nos\.|scores?|scores? of|version"
    r"|criteria|CTCAE|passages?|P|HLA|protocol|aged?|than"
    r"|least|most|to|about|approximately|up to)|[<>≤≥~+±=])\s?$",
    re.IGNORECASE,
)
_STATISTIC = re.compile(
    r"(?:\b(?:p|OR|HR|RR|AUC|CI|CrI|SD|SE|IQR|r|R2|κ|mean|median|average|ratio|range|interval|CI,)(?:\s(?:was|were|of|is|age|value))?[\s:,=<>≤≥(\[]{0,3})$"
)
_SHARED_PERCENT = re.compile(r"\s(?:and|vs\.?|versus|or)\s\d+(?:\.\d+)?\s?%(?!\s?CI)")
_SHARED_TIME = re.compile(
    rf"\s?(?:and|vs\.?|v|versus|or|,)\s(?:\d{{1,4}}(?:\.\d{{1,3}})?,?\s(?:and|or)\s)?\d{{1,4}}(?:\.\d{{1,3}})?[\s-]{_TIME}",
    re.IGNORECASE,
)
_SPREAD_BEFORE = re.compile(r"(?:±|\+/-)\s?$|\+$")
_THRESHOLD = re.compile(r"[<>≤≥]\s?$")
_BETWEEN = re.compile(r"\b[Bb]etween\s(?:the\sages\sof\s)?$")
_YEAR = re.compile(r"(?:19|20)\d\d")
_N_EQUALS = re.compile(r"\b[nN]\s?=\s?$")
_YEAR_BEFORE = re.compile(
    r"\b(?:in|since|from|between|and|to|until|till|by|of|through|during|year|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
    r"|\d{1,2},)\s$|^[\s(]*$|[-–/]\s?$",
)
_TO_PEOPLE = re.compile(r"(?<!\bup)(?<![\d%])\sto\s?$")
_PEOPLE_AFTER = re.compile(r"\s(?:[a-z]+\s)?(?:patients|participants|subjects|children|adults|women|men)\b")
_QUANTIFIER_AFTER = re.compile(
    r"\s(?:or more|or fewer|or less|or both|or two|of the most|of the main|another|such|hundred)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Numeral:
    """One number of a text.

    `value` is the number; a fraction has its numerator as value and its denominator as `n`, each with its own span.
    """

    kind: NumeralKind
    start: int
    end: int
    value: float
    value_span: Span
    words: bool = False
    n: int | None = None
    n_span: Span | None = None

    @property
    def whole(self) -> int | None:
        """The value as a whole number, or None."""
        return int(self.value) if float(self.value).is_integer() else None


@lru_cache(maxsize=2048)
def numerals_in(text: str, span: Span) -> tuple[Numeral, ...]:
    """Return the numerals of a part of a text, in order, each with the kind of thing it is."""
    found: list[Numeral] = []
    for match in _NUMERAL.finditer(text, *span):
        before = text[max(span[0], match.start() - 24) : match.start()]
        after = text[match.end() : min(span[1], match.end() + 40)]
        found.append(_numeral(match, before, after))
    return _with_second_bounds(text, found)


def _numeral(match: re.Match[str], before: str, after: str) -> Numeral:
    start, end = match.span()
    if match["fraction"]:
        return _fraction(match, before, after)
    if match["chain"]:
        return Numeral("label", start, end, 0, (start, end))
    if match["raised"]:
        return Numeral("label", start, end, 0, (start, end))
    value = value_of(match.group())
    if match["power"]:
        return Numeral("power", start, end, value, (start, end))
    kind = _kind(value, match, before, after)
    if kind == "percent":
        sign = _AFTER["percent"].match(after)
        return Numeral("percent", start, end + (sign.end() if sign else 0), value, (start, end), bool(match["words"]))
    return Numeral(kind, start, end, value, (start, end), bool(match["words"]))


def _fraction(match: re.Match[str], before: str, after: str) -> Numeral:
    start, end = match.span()
    events, n = (int(part.replace(",", "")) for part in match.group().split("/"))
    events_end = start + len(match.group().split("/")[0].rstrip())
    n_start = end - len(match.group().split("/")[1].lstrip())
    counts = events <= n and n > 0 and not _LABELLED.search(before) and not _AFTER["unit"].match(after)
    counts = (counts and not match.group().startswith("0")) or (events == 0 and match.group()[1] in " /" and n > 0)
    counts = counts and not _AFTER["time"].match(after) and not re.match(r"\s?HLA|\s?match", after)
    kind: NumeralKind = "fraction" if counts else "label"
    return Numeral(kind, start, end, events, (start, events_end), n=n, n_span=(n_start, end))


def _kind(value: float, match: re.Match[str], before: str, after: str) -> NumeralKind:
    """Return what a number is: the first test that holds, from the most telling to the least."""
    whole = float(value).is_integer()
    tests: tuple[tuple[NumeralKind, Callable[[], object]], ...] = (
        ("n", lambda: whole and _N_EQUALS.search(before)),
        (
            "measure",
            lambda: _AFTER["interval"].match(after) or _AFTER["spread"].match(after) or _SPREAD_BEFORE.search(before),
        ),
        ("range", lambda: _AFTER["range"].match(after)),
        ("range", lambda: _BETWEEN.search(before) and _AFTER["between"].match(after)),
        ("measure", lambda: _AFTER["percent"].match(after) and _THRESHOLD.search(before)),
        (
            "percent",
            lambda: _AFTER["percent"].match(after) or (_SHARED_PERCENT.match(after) and not _LABELLED.search(before)),
        ),
        ("time", lambda: _AFTER["time"].match(after) or _SHARED_TIME.match(after)),
        ("year", lambda: match["digits"] and _YEAR.fullmatch(match.group()) and _YEAR_BEFORE.search(before)),
        (
            "label",
            lambda: (
                (_LABELLED.search(before) and not _is_given_to_people(before, after)) or _QUANTIFIER_AFTER.match(after)
            ),
        ),
        ("measure", lambda: not whole or _AFTER["unit"].match(after) or _STATISTIC.search(before)),
    )
    return next((kind for kind, holds in tests if holds()), "number")


def _is_given_to_people(before: str, after: str) -> bool:
    """Return whether a number counts those whom something was given to: "MSCs were given to 18 patients"."""
    return bool(_TO_PEOPLE.search(before) and _PEOPLE_AFTER.match(after))


def _with_second_bounds(text: str, found: list[Numeral]) -> tuple[Numeral, ...]:
    """Mark the upper bound of a range as part of it: the 60 of ``18 to 60 patients`` counts nobody."""
    marked: list[Numeral] = []
    for numeral in found:
        previous = marked[-1] if marked else None
        bound = (
            previous
            and previous.kind == "range"
            and re.fullmatch(r"\s?%?\s?(?:-|–|—|−|to|and)\s?", text[previous.end : numeral.start])
        )
        as_range = bound and numeral.kind in {"number", "percent", "measure", "label"}
        marked.append(
            Numeral("range", numeral.start, numeral.end, numeral.value, numeral.value_span) if as_range else numeral
        )
    return tuple(marked)


def value_of(text: str) -> float:
    """Return the number that a numeral says: ``1,234``, ``0.5×10^6``, ``3 million`` or ``One hundred and six``."""
    plain = text.strip().casefold().replace("·", ".")
    if plain.isascii() and plain.isdigit():
        return float(plain)
    if re.fullmatch(r"[\d.]+e\+?\d+", plain):
        return float(plain)
    if "^" in plain:
        factor, _, exponent = plain.rpartition("10^")
        lead = re.sub(r"[^\d.,]", "", factor)
        return float(f"{_digits_value(lead) if lead else 1:g}e{int(exponent)}")
    if plain[0] == ".":
        return float(plain)
    if plain[0].isdigit():
        number = _digits_value(re.sub(r"\s*million$", "", plain))
        return number * 1e6 if plain.endswith("million") else number
    return float(_words_value(plain))


def _digits_value(digits: str) -> float:
    digits = re.sub(r"(?<=\d)[\s\u2009\u202f\u00a0](?=\d{3})", "", digits)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits):
        return float(digits.replace(",", ""))
    return float(digits.strip(",").replace(",", "."))


def _words_value(words: str) -> int:
    total = current = 0
    for word in re.findall(r"[a-z]+", words):
        if word == "hundred":
            current = max(current, 1) * 100
        elif word in {"thousand", "million"}:
            total += max(current, 1) * (1000 if word == "thousand" else 1_000_000)
            current = 0
        elif word == "a":
            current = 1
        else:
            current += _WORD_VALUES.get(word, 0)
    return total + current
