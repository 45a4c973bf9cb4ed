"""What a number is, decided from the words around it: everybody, the size of one side, events, or a percent."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from mscevidence.extract.counts import Count
from mscevidence.extract.roles import ArmRole
from mscevidence.extract.sides import Stretch
from mscevidence.model import Value

QuantityKind = Literal["total", "participants", "events", "percent"]

PLAIN = {"x-patients", "bare-number", "n-equals", "of-n", "complement"}
_ASSIGNED = re.compile(r"\b(?:randomi[sz]ed|randomly|assigned|allocated|divided|randomi[sz]e)\b", re.IGNORECASE)
_TAKEN_IN = (
    r"randomi[sz]ed|randomly|randomi[sz]e|enrol\w*|assigned|allocated|recruited|included|entered|accrued|registered|participated|participating|evaluable"
    r"|assessable|eligible|analy[sz]ed|analysis|completed|divided|studied|consented|evaluated|available|identified|screened|involving|involved"
    r"|assessed|underwent|treated|received|comprised|consisted|agreed|provided|investigated|selected|suitable|followed|examined|interviewed"
)
_VERB_AFTER = re.compile(rf"(?:[^.;:()]|\([^()]{{0,80}}\)){{0,160}}?\b(?:{_TAKEN_IN})\b", re.IGNORECASE)
_CUE_BEFORE = re.compile(
    rf"\b(?:{_TAKEN_IN}|total\sof|of|among|in|with|from|on|all|sample\sof|data\sof)\s(?:the\s|these\s|a\stotal\sof\s|all\s|total\s|first\s)*$",
    re.IGNORECASE,
)
_TOTAL_OF = re.compile(r"\b(?:total\sof|in\stotal,?|overall,?|sample\ssize\sof)\s$", re.IGNORECASE)
_PARTICIPANTS_AFTER = re.compile(
    r"[^.;:]{0,60}?\b(?:randomi[sz]ed|assigned|allocated|receiv\w+|treated|underwent|evaluable|assessable|completed|analy[sz]ed|were\sgiven|included|enrolled"
    r"|served|started|were\sin|chose|selected|undergoing|using|injected|had\sno\streatment)\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\s(?:[\w/-]+\s){0,4}?(?:patients?|women|participants?|subjects|cases?|individuals|deaths?|events?|relapses?|recurrences?|failures?|responses?|fractures?"
    r"|[a-z]{4,}s|toxic\sdeath|died|had|developed|in|with|on|of|experienced)\b",
    re.IGNORECASE,
)
_SIZED_BEHIND = re.compile(
    r"[^.;]{0,70}?[(\[,;:]\s?(?:[A-Za-z\s]{0,20}[,;:]?\s?)?(?:[nN]\s?=\s?\d|\d[\d,]*(?:\s(?:patients|women|participants|subjects))?[)\],;])"
)
_PEOPLE_BEFORE = re.compile(
    r"\b(?:patients|women|participants|subjects|survivors|individuals|population|men|volunteers|cancer|trial|study|size)\s?(?:\([A-Z]+\)\s?)?[(\[,]\s?$",
    re.IGNORECASE,
)
_GROUP_NEAR = re.compile(r"\b(?:group|arm|placebo|controls?|cohort)\b[^()]{0,20}$", re.IGNORECASE)
_NOT_TOTAL = re.compile(
    r"\b(?:another|additional|further|other|remaining|excluded?|screened|invited|stopped[^.;]{0,40}with|target|of\sthese|whom|potential\s[^.;]{0,20}of)\s$",
    re.IGNORECASE,
)
_NOT_TOTAL_AFTER = re.compile(
    r"[^.;,()]{0,30}\b(?:were\s(?:screened|excluded|lost|invited|approached)|refused|declined|withdrew|dropped)\b|\s(?:additional|other|more|further)\b",
    re.IGNORECASE,
)
_ENTERED = re.compile(
    r"\s?(?:\([^()]{1,20}\)\s?)?,?\s?(?:[A-Za-z]+\s){0,2}?(?:(?:of\swhom|who)\s)?(?:were|was|had\sbeen|have\sbeen|could\sbe|are)?\s?(?:[a-z]+ly\s)?(?:(?:subsequently|finally|then|also)\s)?"
    r"(?:randomi[sz]ed|enrolled|assigned|allocated|recruited|included|entered|accrued|registered|participated|evaluable|assessable|eligible|analy[sz]ed|completed|evaluated"
    r"|available|suitable|received\sstudy|underwent\srandomi[sz]ation)\b",
    re.IGNORECASE,
)
_RANDOMISED_LATER = re.compile(
    r"\s[^.;:()]{3,160}?\b(?:randomi[sz]ed|randomly|enrolled|recruited|included|participated|assigned|divided|starting|scheduled|undergoing)\b",
    re.IGNORECASE,
)
_TRIAL_WORD = re.compile(
    r"\b(?:randomi[sz]\w*|randomly|assigned|allocated|trial|study|studied|enrol\w*|recruit\w*|includ\w+|evaluat\w+|analy[sz]\w+|data|available|follow|assess\w*|obtained|collected|performed|conducted)\b",
    re.IGNORECASE,
)
_SELECTED = re.compile(
    r"\b(?:from|aged?|every|per|consisted\sof|comprised|contained|fractions|sessions|included)\s$", re.IGNORECASE
)
_SET_AGAINST = re.compile(r"\s?(?:v|vs\.?|versus)\s$|\s(?:compared\s(?:with|to)|versus|vs\.?)\s")
_SET_AGAINST_BEFORE = re.compile(r"\d\s?(?:v|vs\.?|versus)\s$")
_BASE_BEFORE = re.compile(r"\b(?:in|of|among|from)\s(?:the\s|these\s)?$", re.IGNORECASE)
_TO_ARM = re.compile(
    r"\s(?:(?:patients|women)\s)?(?:(?:were\s)?(?:randomly\s)?(?:assigned|allocated|randomi[sz]ed)\s)?(?:to|in|on|received|into|for)\b"
)
_TAKING_IN = re.compile(
    r"\b(?:accrued|includes?|included|involving|enrol\w*|recruited?|randomi[sz]ed|randomi[sz]e|studied|evaluated|analy[sz]ed|participants\swere|identified|comprised|assigned|registered|selected|treated|examined"
    r"|investigated|entered|conducted\s(?:in|on|with)|subsample\sof|sample\sof|cohort\sof|trial\sof|study\sof|study\sin|trial\sin)\s(?:a\stotal\sof\s|the\s)?$",
    re.IGNORECASE,
)
_IS_GROUP = re.compile(r"[^().;]{0,40}\((?:the\s)?[\w/+-]+(?:\s[\w/+-]+){0,2}\s(?:group|arm)\)", re.IGNORECASE)
_IN_GROUP_ONLY = re.compile(
    r"\s(?:in|on|to|into|for)\s(?:the\s)?[\w\s/+-]{2,45}?\b(?:groups?|arms?)\b\s*(?:[,;.)]|and\b|versus\b|vs\b|$)|\s(?:in|to|into|on)\s(?:the\s|each\s)[^.;]{0,40}\b(?:were|received)\b",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"(?:there\swere|with|in\stotal,?|and|overall,?|including|these\sincluded|we\shad)?\s?", re.IGNORECASE
)


@dataclass(frozen=True)
class Reading:
    """A sentence as read: its counts, the places that name a side, and the side of each count."""

    place: Stretch
    counts: tuple[Count, ...]
    sides: dict[Count, ArmRole]
    sums: frozenset[Count] = frozenset()
    parts: frozenset[Count] = frozenset()

    def lead(self, count: Count) -> str:
        """Return the words from the count before, or from the start of the sentence."""
        start = max((c.end for c in self.counts if c.end <= count.start), default=self.place.span[0])
        return self.place.text[start : count.start].split("group")[-1].split("arm")[-1].strip(" ,;()")

    def follows(self, count: Count) -> bool:
        """Return whether another count stands close before a count."""
        return any(0 < count.start - c.end <= 45 for c in self.counts)

    @cached_property
    def behind(self) -> dict[int, Count]:
        """The count behind each count, by the place of the first."""
        return {first.start: second for first, second in itertools.pairwise(self.counts)}

    @cached_property
    def assigns(self) -> bool:
        """Whether the sentence tells of assignment to groups."""
        return bool(_ASSIGNED.search(self.sentence))

    @cached_property
    def studies(self) -> bool:
        """Whether the sentence tells of a study and whom it looked at."""
        return bool(_TRIAL_WORD.search(self.sentence))

    @cached_property
    def sized(self) -> bool:
        """Return whether sizes of groups are told in brackets."""
        return sum(c.rule == "n-equals" for c in self.counts) >= 2

    @property
    def sentence(self) -> str:
        """The words of the sentence."""
        return self.place.text[slice(*self.place.span)]

    def after(self, count: Count) -> str:
        """Return the words from a count to the next."""
        following = self.behind.get(count.start)
        return self.place.text[count.end : following.start if following else self.place.span[1]]

    def tail(self, count: Count) -> str:
        """Return the words from a count to the end of the sentence."""
        return self.place.text[count.end : min(self.place.span[1], count.end + 220)]

    def before(self, count: Count) -> str:
        """Return at most 60 characters before a count."""
        return self.place.text[max(self.place.span[0], count.start - 60) : count.start]

    def free_roles(self, count: Count) -> set[ArmRole]:
        """Return the sides named between a count and the next that are not taken by a size in brackets."""
        end = count.end + len(self.after(count))
        within = [m for m in self.place.mentions if count.end <= m.start < end]
        return {m.role for m in within if not _SIZED_BEHIND.match(self.place.text, m.end)}


def role_kind(value: Value, role: ArmRole | None) -> QuantityKind | None:
    """Return what a value of an expression with several numbers is, when its side is known."""
    if role is None:
        return None
    return "percent" if value.role == "percent" else "participants" if value.role == "n" else "events"


def plain_kind(reading: Reading, count: Count, value: Value, role: ArmRole | None) -> QuantityKind | None:
    """Return what a number without a percent is: everybody, the size of a side, events, or nothing to be counted."""
    if count.rule == "n-equals":
        return _of_size(reading, count, role)
    if is_total(reading, count, value):
        return "total"
    if role is None or count in reading.sums:
        return None
    base = count.noun and _BASE_BEFORE.search(reading.before(count)) and reading.follows(count)
    shared_out = count in reading.parts and any(is_total(reading, s, value) for s in reading.sums)
    if base or shared_out or _is_size(reading, count, value, role):
        return "participants"
    return "events" if count in reading.parts or _is_event(reading, count) else None


def _is_event(reading: Reading, count: Count) -> bool:
    after, before = reading.after(count) + " ", reading.before(count)
    if reading.assigns or _SELECTED.search(before):
        return False
    return count.noun or bool(_COUNTED.match(after) or _SET_AGAINST.match(after) or _SET_AGAINST_BEFORE.search(before))


def _of_size(reading: Reading, count: Count, role: ArmRole | None) -> QuantityKind | None:
    """Return what an ``n =`` is: everybody when the people are named right before it, else the size of a side."""
    before = reading.before(count)
    beside = any(0 <= count.start - m.end <= 14 for m in reading.place.mentions)
    if _PEOPLE_BEFORE.search(before) and not beside and not _GROUP_NEAR.search(before):
        return "total"
    return "participants" if role else "total"


def is_total(reading: Reading, count: Count, value: Value) -> bool:
    """Return whether a number is of all patients, not of one side."""
    after, before = reading.tail(count), reading.before(count)
    if (value.number or 0) < 8 or _NOT_TOTAL.search(before) or _NOT_TOTAL_AFTER.match(after):
        return False
    if count in reading.sums:
        return bool(count.noun or _ENTERED.match(after) or _TOTAL_OF.search(before) or reading.sized)
    if len(reading.free_roles(count)) == 1 and not (_TOTAL_OF.search(before) and not _is_shared_out(reading, count)):
        return False
    if count.rule == "of-n" or _TOTAL_OF.search(before):
        return True
    return _taken_in(reading, count, before, after) or _opens(reading, count, value, after)


def _taken_in(reading: Reading, count: Count, before: str, after: str) -> bool:
    """Return whether the people of a number are told to enter, or to be looked at in, the trial."""
    if not count.noun:
        return count.rule in {"bare-number", "x-percent"} and bool(_ENTERED.match(after))
    cue = _CUE_BEFORE.search(before) and reading.studies
    return bool(_VERB_AFTER.match(after) or _TAKING_IN.search(before) or cue)


def _opens(reading: Reading, count: Count, value: Value, after: str) -> bool:
    """Return whether a number opens a sentence that goes on to tell of randomisation: "Four hundred inactive women"."""
    opens = count.start - reading.place.span[0] <= 14 and (value.number or 0) >= 10
    return opens and count.rule in {"bare-number", "x-patients"} and bool(_RANDOMISED_LATER.match(after))


def _is_shared_out(reading: Reading, count: Count) -> bool:
    """Return whether the count behind is that of the other side: "266 to A and 263 to B"."""
    following = reading.behind.get(count.start)
    return following is not None and following.rule in PLAIN and bool(_TO_ARM.match(reading.after(following)))


def _is_size(reading: Reading, count: Count, value: Value, role: ArmRole) -> bool:
    if (value.number or 0) < 5:
        return False
    if value.number in reading.place.sizes.get(role, ()):
        return True
    after = reading.after(count)
    if _IS_GROUP.match(after) or (count.noun and _IN_GROUP_ONLY.match(after) and _LEAD.fullmatch(reading.lead(count))):
        return True
    return reading.assigns or bool(_PARTICIPANTS_AFTER.match(after))
