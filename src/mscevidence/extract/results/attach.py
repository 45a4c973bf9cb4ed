"""To which outcome, arm and time point a count belongs.

Only grammar that leaves one reading attaches: a name before the count with a copula between them ("the response rate
was 44%"), a verb behind it ("four patients had fever"), the head of a bracket ("fever (2/18)"). Everything else is
ambiguous.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mscevidence.extract.arms import ArmMention
from mscevidence.extract.grammar.counts import NOUN, Count
from mscevidence.extract.grammar.people import PEOPLE
from mscevidence.extract.grammar.times import TimeMention
from mscevidence.extract.outcomes import Mention
from mscevidence.extract.results.doubts import is_aside, is_of_either, is_reason
from mscevidence.model import Span

_AFTER_VERB = re.compile(
    r"\s*(?:[)\]],?)?(?:\s\([^()\d]{3,40}\))?(?:\s(?:of\s(?:the\s|these\s|all\s)?)?(?:[\w-]+\s){0,4}?"
    + PEOPLE
    + r")?(?:\s(?:in|of|from|with|on|receiving|given|treated|(?:assigned|allocated|randomi[sz]ed)\sto)\s[^.;:]{0,80}?)?"
    r",?\s*(?:(?:who|that|which)\s)?(?:had|has|have|having|with|there\swas|there\swere|achiev\w+|attain\w+|reach\w+|obtain\w+|experienc\w+|develop\w+|show\w+|exhibit\w+"
    r"|demonstrat\w+|report\w+|suffer\w+|present\w+|met|meet|were|was|remain\w+|are|enter\w+|maintain\w+|sustain\w+|acquir\w+|gain\w+|requir\w+|underwent|became|got"
    r"|occurr\w+|in|given|receiving|of\s(?:the\s)?[\w+/-]{1,25}\s(?:group|arm|cohort)|went\sinto|responded|died|relapsed|survived)\b(?:[^.;:]|\.(?=\d)){0,90}$",
)
_NO_BREAK_AFTER = re.compile(
    r"[;:]|,\s(?:and|but|while|whereas)\s|\swhile\s|\swhereas\s|\scompared\s|\sversus\s|\sbut\s|\sthan\s|,\sincluding\s|\s(?:two|three|[2-9])\sor\smore\s"
)
_BEFORE_LINK = re.compile(
    r"(?:\b(?:was|were|is|are|being|of|in|by|at|to|among|for|rates?|reached|from|only|namely|follows)|[:=(\[–]|\s-)\s*(?:the\s)?$",
    re.IGNORECASE,
)
_BREAK_BEFORE = re.compile(
    r"[;]|,\s(?:and|but|while|whereas)\s(?!(?:in|by|of)\b)|\s(?:while|whereas|but|who|which)\s|\)\.\s|,\s?\d+\s?(?:cases|patients)\b"
)
_CLOSED = re.compile(r"\s?[)\],;]")
_IN_BRACKET = re.compile(r"(?P<phrase>[^()\[\],;:]{3,90}?)\s?[(\[]\s?(?:[A-Za-z][\w-]{1,7}\s?[;,:=]\s?)?$")
_LONGEST_HEAD = 110
_OPENED = frozenset("([;,:=")
_TO_LAST_SIGN = re.compile(r"(?s:.*)[()\[\],;:]")
_MOST_COMMON = re.compile(
    r"\s(?:was|were|being)\s(?:by\sfar\s)?(?:the\s)?(?:(?:second\s|next\s)?(?:most|main|major|only|predominant|leading)\b|commonest\b)",
    re.IGNORECASE,
)
_OF_A_GROUP = re.compile(
    r"^(?:than|versus|vs\.?|compared|but|while|whereas)\b|\b(?:groups?|arms?|cohorts?)$", re.IGNORECASE
)
_ASIDE_BEHIND = re.compile(
    r"\s\([^()]{2,120}\)(?=\s(?:were|was|are|had|have|died|relapsed|responded|survived|achieved))"
    r"|\s[(\[]9\d(?:\.\d)?\s?%\s?(?:CI|confidence)\b[^()\[\]]{2,60}[)\]](?=\s(?:of|in)\s)"
)
"""A bracket with counts of its own before the verb: "11 patients (10 with CR and 1 with PR) were alive"."""
_IMMEDIATE = re.compile(
    rf"\s?[)\]]?(?:{NOUN}|\sof\s(?:the|our|these)\s(?:[\w-]+\s)?{PEOPLE})?\s(?:who\s|(?!early)\w+ly\s|then\s|had\s)?(?:an?\s)?"
)
_IS_TOLD_BEHIND = re.compile(r"(?:(?<=rate)|(?<=rates)|\srates?)\s(?:of|was|were)\s")
_AND = re.compile(r"\s?(?:,|and|or|and/or|with|/)\s(?!includ|compris|consist|namely|such|of\b)(?:[\w-]+\s)?")
_AND_OR = re.compile(r"\s?(?:,|and|or|and/or|/)\s(?:[\w-]+\s)?")
_WORD_OR = re.compile(
    r"\b(?!complete|partial|one|either|whether|more|better|greater|higher)[A-Za-z-]{4,}\s(?:or|and/or)\s(?:[a-z-]+\s)?\Z"
)
_LEADING = re.compile(
    r"^(?:\s|,|and\b|or\b|the\b|an?\b|including\b|includes?\b|were\b|was\b|with\b|namely\b|consisting\sof\b|comprising\b|had\b|one\scase\sof\b|cases?\sof\b)+",
    re.IGNORECASE,
)
_CONNECTED = re.compile(
    rf"(?:[\s,;()]|\bvs\.|\b(?:in|of|and|or|vs\.?|versus|than|compared|with|to|the|for|among|from|only|that\sis|i\.e\.|overall|altogether|in\sall|in\stotal|but|while|whereas|those|at|after|by|on|against|cohorts?|groups?|arms?|levels?|respectively|{PEOPLE}|receiving|treated|given|assigned|allocated|(?:increased|decreased|rose|fell|dropped|declined|improved)(?=\sto\b))\b)*"
)
_VERB = re.compile(r"^[)\]]?\s(?:were|was|had|achieved|reached|developed)\s(?:an?\s|in\s)?")
_AS_DID = re.compile(r",?\sas\s(?:did|were|was|had)\s$")
_PHRASE_AFTER = re.compile(
    rf"(?:[)\]],?)?(?:\s{PEOPLE})?\s(?P<phrase>(?:(?:had|were|was|with|who|showed|developed|experienced|achieved|required|received|met)\s)[^.,;:()]{{3,80}})"
)
_DEMOGRAPHIC = re.compile(
    r"\b(?:females?|males?|women|men|boys|girls|sex|gender|white|black|asian|caucasian|hispanic|smok\w+|hypertens\w+|diabet\w+|previously|prior|baseline"
    r"|history|refractory\sto|received|splenectom\w+|seropositive|HLA|comorbid\w*|rituximab|married|biops\w+|aged)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Bounds:
    """The stretch of a sentence in which a count may look for its outcome: from the count before to the count after."""

    text: str
    start: int
    end: int

    def before(self, count: Count) -> str:
        """Return the words between the previous count and this one."""
        return self.text[self.start : count.start]

    def after(self, count: Count) -> str:
        """Return the words between this count and the next."""
        return self.text[count.end : self.end]


@dataclass(frozen=True)
class Attached:
    """An outcome as attached: vocabulary id, words, place, and whether it is certain."""

    outcome: str | None = None
    words: str | None = None
    span: Span | None = None
    certain: bool = False


def outcome_of(count: Count, bounds: Bounds, mentions: tuple[Mention, ...]) -> Attached:
    """Return the outcome of a count, certain only when grammar leaves one reading."""
    bracket = _bracket_head(count, bounds, mentions)
    if bracket is not None:
        return bracket
    before = _last_before(count, bounds, mentions)
    after = _first_after(count, bounds, mentions)
    if after is not None and before is not None:
        return _the_better(count, bounds, before, after)
    found = after or before
    if found is None:
        return _free_phrase(count, bounds)
    certain = not (_joined_before if found is before else _joined_to_another)(found, bounds, mentions)
    return Attached(found.outcome, bounds.text[found.start : found.end], (found.start, found.end), certain=certain)


def _joined_to_another(found: Mention, bounds: Bounds, mentions: tuple[Mention, ...]) -> bool:
    """Return whether a count is of two outcomes at once: "seven patients had headache and fever"."""
    if bounds.text.endswith("either ", bounds.start, found.start):
        return True
    following = next((m for m in mentions if found.end <= m.start < bounds.end and m.outcome != found.outcome), None)
    if following is None or following.outcome.removeprefix("complete-").removeprefix("partial-") == found.outcome:
        return False  # "twelve responded with a complete response": of what degree, no second outcome
    return bool(_AND.fullmatch(bounds.text[found.end : following.start]))


def _joined_before(found: Mention, bounds: Bounds, mentions: tuple[Mention, ...]) -> bool:
    """Return whether a count is of two outcomes named before it: "fever and headache were seen in seven"."""
    if _WORD_OR.search(bounds.text, bounds.start, found.start):
        return True  # "tamponade or bleeding"
    earlier = next((m for m in reversed(mentions) if bounds.start <= m.start and m.end <= found.start), None)
    if earlier is None or earlier.outcome == found.outcome:
        return False
    return bool(re.fullmatch(r"\s(?:and|or|and/or)\s", bounds.text[earlier.end : found.start]))


def _bracket_head(count: Count, bounds: Bounds, mentions: tuple[Mention, ...]) -> Attached | None:
    """Return the phrase that a bracket explains: ``gastrointestinal haemorrhage (2/4)``."""
    before = bounds.before(count)
    if before.rstrip()[-1:] not in _OPENED or not _CLOSED.match(bounds.text, count.end, count.end + 2):
        return None
    reach = max(0, len(before) - _LONGEST_HEAD)
    sign = _TO_LAST_SIGN.match(before, reach, max(before.rfind("("), before.rfind("[")))
    head = _IN_BRACKET.search(before, sign.end() if sign else reach)
    if head is None:
        return None
    raw = head["phrase"]
    leading = _LEADING.match(raw)
    cut = leading.end() if leading else 0
    start = bounds.start + head.start("phrase") + cut
    span = (start, bounds.start + head.start("phrase") + len(raw.rstrip()))
    if span[0] >= span[1]:
        return None
    most = _MOST_COMMON.search(bounds.text, *span)
    if most is not None:
        span = (span[0], max(span[0] + 1, most.start()))  # "headache was the most common adverse event (5/12)"
    inside = [m for m in mentions if span[0] <= m.start and m.end <= span[1]]
    words = bounds.text[slice(*span)]
    if inside:
        joined = len(inside) > 1 and _AND_OR.fullmatch(bounds.text, inside[-2].end, inside[-1].start)
        either = is_of_either(bounds.text, (inside[-1].start, inside[-1].end), count)
        alone = len({m.outcome for m in inside}) == 1 or (inside[-1].end == span[1] and not joined)
        reason = is_reason(bounds.text, span[0], inside[-1].start)
        return Attached(inside[-1].outcome, words, span, certain=alone and not either and not reason)
    if _OF_A_GROUP.search(words):
        return None
    return Attached(None, words, span) if len(words.split()) <= 8 and not _DEMOGRAPHIC.search(words) else None


def _last_before(count: Count, bounds: Bounds, mentions: tuple[Mention, ...]) -> Mention | None:
    earlier = [
        m
        for m in mentions
        if bounds.start <= m.start and m.end <= count.start and not is_aside(bounds.text, (m.start, m.end), count.start)
    ]
    if not earlier:
        return None
    gap = bounds.text[earlier[-1].end : count.start]
    linked = len(gap) <= 110 and _BEFORE_LINK.search(gap) and not _BREAK_BEFORE.search(gap)
    beside = gap == " " and bounds.text[slice(earlier[-1].start, earlier[-1].end)].endswith(("rate", "rates"))
    named = count.rule == "n-equals" and gap in {", ", " "}  # "complete remission, n = 6"
    return earlier[-1] if linked or beside or named else None


def _first_after(count: Count, bounds: Bounds, mentions: tuple[Mention, ...]) -> Mention | None:
    aside = _ASIDE_BEHIND.match(bounds.text, count.end, bounds.end)
    start = aside.end() if aside else count.end
    later = [m for m in mentions if start <= m.start and m.end <= bounds.end]
    if not later:
        return None
    gap = bounds.text[start : later[0].start]
    if gap.count("(") > gap.count(")") or _IS_TOLD_BEHIND.fullmatch(bounds.text, later[0].end, bounds.end):
        return None  # "65% (hazard ratio for relapse ...)", "80 were treated with a response rate of 64%"
    immediate = _IMMEDIATE.fullmatch(gap)
    linked = immediate or (_AFTER_VERB.match(gap) and not _NO_BREAK_AFTER.search(gap))
    return later[0] if linked else None


def _the_better(count: Count, bounds: Bounds, before: Mention, after: Mention) -> Attached:
    """Settle between a name before and a name behind: a verb directly behind named people wins over a preposition."""
    if before.outcome == after.outcome:
        return Attached(after.outcome, bounds.text[after.start : after.end], (after.start, after.end), certain=True)
    gap_before, gap_after = bounds.text[before.end : count.start], bounds.text[count.end : after.start]
    copula = re.search(r"\b(?:was|were|of|in|is|occurred\sin)\s(?:the\s|only\s)?$", gap_before)
    direct = re.match(
        rf"\s?[)\]]?,?(?:\s{PEOPLE})?\s(?:achiev|acquir|had|develop|experienc|show|died|relaps|respond|attain|reach)",
        gap_after,
    )
    if bool(copula) == bool(direct or not gap_after.strip()):
        return Attached(None, None, None)
    chosen = before if copula else after
    return Attached(chosen.outcome, bounds.text[chosen.start : chosen.end], (chosen.start, chosen.end), certain=True)


def _free_phrase(count: Count, bounds: Bounds) -> Attached:
    """Return the words behind a count when they name no outcome of the vocabulary, never a description of patients."""
    match = _PHRASE_AFTER.match(bounds.after(count))
    if match is None or _DEMOGRAPHIC.search(match["phrase"]):
        return Attached()
    span = (count.end + match.start("phrase"), count.end + match.end("phrase"))
    return Attached(None, match["phrase"], span)


def continues(
    text: str, previous: Count, count: Count, between: tuple[ArmMention | TimeMention, ...], said: Span | None = None
) -> bool:
    """Return whether a count goes on with the outcome of the one before: arms, times and connecting words between.

    Args:
        text: the text.
        previous: the count before.
        count: the count.
        between: the arms and times of the sentence.
        said: where the outcome of the count before stands, which may be between them when both are told alike.
    """
    if _AS_DID.search(text[previous.end : count.start]):
        return True
    gap = list(text[previous.end : count.start])
    for arm in between:
        if previous.end <= arm.start and arm.end <= count.start:
            gap[arm.start - previous.end : arm.end - previous.end] = " " * (arm.end - arm.start)
    if said is not None and previous.rule == count.rule and previous.end <= said[0] and said[1] <= count.start:
        gap[said[0] - previous.end : said[1] - previous.end] = " " * (said[1] - said[0])
        return bool(_CONNECTED.fullmatch(_VERB.sub("", "".join(gap), count=1)))
    return bool(_CONNECTED.fullmatch("".join(gap)))


def is_demographic(count: Count, bounds: Bounds) -> bool:
    """Return whether a count describes patients (sex, history) rather than what became of them."""
    return bool(_DEMOGRAPHIC.search(bounds.after(count)[:60]) or _DEMOGRAPHIC.search(bounds.before(count)[-40:]))
