"""Numbers that count events and not patients: "four serious adverse events occurred"."""

from __future__ import annotations

import re

from mscevidence import vocabulary
from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.grammar.numerals import WORDS
from mscevidence.extract.grammar.people import PEOPLE
from mscevidence.extract.results.attach import Attached

EVENT_COUNTS = {
    "any-adverse-event": "adverse-event-count",
    "treatment-emergent-adverse-event": "adverse-event-count",
    "serious-adverse-event": "serious-adverse-event-count",
    "related-adverse-event": "related-adverse-event-count",
    "infection": "infection-count",
    "relapse": "relapse-count",
    "infusion-reaction": "infusion-reaction-count",
}
"""What the outcome is where events are counted instead of patients."""
_BETWEEN = re.compile(r"\s(?:(?!had\b|have\b|has\b|with\b|of\b|developed\b|experienced\b|suffered\b)[\w-]+\s){0,2}?")

_PATIENTS_HAD = re.compile(
    rf"(?:\b(?:{WORDS})|\d)\s(?:of\sthe\s)?(?:\w+\s)?{PEOPLE}(?:\s\([^()]{{1,24}}\))?\s(?:had|suffered(?:\sfrom)?|experienced|developed|reported)\s(?:a\stotal\sof\s)?\Z",
    re.IGNORECASE,
)


def counts_events(text: str, count: Count, attached: Attached) -> bool:
    """Return whether a number counts events: those it stands before, with no people named and no verb between."""
    directly = attached.span is not None and _BETWEEN.fullmatch(text, count.end, max(count.end, attached.span[0]))
    verb = (attached.words or "").endswith("ed")
    return bool(directly) and not verb and not count.noun and attached.outcome in EVENT_COUNTS


def counts_events_of_patients(text: str, count: Count) -> bool:
    """Return whether a number is of the events that counted patients had: "seven patients suffered from 14 flares"."""
    return count.rule == "bare-number" and bool(_PATIENTS_HAD.search(text, max(0, count.start - 60), count.start))


def counts_patients_of(count: Count, attached: Attached) -> bool:
    """Return whether a share of patients is told with an outcome of which events are counted: "new lesions in 5/7"."""
    term = vocabulary.load("outcome").get(attached.outcome or "")
    return term is not None and term.counting_unit == "events" and count.value("n") is not None
