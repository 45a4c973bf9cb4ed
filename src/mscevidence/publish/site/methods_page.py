"""The page of methods and terms: how the numbers came about, and what the words mean."""

from __future__ import annotations

from typing import Any

from mscevidence import vocabulary
from mscevidence.publish.site.contents import Contents
from mscevidence.synthesis.study_rows import FOOTNOTES


def methods_page(contents: Contents) -> dict[str, Any]:
    """Return what the template of the page of methods is filled with."""
    pooled = [one.pooled for one in contents.done if one.pooled]
    labels = [one.overall.estimates[0].label for one in pooled]
    conditions = sorted({study.condition for study in contents.evidence.studies})
    asked = list(dict.fromkeys(one.analysis.question.outcome for one in contents.done))
    designs = sorted({study.design for study in contents.evidence.studies})
    statuses = sorted({report.status for study in contents.evidence.studies for report in study.reports})
    return {
        "question": contents.protocol.question,
        "criteria": contents.protocol.eligibility.criteria,
        "reasons": contents.protocol.eligibility.reasons,
        "searches": [(search, _last(search.id, contents)) for search in contents.protocol.searches],
        "methods": [(label, labels.count(label)) for label in dict.fromkeys(labels)],
        "marks": FOOTNOTES,
        "outcomes": [_outcome(outcome, conditions) for outcome in asked],
        "designs": [vocabulary.load("design")[one] for one in designs],
        "statuses": [vocabulary.load("report-status")[one] for one in statuses],
        "conditions": [vocabulary.load("condition")[one] for one in conditions],
    }


def _last(search: str, contents: Contents) -> str:
    """Return the day on which a saved search was last asked, or that it was not yet."""
    days = [run.finished[:10] for run in contents.evidence.runs if run.search == search and run.finished]
    return max(days, default="not yet")


def _outcome(outcome: str, conditions: list[str]) -> dict[str, Any]:
    term = vocabulary.load("outcome")[outcome]
    names = vocabulary.load("condition")
    usual = [(names[one].label, found.text, found.source) for one in conditions if (found := term.definition_for(one))]
    return {"term": term, "usual": usual}
