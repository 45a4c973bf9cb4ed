"""Mentions of arms: dose cohorts, named groups, phases of a trial, and everybody."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from mscevidence.extract.grammar.cues import Holding, Opening
from mscevidence.extract.grammar.numerals import WORDS, value_of
from mscevidence.extract.grammar.people import PEOPLE
from mscevidence.extract.grammar.word_patterns import any_case
from mscevidence.model import Document, Span

ALL = "all"
ArmKind = Literal["dose", "named", "phase", "all"]

_DOSE_UNIT = (
    r"(?:\s?(?:UC-|BM-|AD-|h)*(?:MSCs?|cells?))?(?:\s?/\s?|\sper\s)kg\b(?:\sbody\sweight)?"
    r"|\s(?:UC-|BM-|AD-)*(?:MSCs?|cells)"
)
_DOSE = Holding(
    re.compile(
        rf"(?<![\d.])(?P<dose>(?:\d{{1,9}}(?:\.\d{{1,9}})?\s?[×xX*]\s?)?10\^\d{{1,2}}|\d{{1,4}}(?:\.\d{{1,3}})?\s?million)(?P<unit>{_DOSE_UNIT})?"
    ),
    "10^ million",
)
_LIST_GAP = re.compile(r"\s?(?:,|and|or|/|,\s?and)\s?(?:the\s)?")
_COHORT_AHEAD = re.compile(
    r"(?:\sbody\sweight)?[\s-](?:dose[\s-])?(?:dos(?:e|age)\s)?(?:level\s)?(?:cohorts?|groups?|arms?|levels?|doses?|dosages?)\b"
)
_COHORT_BEFORE = re.compile(r"\b(?:cohorts?|groups?|arms?|levels?)\s(?:of\s|receiving\s|at\s|with\s|\()?(?:the\s)?$")
_COUNTED_BEFORE = re.compile(
    rf"\b(?:\d{{1,3}}(?:/\d{{1,3}})?|{WORDS})(?:\s\([^()]{{1,12}}\))?(?:\sof\s(?:the\s)?(?:\d{{1,3}}|{WORDS}|those))?(?:\s(?:{PEOPLE}|more|others))?"
    r"\s(?:at|on|who\sreceived|received|receiving|given|treated\swith|treated\sat|with|to|in)\s(?:the\s|a\s)?(?:dose\sof\s)?$"
)
"""Patients who are counted by their dose: "three at 1 × 10^6 cells/kg and six at 2 × 10^6 cells/kg"."""
_SHARE_BEHIND = re.compile(r"\s[(\[](?:\d{1,3}/\d{1,3}|\d{1,3}\sof\s\d{1,3})\b")
_NOT_ONCE = r"(?!-(?:time|dose|infusion|injection))"
_STOP = any_case(
    "the a an in of to and or vs versus than with for from by between both each either this that these those into all"
    " per other same study patients? subjects? were was had age dosage different dose treatment parallel within on at"
    f" as respective one{_NOT_ONCE} two{_NOT_ONCE} three{_NOT_ONCE} four{_NOT_ONCE}"
)
_NAMED_WORD = rf"(?!{_STOP}\b)[A-Za-z0-9][\w+/-]{{0,24}}+"
_COORDINATED = Opening(
    re.compile(
        rf"\b(?:the\s|both\s)?(?P<first>{_NAMED_WORD}(?:\s{_NAMED_WORD})?)\s(?:and|or|vs\.?|versus)\s(?:the\s)?(?P<second>{_NAMED_WORD}(?:\s{_NAMED_WORD})?)\s"
        rf"(?P<noun>(?:group|arm|cohort)s?)\b"
    ),
    "group arm cohort",
    ahead=7,
)
_RESPECTIVELY = re.compile(r"[^.;]{0,40}\brespectively\b")
_NAMED = Opening(
    re.compile(
        rf"\b(?P<name>(?:{_NAMED_WORD}\s(?:\+\s|plus\s)?){{1,3}}(?P<noun>group|arm|cohort))\b(?!\s(?:[A-D]|\d)\b|\s(?:stud(?:y|ies)|trials?|design)\b)"
    ),
    "group arm cohort",
    ahead=6,
)
_TOGETHER = Opening(
    re.compile(
        rf"(?<!both\s)(?<!between\s)\bthe\s(?P<name>{_NAMED_WORD}\sand\s{_NAMED_WORD}\s(?:group|arm|cohort))\b(?!\s(?:[A-D]|\d)\b)(?![^.;]{{0,40}}\brespectively)"
    ),
    "group arm cohort",
    ahead=4,
)
"""One group with two treatments: "the metformin and sitagliptin group"."""
_LETTERED = Opening(
    re.compile(
        r"\b(?P<name>(?:[Gg]roup|[Aa]rm|[Cc]ohort)s?\s(?P<mark>[A-H]|[1-9]|I{1,3}V?))\b(?:\sand\s(?P<second>[A-H]|[1-9]|I{1,3})\b)?"
    ),
    "group arm cohort",
)
_MARK = r"(?:[A-H]|[1-9]|I{1,3}V?)"
_LETTERED_LIST = Opening(
    re.compile(
        rf"\b(?P<noun>[Gg]roup|[Aa]rm|[Cc]ohort)s\s(?P<marks>{_MARK}(?:,\s{_MARK})+),?\s(?:and|or|vs\.?)\s(?P<last>{_MARK}|placebo|controls?)\b"
    ),
    "group arm cohort",
)
"""Three or more groups in a row: "cohorts A, B, C and placebo"."""
_SOME_OF = re.compile(r"\b[A-Z]{2,6}\s\Z")
"""What tells some of a group apart: those of "SR group 2" are not all of group 2."""
_PHASE = Opening(
    re.compile(
        r"\b(?P<name>(?:dose[\s-])?(?:escalation|expansion|extension|lead-in|run-in|randomi[sz]ed|double-blind)\s(?:phase|part|cohort|stage))\b",
        re.IGNORECASE,
    ),
    "dose escalation expansion extension lead-in run-in randomi double-blind",
)
_EVERYBODY = Opening(
    re.compile(
        rf"\b(?:all|entire|whole)\s(?:of\s)?(?:the\s)?(?:\w+\s){{0,3}}?(?:{PEOPLE}|cohort|population|group)\b",
        re.IGNORECASE,
    ),
    "all entire whole",
)
_OVERALL = Holding(re.compile(r"\b(?:in\stotal|the\soverall\s(?:cohort|population))\b", re.IGNORECASE), "total overall")
_DOSE_LEVEL = Opening(
    re.compile(
        r"\b(?P<name>(?:low|lower|lowest|medium|middle|mid|intermediate|high|higher|highest)[\s-]dos(?:e|age)(?:\s(?:group|arm|cohort|level|patients?|recipients?)\b|(?=\s\(n\s?=)|(?<=(?:on|at)\sthe\s\w{3}.dose)(?!\sof\b)|(?<=(?:on|at)\sthe\s\w{4}.dose)(?!\sof\b)|(?<=\(\w{3}.dose)(?=\))|(?<=\(\w{4}.dose)(?=\))|(?<=\(\w{6}.dose)(?=\))))",
        re.IGNORECASE,
    ),
    "low medium middle mid intermediate high",
)
_GROUP_NOUN = Holding(
    re.compile(r"[Gg]roup|[Aa]rm|[Cc]ohort"),
    "group arm cohort",
)
_NOT_A_NAME = re.compile(
    r"^(?:whole|entire|overall|total|full)\s(?:\w+\s)?(?:group|arm|cohort)$|^(?:patient|working|steering|research|age|ethnic|cooperative|expert|study|control\sand|international|historical)\s(?:group|arm|cohort)$"
    r"|\b(?:Working|Cooperative|Study|Research|Oncology|Trial|Trials)\s[Gg]roup$|(?:single|two|three|four|open|multi)-(?:arm|group|cohort)|(?:two|three|four)\s(?:arm|group|cohort)",
    re.IGNORECASE,
)
_COMPARATIVE = Opening(
    re.compile(
        r"\bplacebo|(?<!non-)(?<!non\s)\brandomi[sz]|\brandomly\s(?:assigned|allocated|divided)\b(?!\s(?:[\w×^/.-]+\s){0,10}?dos(?:es?|ages?)\b)|\bcomparator\b|\b(?:two|both|either)\s(?:study|treatment)\s(?:arms?|groups?)\b|(?<!normal\s)(?<!healthy\s)\bcontrols\b|(?<!non-)\bcontrol(?:led)?\s(?:groups?|arms?|patients|subjects|cohort|trial|study)\b"
        r"|\bcompar(?:ed|ing|ison\sof)\s(?:the\s)?(?:[\w-]+\s){1,5}?(?:with|to|and|versus)\s(?:the\s)?(?:conventional|standard|routine|usual)\b"
        r"|\b(?:(?<!graft-)(?<!graft\s)versus|vs\.?|compared\s(?:with|to))\s(?:[\w-]+\s){0,4}(?:group|arm|cohort|controls?|placebo|alone)\b",
        re.IGNORECASE,
    ),
    "placebo randomi randomly comparator two both either control compar versus vs",
)
_WISHED_BEFORE = re.compile(
    r"\b(?:deserv\w+|warrant\w*|need\w*|requir\w+|await\w*|justif\w+|future|further|larger|uncontrolled|non-?|without|no)\s(?:[\w-]+,?\s){0,4}$",
    re.IGNORECASE,
)
_WISHED_AFTER = re.compile(r"\w*\s(?:[\w-]+\s){0,5}(?:needed|warranted|required|awaited|justified)\b", re.IGNORECASE)


@dataclass(frozen=True)
class ArmMention:
    """A place in the text that names a group of patients; `label` is its name in full."""

    start: int
    end: int
    label: str
    kind: ArmKind


@lru_cache(maxsize=512)
def arm_key(label: str) -> str:
    """Return what the names of one arm have in common: ``MSC group`` and ``MSCs``, ``1×10^6`` and ``1.0×10^6``."""
    dose = _DOSE.search(label) if label[0].isdigit() else None
    if dose is not None and dose.start() == 0 and dose["unit"]:
        return f"{value_of(dose['dose']):g} {'cells/kg' if 'kg' in dose['unit'] else 'cells'}"
    label = re.sub(r"(?<=[a-z])-(?=dos)", " ", label)
    plain = re.sub(r"\b(?:groups?|arms?|cohorts?|recipients|patients|the)\b|-treated\b", " ", label.casefold())
    return " ".join(word.removesuffix("s") for word in plain.split()) or label.casefold()


@lru_cache(maxsize=2048)
def arms_in(text: str, span: Span) -> tuple[ArmMention, ...]:
    """Return the groups of patients that a part of a text names, in order of place, none inside another."""
    found = [*_doses(text, span), *_phases(text, span), *_named(text, span), *_all(text, span)]
    kept: list[ArmMention] = []
    for mention in sorted(found, key=lambda m: (m.start, -m.end)):
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return tuple(kept)


def is_comparative(document: Document) -> bool:
    """Return whether a document speaks of a comparison group, so that "the patients" may not be one arm."""
    spans = [section.span for section in document.sections]
    return bool(_COMPARATIVE.search(document.title)) or any(_compares(document.text, span) for span in spans)


@lru_cache(maxsize=256)
def _compares(text: str, span: Span) -> bool:
    """Return whether a part of a text speaks of a comparison that was made, not of one that is wished for."""
    for match in _COMPARATIVE.finditer(text, *span):
        before, after = text[max(span[0], match.start() - 60) : match.start()], text[match.end() : match.end() + 80]
        if not _WISHED_BEFORE.search(before) and not _WISHED_AFTER.match(after):
            return True
    return False


def _doses(text: str, span: Span) -> list[ArmMention]:
    """Dose cohorts: a dose, or a list of doses, beside the word cohort, group, arm or dose level."""
    found: list[ArmMention] = []
    run: list[re.Match[str]] = []
    counted: list[ArmMention] = []
    for match in _DOSE.finditer(text, *span):
        counted += _counted_by(text, match, span[0])
        if run and not _LIST_GAP.fullmatch(text[run[-1].end() : match.start()]):
            found += _cohorts(text, run)
            run = []
        run.append(match)
    found += _cohorts(text, run) if run else []
    several = len({arm_key(mention.label) for mention in counted}) > 1
    return [*found, *(c for c in counted if several or _SHARE_BEHIND.match(text, c.end, span[1]))]


def _counted_by(text: str, match: re.Match[str], start: int) -> list[ArmMention]:
    """Return the dose as an arm where patients are counted by it: "three at 1 million cells/kg"."""
    before = _COUNTED_BEFORE.search(text, max(start, match.start() - 60), match.start())
    if match["unit"] is None or not (before or _SHARE_BEHIND.match(text, match.end())):
        return []
    return [ArmMention(*match.span(), dose_label(match["dose"], match["unit"]), "dose")]


def _cohorts(text: str, run: list[re.Match[str]]) -> list[ArmMention]:
    unit = run[-1]["unit"]
    named = _COHORT_AHEAD.match(text, run[-1].end()) or _COHORT_BEFORE.search(
        text[max(0, run[0].start() - 24) : run[0].start()]
    )
    if not named or unit is None:
        return []
    return [ArmMention(m.start(), m.end(), dose_label(m["dose"], m["unit"] or unit), "dose") for m in run]


def dose_label(dose: str, unit: str) -> str:
    """Return the label of a dose cohort: ``0.5×10^6 cells/kg``."""
    plain = re.sub(r"\s?[×xX*]\s?", "×", dose)
    return f"{plain} {'cells/kg' if 'kg' in unit else 'cells'}"


def _phases(text: str, span: Span) -> list[ArmMention]:
    return [ArmMention(*m.span("name"), re.sub(r"\s", " ", m["name"]), "phase") for m in _PHASE.finditer(text, *span)]


def _named(text: str, span: Span) -> list[ArmMention]:
    found = [ArmMention(*match.span("name"), match["name"], "named") for match in _DOSE_LEVEL.finditer(text, *span)]
    if not _GROUP_NOUN.search(text, *span):
        several = len({arm_key(mention.label) for mention in found}) > 1
        return [m for m in found if several or text.startswith("(", m.start - 1)]  # "(low dose)"
    for match in _COORDINATED.finditer(text, *span):
        noun = match["noun"].removesuffix("s")
        if noun == match["noun"] and not _RESPECTIVELY.match(text, match.end(), span[1]):
            continue  # one group with two treatments
        found += [ArmMention(*match.span(part), f"{match[part]} {noun}", "named") for part in ("first", "second")]
    for match in _TOGETHER.finditer(text, *span):
        if not any(m.start <= match.start() < m.end for m in found):
            found.append(ArmMention(*match.span("name"), match["name"], "named"))
    for match in _NAMED.finditer(text, *span):
        indefinite = match["name"].startswith("single") and text.endswith("a ", span[0], match.start())
        if indefinite or _NOT_A_NAME.search(match["name"]):
            continue
        if not any(m.start <= match.start() < m.end for m in found):
            found.append(ArmMention(*match.span("name"), match["name"], "named"))
    return [*found, *_lettered(text, span)]


def _lettered(text: str, span: Span) -> list[ArmMention]:
    """Groups with a letter or a number for a name, alone, in pairs or in lists."""
    found: list[ArmMention] = []
    for match in _LETTERED_LIST.finditer(text, *span):
        noun = match["noun"].casefold()
        for mark in re.finditer(_MARK, match["marks"]):
            start = match.start("marks")
            found.append(ArmMention(start + mark.start(), start + mark.end(), f"{noun} {mark.group()}", "named"))
        last = match["last"]
        found.append(ArmMention(*match.span("last"), f"{noun} {last}" if len(last) < 4 else last, "named"))
    listed = {mention.start for mention in found}
    for match in _LETTERED.finditer(text, *span):
        if match.start("mark") in listed:
            continue
        some = _SOME_OF.search(text, max(span[0], match.start() - 8), match.start())
        noun = (some.group() if some else "") + match["name"].split()[0].removesuffix("s").casefold()
        found.append(ArmMention(*match.span("name"), f"{noun} {match['mark']}", "named"))
        if match["second"]:
            found.append(ArmMention(*match.span("second"), f"{noun} {match['second']}", "named"))
    return found


def _all(text: str, span: Span) -> list[ArmMention]:
    return [
        ArmMention(*match.span(), ALL, "all")
        for pattern in (_EVERYBODY, _OVERALL)
        for match in pattern.finditer(text, *span)
    ]
