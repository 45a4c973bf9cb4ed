"""A summary of findings as text, as flat rows for CSV, as JSON and as an HTML table; each says that it is a draft."""

from __future__ import annotations

import json
from dataclasses import asdict
from html import escape

from mscevidence.publish import wording
from mscevidence.publish.export.cells import csv_bytes
from mscevidence.publish.scale import scale_of
from mscevidence.publish.sof import Row, Summary
from mscevidence.publish.sof_thresholds import thresholds
from mscevidence.publish.table import as_text

MINUS = "\N{MINUS SIGN}"
LEFT_TO_A_PERSON = (
    "Left to a person: indirectness, rating up (large effect, dose response, plausible confounding).",
    "Left to a person: the importance of each outcome, and whether the thresholds fit the question.",
    "A domain that is not rated takes nothing off here, so that the certainty is at most what stands in the table.",
)
COLUMNS = (
    "Outcome",
    "Studies",
    "Patients",
    "Effect",
    "Controls /1000",
    "With MSC /1000",
    "Difference /1000",
    "Certainty",
)


def effect_text(row: Row) -> str:
    """Return the effect with its interval and what it rests on."""
    if row.effect.value is None:
        return wording.status_sentence(row.estimate) or "no estimate"
    scale = scale_of(row.pooled)
    told = f"{scale.effect(row.effect.value, row.effect.lower, row.effect.upper)}{scale.unit}"
    return told if row.effect.basis == "pooled" else f"{told} ({row.effect.basis})"


def certainty_text(row: Row) -> str:
    """Return the certainty, as the most it can be while a domain is open."""
    return f"{'at most ' if row.open else ''}{row.certainty} (DRAFT)"


def per_thousand(risk: float) -> str:
    """Return a risk as patients of 1000, whole; below zero with a minus sign."""
    number = round(1000 * risk)
    return f"{MINUS}{-number}" if number < 0 else str(number)


def _with_limits(risks: tuple[float, float, float]) -> str:
    value, lower, upper = map(per_thousand, risks)
    return f"{value} ({lower} to {upper})"


def cells_of(row: Row) -> dict[str, str]:
    """Return the cells of a row by the names of `COLUMNS`."""
    patients = str(row.patients) if row.control_patients is None else f"{row.patients} + {row.control_patients}"
    treated = difference = control = ""
    if row.risks is not None:
        control, treated = per_thousand(row.risks.control), _with_limits(row.risks.treated)
        difference = _with_limits(row.risks.difference)
    elif row.control_patients is None and row.effect.value is not None:
        limits = (row.effect.value, row.effect.lower or 0.0, row.effect.upper or 0.0)
        treated = _with_limits(limits)
    values = (
        row.title,
        str(row.studies),
        patients,
        effect_text(row),
        control,
        treated,
        difference,
        certainty_text(row),
    )
    return dict(zip(COLUMNS, values, strict=True))


def page(summary: Summary) -> str:
    """Return the text for a terminal."""
    head = f"{summary.status}\nSummary of findings: {summary.title}"
    lines = [head, "", as_text([cells_of(row) for row in summary.rows], COLUMNS)] if summary.rows else [head]
    for row in summary.rows:
        lines += ["", f"{row.title}: {certainty_text(row)}", f"  start: {row.start.why}"]
        lines += [f"  {one.domain}: {_steps(one.steps)}{one.label} ({one.why})" for one in row.ratings]
    lines += ["", *(f"No row: {name}: {why}" for name, why in summary.missing)] if summary.missing else []
    return "\n".join([*lines, "", *LEFT_TO_A_PERSON])


def _steps(steps: int | None) -> str:
    return f"{MINUS}{-steps} " if steps else ""


def flat_rows(summary: Summary) -> list[dict[str, object]]:
    """Return one row per outcome with every number, effects on the scale of the analysis, risks as proportions."""
    return [_flat(row, summary) for row in summary.rows]


def _missing_rows(summary: Summary) -> list[dict[str, object]]:
    return [{"status": summary.status, "analysis": name, "why_no_row": why} for name, why in summary.missing]


def _flat(row: Row, summary: Summary) -> dict[str, object]:
    risks = row.risks
    ratings: dict[str, object] = {}
    for one in row.ratings:
        name = one.domain.replace(" ", "_")
        ratings |= {name: one.label, f"{name}_steps": one.steps, f"{name}_why": one.why}
    return {
        "status": summary.status,
        "analysis": row.analysis,
        "group": row.group,
        "outcome": row.title,
        "studies": row.studies,
        "events": row.events,
        "patients": row.patients,
        "control_events": row.control_events,
        "control_patients": row.control_patients,
        "measure": row.pooled.question.measure,
        "effect": row.effect.value,
        "lower": row.effect.lower,
        "upper": row.effect.upper,
        "basis": row.effect.basis,
        "control_risk": risks.control if risks else None,
        **_three("treated_risk", risks.treated if risks else None),
        **_three("risk_difference", risks.difference if risks else None),
        "start": row.start.level,
        "start_why": row.start.why,
        **ratings,
        "certainty": row.certainty,
        "open": "; ".join(row.open),
    }


def _three(name: str, values: tuple[float, float, float] | None) -> dict[str, float | None]:
    value, lower, upper = values if values is not None else (None, None, None)
    return {name: value, f"{name}_lower": lower, f"{name}_upper": upper}


def as_csv(summary: Summary) -> str:
    """Return CSV, one row per outcome and one per analysis that has none, without a trailing newline."""
    rows = [*flat_rows(summary), *_missing_rows(summary)]
    return csv_bytes(rows, list(dict.fromkeys(name for row in rows for name in row))).decode().rstrip("\n")


def as_json(summary: Summary) -> str:
    """Return everything as JSON: rows, ratings with their numbers, thresholds with their sources."""
    rows = [
        {
            **{name: value for name, value in flat.items() if not name.startswith(_DOMAINS)},
            "open": list(row.open),
            "ratings": [{**asdict(one), "label": one.label} for one in row.ratings],
        }
        for flat, row in zip(flat_rows(summary), summary.rows, strict=True)
    ]
    whole = {
        "status": summary.status,
        "final": False,
        "title": summary.title,
        "question": summary.asked,
        "rows": rows,
        "missing": [{"analysis": name, "why": why} for name, why in summary.missing],
        "left_to_a_person": LEFT_TO_A_PERSON,
        "thresholds": {name: asdict(one) for name, one in thresholds().items()},
    }
    return json.dumps(whole, ensure_ascii=False, indent=2)


_DOMAINS = ("risk_of_bias", "inconsistency", "imprecision", "indirectness", "publication_bias")


def as_html(summary: Summary) -> str:
    """Return a section of HTML with the table, the reasons below it, and the draft mark above it."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in COLUMNS)
    body = "".join(_html_row(row) for row in summary.rows)
    reasons = "".join(
        f"<dt>{escape(row.title)}</dt><dd>start: {escape(row.start.why)}</dd>"
        + "".join(
            f"<dd>{escape(f'{one.domain}: {_steps(one.steps)}{one.label} ({one.why})')}</dd>" for one in row.ratings
        )
        for row in summary.rows
    )
    missing = "".join(f"<li>{escape(f'{name}: {why}')}</li>" for name, why in summary.missing)
    notes = "".join(f"<p>{escape(text)}</p>" for text in LEFT_TO_A_PERSON)
    return (
        f'<section class="summary-of-findings" data-status="draft"><p><strong>{escape(summary.status)}</strong></p>'
        f"<table><caption>Summary of findings: {escape(summary.title)} (DRAFT)</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><dl>{reasons}</dl>"
        + (f"<ul>{missing}</ul>" if missing else "")
        + f"{notes}</section>"
    )


def _html_row(row: Row) -> str:
    first, *others = cells_of(row).values()
    cells = "".join(f"<td>{escape(text)}</td>" for text in others)
    return f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'
