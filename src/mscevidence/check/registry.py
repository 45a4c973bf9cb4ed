"""The checks by id: how serious a failure is, and one sentence that says what is checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mscevidence.model import Finding, Severity


@dataclass(frozen=True)
class Check:
    """One check; `severity` is that of its usual failure."""

    id: str
    severity: Severity
    sentence: str


_ALL = (
    Check(
        "fraction-against-percent",
        "error",
        "The printed percent is events divided by n, rounded (or at least cut) to its decimals.",
    ),
    Check("events-within-n", "error", "Not more patients have an event than there are patients."),
    Check("percent-within-100", "error", "No more than 100 % of the patients have an event."),
    Check("percent-possible-for-n", "warning", "Some whole number of patients out of n gives the printed percent."),
    Check("percent-without-count", "note", "A percent comes with the number of patients it stands for."),
    Check("n-within-arm", "warning", "A result's n is not larger than its arm."),
    Check(
        "arms-add-up-to-total",
        "warning",
        "Disjoint arms add up to the arm that combines them, in patients and in events.",
    ),
    Check(
        "parts-against-whole",
        "warning",
        "The parts of a result split its events: their n is those events and their sum is not larger.",
    ),
    Check(
        "complement-sums",
        "warning",
        "Outcomes that exclude and complete each other (survivors and deaths, complete and partial response) add up.",
    ),
    Check("results-agree", "warning", "Two results of the same outcome, arm, time point and population say the same."),
    Check("narrative-zero-is-zero", "error", "A result that rests on a phrase of absence has no events."),
    Check("derivation-has-steps", "warning", "A derived number shows the arithmetic it came from."),
    Check("arm-exists", "error", "The arm of a result, and every arm that another combines, is an arm of the study."),
    Check("report-exists", "error", "The report that a number was read from is a report of the study."),
    Check("arms-acyclic", "error", "No arm is, through the arms it combines, a part of itself."),
    Check(
        "comparison-has-control",
        "warning",
        "A study whose design compares the cells with something else has an arm without the cells.",
    ),
    Check("ids-unique", "error", "No two arms and no two reports of a study have the same id."),
    Check("appraisal-words", "error", "Domains and levels of an appraisal are those of its tool."),
    Check("appraised-result-exists", "error", "The result that an appraisal judges is a result of the study."),
    Check("time-point-unit", "warning", "A time point with a number has a unit."),
    Check("person-time-unit", "warning", "A person-time has a unit, and events beside it."),
    Check(
        "quote-in-document",
        "error",
        "The quote is the text of the document at the place noted (or, without a place, somewhere in it).",
    ),
    Check(
        "number-in-quote",
        "error",
        "Events and n can be read in the quote, in digits or words, unless they are marked as derived.",
    ),
    Check("document-captured", "note", "The document of a quote is captured here, so that its place can be checked."),
)
CHECKS: Mapping[str, Check] = MappingProxyType({check.id: check for check in _ALL})
"""Every check that this room runs, by id."""


def finding(check: str, sentence: str, subject: str = "", *, severity: Severity | None = None) -> Finding:
    """Return what a check says, with the check's own severity unless another is given."""
    return Finding(check=check, severity=severity or CHECKS[check].severity, sentence=sentence, subject=subject)
