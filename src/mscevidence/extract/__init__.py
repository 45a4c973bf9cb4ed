"""A Document to Candidates: every number with its place, its quote and the rule that read it. Pure and deterministic.

What a number is (`grammar.numerals`) is decided before how numbers are written together (`grammar.counts`), and that
before what they are of (`results`). Where outcome or arm is not certain a candidate says so (certainty ``ambiguous``);
nothing is proposed from the background, the disclosures or the header of a document.
"""

from __future__ import annotations

from mscevidence.extract.candidates import in_order
from mscevidence.extract.criteria import criteria_in, enrolment_in
from mscevidence.extract.doses import doses_in
from mscevidence.extract.patients import participants_in
from mscevidence.extract.patients.arm_sizes import sizes_of_arms
from mscevidence.extract.patients.context import context_of
from mscevidence.extract.registration import registrations_in
from mscevidence.extract.registry import posted_candidates
from mscevidence.extract.results import results_in
from mscevidence.extract.tables import grids_of
from mscevidence.model import Candidate, Document

__all__ = ["extract"]


def extract(document: Document) -> tuple[Candidate, ...]:
    """Return all candidates of a document in order of place."""
    if document.posted:
        facts = (*registrations_in(document), *criteria_in(document), *enrolment_in(document), *doses_in(document))
        return in_order((*facts, *posted_candidates(document)))
    participants = participants_in(document)
    told = frozenset(value.span[0] for c in participants for value in c.values if value.role == "n" and value.span)
    first, grids = context_of(document, participants), grids_of(document)
    results = results_in(first, told, grids)
    sizes = sizes_of_arms(document, participants, results)
    settled = context_of(document, (*participants, *sizes), results, known=first)
    results = results if settled == first else results_in(settled, told, grids)
    facts = (*registrations_in(document), *criteria_in(document), *enrolment_in(document), *doses_in(document))
    return in_order((*facts, *participants, *sizes, *results))
