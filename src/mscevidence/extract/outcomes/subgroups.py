"""Words that name an outcome but describe patients: "in CR patients", "patients achieving CR", "refractory GVHD"."""

from __future__ import annotations

import re

from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.grammar.numerals import WORDS
from mscevidence.extract.grammar.people import PEOPLE
from mscevidence.extract.outcomes import Mention
from mscevidence.model import Span

CONDITIONS = {"acute-gvhd", "chronic-gvhd", "malignancy", "disease-worsening-as-adverse-event"}
"""Outcomes that are just as often the disease being treated."""

_ARISES = re.compile(
    r"\b(?:develop\w*|occur\w*|incidence|rates?\s+of|cases?\s+of|experienced|free\s+of|no|without|had|new)\b",
    re.IGNORECASE,
)
_AROSE = re.compile(
    r"(?:\s\([^()]{1,12}\))?(?:\s[\w-]+){0,4}?\s(?:occurred|developed|arose|(?:was|were)\s(?:seen|observed|noted|recorded))\b"
)
_GROUP_BEFORE = re.compile(
    rf"\b(?:{PEOPLE}|those)\s(?:achieving|attaining|with|in|without|who\s(?:achieved|had|attained|were\sin|developed|experienced))\s"
    r"(?:an?\s|the\s)?(?:\w+\s){0,2}$",
    re.IGNORECASE,
)
_GROUPED_BY = frozenset("achieving attaining with in without achieved had attained developed experienced".split())  # noqa: SIM905 - a row of words
"""Words of which one stands shortly before the end of all that the pattern above finds."""
_GROUP_AFTER = re.compile(rf"(?:/\w+)?\s(?:{PEOPLE}|groups?)\b")
_PATIENTS_WITH = re.compile(rf"\b(?:among|in)\s(?:the\s)?{PEOPLE}\swith\s$", re.IGNORECASE)
_WHO = re.compile(
    r"\s(?:who\s(?:had|were|was|did|have|entered|attained|achieved|responded|survived|lived|remained)|that\shad|with\s(?:an?\s|the\s)?(?:previous|prior|initial|baseline|active|positive)"
    r"|previously|initially)\b"
)
_SOME_GROUP = re.compile(
    rf"(?:\s{PEOPLE})?\s(?:in|of|from)\s(?:the|this|that|one)\s(?:[\w-]+\s){{0,3}}?(?:group|arm|cohort|subgroup|subset)\b"
)
_SOME_KIND = re.compile(rf"\s(?=[\w-]*(?:[A-Z][\w]*-|-[A-Z]))[\w-]+\s{PEOPLE}$")
_SHORT_KIND = re.compile(rf"\s(?P<short>[A-Z][A-Za-z]?[A-Z]{{1,4}})\s{PEOPLE}$")
_OPENED = re.compile(
    rf"(?:In|Among|For|Of)\s(?P<who>(?:the\s)?(?:[\w+/-]+\s){{1,4}}?(?:{PEOPLE}|groups?|arms?|cohorts?|subgroups?))\s?,"
)
_EVERY = re.compile(
    rf"\b(?:all|both|our|these|those|treated|enrolled|evaluable|included|total|whole|entire|overall|study|this|\d+|{WORDS})\b",
    re.IGNORECASE,
)
_SHARE_OF = re.compile(
    rf"\b(?:proportion|percentage|share|number|rate)\sof\s(?:{PEOPLE})\s(?:with|in|achieving)\s(?:an?\s)?$"
)
_NUMBER_OF = re.compile(r"\b(?:proportion|percentage|share|number|rate)s?\sof\s(?:the\s)?$", re.IGNORECASE)
_CLOSES = re.compile(rf"\s(?:{PEOPLE})\s?(?:[.;)]|\Z)")
_TIME_OF = re.compile(r"\b(?:days|weeks|months|years|range|follow-up)\b[^.;]{0,45}\b(?:in|of|for|among)\s(?:the\s)?\Z")
_AMONG = re.compile(r"\b(?:in|among|of|for|from)\s(?:the\s)?(?:\w+/)?$")
_COUNTED_WITH = re.compile(rf"\b(?:\d+|{WORDS})\s(?:\w+\s)?{PEOPLE}\swith\s(?:\w+\s)*$", re.IGNORECASE)
_OF_WHAT = re.compile(
    r"\b(?:resolution|responses?|remission|control|improvement|disappearance|CR|PR)\)?\s(?:\([A-Z]{2,3}\)\s)?(?:of|in)\s(?:the\s|their\s)?$",
    re.IGNORECASE,
)
_IS = re.compile(r"[^.;]{0,60}?\b(?:was|were|is|are|had|relapsed|died|survived|progressed)\b")
_SCOPE_OF_ALL = re.compile(
    rf"(?:(?:\s[\w-]+){{0,2}}?\s{PEOPLE})?(?:\s\([^()]{{0,40}}\))?"
    r"(?:\s(?:who\s(?:were|had\sbeen|have\sbeen|completed|received|underwent)\s|(?:that|who)\scould\sbe\s)?"
    r"(?:treated|enrolled|included|evaluated|evaluable|assessed|assessable|followed|available|analy[sz]ed|studied|infused|transplanted|completing|the)\b[^,;:]{0,60}?)?\s?[,;:]"
)
_OF_WHOM = re.compile(r"[^.;]{0,120}?\bof\s(?:whom|which)\b")
_BROUGHT_IN = re.compile(
    r"\s(?:with|without|who|aged|having|from)\s[^,;.]{2,80}?\s(?:were|was|underwent|received|had)\b|\s(?:were|was)\s(?:treated|evaluated|evaluable|assessed|followed|studied|biopsied|tested|examined|retreated)\b"
)
_PEOPLE_WITH = re.compile(rf"\b(?:{PEOPLE}|those)\s(?:with|who|in|on)\b")
_CONTROL_PEOPLE = re.compile(rf"\s(?:placebo|control|sham|untreated|saline|vehicle)(?:-treated)?\s{PEOPLE}\Z")
"""Those of "two placebo recipients", who are not everybody."""
_OF_A_KIND = re.compile(
    r"\b(?:in|In|among|Among|for|For)\sthe\s(?P<kind>(?:fe)?male|pa?ediatric|adult|younger|older|elderly)\s"
    rf"(?:{PEOPLE})\s?[,:]?\s(?:[(\[]\s?)?\Z"
)
_IN_SOME_AFTER = re.compile(
    rf"\s(?:in|for|among)\s(?:the\s)?(?:{PEOPLE}|those)\s(?:with(?:out)?|achieving|attaining|whose|in\swhom"
    r"|who\s(?!(?:were|had\sbeen|underwent|received|got|completed)\b))"
)
_OF_THESE = re.compile(rf"(?:Of|Among|In|From|Amongst)\s(?:these|them|those|whom)(?:\s{PEOPLE})?\s?,")
_OF_THEM = re.compile(r"\s(?:\(\d[^)]*\)\s)?of\s(?:them|these|those|whom|which)\b")


def without_subgroups(text: str, sentence: Span, mentions: tuple[Mention, ...]) -> tuple[tuple[Mention, ...], bool]:
    """Return the mentions that name outcomes, and whether the others narrow the sentence to some of the patients."""
    narrowing = {mention for mention in mentions if _narrows(text, sentence, mention)}
    others = (mention for mention in mentions if mention not in narrowing)
    return tuple(mention for mention in others if not _describes_patients(text, sentence, mention)), bool(narrowing)


def is_share_of_a_share(text: str, count: Count) -> bool:
    """Return whether a number is told as "eight of them", of those counted just before."""
    return bool(_OF_THEM.match(text, count.end) or _OF_THEM.search(text, count.start, count.end))


def is_of_some(count: Count, text: str, size: float | None) -> bool:
    """Return whether a count is of fewer patients than the arm has, told apart by what they are or did before."""
    n = count.number("n")
    return n is not None and n != size and bool(_WHO.match(text, count.end))


def is_of_controls(text: str, count: Count) -> bool:
    """Return whether a count names those without the treatment: "two placebo recipients" are not of everybody."""
    return bool(_CONTROL_PEOPLE.search(text, count.start, count.end))


def is_of_few(text: str, scope: Count, total: float | None) -> bool:
    """Return whether "of the 9 patients with colitis, ..." is of patients chosen by what they have."""
    n = scope.number("n")
    if n is None or total is None or n >= total:
        return False
    return not _SCOPE_OF_ALL.match(text, scope.end)


def introduces(text: str, count: Count, total: float | None) -> bool:
    """Return whether a count brings in some of the patients: "six children with one lineage were treated and ..."."""
    events = count.number("events")
    if count.rule != "x-patients" or events is None or total is None or events >= total:
        return False
    return bool(_BROUGHT_IN.match(text, count.end) or _OF_WHOM.match(text, count.end))


def is_group_size(text: str, count: Count, outcome: Span | None) -> bool:
    """Return whether "(n = 6)" is the size of a group: "remission was seen in all patients with lupus (n = 6)"."""
    if outcome is None or outcome[1] > count.start:
        return False
    return bool(_PEOPLE_WITH.search(text, outcome[0], count.start))


def is_of_these(text: str, sentence: Span) -> bool:
    """Return whether a sentence goes on with those of the sentence before: "Of these, 10 had a complete response."."""
    return bool(_OF_THESE.match(text, *sentence))


def is_of_a_group(text: str, sentence: Span, count: Span) -> bool:
    """Return whether words tie a count to a group that is no arm known, so that its n is not that of everybody.

    "In MDR-aGVHD patients, ...", "five MDR-aGVHD patients died", "seven in the placebo group".
    """
    if _SOME_GROUP.match(text, count[1], sentence[1]) or _SOME_KIND.search(text[slice(*count)]):
        return True
    if _IN_SOME_AFTER.match(text, count[1], sentence[1]):
        return True
    short = _SHORT_KIND.search(text[slice(*count)])
    if short is not None and re.search(rf"\b{short['short']}\)?\s[(\[][nN]\s?=", text):
        return True  # "one SLE patient" where the text tells of "SLE (n = 6)"
    kind = _OF_A_KIND.search(text, sentence[0], count[0])
    if kind is not None and not _EVERY.search(kind["kind"]):
        return True
    opened = _OPENED.match(text, sentence[0], count[0])
    return bool(opened and not _EVERY.search(opened["who"]))


def _are_followed(text: str, sentence: Span, mention: Mention) -> bool:
    """Return whether survivors are only those of a time: "after 611 days (range, 427-1111) in survivors"."""
    if mention.outcome != "survival" or not _CLOSES.match(text, mention.end, sentence[1]):
        return False
    return bool(_TIME_OF.search(text, max(sentence[0], mention.start - 60), mention.start))


def _describes_patients(text: str, sentence: Span, mention: Mention) -> bool:
    before = text[max(sentence[0], mention.start - 60) : mention.start]
    if _are_followed(text, sentence, mention):
        return True
    if before.endswith("with ") and _PATIENTS_WITH.search(before):
        return True
    if mention.outcome not in CONDITIONS:
        return False
    if _OF_WHAT.search(before):
        return True  # "complete resolution (CR) of aGVHD"
    return not (_ARISES.search(before) or _AROSE.match(text, mention.end, sentence[1]))


def _narrows(text: str, sentence: Span, mention: Mention) -> bool:
    before, after = text[max(sentence[0], mention.start - 60) : mention.start], text[mention.end : mention.end + 30]
    if _GROUP_AFTER.match(after) and _AMONG.search(before):
        of_all = _NUMBER_OF.search(before) or _are_followed(text, sentence, mention)
        return not of_all  # "the percentage of ASAS20 responders"
    if _GROUPED_BY.isdisjoint(before.casefold().split()[-5:]):
        return False
    if not _GROUP_BEFORE.search(before) or _SHARE_OF.search(before):
        return False
    if mention.outcome in CONDITIONS and _COUNTED_WITH.search(before):
        return False  # "of 12 children with acute GVHD": those who were treated
    return bool(_IS.match(text, mention.end, sentence[1]))
