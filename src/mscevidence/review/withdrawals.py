"""What a second decision takes back of the first: a rejected number does not stay in the record."""

from __future__ import annotations

from typing import Any

from mscevidence.model import Candidate
from mscevidence.review.entries import Mapping, origin_of

_ELSEWHERE = frozenset({"participants", "dose", "enrolment-period", "registration"})
"""Kinds whose values stand in the record without their source: who else said so cannot be told."""


def withdraw(study: Mapping, candidate: Candidate) -> str:
    """Take what an accepted candidate wrote out of a study file; return what was done in a few words.

    Sizes of arms, doses, dates and registrations stay, because other words may have told them too; that is said.
    """
    if not _was_accepted(study, candidate):
        return ""
    if candidate.kind in _ELSEWHERE:
        return "what it wrote stays in the record: take it out there unless something else says so"
    taken = [*_take(study.get("results"), candidate), *_take(study.get("criteria"), candidate)]
    for result in study.get("results") or []:
        taken += _take(result.get("parts"), candidate)
        if "parts" in result and not result["parts"]:
            del result["parts"]
    return f"taken out of the record: {', '.join(map(_name, taken))}" if taken else ""


def _was_accepted(study: Mapping, candidate: Candidate) -> bool:
    return any(
        (one["candidate"], one["document"], one["verdict"]) == (candidate.id, candidate.document, "accepted")
        for one in study.get("verdicts") or []
    )


def _take(entries: Any, candidate: Candidate) -> list[Any]:
    """Take out of a list, in place, the entries that were read from the words of a candidate."""
    mine = [place for place, entry in enumerate(entries or []) if _is_of(entry, candidate)]
    return [entries.pop(place) for place in reversed(mine)]


def _is_of(entry: Mapping, candidate: Candidate) -> bool:
    source = entry["source"]
    place = (source.get("document"), list(source.get("span") or []))
    return place == (candidate.document, list(candidate.span)) and entry["decision"]["from"] == origin_of(candidate)


def _name(entry: Mapping) -> str:
    if "quantity" in entry:
        return f"the criterion {entry['quantity']}"
    if "term" in entry:
        return f"the part {entry['term']}"
    return f"{entry['outcome']} {entry.get('events')}/{entry.get('n')} in {entry['arm']}"
