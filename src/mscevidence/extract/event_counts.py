"""Numbers that count events and not patients: "four serious adverse events occurred"."""

from __future__ import annotations

import re

from mscevidence import vocabulary
from mscevidence.extract.attach import Attached
from mscevidence.extract.counts import Count

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


def counts_events(text: str, count: Count, attached: Attached) -> bool:
    """Return whether a number counts events: those it stands before, with no people named and no verb between."""
    directly = attached.span is not None and _BETWEEN.fullmatch(text, count.end, max(count.end, attached.span[0]))
    verb = (attached.words or "").endswith("ed")
    return bool(directly) and not verb and not count.noun and attached.outcome in EVENT_COUNTS


def counts_patients_of(count: Count, attached: Attached) -> bool:
    """Return whether a share of patients is told with an outcome of which events are counted: "new lesions in 5/7"."""
    term = vocabulary.load("outcome").get(attached.outcome or "")
    return term is not None and term.counting_unit == "events" and count.value("n") is not None
