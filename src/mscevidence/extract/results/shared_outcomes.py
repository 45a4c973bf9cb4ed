"""Outcomes that a count shares with other words of its sentence: with its opening, or with a zero before it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.results.attach import Attached
from mscevidence.extract.results.doubts import is_tied
from mscevidence.extract.results.facts import Facts
from mscevidence.extract.results.zeros import Quantified

_RATES = re.compile(r"\brates?\b[^.;]{0,12}\b(?:was|were)\b|\brates?$")
_SET_AGAINST = re.compile(
    r"[^.;]{0,80}?(?:,?\s(?:but|while|whereas|and|versus|vs\.?|compared\s(?:with|to)|(?:in\s)?contrast\s(?:with|to))\s)(?:only\s|with\s|in\s)?"
)
_OF_ANOTHER = re.compile(
    r"\s(?:of|with|from|due\sto)\s(?!(?:the\s|these\s|those\s|all\s|our\s)?(?:[\w+/-]+\s){0,2}(?:patients?|groups?|arms?|cohorts?|them|these|those|whom|which|subjects|children|cases|\d)\b)[a-z]",
)
_DEGREE_AHEAD = re.compile(r"\b(?P<degree>complete|partial)(?:ly)?\s?[,:(]?\s?(?:[(\[]\s?)?\Z", re.IGNORECASE)
_DEGREE_BEHIND = re.compile(r"\s(?:with\s)?(?P<degree>complete|partial)(?:ly)?\b", re.IGNORECASE)
_NOUN_BEHIND = re.compile(
    r"\s?[)\]](?:\s(?:and|or|,)\s(?:complete|partial|no)\s[(\[][^()\[\]]{1,24}[)\]])?\s(?:clinical\s|renal\s)?(?P<noun>responses?|remissions?)\b"
)
_NOUN = re.compile(r"\b(?P<noun>responses?|responded|remissions?)\b", re.IGNORECASE)


def is_of_another(facts: Facts, count: Count) -> bool:
    """Return whether words behind a count say of what it is: "three died of relapse and two of infection"."""
    return bool(_OF_ANOTHER.match(facts.text, count.end, facts.span[1])) and not any(
        is_tied(facts.text, count, arm) for arm in facts.arms if arm.start >= count.end
    )


def of_its_degrees(facts: Facts, index: int) -> Attached | None:
    """Return the outcome of "15 achieved partial (n = 13) or complete (n = 2) response": its degrees make it up."""
    whole, parts = facts.counts[index], facts.counts[index + 1 : index + 3]
    degrees = [_degree(facts.text, part) for part in parts]
    numbers = [part.number("events") or part.number("count") or 0 for part in parts]
    if len(parts) < 2 or set(degrees) != {"complete", "partial"} or sum(numbers) != whole.number("events"):
        return None
    noun = _NOUN.search(facts.text, whole.end, facts.span[1])
    if noun is None:
        return None
    outcome = "remission" if noun["noun"].casefold().startswith("remission") else "response"
    return Attached(outcome, noun["noun"], noun.span("noun"), certain=True)


def degree_in(facts: Facts, count: Count) -> Attached | None:
    """Return the degree in whose bracket a count stands: "partial (n = 13) or complete (n = 2) response"."""
    degree = _DEGREE_AHEAD.search(facts.text, max(facts.span[0], count.start - 16), count.start)
    if degree is None or not degree.group().rstrip().endswith(("(", "[")):
        return None
    noun = _NOUN_BEHIND.match(facts.text, count.end, facts.span[1])
    if noun is None:
        return None
    outcome = f"{degree['degree'].casefold()}-{'remission' if noun['noun'].startswith('remission') else 'response'}"
    return Attached(outcome, degree["degree"], degree.span("degree"), certain=True)


def _degree(text: str, count: Count) -> str | None:
    before = _DEGREE_AHEAD.search(text, max(0, count.start - 16), count.start)
    behind = None if before else _DEGREE_BEHIND.match(text, count.end)
    found = before or behind
    return found["degree"].casefold() if found else None


def of_the_opening(facts: Facts) -> Attached | None:
    """Return the outcome that a sentence opens with and that is its only one: "The response rates were ..."."""
    first = next(iter(facts.outcomes), None)
    if first is None or len({m.outcome for m in facts.outcomes}) > 1:
        return None
    opening = facts.text[facts.span[0] : first.end + 16]
    if first.start - facts.span[0] > 20 or not _RATES.search(opening):
        return None
    return Attached(first.outcome, facts.text[first.start : first.end], (first.start, first.end), certain=True)


def of_a_zero(facts: Facts, zeros: Iterable[Quantified], count: Count) -> Attached | None:
    """Return the outcome of "no infection was seen in the MSC group, but two in the placebo group" for the second."""
    zero = next((each for each in zeros if each.span[1] <= count.start), None)
    behind = next((arm for arm in facts.arms if arm.start >= count.end), None)
    if zero is None or behind is None or not is_tied(facts.text, count, behind):
        return None
    before = {arm.label for arm in facts.arms if arm.end <= count.start}
    if not _SET_AGAINST.fullmatch(facts.text, zero.span[1], count.start) or not before or behind.label in before:
        return None
    mention = zero.mention
    words = facts.text[mention.start : mention.end]
    return Attached(mention.outcome, words, None, certain=True)  # the "no" before the words denies the zero only


def tells_more(text: str, previous: tuple[Count, Attached], count: Count, attached: Attached) -> bool:
    """Return whether a number in brackets only tells more of those counted before: "died from infection (n = 3)".

    Args:
        text: the text.
        previous: the count before, with its outcome.
        count: the count.
        attached: its outcome.
    """
    before, known = previous
    if count.rule not in {"bare-number", "x-patients", "n-equals"} or attached.span is None or known.span is None:
        return False
    same = attached.outcome == known.outcome and attached.span[0] < known.span[1] and known.span[0] < attached.span[1]
    fewer = (count.number("events") or count.number("count") or 0) < (before.number("events") or 0)
    opened = text.rfind("(", attached.span[0], count.start) > text.rfind(")", attached.span[0], count.start)
    return same and fewer and opened and before.end <= attached.span[1]
