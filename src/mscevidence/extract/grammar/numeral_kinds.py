"""What a number of a text *is*, told by the words and signs beside it: a percent, a time, a label, a year, a count.

What is said of one number is in `before` and `after`, the few characters on both sides of it. The nearest sign on each
side tells which patterns can match at all, so that few of them are tried.
"""

from __future__ import annotations

import re
from typing import Literal

from mscevidence.extract.grammar.number_words import BELOW_100

NumeralKind = Literal["number", "percent", "fraction", "n", "time", "power", "measure", "label", "range", "year"]

_TIME = r"(?:days?|weeks?|months?|years?|hours?|minutes?|yrs?|wks?|mos?|hrs?|min|h|d)\b"
_UNIT = (
    r"(?:[mµμkn]?g|[mµμd]?[lL]|[cmµμn]m|mm2|IU|U|mmHg|mmol|Gy|Hz|kDa|kcal|°|º|C\b|cells|MSCs?|x\b|×|fold|times|points?|units?|episodes?"
    r"|infusions?|injections?|doses?|cycles?|sites?|cent(?:er|re)s?|hospitals?|countries|studies|trials|articles|papers|groups?"
    r"|arms?|cohorts?|phases?|parts?|stages?|visits?|passages?|different|dosage|thirds?|quarters?|half|halves|joints?|items?)"
)
_INTERVAL_AHEAD = re.compile(
    r"\s?(?:%|percent|per\scent)\s*-?\s?(?:CI|CrI|PI|confidence|credible|prediction)\b", re.IGNORECASE
)
_POWER_AHEAD = re.compile(r"\s?(?:%|percent|per\scent)\s(?:statistical\s)?power\b", re.IGNORECASE)
_POWER_BEFORE = re.compile(r"\bpower\s(?:of|was|is|to\sbe)\s(?:(?:at\sleast|about|approximately)\s)?\Z", re.IGNORECASE)
PERCENT_AHEAD = re.compile(r"\s?%|\s(?:percent|per\scent)\b", re.IGNORECASE)
_RANGE_AHEAD = re.compile(r"\s?%?\s?(?:-|–|—|−|to\b)\s?[\d.]+(?!\s?[x×])|\s(?:to)\s(?:" + BELOW_100 + r")\b")
_AND_AHEAD = re.compile(r"\sand\s[\d.]+")
_SPREAD_AHEAD = re.compile(r"\s?%?\s?(?:±|\+/-)|\+")
TIME_AHEAD = re.compile(rf"[\s-]?{_TIME}", re.IGNORECASE)
UNIT_AHEAD = re.compile(
    rf"[\s-]?{_UNIT}(?![A-Za-z])|\s(?:[\w-]*(?:ous|al|ar|ly|ive|MSC|cell|stem|IV|IT)\s){{1,2}}(?:infusions?|injections?|transfusions?|doses)\b|/[a-zA-Z]|\s?[×]|(?!(?:cases|patients|subjects|participants)\b)[A-Za-z]|-[A-Za-z]|\^"
)
LABELLED = re.compile(
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
_LABEL_ENDS = {
    last: tuple(word for word in _LABEL_WORDS.split() if word[-1] == last)
    for last in {word[-1] for word in _LABEL_WORDS.split()}
}
"""The ends of labels in small letters, by their last sign."""
_SPREADS = frozenset("±-+")
_TOWARDS = frozenset("%-–—−t")
_COMPARES = frozenset("<>≤≥")
_TIMES = frozenset("dhmwy-")
_QUANTIFIERS = frozenset("oash")
_CLOSING = frozenset(["", *"()[].,:;=%"])
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


def kind_of(value: float, digits: str, before: str, after: str) -> NumeralKind:
    """Return what a number is: the first test that holds, from the most telling to the least.

    Args:
        value: the number.
        digits: how it is written, empty when it is not written in digits.
        before: what stands before it.
        after: what stands behind it.
    """
    lead = before.rstrip()
    last, first = lead[-1:], after.lstrip()[:1].casefold()
    if last == "=" and value.is_integer() and _N_EQUALS.search(before):
        return "n"
    kind = _kind_by_signs(last, first, before, after)
    return kind or _kind_by_words(value, digits, lead.casefold(), first, before, after)


def _kind_by_signs(last: str, first: str, before: str, after: str) -> NumeralKind | None:
    share = first in {"%", "p"} and PERCENT_AHEAD.match(after)
    if share and (_INTERVAL_AHEAD.match(after) or _POWER_AHEAD.match(after) or _POWER_BEFORE.search(before)):
        return "measure"
    if (first in {"±", "+", "%"} and _SPREAD_AHEAD.match(after)) or (
        last in _SPREADS and ("±" in before or "+" in before) and _SPREAD_BEFORE.search(before)
    ):
        return "measure"
    if first in _TOWARDS and _RANGE_AHEAD.match(after):
        return "range"
    if last in {"n", "f"} and _BETWEEN.search(before) and _AND_AHEAD.match(after):
        return "range"
    if share:
        return "measure" if last in _COMPARES and _THRESHOLD.search(before) else "percent"
    return None


def _kind_by_words(value: float, digits: str, lead: str, first: str, before: str, after: str) -> NumeralKind:
    listed = first in {"a", "v", "o", ","}
    labelled = lead.endswith(_LABEL_ENDS.get(lead[-1:], ())) and _is_labelled(before)
    if listed and not labelled and _SHARED_PERCENT.match(after):
        return "percent"
    if (first in _TIMES and TIME_AHEAD.match(after)) or (listed and _SHARED_TIME.match(after)):
        return "time"
    if 1900 <= value < 2100 and _YEAR.fullmatch(digits) and _is_a_year(digits, before, after):
        return "year"
    if (labelled and not _is_given_to_people(lead, before, after)) or (
        first in _QUANTIFIERS and _QUANTIFIER_AFTER.match(after)
    ):
        return "label"
    if not value.is_integer() or (first not in _CLOSING and UNIT_AHEAD.match(after)) or _STATISTIC.search(before):
        return "measure"
    return "number"


def _is_a_year(digits: str, before: str, after: str) -> bool:
    """Return whether four digits are a year, as in "in 2015 patients were treated", and do not count "1920 women"."""
    counted = _PEOPLE_AFTER.match(after) and (digits < "1950" or not _IN_THE_YEAR.search(before))
    return bool(_YEAR_BEFORE.search(before)) and not counted


def _is_labelled(before: str) -> bool:
    # nearly all labels are one word: to try there first is several times faster than to search
    last = before.rstrip().rfind(" ") + 1
    return bool(LABELLED.match(before, last) or LABELLED.search(before, len(before) - 16))


def _is_given_to_people(lead: str, before: str, after: str) -> bool:
    """Return whether a number counts those whom something was given to: "MSCs were given to 18 patients"."""
    return bool(lead.endswith("to") and _TO_PEOPLE.search(before) and _PEOPLE_AFTER.match(after))
