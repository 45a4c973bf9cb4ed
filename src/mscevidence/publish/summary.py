"""A `Pooled` as the terminal page of ``mscevidence pool``, and as flat rows for CSV and JSON."""

from __future__ import annotations

from mscevidence.model import BetweenGroups, Borrowed, Estimate, Group, Moderation, Pooled, Series, StudyRow
from mscevidence.publish import wording
from mscevidence.publish.scale import RATE, Scale, directions, scale_of
from mscevidence.publish.table import as_text

LETTERS = {
    "derived": "d",
    "narrative-zero": "z",
    "sum-of-arms": "s",
    "secondary": "2",
    "cancelled": "c",
    "judged": "j",
    "not-randomised": "n",
    "crossover": "x",
    "historical": "h",
    "corrected": "+",
    "no-contrast": "0",
}
"""The letter that stands beside a study for each footnote."""


def page(pooled: Pooled) -> str:
    """Return the page that ``mscevidence pool`` prints: studies, estimates of every method, what was left out."""
    first, scale = pooled.overall.estimates[0], scale_of(pooled)
    intervals = f"{wording.level_text(pooled.level)} study intervals: {pooled.interval_method}"
    lines = [
        pooled.title,
        "=" * len(pooled.title),
        f"{wording.studies_and_patients(first)}, {_with_the_outcome(first, scale)}; {intervals}",
        *_sides(pooled, scale),
        *(f"OVERRIDE: {text}" for text in pooled.overrides),
    ]
    for group in pooled.groups:
        lines += ["", group.label, "-" * len(group.label), *_studies(group, pooled), "", *_estimates(group, scale)]
    if pooled.groups:
        lines += ["", "Overall", "-------", *_estimates(pooled.overall, scale), *_between(pooled.between)]
    else:
        lines += ["", *_studies(pooled.overall, pooled), "", *_estimates(pooled.overall, scale)]
    lines += _sensitivity(pooled)
    lines += [f"Warning: {text}." for text in pooled.warnings]
    lines += [f"Weights: {pooled.weighting}."] if pooled.weighting else []
    lines += [f"[{LETTERS[mark]}] {text}" for mark, text in pooled.footnotes.items()]
    lines += _borrowed(pooled.borrowed) if pooled.borrowed else []
    lines += [line for one in pooled.moderation for line in _moderation(one, scale)]
    lines += _small_studies(pooled)
    lines += [line for one in pooled.series for line in ("", *series_page(one, scale).splitlines())]
    return "\n".join([*lines, *_left_out(pooled)]).rstrip()


def _with_the_outcome(one: Estimate, scale: Scale) -> str:
    if one.time is not None:
        return f"{scale.time(one.time)} {scale.exposure}"
    if one.control_events is None:
        return f"{one.events} with the outcome"
    cells = f"{one.events} of {one.patients} with cells"
    return f"the outcome in {cells} and {one.control_events} of {one.control_patients} controls"


def _sides(pooled: Pooled, scale: Scale) -> list[str]:
    sides = directions(pooled)
    if sides is None or scale.null is None:
        return []
    return [f"{scale.name.capitalize()} below {scale.null:g}: {sides.below}; above: {sides.above}"]


def series_page(series: Series, scale: Scale = RATE) -> str:
    """Return a series of re-analyses as a table with its notes."""
    rows = [
        {
            "": name,
            "k": one.k,
            f"{scale.heading} [interval]": scale.effect(one.effect, one.lower, one.upper)
            if one.effect is not None
            else wording.status_sentence(one),
            "Prediction": scale.interval(one.prediction_lower, one.prediction_upper),
            "tau²": wording.number_text(one.tau2, 3),
            "I² %": wording.number_text(one.i2, 0),
        }
        for name, one in series.rows
    ]
    shown = [name for name in rows[0] if any(row[name] != wording.DASH for row in rows)] if rows else []
    table = as_text(rows, shown) if rows else "nothing to re-analyse"
    return "\n".join([series.title, "-" * len(series.title), table, *series.notes])


SOURCE = ("result", "report", "quote")
"""Where the counts of a control arm were read."""


def study_rows(pooled: Pooled) -> list[dict[str, object]]:
    """Return one flat row per study; rates, risk differences and their limits are proportions."""
    apart, scale = {"report", "quote"}, scale_of(pooled)
    return [
        {
            "study": row.study,
            "label": row.label,
            "group": row.group,
            "events": row.events,
            "n": row.n,
            **({} if row.time is None else {"time": row.time, "time_unit": pooled.question.time_unit}),
            **({"control_events": row.control.events, "control_n": row.control.n} if row.control else {}),
            scale.id: row.effect,
            "lower": row.lower,
            "upper": row.upper,
            "weight_percent": row.weight,
            "marks": " ".join(row.marks),
            "result": row.result,
            "report": row.report,
            "quote": row.quote,
            **({f"control_{name}": getattr(row.control, name) for name in SOURCE} if row.control else {}),
            **{name.replace("-", "_"): text for name, text in row.columns.items() if name not in apart},
        }
        for row in pooled.overall.rows
    ]


def estimate_rows(pooled: Pooled) -> list[dict[str, object]]:
    """Return one flat row per group and method, then one per sensitivity analysis."""
    named = [(group.label, one) for group in (*pooled.groups, pooled.overall) for one in group.estimates]
    named += [(f"Overall, {name}", one) for name, one in pooled.sensitivity]
    named += [(f"{series.id}: {name}", one) for series in pooled.series for name, one in series.rows]
    scale = scale_of(pooled)
    left_out = {"notes"} if scale.comparative else {"notes", "control_events", "control_patients"}
    left_out |= set() if scale.exposure else {"time"}
    return [
        {"group": label, **_renamed(one.model_dump(exclude=left_out), scale), "notes": " ".join(one.notes)}
        for label, one in named
    ]


def _renamed(values: dict[str, object], scale: Scale) -> dict[str, object]:
    return {scale.id if name == "effect" else name: value for name, value in values.items()}


def _studies(group: Group, pooled: Pooled) -> list[str]:
    level, scale = wording.level_text(pooled.level), scale_of(pooled)
    rows = [
        {
            "Study": _name(row),
            **_counts(row, scale),
            scale.heading: scale.number(row.effect),
            f"{level} interval": scale.interval(row.lower, row.upper),
            "Weight %": "" if row.weight is None else f"{row.weight:.1f}",
        }
        for row in group.rows
    ]
    return as_text(rows, list(rows[0])).splitlines()


def _counts(row: StudyRow, scale: Scale) -> dict[str, object]:
    if row.time is not None:
        return {"Events": row.events, scale.exposure.capitalize(): scale.time(row.time)}
    if row.control is None:
        return {"Events": row.events, "n": row.n}
    return {"MSC": row.events, "n": row.n, "Control": row.control.events, "control n": row.control.n}


def _name(row: StudyRow) -> str:
    marks = ",".join(LETTERS[mark] for mark in row.marks)
    return f"{row.label} [{marks}]" if marks else row.label


def _estimates(group: Group, scale: Scale) -> list[str]:
    lines: list[str] = []
    for position, one in enumerate(group.estimates):
        if one.status == "estimated":
            lines += _estimated(one, scale)
        elif position == 0:
            lines += list(one.notes)
    return lines


def _estimated(one: Estimate, scale: Scale) -> list[str]:
    # Methods that assume one effect for all studies have no tau2, and nothing to predict.
    prediction = scale.interval(one.prediction_lower, one.prediction_upper)
    predicted = f", prediction interval {prediction}" if one.tau2 is not None else ""
    return [
        f"{one.label}:",
        f"  {scale.name} {scale.estimate(one)}{predicted}",
        f"  {wording.heterogeneity(one)}",
        *(f"  note: {note}" for note in one.notes),
    ]


def _between(between: BetweenGroups | None) -> list[str]:
    if between is None:
        return []
    own = [between.method] if " " in between.method else []
    said = "; ".join([*own, *([between.note] if between.note else [])])
    return [f"{wording.between_groups(between)}{f' ({said})' if said else ''}"]


def _sensitivity(pooled: Pooled) -> list[str]:
    lines = [""]
    for name, one in pooled.sensitivity:
        said = scale_of(pooled).estimate(one) if one.effect is not None else " ".join(one.notes)
        based_on = f" ({wording.studies_and_patients(one)})" if one.k else ""
        lines.append(f"Sensitivity, {name}: {said if one.k else 'no study is left'}{based_on}")
    return [*lines, ""] if pooled.sensitivity else lines


def _borrowed(borrowed: Borrowed) -> list[str]:
    title = "Borrowing across diseases (typical trial of each, posterior medians)"
    rows = [
        {
            "Disease": one.name,
            "k": one.k,
            "Events / n": f"{one.events} / {one.patients}",
            "Alone %": wording.rate(one.alone.rate, one.alone.lower, one.alone.upper),
            "Partly pooled %": wording.rate(one.partial.rate, one.partial.lower, one.partial.upper),
            "Robust mixture %": wording.rate(one.robust.rate, one.robust.lower, one.robust.upper),
            "Borrowed": f"{one.weight:.2f}",
            "Alike": f"{one.alike:.2f}",
        }
        for one in borrowed.groups
    ]
    new = wording.rate(borrowed.new.rate, borrowed.new.lower, borrowed.new.upper)
    spread = f"tau between diseases {borrowed.between:.2f}, within {borrowed.within:.2f} (posterior means)"
    lines = ["", title, "-" * len(title), *as_text(rows, list(rows[0])).splitlines()]
    lines += [f"A disease without data: {new} %; {spread}."]
    return [*lines, *([borrowed.highlight] if borrowed.highlight else []), *borrowed.notes]


def _moderation(one: Moderation, scale: Scale) -> list[str]:
    title = f"Does the {scale.name} go with {one.moderator}? ({wording.count(one.k, 'study', 'studies')})"
    rows = [
        {
            "": each.name,
            scale.coefficient: f"{each.effect:.2f} [{each.lower:.2f}, {each.upper:.2f}]",
            "Coefficient" if scale.comparative or scale.exposure else "Logit": f"{each.estimate:.3f}",
            "SE": f"{each.se:.3f}",
            "p": wording.p_value(each.p).removeprefix("p").strip("= \N{NO-BREAK SPACE}"),
        }
        for each in one.coefficients[1:]
    ]
    lines = ["", title, "-" * len(title), *(as_text(rows, list(rows[0])).splitlines() if rows else [])]
    if one.p is not None and one.df is not None:
        r2 = f"; R² = {one.r2:.0f}%" if one.r2 is not None else ""
        lines.append(
            f"Test of the moderator: {wording.p_value(one.p)}; residual τ² = {wording.number_text(one.tau2, 3)}{r2}"
        )
    lines += list(one.notes)
    return [*lines, f"Without it, and left out: {', '.join(one.missing)}."] if one.missing else lines


def _small_studies(pooled: Pooled) -> list[str]:
    if not pooled.small_study_tests:
        return []
    lines = ["", "Small-study effects", "-------------------"]
    for one in pooled.small_study_tests:
        df = f", df = {one.df:g}" if one.df is not None else ""
        p = f", {wording.p_value(one.p)}" if one.p is not None else ""
        value = f" ({wording.number_text(one.statistic)}{df}{p})" if one.statistic is not None else ""
        lines.append(f"{one.name}{value}: {one.finding}")
    return lines


def _left_out(pooled: Pooled) -> list[str]:
    if not pooled.exclusions:
        return []
    counted: dict[str, int] = {}
    for one in pooled.exclusions:
        counted[one.reason] = counted.get(one.reason, 0) + 1
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    number = wording.count(len(pooled.exclusions), "result or study", "results or studies")
    return ["", f"Left out: {number} (--explain names each)", *(f"{n:>5}  {reason}" for reason, n in ordered)]
