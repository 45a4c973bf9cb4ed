"""Whose each count of a sentence is, where the sentence leaves no doubt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.lookup.count_pairs import AGAINST, against, agrees_with_words, single
from mscevidence.extract.lookup.group_lists import items
from mscevidence.extract.lookup.group_mentions import SIDES, GroupMention, Whose

_DIRECTLY = re.compile(
    r"[”\"']?(?:[\s-](?:treated|groups?|arms?|patients|subjects|cohorts?)){0,2}\s?(?:[(\[,:=]|was|had)?\s?"
)
_VERSUS = re.compile(
    r"[)\]]?,?\s?(?:vs\.?|v\.?|versus|(?:as\s)?(?:compared|contrasted)\s(?:with|to)|against|and|,|/|;|to)\s(?:only\s|just\s)?[(\[]?"
)
_NAMED_GROUP = re.compile(
    r"[)\]]?\s(?:for|with|in|of|on|among|after|without)\s(?:the\s)?[A-Za-z][^.;%\d]{2,60}?(?:\([nN]\s?=\s?\d+\))?,?\s(?:and|vs\.?|versus|compared\s(?:with|to))\s[(\[]?"
)
_IN_A_GROUP = re.compile(
    r"[)\]]?(?:\s(?:patients|subjects|cases|participants|women))?\s(?:in|with|for|of|out\sof|on)\s"
)
_IN_BOTH = re.compile(
    r"(?:\sof\s(?:the\s)?\w+)?\s(?:in|for|of|with)\s(?:both|each|either)\s(?:(?:of\sthe|treatment|study)\s)*(?:groups?|arms?)\b"
)
_IN_EACH = re.compile(
    r"(?:\s[\w-]+){0,5}?\s(?:in|for|of|from)\seach\s(?:of\sthe\s)?(?:(?:two|treatment|study)\s)*(?:groups?|arms?)\b"
)
_NAME_AND_N = re.compile(r"[,;]\s(?:the\s)?[A-Za-z][\w-]*(?:\s[\w-]+){0,3},?\s?")
_LIST_GAP = re.compile(r"[)\]]?(?:,\s?(?:and\s)?|\s(?:and|vs\.?|versus)\s)[(\[]?")
_RESPECTIVELY = re.compile(r"(?:\s(?:groups?|arms?))?,?\srespectively\b")
_NAMED_INSIDE = re.compile(r"\s(?:of|in|from|on|among|with|receiving|given)\s(?:the\s)?(?:\d[\d,]*\s)?\Z")
_VERB = re.compile(r"\s(?:was|were|is|are|had|groups?\s(?:was|were))\b")
_COMPARES = re.compile(
    r"\b(?:vs\.?|v|versus|compared|comparison|contrast|whereas|while|but|and|than|against|with\sonly)\b|[,;:]"
)
_CLAUSE = re.compile(r"\b(?:whereas|while|but)\b|;")
_ATTACHES = re.compile(
    r"[)\]]?(?:\s[\w-]+){0,6}?\s?(?:in|for|with|out\sof|of|on|among|from|by|receiving|given|allocated\sto|assigned\sto|randomi[sz]ed\sto|taking|treated\swith|underwent|undergoing)\s"
    r"(?:the\s|those\s|patients\s|subjects\s|women\s|in\s|with\s|receiving\s|treated\s|who\s|had\s|received\s|assigned\s|to\s|on\s)*",
)


def assigned(text: str, mentions: Sequence[GroupMention], counts: Sequence[Count]) -> dict[Whose, Count] | None:
    """Return whose each count of a sentence is, or None when the sentence does not say it beyond doubt.

    Either as many counts as groups in two lists ("6, 9 and 2 in A, B and C"), or each count beside its group, or two
    counts set against each other behind the one group that is named ("was higher with A (33% vs 24%)").
    """
    counts = single(text, counts)
    mentions = list(_outside(text, mentions, counts))
    beside = _beside(text, mentions, counts)
    if beside is not None:
        return beside
    listed = _listed(text, mentions, counts) or _itemized(text, mentions, counts)
    if listed is not None:
        return listed
    ahead = _ahead(text, mentions, counts) if len(counts) > 2 else None
    if ahead is not None:
        return ahead
    if len(counts) == 1:
        return _of_both(text, counts[0])
    return _of_two(text, mentions, (counts[0], counts[1])) if len(counts) == 2 else None


def _outside(text: str, mentions: Sequence[GroupMention], counts: Sequence[Count]) -> Iterator[GroupMention]:
    """Yield mentions, those inside a count as if they stood behind it: "45 children of the vaccine group (24%)"."""
    for mention in mentions:
        around = next((count for count in counts if count.start <= mention.start < count.end), None)
        if around is None:
            yield mention
        elif _NAMED_INSIDE.search(text, around.start, mention.start):
            yield GroupMention(around.end, around.end, mention.whose)


def _of_both(text: str, count: Count) -> dict[Whose, Count] | None:
    """Return one count for both groups where the sentence says so: "in 11% of patients in both groups"."""
    both = count.rule == "percent-only" and _IN_BOTH.match(text, count.end)
    each = count.rule in {"x-patients", "bare-number"} and _IN_EACH.match(text, count.end)
    return dict.fromkeys(SIDES, count) if both or each else None


def _listed(text: str, mentions: Sequence[GroupMention], counts: Sequence[Count]) -> dict[Whose, Count] | None:
    """Return the counts of as many groups, each named once: in two lists, or one beside the other."""
    if len(counts) == len(mentions) + 1 and mentions and counts[1].start > mentions[0].start > counts[0].end:
        counts = counts[1:]
    if not counts or len(counts) != len(mentions):
        return None
    if any(sum(m.whose == side for m in mentions) != 1 for side in SIDES):
        return None
    order = "".join(
        kind for _, kind in sorted([*((m.start, "m") for m in mentions), *((c.start, "c") for c in counts)])
    )
    size = len(counts)
    lists = order in {"c" * size + "m" * size, "m" * size + "c" * size}
    ahead = order == "mmcc" and AGAINST.fullmatch(text, counts[0].end, counts[1].start)
    if ahead and agrees_with_words(text, mentions[0], (counts[0], counts[1])) is False:
        return None
    if not lists and order not in {"cm" * size, "mc" * size}:
        return None
    if order == "cm" * size and not _follows(text, counts, mentions):
        return None
    return {mention.whose: count for mention, count in zip(mentions, counts, strict=True)}


def _beside(text: str, mentions: Sequence[GroupMention], counts: Sequence[Count]) -> dict[Whose, Count] | None:
    """Return the counts that stand directly behind their groups, when each side has exactly one: "placebo (55.4%)"."""
    paired = {count for pair in against(text, counts) for count in pair}
    found: dict[Whose, list[Count]] = {}
    for mention in mentions:
        for count in counts:
            if (
                count not in paired
                and count.start >= mention.end
                and _DIRECTLY.fullmatch(text, mention.end, count.start)
            ):
                found.setdefault(mention.whose, []).append(count)
    sides = [found.get(side, []) for side in SIDES]
    return (
        {side: one[0] for side, one in zip(SIDES, sides, strict=True)} if all(len(one) == 1 for one in sides) else None
    )


def _ahead(text: str, mentions: Sequence[GroupMention], counts: Sequence[Count]) -> dict[Whose, Count] | None:
    """Return the counts that stand directly before their groups, when each side has exactly one: "6 in the A group"."""
    if not all(_IN_A_GROUP.match(text, count.end) for count in counts):
        return None
    found: dict[Whose, list[Count]] = {}
    for mention in mentions:
        near = [c for c in counts if c.end <= mention.start and mention.start - c.end <= 40]
        if near and _ATTACHES.fullmatch(text, near[-1].end, mention.start):
            found.setdefault(mention.whose, []).append(near[-1])
    return {side: found[side][0] for side in SIDES} if all(len(found.get(side, [])) == 1 for side in SIDES) else None


def _itemized(text: str, mentions: Sequence[GroupMention], counts: Sequence[Count]) -> dict[Whose, Count] | None:
    """Return the counts of a list aligned with a list of groups, some of which nobody asked for."""
    if (
        len(counts) < 3
        or not mentions
        or not all(_LIST_GAP.fullmatch(text, a.end, b.start) for a, b in pairwise(counts))
    ):
        return None
    whose: Sequence[Whose | None] | None = None
    if mentions[-1].end <= counts[0].start:
        verb = _VERB.search(text, mentions[-1].end, counts[0].start)
        whose = items(text, (mentions[0].start, verb.start() if verb else counts[0].start), mentions, len(counts))
    elif mentions[0].start >= counts[-1].end:
        stop = re.compile(r",?\srespectively|[.;(]|$").search(text, mentions[-1].end)
        whose = items(text, (counts[-1].end, stop.start() if stop else len(text)), mentions, len(counts))
    if whose is None:
        return None
    return {each: count for each, count in zip(whose, counts, strict=True) if each is not None}


def _follows(text: str, counts: Sequence[Count], mentions: Sequence[GroupMention]) -> bool:
    """Return whether every group stands nearer behind its count than before the next one."""
    for index, (count, mention) in enumerate(zip(counts, mentions, strict=True)):
        ahead = text[count.end : mention.start]
        if len(ahead) > 90 or re.search(r"[;]", ahead):
            return False
        if index + 1 < len(counts) and counts[index + 1].start - mention.end > 60:
            return False
    return True


def introduced(text: str, mentions: Sequence[GroupMention], pair: tuple[Count, Count]) -> dict[Whose, Count] | None:
    """Return whose the counts of a pair are by the groups that the sentence names before all its counts."""
    before = _sides([m for m in mentions if m.end <= pair[0].start])
    behind = [m for m in mentions if m.start >= pair[1].end]
    if not before and len(behind) == len(SIDES) and _RESPECTIVELY.match(text, behind[1].end):
        before = _sides(behind)
    if not before or any(m.whose == "other" for m in mentions) or len(before) > len(SIDES):
        return None
    if agrees_with_words(text, before[0], pair) is False:
        return None
    return {before[0].whose: pair[0], _opposite(before[0].whose): pair[1]}


def _of_two(text: str, mentions: Sequence[GroupMention], pair: tuple[Count, Count]) -> dict[Whose, Count] | None:
    """Return whose two counts are, by the groups named before, between and behind them."""
    first, second = pair
    if first.rule != second.rule and not {first.rule, second.rule} <= {"x-patients", "bare-number"}:
        return None
    if any(mention.whose == "other" for mention in mentions):
        return None
    before = _sides([m for m in mentions if m.end <= first.start])
    between = _sides([m for m in mentions if first.end <= m.start and m.end <= second.start])
    after = _sides([m for m in mentions if m.start >= second.end])
    if between:
        whose = _around(text, before, between, after, pair)
    elif not _VERSUS.fullmatch(text, first.end, second.start):
        whose = _at_both_ends(text, before, after, pair) or _by_elimination(text, before, after, pair)
    else:
        whose = _in_lists(text, before, after, pair)
    return None if whose is None else {whose[0]: first, whose[1]: second}


def _sides(mentions: Sequence[GroupMention]) -> list[GroupMention]:
    """Return mentions without those that name the group of the mention before."""
    kept: list[GroupMention] = []
    for mention in mentions:
        if kept and kept[-1].whose == mention.whose:
            kept[-1] = mention
        else:
            kept.append(mention)
    return kept


def _around(
    text: str,
    before: list[GroupMention],
    between: list[GroupMention],
    after: list[GroupMention],
    pair: tuple[Count, Count],
) -> tuple[Whose, Whose] | None:
    first, second = pair
    if len(between) == 2:
        return between[0].whose, between[1].whose
    if len(between) != 1:
        return None
    middle = between[0]
    ahead = text[first.end : middle.start]
    follows = bool(_ATTACHES.fullmatch(ahead)) and len(ahead) < 90
    leads = bool(_COMPARES.search(ahead)) and len(text[middle.end : second.start]) < 60
    if follows and not leads:
        return (middle.whose, after[0].whose) if after and after[0].whose != middle.whose else None
    if leads and before and before[-1].whose != middle.whose and not follows:
        return before[-1].whose, middle.whose
    return None


def _in_lists(
    text: str, before: list[GroupMention], after: list[GroupMention], pair: tuple[Count, Count]
) -> tuple[Whose, Whose] | None:
    if len(after) == 2 and (not before or "respectively" in text[after[1].end : after[1].end + 40]):
        return after[0].whose, after[1].whose
    if after:
        one = len(after) == 1 and len(before) == 1 and before[0].whose != after[0].whose
        return (before[0].whose, after[0].whose) if one else None
    if len(before) == 2:
        return None if agrees_with_words(text, before[0], pair) is False else (before[0].whose, before[1].whose)
    if len(before) == 1 and AGAINST.fullmatch(text, pair[0].end, pair[1].start):
        agreed = agrees_with_words(text, before[0], pair)
        return (before[0].whose, _opposite(before[0].whose)) if agreed else None
    return None


def _at_both_ends(
    text: str, before: list[GroupMention], after: list[GroupMention], pair: tuple[Count, Count]
) -> tuple[Whose, Whose] | None:
    """Return whose the counts of two clauses are: "in A, 13 had pain, whereas 36 had pain in B"."""
    if len(before) != 1 or len(after) != 1 or before[0].whose == after[0].whose:
        return None
    first, second = pair
    near = first.start - before[0].end <= 12 and _ATTACHES.search(text, second.end, after[0].start)
    apart = near and _CLAUSE.search(text, first.end, second.start)
    return (before[0].whose, after[0].whose) if apart else None


def _by_elimination(
    text: str, before: list[GroupMention], after: list[GroupMention], pair: tuple[Count, Count]
) -> tuple[Whose, Whose] | None:
    """Return whose two counts are where the first is of a group by an unknown name, the second of one asked for."""
    first, second = pair
    if first.rule == "n-equals" and before and not after and _NAME_AND_N.fullmatch(text, first.end, second.start):
        near = first.start - before[-1].end <= 8
        return (before[-1].whose, _opposite(before[-1].whose)) if near else None
    if before or len(after) != 1 or not _NAMED_GROUP.fullmatch(text, first.end, second.start):
        return None
    if not _ATTACHES.fullmatch(text, second.end, after[0].start):
        return None
    return _opposite(after[0].whose), after[0].whose


def _opposite(whose: Whose) -> Whose:
    return "comparator" if whose == "intervention" else "intervention"
