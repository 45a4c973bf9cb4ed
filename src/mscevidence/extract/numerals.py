"""The numeral grammar: every number of a text, in digits or words, and what it *is* before what it is *of*.

A numeral is a percent, a fraction x/n, a plain number that may count patients, or one of the kinds that never do: a
time, a dose, a measured quantity, a label (grade 3, phase 1), a p value, a bound of a range or an interval, a year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from mscevidence.extract.cues import words_of
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

_BEGINS_IN_DIGITS = re.compile(r"[\d.\-‐‑–−](?:(?<=\d)|(?=\d))")
_BEGINS = re.compile(
    r"[\d.\-‐‑–−aefnostzAEFNOSTZ]"
    r"(?:(?<=\d)|(?<=[.\-‐‑–−])(?=\d)|(?<![^\W_].)(?<=[^\W\d_])(?i:(?=[nwhoiel][eoruivxgnf])|(?<=a)(?=\s+h)))"
)
"""Where a numeral may begin: all that is looked at in most of a text."""
_SAID_IN_WORDS = frozenset([*_WORD_VALUES, "hundred"])
"""Words of which a numeral in words has one."""
_WITH_DIGITS = re.compile(
    rf"""(?P<power>(?<![\w.^]){POWER}(?!\d))
    |(?P<chain>(?<![\w./+-])\d{{1,4}}(?:\s?/\s?\d{{1,4}}){{2,}})
    |(?P<fraction>(?<![\w./+,-])(?:\d{{1,3}}(?:,\d{{3}}){{1,2}}|\d{{1,6}})\s?/\s?(?:\d{{1,3}}(?:,\d{{3}}){{1,2}}|\d{{1,6}})(?![\w+]|[./]\d|,\d{{3}}|\s?/))
    |(?P<raised>(?<=[A-Za-z]\()\d{{1,2}}(?=\)))
    |(?P<spaced>(?<![\w^])(?<!\d[.,/])(?<!\d[\s\u2009\u202f\u00a0])(?<![A-Za-z]-)\d{{1,3}}(?:[\u2009\u202f\u00a0]\d{{3}})+(?!\d|[.,]\d))
    |(?P<apart>(?<![\w^])(?<!\d[.,/\s])(?<![A-Za-z]-)\d{{1,3}}(?:\s\d{{3}}){{1,2}}(?=\s(?:[a-z-]+\s){{0,4}}(?:patients|women|participants|subjects|men)\b|\sand\s\d))
    |(?P<digits>(?<![\w^])(?<!\d[.,/])(?<![A-Za-z]-){DIGITS}(?:\s+million\b)?)""",
    re.VERBOSE,
)
_WITH_POINT = re.compile(r"(?P<point>(?<![\w.)\]%])\.\d{1,9}(?![\w.]))")
_WITH_SIGN = re.compile(r"(?P<raised>(?<=[A-Za-z]\()[-‐‑–−]\d{1,2}(?=\)))")
_IN_WORDS = re.compile(rf"(?P<words>(?<![^\W_])(?<!\w[-‐‑–])(?i:{WORDS}))")
_GRAMMARS = {".": _WITH_POINT, **dict.fromkeys("-‐‑–−", _WITH_SIGN)}

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
        rf"[\s-]?{_UNIT}(?![A-Za-z])|\s(?:[\w-]*(?:ous|al|ar|ly|ive|MSC|cell|stem|IV|IT)\s){{1,2}}(?:infusions?|injections?|transfusions?|doses)\b|/[a-zA-Z]|\s?[×]|(?!(?:cases|patients|subjects|participants)\b)[A-Za-z]|-[A-Za-z]|\^"
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
_LABEL_WORDS = (
    "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september"
    " october november december grade grades phase phases stage stages group groups arm arms cohort cohorts day days"
    " week weeks month months year years table tables fig figs figure figures fig. figs. figure. figures. type types"
    " class level levels part parts step steps visit visits dose doses no. nos. score scores of version criteria ctcae"
    " passage passages p hla protocol age aged than least most to about approximately < > ≤ ≥ ~ + ± ="
)
_LABEL_ENDS = tuple(_LABEL_WORDS.split())
_SPREADS = frozenset("±-+")
_TOWARDS = frozenset("%-–—−t")
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
    r"\b(?:[iI]n|since|from|between|and|to|until|till|by|of|through|during|year|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
    r"|\d{1,2},)\s$|^[\s(]*$|[-–/]\s?$",
)
_IN_THE_YEAR = re.compile(
    r"\b(?:in|since|from|between|until|till|by|through|during|year|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?|\d{1,2},)\s$",
    re.IGNORECASE,
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
    for match in _matches(text, span):
        before = text[max(span[0], match.start() - 24) : match.start()]
        after = text[match.end() : min(span[1], match.end() + 40)]
        found.append(_numeral(match, before, after))
    return _with_second_bounds(text, found)


def _matches(text: str, span: Span) -> Iterator[re.Match[str]]:
    """Yield the numerals of a part of a text as written, in order."""
    end = span[0]
    begins = _BEGINS_IN_DIGITS if _SAID_IN_WORDS.isdisjoint(words_of(text, span)) else _BEGINS
    for begin in begins.finditer(text, *span):
        start = begin.start()
        if start < end:
            continue
        first = text[start]
        grammar = _WITH_DIGITS if first.isdecimal() else _GRAMMARS.get(first, _IN_WORDS)
        match = grammar.match(text, start, span[1])
        if match is not None:
            end = match.end()
            yield match


def _numeral(match: re.Match[str], before: str, after: str) -> Numeral:
    start, end = match.span()
    written = match.lastgroup
    if written == "fraction":
        return _fraction(match, before, after)
    if written in {"chain", "raised"}:
        return Numeral("label", start, end, 0, (start, end))
    value = value_of(match.group())
    if written == "power":
        return Numeral("power", start, end, value, (start, end))
    kind = _kind(value, match, before, after)
    if kind == "percent":
        sign = _AFTER["percent"].match(after)
        end += sign.end() if sign else 0
    return Numeral(kind, start, end, value, match.span(), written == "words")


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
    # The nearest sign on each side tells which of the patterns can match at all.
    last, first = before.rstrip()[-1:], after.lstrip()[:1].casefold()
    whole = value.is_integer()
    if last == "=" and whole and _N_EQUALS.search(before):
        return "n"
    return _kind_by_signs(last, first, before, after) or _kind_by_words(whole, match, first, before, after)


def _kind_by_signs(last: str, first: str, before: str, after: str) -> NumeralKind | None:
    share = first in {"%", "p"} and _AFTER["percent"].match(after)
    if share and _AFTER["interval"].match(after):
        return "measure"
    if (first in {"±", "+", "%"} and _AFTER["spread"].match(after)) or (
        last in _SPREADS and _SPREAD_BEFORE.search(before)
    ):
        return "measure"
    if first in _TOWARDS and _AFTER["range"].match(after):
        return "range"
    if last in {"n", "f"} and _BETWEEN.search(before) and _AFTER["between"].match(after):
        return "range"
    if share:
        return "measure" if _THRESHOLD.search(before) else "percent"
    return None


def _kind_by_words(whole: bool, match: re.Match[str], first: str, before: str, after: str) -> NumeralKind:
    listed = first in {"a", "v", "o", ","}
    labelled = before.rstrip().casefold().endswith(_LABEL_ENDS) and _is_labelled(before)
    if listed and not labelled and _SHARED_PERCENT.match(after):
        return "percent"
    if _AFTER["time"].match(after) or (listed and _SHARED_TIME.match(after)):
        return "time"
    if match.lastgroup == "digits" and _YEAR.fullmatch(match.group()) and _is_a_year(match.group(), before, after):
        return "year"
    if (labelled and not _is_given_to_people(before, after)) or _QUANTIFIER_AFTER.match(after):
        return "label"
    if not whole or _AFTER["unit"].match(after) or _STATISTIC.search(before):
        return "measure"
    return "number"


def _is_a_year(digits: str, before: str, after: str) -> bool:
    """Return whether four digits are a year, as in "in 2015 patients were treated", and do not count "1920 women"."""
    counted = _PEOPLE_AFTER.match(after) and (digits < "1950" or not _IN_THE_YEAR.search(before))
    return bool(_YEAR_BEFORE.search(before)) and not counted


def _is_labelled(before: str) -> bool:
    # nearly all labels are one word: to try there first is several times faster than to search
    last = before.rstrip().rfind(" ") + 1
    return bool(_LABELLED.match(before, last) or _LABELLED.search(before, len(before) - 16))


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
    if plain.isascii() and plain.replace(".", "", 1).isdigit():
        return float(plain)
    if re.fullmatch(r"[\d.]+e\+?\d+", plain):
        return float(plain)
    if "^" in plain:
        factor, _, exponent = plain.rpartition("10^")
        lead = re.sub(r"[^\d.,]", "", factor)
        return float(f"{_digits_value(lead) if lead else 1:.9f}e{int(exponent)}")
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
