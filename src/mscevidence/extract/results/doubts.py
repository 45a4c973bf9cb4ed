"""Words that take back what a count seems to say: negations, asides, thresholds, comparisons, arms already used.

Each function answers one question about words beside a count. A count in doubt stays a candidate, but an ambiguous
one, or one without an arm.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mscevidence.extract.arms import ArmMention
from mscevidence.extract.grammar.count_words import NONE_OF
from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.grammar.people import PEOPLE
from mscevidence.extract.results.causes import is_of_a_cause
from mscevidence.extract.results.chosen_patients import is_of_those_who
from mscevidence.model import Span

_DENIED = re.compile(
    r"\b(?:no|not|without|never|neither|nor|absence\sof|lack\sof|free\s(?:of|from)|excluding|except(?:\sfor)?|exception\s(?:of|for)|other\sthan|apart\sfrom|regardless\sof"
    r"|irrespective\sof|unrelated\sto|risk\sfactors?\sfor|predict\w+(?:\sof)?)\s(?:[\w/-]+\s){0,3}$",
    re.IGNORECASE,
)
_DIFFERENCE = re.compile(r"\b(?:no|without|not)\s(?:[\w/-]+\s){0,2}?differen\w+\s(?:in|of|between)\b", re.IGNORECASE)
_TURNED = re.compile(
    r"\b(?:in\sterms\sof|with\s(?:regard|respect)\sto)\s(?:(?:the\s)?[\w-]+,?\s(?:and\s|or\s)?){0,5}$|\b(?:resol\w+|improve\w*|relie\w+|reduc\w+|decreas\w+|disappear\w*|cessation|control|management|history|risk|prevent\w*|treatment|recover\w*|fear)"
    r"\s(?:(?:and|or)\s\w+\s)?(?:of|in|from|for|with)\s(?:the\s|their\s|prior\s|previous\s)?$",
    re.IGNORECASE,
)
_REASON = re.compile(r"\b(?:because\sof|due\sto|owing\sto|attributed\sto)\s(?:[\w/-]+\s){0,5}$", re.IGNORECASE)
_KEPT = re.compile(
    r"\s(?:was|were)\s(?:\w+\s)?(?:sustained|maintained|lost|durable|lasting|kept|transient)\b", re.IGNORECASE
)
_BEFORE_IT = re.compile(r"\b(?:before|until|prior\sto)\b", re.IGNORECASE)
_LIKENED = re.compile(
    r"\s(?:was|were|is|are|did)\s(?:not\s)?(?:\w+ly\s)?(?:differ|similar|comparable|alike)|\s(?:as\sa\sresult|because|due\sto)\s(?:of\s)?(?:toxicity|treatment|therapy)",
    re.IGNORECASE,
)
_RANGE_BEHIND = re.compile(r"\s?[(\[]\s?(?:range[d:,]?\s)?\d+(?:\.\d+)?\s?(?:[-–]|to)\s?\d", re.IGNORECASE)
_SCORE = re.compile(r"\b(?:scores?|index|[A-Z]{3,}[A-Z\d-]*)\s(?:of|was|equal\sto)\s\Z")
_CHOSEN_AHEAD = re.compile(
    rf"(?:In|Among|For|Of|Within)\s(?:the\s|those\s|a\s)?(?:subgroup|subset|group|{PEOPLE}|those)\s(?:of\s(?:\w+\s)?{PEOPLE}\s)?"
    r"(?:with|without|who|aged|whose|older|younger|below|above)\b[^,;]{3,90},"
)
_STOPPED_AHEAD = re.compile(
    r"(?:After|Following|On|Upon|Despite|During)\s(?:[\w-]+\s){0,3}?(?:discontinu|withdraw|cessation|stopping|taper|interrupti)\w*[^,;]{0,60},?\s",
    re.IGNORECASE,
)
_START = (
    r"(?:before\s(?:the\s|any\s|starting\s)?(?:\w+\s){0,2}?(?:treatment|therapy|infusions?|injections?|transplantation|MSCs?|cells|enrol\w+|study)"
    r"|prior\sto\s(?:the\s)?(?:\w+\s){0,2}?(?:treatment|therapy|infusions?|injections?|transplantation|MSCs?|enrol\w+|study)|at\s(?:baseline|study\sentry|inclusion|enrol\w+|entry|presentation|diagnosis))\b"
)
_AT_START_AHEAD = re.compile(rf"{_START},?\s", re.IGNORECASE)
_AT_START_BEHIND = re.compile(rf"(?:\s[\w-]+){{0,3}}?\s{_START}", re.IGNORECASE)
_OR_ELSE = re.compile(
    r"\s(?:\([A-Z]{2,6}\)\s)?(?:or|and/or)\s(?!(?:more|less|higher|greater|better|worse|above|below|no|not|in|after|during)\b)[A-Za-z]"
)
_NOT_BETWEEN = re.compile(
    r"\b(?:not|never|again|failed\sto|unable\sto|without|(?:with|had|having|showed)\sno)\b", re.IGNORECASE
)
_BUT = re.compile(
    r"\b(?:not\s(?:only|all|statistically|significant\w*|different\w*|differ|related|attribut\w+|considered|yet))\b",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"(?:\b(?:except(?:\sfor)?|exception\s(?:of|for)|all\sbut|exceed\w*|more\sthan|less\sthan|fewer\sthan|greater\sthan|higher\sthan|lower\sthan|at\sleast|at\smost|up\sto|below|above|over|under|nearly|almost|around"
    r"|approximately|about|minimum\sof|maximum\sof)\s(?:an?\s)?|[<>≤≥~]\s?(?:or\s)?=?\s?)$",
    re.IGNORECASE,
)
_COMPARES = re.compile(
    r"\b(?:(?:compared|in\scomparison)\s(?:with|to)\s(?!(?:(?:the|their|a)\s)?(?:baseline|pre|before|historical|initial|literature|previous))"
    r"|(?<!graft-)(?<!graft\s)(?:versus|vs\.?|v)\s(?!host)|than\s(?:in|on|with|for|those|that|patients|placebo|controls?|the)\s|either\s(?:arm|group)\b"
    r"|between\s(?:the\s)?(?:two\s|study\s|treatment\s)*(?:arms|groups)\b)",
    re.IGNORECASE,
)
_PAIR = re.compile(
    r"(?:\s?[(\[][^()\[\]]{1,40}(?:\([^()]{1,20}\))?[)\]])?\s?[)\]]?\s?(?:,\s)?(?:vs?\.?|versus|compared\s(?:with|to))\s(?:the\s|only\s)?",
    re.IGNORECASE,
)
_OPENS = re.compile(r"\s?[(\[]\s?")
_SERIES = re.compile(r"\s(?:for|in|with|on)\s(?:the\s)?[^,;.\d()]{1,40}?,?\s(?:and\s)?")
_CLOSES_BRACKET = re.compile(rf"(?:\s{PEOPLE})?\s?[)\],;/]")
_NO_THING = (
    r"in|of|at|on|by|and|or|vs|versus|who|with|to|from|for|after|during|within|while|whereas|but|had|has|have|were|was|are|is|died|out|more|times|respectively"
    r"|achieved|developed|relapsed|responded|others?|cases?|received|required|showed|experienced|remained|survived|after"
)
_THINGS = re.compile(
    rf"\s(?!(?:{_NO_THING}|{PEOPLE})\b)(?:[a-z][\w-]+\s(?!(?:{_NO_THING}|{PEOPLE})\b)){{0,2}}[a-z][\w-]{{2,}}s\b"
)
_RELAPSE = re.compile(r"(?:disease\s)?(?:relaps|recurr|flare|loss\sof)", re.IGNORECASE)
_AFTER_RESPONSE = re.compile(
    r"\bafter\s(?:an?\s|the\s|prior\s|previous\s|initial\s|initially\s|first\s|achieving\s|reaching\s|having\s|obtaining\s|complete\s|clinical\s|partial\s){0,4}"
    r"(?:remission|response|responding|CR|PR)\b",
    re.IGNORECASE,
)
_INTERVAL = re.compile(r"[(\[][^)\]]*\b(?:confidence\sinterval|CI)\b[^)\]]*$")
_CLOSES = re.compile(rf"(?:\s{PEOPLE})?\s?(?:[,;)\]]|(?:and|or|vs?\.?|versus|while|whereas|compared)\b)")
_TIES = re.compile(
    rf"[)\]]?(?:\s(?:of\s(?:the\s)?)?(?:[\w-]+\s){{0,3}}?{PEOPLE})?\s(?:in|of|for|with|on|at|from|among|to|(?:who\s)?received|receiving|given|treated\swith|(?:assigned|allocated|randomi[sz]ed)\sto)\s(?:the\s)?"
)
_EVERY = re.compile(r"\b(?:all|both)\s(?:of\s)?(?:the\s|these\s|our\s)?$", re.IGNORECASE)


def is_in_doubt(text: str, sentence: Span, outcome: Span, count: Count, total: float | None) -> bool:
    """Return whether words take back what a count seems to say of an outcome.

    Args:
        text: the text.
        sentence: the sentence.
        outcome: where the outcome stands.
        count: the count.
        total: how many patients there are in its arm, or else in all, if known.
    """
    return (
        is_bound(text, count)
        or is_of_those_who(text, count, outcome)
        or is_detail(text, count, outcome)
        or counts_things(text, count, outcome)
        or is_before_treatment(text, sentence, count)
        or is_of_a_cause(text, sentence, count)
        or is_of_either(text, outcome, count)
        or is_whole(count, total)
        or is_after_response(text, sentence, outcome, count)
        or is_kept(text, outcome, count, total)
        or is_taken_back(text, sentence, outcome, count)
    )


def is_kept(text: str, outcome: Span, count: Count, total: float | None) -> bool:
    """Return whether a response was kept by some of those who had it: "the response was sustained in four"."""
    everybody = total is not None and count.number("n") == total
    return not everybody and says_kept(text, outcome, count)


def says_kept(text: str, outcome: Span, count: Count) -> bool:
    """Return whether words between an outcome and a count say that it was kept."""
    return outcome[1] <= count.start and bool(_KEPT.match(text, outcome[1], count.start))


def is_taken_back(text: str, sentence: Span, outcome: Span, count: Count) -> bool:
    """Return whether a count is of those without the outcome: "no fever was seen in 56%"."""
    denied = _DENIED.search(text[max(sentence[0], outcome[0] - 50) : outcome[0]])
    if denied and outcome[1] <= count.start and not _DIFFERENCE.search(denied.group()):
        return True
    before = text[max(sentence[0], outcome[0] - 50) : outcome[0]]
    if _REASON.search(before) or _TURNED.search(before):
        return True  # "had resolution of diarrhoea"
    if count.end <= outcome[0] and _LIKENED.match(text, outcome[1]):
        return True  # "one adverse effect was significantly different", "seven died as a result of toxicity"
    gap = text[count.end : outcome[0]] if count.end <= outcome[0] else text[outcome[1] : count.start]
    if count.end <= outcome[0] and _BEFORE_IT.search(gap):
        return True
    return bool(_NOT_BETWEEN.search(_BUT.sub(" ", gap)))


def is_reason(text: str, start: int, end: int) -> bool:
    """Return whether words before a place make a reason of what stands there: "stopped owing to relapse (n = 1)"."""
    return bool(_REASON.search(text[start:end]))


def is_bound(text: str, count: Count) -> bool:
    """Return whether a number is a bound or a round figure: "exceeded 10%", "at least five", "about 60%"."""
    return bool(_BOUND.search(text[max(0, count.start - 24) : count.start]))


def is_figure(text: str, count: Count, run: tuple[Count, ...]) -> bool:
    """Return whether a bare number is no count: a median with its range, or one of "4, 0 and 10%"."""
    scored = _SCORE.search(text[max(0, count.start - 24) : count.start])
    return bool(scored or _RANGE_BEHIND.match(text, count.end)) or any(other.rule == "percent-only" for other in run)


def is_of_subgroup(text: str, sentence: Span) -> bool:
    """Return whether a sentence opens with patients chosen among those of the trial: "In the group with ...,"."""
    return bool(_CHOSEN_AHEAD.match(text, *sentence) or _STOPPED_AHEAD.match(text, *sentence))


def is_before_treatment(text: str, sentence: Span, count: Count) -> bool:
    """Return whether a number tells how patients were at the start: "pain was present in four before treatment"."""
    ahead = _AT_START_AHEAD.match(text, *sentence)
    if ahead and not text[ahead.end() : count.start].count(";"):
        return True
    return bool(_AT_START_BEHIND.match(text, count.end, sentence[1]))


def is_of_either(text: str, outcome: Span, count: Count) -> bool:
    """Return whether a number is of those with an outcome or with something else: "death or lung disease (18/33)"."""
    return outcome[1] <= count.start and bool(_OR_ELSE.match(text, outcome[1], count.start))


def is_everybody(text: str, count: Count) -> bool:
    """Return whether a count is of all there are, "all the 36 patients", so that it is their number."""
    return bool(_EVERY.search(text[max(0, count.start - 20) : count.start]))


def compares(text: str, sentence: Span) -> bool:
    """Return whether a sentence sets two groups side by side, so that what it tells is not of everybody."""
    return bool(_COMPARES.search(text, *sentence))


def is_in_series(text: str, count: Count, counts: tuple[Count, ...]) -> bool:
    """Return whether a count is one of "3% for A, 5% for B", each for a group of its own."""
    return any(
        (other.start >= count.end and _SERIES.fullmatch(text, count.end, other.start))
        or (other.end <= count.start and _SERIES.fullmatch(text, other.end, count.start))
        for other in counts
        if other.rule == count.rule
    )


def is_detail(text: str, count: Count, outcome: Span) -> bool:
    """Return whether a bare number in brackets tells more of the outcome before: "died (2 with lymphoma)"."""
    bare = count.rule in {"bare-number", "x-patients"} and outcome[1] <= count.start
    return bool(bare and _OPENS.fullmatch(text, outcome[1], count.start) and not _CLOSES_BRACKET.match(text, count.end))


def counts_things(text: str, count: Count, outcome: Span) -> bool:
    """Return whether a bare number behind an outcome counts no patients: "including recovery of three cell lines"."""
    return count.rule == "bare-number" and outcome[1] <= count.start and bool(_THINGS.match(text, count.end))


def is_of_nobody(text: str, count: Count) -> bool:
    """Return whether a number without an n counts a group of which nobody had something: "none of the 8 patients"."""
    return count.value("n") is None and NONE_OF.search(text[max(0, count.start - 20) : count.start]) is not None


def is_whole(count: Count, size: float | None) -> bool:
    """Return whether "12 patients" are the 12 that a trial has, so that it may be their number and no result."""
    bare = count.rule in {"x-patients", "bare-number"}
    return bare and size is not None and count.number("events") == size


def is_after_response(text: str, sentence: Span, outcome: Span, count: Count) -> bool:
    """Return whether a relapse without printed n is told of those who had responded: "relapsed after remission"."""
    if count.value("n") is not None or not _RELAPSE.match(text, outcome[0], outcome[1]):
        return False
    return bool(_AFTER_RESPONSE.search(text, *sentence))


def is_limit(text: str, sentence: Span, count: Count) -> bool:
    """Return whether a percent is a limit of a confidence interval."""
    return bool(_INTERVAL.search(text[max(sentence[0], count.start - 60) : count.start]))


def pair_place(text: str, count: Count, counts: tuple[Count, ...]) -> int | None:
    """Return 0 or 1 for the first or second count of "1% v 17%", one for each of two groups, None for others."""
    holder = next((o for o in counts if o.end <= count.start and _OPENS.fullmatch(text, o.end, count.start)), None)
    if holder is not None:
        return pair_place(text, holder, counts)  # "82% (25% complete) versus 59% (14% complete)"
    for other in counts:
        if other.start >= count.end and _PAIR.fullmatch(text, count.end, other.start):
            return 0
        if other.end <= count.start and _PAIR.fullmatch(text, other.end, count.start):
            return 1
    return None


def is_tied(text: str, count: Count, arm: ArmMention) -> bool:
    """Return whether an arm stands directly behind a count: "23.5% Arm B", "17 patients in the placebo group"."""
    return bool(_TIES.fullmatch(text, count.end, arm.start) or not text[count.end : arm.start].strip())


def is_used_up(text: str, arm: ArmMention, count: Count, counts: Iterable[Count]) -> bool:
    """Return whether an arm before a count closes the phrase of an earlier count: "9% for A, 15% for B"."""
    earlier = [other for other in counts if other.end <= arm.start and other.rule not in {"of-n", "n-equals"}]
    tied = earlier and _TIES.fullmatch(text, earlier[-1].end, arm.start)
    return bool(tied and arm.end <= count.start and _CLOSES.match(text, arm.end, count.start))


def is_aside(text: str, place: Span, count_start: int) -> bool:
    """Return whether words stand in a bracket that is closed before a count."""
    between = text[place[1] : count_start]
    return between.count(")") > between.count("(")
