"""Whether a percent that stands alone is the share of patients who had an outcome, and no change, bound or estimate."""

from __future__ import annotations

import re

from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.grammar.people import PEOPLE
from mscevidence.extract.grammar.times import TimeMention
from mscevidence.extract.outcomes import Mention
from mscevidence.extract.results.attach import Bounds
from mscevidence.model import Span

_RATE = re.compile(
    rf"\brates?\b|\bproportions?\b|\bpercentages?\b|\b{PEOPLE}\b|\b(?:groups?|arms?|cohorts?)\b|\bin\s(?:all|both)\b",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"\b(?:(?<!reached\s)(?<!achieved\s)(?<!attained\s)(?<!obtained\s)(?<!experienced\s)(?<!met\s)(?<!shown\s)by|reduction|decrease[ds]?|increase[ds]?|change[ds]?|improvement|drop|fell|rose|declined?|viability|purity|confidence)\b[^.;]{0,25}$",
    re.IGNORECASE,
)
_IS = re.compile(
    r"(?:\s?\([^()\d]{2,30}\)|\))?(?:(?:\s(?:rates?|response))?(?:\s(?:at|by|after|on|within)\s[^.;,]{3,24}?)?,?\s(?:was|were|of|is|being|reached|amounted\sto|stood\sat)\s(?:only\s|about\s)?$"
    r"|\s?[:=(]\s?$|\srates?\s$|\s$|\s(?:(?:was|were)\s\w+\s)?(?:in|by)\s$)"
)
_TO_LEVEL = re.compile(r"\b(?:increased|decreased|rose|fell|dropped|declined|improved)\sto\s$")
_COMPARED = re.compile(
    r"\s(?:higher|lower|greater|less|more|fewer|better|worse|of\s(?:the\s)?(?:baseline|controls?|normal)|reduction|increase|decrease|improvement)\b"
)
_ESTIMATED = re.compile(
    r"\b(?:probabilit\w+|estimat\w+|Kaplan|actuarial|cumulative|predicted|expected)\b", re.IGNORECASE
)
_CURVE = re.compile(
    r"\b\w+[\s-]free[\s-]survival\b|\b(?i:overall|\d+-year|year)\s(?:\w+\s)?survival\b|\bsurvival\s(?:rates?|probabilit)|\b(?:[DPREM]{1,2}FS|OS)\b"
)
_HAD = re.compile(r"\s(?:had|achieved|showed|experienced|developed|attained|reached|responded|died|relapsed)\b")
_LOOKED_AT = re.compile(
    r"\b(?:analy[sz]ed|assessed|evaluated|evaluable|measured|calculated|examined|studied|available|compared|known|assessable|eligible)\b"
)
_ELIGIBLE_FOR = re.compile(
    r"\b(?:evaluable|assessable|eligible|available|assessed|evaluated|analy[sz]ed|monitored)\s(?:for|in)\b"
)
_SHARE_BEFORE = re.compile(r"\d\s?%\s(?:\w+\s){0,2}$")
_IN = re.compile(r"\sin\s(?:the\s)?")


def is_result(count: Count, bounds: Bounds, outcomes: tuple[Mention, ...] = ()) -> bool:
    """Return whether a percent is no change ("fell by 30%") and no comparison ("30% higher").

    Args:
        count: the percent.
        bounds: the words around it.
        outcomes: the outcomes of the sentence; "improvement" is no change where it is part of one's name.
    """
    before = bounds.before(count)
    change = _CHANGE.search(before)
    named = change and any(m.start <= bounds.start + change.start() < m.end for m in outcomes)
    return bool(not change or named or _TO_LEVEL.search(before)) and not _COMPARED.match(bounds.after(count))


def is_estimated(count: Count, bounds: Bounds, outcome: Span | None = None) -> bool:
    """Return whether a percent is a probability of a curve, which counts nobody.

    Survival free of something and overall survival are told as points of a curve even where no word says so.

    Args:
        count: the percent.
        bounds: the words around it.
        outcome: where its outcome is named.
    """
    if _ESTIMATED.search(bounds.before(count)):
        return True
    if outcome is not None and outcome[1] <= bounds.start and ";" not in bounds.text[outcome[1] : count.start]:
        lead = bounds.text.rfind(".", 0, outcome[0]) + 1
        if _ESTIMATED.search(bounds.text, max(lead, outcome[0] - 60), outcome[0]):
            return True  # the second of "the cumulative incidence was 17% in A and 28% in B"
    return outcome is not None and bool(
        _CURVE.search(bounds.text, max(0, outcome[0] - 24), min(len(bounds.text), outcome[1] + 16))
    )


def is_share(count: Count, bounds: Bounds, outcome: Span | None, *, narrowed: bool) -> bool:
    """Return whether words beside a percent say that it is a share of patients.

    Args:
        count: the percent.
        bounds: the words around it.
        outcome: where its outcome is named.
        narrowed: the sentence speaks of some of the patients only.
    """
    around = bounds.before(count)[-60:] + " | " + bounds.after(count)[:60]
    if _RATE.search(around) or _HAD.match(bounds.after(count)):
        return True
    if outcome is not None and re.fullmatch(r"\s(?:an?\s)?", bounds.text[count.end : max(count.end, outcome[0])]):
        return not narrowed  # "50.0% complete response"
    before = outcome is not None and outcome[1] <= count.start
    return bool(before and outcome and not narrowed and _IS.match(bounds.text[outcome[1] : count.start]))


def is_number_looked_at(bounds: Bounds, count: Count, outcome: Span | None) -> bool:
    """Return whether a number is of those in whom an outcome was looked for: "survival was analysed in 92 patients".

    So is the number behind a percent and its outcome: "7.2% recurrences in 363 patients".
    """
    if outcome is None:
        return False
    if outcome[1] > count.start:
        return bool(_ELIGIBLE_FOR.search(bounds.text, count.end, max(count.end, outcome[0])))
    if _LOOKED_AT.search(bounds.text, outcome[1], count.start):
        return True
    share = _SHARE_BEFORE.search(bounds.text[max(0, outcome[0] - 24) : outcome[0]])
    return bool(share and _IN.fullmatch(bounds.text, outcome[1], count.start))


def repeats_a_count(count: Count, text: str, times: tuple[TimeMention, ...], counts: tuple[Count, ...]) -> bool:
    """Return whether a percent in brackets belongs to a number before: "three relapsed at 9 months (12.5%)"."""
    bracket = text[count.start - 1 : count.start] in {"(", "["} and text[count.end : count.end + 1] in {")", "]"}
    timed = any(0 <= count.start - 1 - time.end <= 1 for time in times)
    return bracket and timed and any(c.rule in {"x-patients", "bare-number"} and c.end <= count.start for c in counts)
