"""A summary of findings as text, as flat rows for CSV, as JSON and as an HTML table; each says that it is a draft."""

from __future__ import annotations

import json
from dataclasses import asdict
from html import escape

from mscevidence.publish import wording
from mscevidence.publish.export.cells import csv_bytes
from mscevidence.publish.scale import incidence_per, scale_of
from mscevidence.publish.sof import ASKED, LEVELS, Row, Summary
from mscevidence.publish.sof.rating import Rating
from mscevidence.publish.sof.thresholds import thresholds
from mscevidence.publish.table import as_text

MINUS = "\N{MINUS SIGN}"
LEFT_TO_A_PERSON = (
    "Left to a person: indirectness, rating up (large effect, dose response, plausible confounding).",
    "Left to a person: the importance of each outcome, and whether the thresholds fit the question.",
    "Controls: the share of their patients with the event, in these studies. With MSC: the effect at that share.",
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
CERTAINTY = COLUMNS[-1]


def effect_text(row: Row) -> str:
    """Return the effect with its interval and what it rests on."""
    if row.effect.value is None:
        return wording.status_sentence(row.estimate) or "no estimate"
    scale = scale_of(row.pooled)
    told = f"{scale.effect(row.effect.value, row.effect.lower, row.effect.upper)}{scale.unit}"
    return told if row.effect.basis == "pooled" else f"{told} ({row.effect.basis})"


def certainty_text(row: Row) -> str:
    """Return the certainty, as the most it can be while a domain is open."""
    bounded = row.open and row.certainty != LEVELS[0]
    return f"{'at most ' if bounded else ''}{row.certainty} (DRAFT)"


def per_thousand(risk: float) -> str:
    """Return a risk as patients of 1000, whole; below zero with a minus sign."""
    number = round(1000 * risk)
    return f"{MINUS}{-number}" if number < 0 else str(number)


def _with_limits(risks: tuple[float, float, float]) -> str:
    value, lower, upper = map(per_thousand, risks)
    return f"{value} ({lower} to {upper})"


def _patients(row: Row) -> str:
    if row.time is None:
        return str(row.patients) if row.control_patients is None else f"{row.patients} + {row.control_patients}"
    scale = scale_of(row.pooled)
    return f"{f'{row.patients}; ' if row.patients else ''}{scale.time(row.time)} {scale.exposure}"


def _of_one_arm(row: Row, value: float) -> str:
    """Return a rate of one arm among 1000 patients, or per 1000 units of time at risk, with its limits."""
    lower, upper = row.effect.lower or 0.0, row.effect.upper or 0.0
    if row.time is None:
        return _with_limits((value, lower, upper))
    scale = incidence_per(1000, row.pooled.question)
    return f"{scale.number(value)} ({scale.number(lower)} to {scale.number(upper)}){scale.unit}"


def cells_of(row: Row) -> dict[str, str]:
    """Return the cells of a row by the names of `COLUMNS`."""
    treated, difference, control = "", wording.DASH, wording.DASH
    if row.risks is not None:
        control, treated = per_thousand(row.risks.control), _with_limits(row.risks.treated)
        difference = _with_limits(row.risks.difference)
    elif row.control_patients is None and row.effect.value is not None:
        treated = _of_one_arm(row, row.effect.value)
    values = (
        row.title,
        str(row.studies),
        _patients(row),
        effect_text(row),
        control,
        treated,
        difference,
        certainty_text(row),
    )
    return dict(zip(COLUMNS, values, strict=True))


def page(summary: Summary) -> str:
    """Return the text for a terminal."""
    head = f"{summary.status}\nSummary of findings: {summary.title}\nAsked: {ASKED[summary.asked]}"
    numbered = list(enumerate(summary.rows, start=1))
    table = [{**cells_of(row), CERTAINTY: f"{certainty_text(row)} [{number}]"} for number, row in numbered]
    lines = [head, "", as_text(table, COLUMNS)] if table else [head]
    for number, row in numbered:
        lines += ["", f"[{number}] {row.title}: {certainty_text(row)}", f"  start: {row.start.why}"]
        lines += [f"  {_reason(one)}" for one in row.ratings]
    lines += ["", *(f"No row: {name}: {why}" for name, why in summary.missing)] if summary.missing else []
    return "\n".join([*lines, "", *LEFT_TO_A_PERSON])


def _reason(one: Rating) -> str:
    return f"{one.domain}: {_steps(one.steps)}{one.label} ({one.why})"


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
        "time_at_risk": row.time,
        "time_unit": None if row.time is None else row.pooled.question.time_unit,
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
    numbered = list(enumerate(summary.rows, start=1))
    body = "".join(_html_row(row, number) for number, row in numbered)
    reasons = "".join(
        f'<dt id="finding-{number}">{number}. {escape(row.title)}: {escape(certainty_text(row))}</dt>'
        f"<dd>start: {escape(row.start.why)}</dd>" + "".join(f"<dd>{escape(_reason(one))}</dd>" for one in row.ratings)
        for number, row in numbered
    )
    missing = "".join(f"<li>{escape(f'{name}: {why}')}</li>" for name, why in summary.missing)
    notes = "".join(f"<p>{escape(text)}</p>" for text in LEFT_TO_A_PERSON)
    return (
        f'<section class="summary-of-findings" data-status="draft"><p><strong>{escape(summary.status)}</strong></p>'
        f"<p>Asked: {escape(ASKED[summary.asked])}</p>"
        f"<table><caption>Summary of findings: {escape(summary.title)} (DRAFT)</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><dl>{reasons}</dl>"
        + (f"<ul>{missing}</ul>" if missing else "")
        + f"{notes}</section>"
    )


def _html_row(row: Row, number: int) -> str:
    first, *others = cells_of(row).values()
    cells = "".join(f"<td>{escape(text)}</td>" for text in others[:-1])
    certainty = f'<td>{escape(others[-1])} <sup><a href="#finding-{number}">{number}</a></sup></td>'
    return f'<tr><th scope="row">{escape(first)}</th>{cells}{certainty}</tr>'
