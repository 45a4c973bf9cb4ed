"""Candidates from what a trial registry posts: no words are interpreted, each number comes with its group and place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from mscevidence.extract.candidates import candidate_at, value_at
from mscevidence.extract.grammar.times import only_time, times_in
from mscevidence.extract.outcomes import outcomes_in
from mscevidence.model import Candidate, Document, Posted, Span, Value

_TOTALS = {
    "deaths": "death",
    "serious-adverse-events": "serious-adverse-event",
    "other-adverse-events": "other-adverse-event",
}
_PEOPLE = r"(?:participants?|subjects?|patients?|people|individuals?|persons?|adults?|children)"
_WITH = (
    r"(?:with|who(?:\s(?:had|have|has|achieved?|experienced?|developed?|reported|were))?|experiencing|having|reporting)"
)
_COUNTING = re.compile(
    rf"^(?:the\s)?(?:number|count|percentage|percent|proportion|incidence|frequency|rate)s?\s(?:of\s)?"
    rf"(?:{_PEOPLE}\s{_WITH}?\s?)?(?:(?:an?|any|at\sleast\s(?:one|1)|one\sor\smore|\(?≥\s?1\)?)\s)?",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"\s*(?:\([^()]{0,40}\)|[,;:-]?\s?\b(?:at|by|on|through|until|within|during|over|up\sto|from|after)\s.*)$",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"^(?:up\sto|through|within|for|over|at|approximately)\s+", re.IGNORECASE)
_PERCENT = re.compile(
    rf"(?:%|percent(?:age)?|proportion\sof\sparticipants\s\(%\)|(?:%|percent(?:age)?)\s(?:of\s)?(?:the\s)?{_PEOPLE}\b.*)",
    re.IGNORECASE,
)
_CHANGE = re.compile(r"\b(?:change|reduction|increase|decrease|improvement)\b", re.IGNORECASE)
"""A percentage of change in a measurement is no share of participants."""
_TIMED = re.compile(r"(?:at\s)?(?:day|week|month|year)\s\d", re.IGNORECASE)
"""A category that is a time, of which the frame of the measure lists several."""
_LISTED = re.compile(r"\d\s*(?:,|;|and\b|or\b|&)\s*(?:and\s)?(?:(?:at|day|week|month|year)s?\s)*\d", re.IGNORECASE)
_EVENTS = re.compile(r" \((?P<events>\d+) events\)")


def posted_candidates(document: Document) -> tuple[Candidate, ...]:
    """Return a candidate for every posted count or percentage of participants, and for every arm that was started.

    Serious and other adverse events and deaths in total are ``stated`` outcomes. A single event term is ``ambiguous``:
    its count is of its own table only, serious or other. An outcome measure whose title is not plainly an outcome of
    the vocabulary is ambiguous too, with its title as `outcome_text`.
    """
    heads = _heads(document)
    first = next((each.category for each in document.posted if each.part == "participant-flow"), "")
    found = []
    for each in document.posted:
        if each.value_span is None or each.value is None:
            continue
        if each.part == "participant-flow":
            if each.title.upper() == "STARTED" and each.category == first:
                found.append(_participants(document, each, heads))
        elif each.part in _TOTALS or (each.part == "outcome" and each.kind != "analysis" and _is_share(each)):
            found.append(_result(document, each, heads))
    return tuple(found)


Heads = list[tuple[Span, dict[str, Span]]]
"""Place of each table, and of the names of groups in its first row."""


def _heads(document: Document) -> Heads:
    return [
        (table.span, {document.text[slice(*cell.span)]: cell.span for cell in table.cells if cell.row == 0})
        for table in document.tables
    ]


def _arm_span(heads: Heads, posted: Posted) -> Span | None:
    place = posted.value_span or (0, 0)
    named = next((names for span, names in heads if span[0] <= place[0] < span[1]), {})
    return named.get(posted.group)


def _is_share(posted: Posted) -> bool:
    """Return whether a number is of participants or a percentage of them."""
    if posted.unit == "participants":
        return True
    return posted.parameter == "number" and bool(_PERCENT.fullmatch(posted.unit)) and not _CHANGE.search(posted.title)


def _participants(document: Document, posted: Posted, heads: Heads) -> Candidate:
    span = posted.value_span or (0, 0)
    value = value_at(document, "n", span, posted.value)
    arm = {"arm": posted.group, "arm_span": _arm_span(heads, posted)}
    return candidate_at(document, "participants", "posted-started", span, [value], **arm)


def _result(document: Document, posted: Posted, heads: Heads) -> Candidate:
    start, end = posted.value_span or (0, 0)
    values = list(_values(document, posted))
    risk = posted.at_risk_span
    span = (start, risk[1]) if risk is not None and risk[0] == end + 1 else (start, end)
    outcome, certain = _outcome(posted)
    label = _label_span(document, start, posted)
    return candidate_at(
        document,
        "result",
        f"posted-{posted.part}",
        span,
        values,
        arm=posted.group,
        arm_span=_arm_span(heads, posted),
        outcome=outcome,
        outcome_text=": ".join(filter(None, (posted.title, posted.category))),
        outcome_span=label,
        time_point=_time_point(posted.category if _TIMED.match(posted.category) else posted.time_frame),
        certainty="stated" if certain else "ambiguous",
    )


def _values(document: Document, posted: Posted) -> Iterator[Value]:
    start, end = posted.value_span or (0, 0)
    if posted.unit == "participants":
        yield value_at(document, "events", (start, end), posted.value)
    else:
        yield value_at(document, "percent", (start, end), posted.value, unit="%")
    if posted.at_risk is not None and posted.at_risk_span is not None:
        elsewhere = posted.at_risk_span[0] != end + 1
        yield value_at(document, "n", posted.at_risk_span, float(posted.at_risk), derived=elsewhere)
    behind = (posted.at_risk_span or (start, end))[1]
    match = _EVENTS.match(document.text, behind) if posted.occurrences is not None else None
    if match is not None:
        yield value_at(document, "occurrences", match.span("events"), float(match["events"]))
    if posted.organ_system:
        place = document.text.rfind(posted.organ_system, document.text.rfind("\n", 0, start) + 1, start)
        if place >= 0:
            yield value_at(document, "organ-system", (place, place + len(posted.organ_system)))


def _label_span(document: Document, start: int, posted: Posted) -> Span | None:
    """Return where the row of a number names the event or category."""
    line = document.text.rfind("\n", 0, start) + 1
    for words in (posted.category, posted.title):
        if words and document.text.startswith(words, line):
            return line, line + len(words)
    return None


def _outcome(posted: Posted) -> tuple[str | None, bool]:
    """Return the outcome of the vocabulary that a number counts, and whether that is certain."""
    if posted.part in _TOTALS:
        if posted.kind == "total":
            return _TOTALS[posted.part], True
        return outcome_named(posted.title), False
    answered = posted.category.casefold() == "yes"
    outcome = outcome_named(posted.title if answered else posted.category or posted.title)
    return outcome, outcome is not None


@lru_cache(maxsize=4096)
def outcome_named(title: str) -> str | None:
    """Return the outcome that a title is the name of, with nothing else in it that could change its meaning."""
    bare = _COUNTING.sub("", title, count=1).strip()
    while (shorter := _ASIDE.sub("", bare).strip()) != bare:
        bare = shorter
    mentions = outcomes_in(bare, (0, len(bare)))
    if len(mentions) != 1 or (mentions[0].start, mentions[0].end) != (0, len(bare)):
        return None
    return mentions[0].outcome


@lru_cache(maxsize=256)
def _time_point(frame: str) -> str | None:
    if _LISTED.search(frame):
        return None
    bare = _UNTIL.sub("", frame)
    said = f"at {bare[:1].lower()}{bare[1:]}"
    return only_time(times_in(said, (0, len(said))))
