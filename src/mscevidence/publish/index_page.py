"""The index page of an edition: what was asked, what came out, from which studies, and what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mscevidence import __version__, vocabulary
from mscevidence.effects import study_label
from mscevidence.model import Estimate, Study, StudyRow
from mscevidence.protocol import Protocol
from mscevidence.publish import wording
from mscevidence.publish.contents import Done, Evidence
from mscevidence.publish.scale import RATE, Scale, scale_of


def index_page(protocol: Protocol, evidence: Evidence, done: Sequence[Done]) -> str:
    """Return the page as HTML that needs no network and no script; every text is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("mscevidence.publish"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("index.html").render(
        title=protocol.title,
        question=protocol.question,
        version=__version__,
        counts=_counts(evidence),
        analyses=[_analysis(one) for one in done],
        studies=[_study(study) for study in evidence.studies],
        families=evidence.families,
        findings=[finding for finding in evidence.findings if finding.severity != "note"],
    )


def headline(estimate: Estimate, level: float, scale: Scale = RATE) -> str:
    """Return the answer in one line: ``44.4 % (95% interval 21.5 to 69.2)``, or why there is none."""
    if estimate.effect is None:
        return wording.status_sentence(estimate)
    low, high = scale.number(estimate.lower), scale.number(estimate.upper)
    name = f"{scale.name} " if scale.comparative else ""
    answer = f"{name}{scale.number(estimate.effect)}{scale.unit} ({wording.level_text(level)} interval {low} to {high})"
    return f"{answer}: not informative" if is_uninformative(estimate, scale) else answer


def is_uninformative(estimate: Estimate, scale: Scale = RATE) -> bool:
    """Return whether an interval says nearly nothing.

    That of a rate covers nine tenths of what is possible, that of a ratio a hundredfold, that of a difference a whole.
    """
    low, high = estimate.lower, estimate.upper
    if low is None or high is None:
        return False
    if scale.logarithmic:
        return high >= 100 * low
    return high - low >= (1.0 if scale.comparative else 0.9)


def _counts(evidence: Evidence) -> dict[str, int]:
    return {
        "studies": len(evidence.studies),
        "reports": sum(len(study.reports) for study in evidence.studies),
        "arms": sum(len(study.arms) for study in evidence.studies),
        "results": sum(len(study.results) for study in evidence.studies),
        "overlap families": len(evidence.families),
        "captured documents": len(evidence.documents),
    }


def _analysis(done: Done) -> dict[str, Any]:
    pooled = done.pooled
    if pooled is None:
        return {"id": done.analysis.id, "title": done.analysis.title or done.analysis.id, "why_not": done.why_not}
    first, scale = pooled.overall.estimates[0], scale_of(pooled)
    return {
        "id": done.analysis.id,
        "title": pooled.title,
        "why_not": "",
        "pooled": pooled,
        "headline": headline(first, pooled.level, scale),
        "effect_heading": scale.heading,
        "rows": [_row(row, scale) for row in pooled.overall.rows],
        "beside": [
            {"method": one.label, "headline": headline(one, pooled.level, scale)}
            for one in pooled.overall.estimates[1:]
            if one.status == "estimated"
        ],
        "bayes": [
            {"method": f"{name} (posterior median)", "headline": headline(one, pooled.level)}
            for series in pooled.series
            if series.id == "bayes"
            for name, one in series.rows[:1]
        ],
        "strip": [note for series in pooled.series if series.id == "every-method" for note in series.notes],
        "based_on": wording.studies_and_patients(first),
        "estimates": [
            _estimate(scale, group.label, one) for group in (*pooled.groups, pooled.overall) for one in group.estimates
        ]
        + [_estimate(scale, f"Overall, {name}", one) for name, one in pooled.sensitivity]
        + [
            _estimate(scale, SERIES[one.id], each, name)
            for one in pooled.series
            if one.id in SERIES
            for name, each in one.rows
        ],
        "between": wording.between_groups(pooled.between) if pooled.between else "",
        "command": _command(done),
    }


SERIES = {"every-method": "Overall, every method", "bayes": "Overall, Bayesian"}
"""The series of re-analyses that stand in the table of methods, and what they are of."""


def _row(row: StudyRow, scale: Scale) -> dict[str, Any]:
    sides = (row, row.control) if row.control else (row,)
    return {
        "study": row.study,
        "label": row.label,
        "marks": row.marks,
        "counts": " against ".join(f"{side.events} / {side.n}" for side in sides),
        "effect": scale.number(row.effect),
        "interval": scale.interval(row.lower, row.upper),
        "quotes": list(dict.fromkeys(side.quote for side in sides)),
        "reports": ", ".join(dict.fromkeys(side.report for side in sides)),
    }


def _estimate(scale: Scale, group: str, one: Estimate, name: str = "") -> dict[str, str]:
    return {
        "group": group,
        "method": name or one.label,
        "based_on": wording.studies_and_patients(one),
        "effect": scale.effect(one.effect, one.lower, one.upper) if one.effect is not None else "",
        "prediction": scale.interval(one.prediction_lower, one.prediction_upper),
        "heterogeneity": wording.heterogeneity(one) if one.status == "estimated" else wording.status_sentence(one),
        "notes": " ".join(one.notes),
    }


def _command(done: Done) -> str:
    question = done.analysis.question
    words = ["mscevidence", "pool", question.outcome]
    for name, value in question.model_dump(exclude_defaults=True, exclude={"outcome"}).items():
        option = "--" + name.replace("_", "-")
        for item in value if isinstance(value, tuple | list) else [value]:
            words += [option, f"'{item}'" if " " in str(item) else str(item)]
    return " ".join(words)


def _study(study: Study) -> dict[str, Any]:
    return {
        "id": study.study,
        "label": study_label(study),
        "title": study.title,
        "condition": vocabulary.load("condition")[study.condition].label,
        "design": vocabulary.load("design")[study.design].label,
        "reports": study.reports,
        "arms": len(study.arms),
        "results": study.results,
        "registrations": study.registrations,
        "families": ", ".join(overlap.family for overlap in study.overlaps),
    }
