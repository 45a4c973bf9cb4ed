"""The page of an analysis: question, figure, table, every method, what was left out and why, data and command."""

from __future__ import annotations

import shlex
from collections import Counter
from typing import Any

from mscevidence.effects import study_label
from mscevidence.model import Estimate, Pooled, StudyRow
from mscevidence.publish import wording
from mscevidence.publish.columns import heading, rows_in_order
from mscevidence.publish.contents import Done
from mscevidence.publish.forest import bias_discs
from mscevidence.publish.forest.notes import footnote_symbols
from mscevidence.publish.headline import headline
from mscevidence.publish.lettering import readable
from mscevidence.publish.scale import Scale, directions, scale_of
from mscevidence.publish.site.contents import Contents
from mscevidence.publish.site.linked_figure import linked_svg
from mscevidence.publish.site.question import question_in_words
from mscevidence.publish.site.study_page import appraisals
from mscevidence.publish.study_columns import with_study_columns
from mscevidence.synthesis import title_of

UP = "../"
"""From the folder of the page to the root of the site."""

SERIES = {"every-method": "Overall, every method", "bayes": "Overall, Bayesian"}
"""The series of re-analyses that stand in the table of methods, and what they are of."""


def analysis_page(
    done: Done, contents: Contents, figures: dict[str, bytes], captions: dict[str, str]
) -> dict[str, Any]:
    """Return what the template of an analysis page is filled with.

    Args:
        done: the analysis.
        contents: of the site.
        figures: SVG files by kind, ``forest`` among them.
        captions: what a person who cannot see it is told, for each figure shown as a picture.
    """
    pooled = done.pooled
    title = done.analysis.title or title_of(done.analysis.question)
    base: dict[str, Any] = {"id": done.analysis.id, "title": title, "asked": question_in_words(done.analysis.question)}
    base |= {"command": command(done), "pooled": None, "why_not": done.why_not}
    if pooled is None:
        return base
    pooled = with_study_columns(pooled, contents.evidence.studies)
    scale, first = scale_of(pooled), pooled.overall.estimates[0]
    # Discs belong to figures: on the page the whole appraisal stands in a part of its own.
    names = tuple(name for name in done.analysis.columns if name != bias_discs.COLUMN)
    sides = directions(pooled)
    return base | {
        "title": pooled.title,
        "pooled": pooled,
        "headline": headline(first, pooled.level, scale),
        "based_on": wording.studies_and_patients(first),
        "beside": _beside(pooled, scale),
        "strip": [note for series in pooled.series if series.id == "every-method" for note in series.notes],
        "prediction": _prediction(first, scale),
        "heterogeneity": wording.heterogeneity(first) if first.status == "estimated" else "",
        "directions": sides,
        "scale": scale,
        "figures": _figures(done.analysis.id, figures, captions),
        "forest": _forest(pooled, contents, figures.get("forest")),
        "methods_figure": _inline(figures.get("methods"), "methods-"),
        "columns": [heading(name) for name in names],
        "groups": _groups(pooled, contents, scale, names),
        "estimates": _estimates(pooled, scale),
        "between": wording.between_groups(pooled.between) if pooled.between else "",
        "footnotes": [(symbol, pooled.footnotes.get(mark, mark)) for mark, symbol in footnote_symbols(pooled).items()],
        "choices": [_choice(choice, contents) for choice in pooled.choices],
        "exclusions": _exclusions(pooled, contents),
        "appraisal": _appraisal(pooled, contents),
        "files": _files(done.analysis.id, contents),
    }


def _forest(pooled: Pooled, contents: Contents, svg: bytes | None) -> str:
    if svg is None:
        return ""
    rows = {f"study-{number}": row for number, row in enumerate(rows_in_order(pooled), start=1)}

    def link(name: str) -> tuple[str, str] | None:
        name = name.removesuffix("-line-2")
        if name in ("overall", "overall-effect", "overall-mark", "overall-prediction-effect"):
            return "#methods", "What each method says, and how the studies differ"
        study, _, cell = name.removeprefix("study-").partition("-")
        row = rows.get(f"study-{study}") if name.startswith("study-") else None
        return _link_of(row, cell, contents) if row else None

    return linked_svg(svg, prefix="forest-", link=link)


def _link_of(row: StudyRow, cell: str, contents: Contents) -> tuple[str, str] | None:
    if cell == "" or cell.startswith("line-"):
        return UP + contents.addresses.study(row.study), f"{row.label}: the study"
    if row.control and cell in ("control-events", "control-total"):
        return _sentence_link(row.control.result, row.control.quote, contents)
    if cell in ("events", "total", "effect", "mark"):
        return _sentence_link(row.result, row.quote, contents)
    return None


def _sentence_link(keys: str, quote: str, contents: Contents) -> tuple[str, str] | None:
    found = contents.addresses.results(keys)
    return (UP + found[0], f"Read from: {quote}") if found else None


def _inline(svg: bytes | None, prefix: str) -> str:
    return linked_svg(svg, prefix=prefix, link=lambda _: None) if svg else ""


def _figures(analysis: str, figures: dict[str, bytes], captions: dict[str, str]) -> list[dict[str, str]]:
    shown = [kind for kind in figures if kind not in ("forest", "methods")]
    return [{"kind": kind, "file": f"figures/{analysis}-{kind}.svg", "caption": captions[kind]} for kind in shown]


def _files(analysis: str, contents: Contents) -> list[tuple[str, str]]:
    wanted = (
        ("Studies, CSV", f"tables/{analysis}-studies.csv"),
        ("Estimates, CSV", f"tables/{analysis}-estimates.csv"),
        ("Everything, JSON", f"tables/{analysis}.json"),
        ("Text with reasons", f"tables/{analysis}.txt"),
        ("Figure, SVG", f"figures/{analysis}.svg"),
        ("PDF", f"figures/{analysis}.pdf"),
        ("PNG", f"figures/{analysis}.png"),
    )
    return [(words, file) for words, file in wanted if file in contents.files]


def _groups(pooled: Pooled, contents: Contents, scale: Scale, names: tuple[str, ...]) -> list[dict[str, Any]]:
    placed = {row.result for group in pooled.groups for row in group.rows}
    left = tuple(row for row in pooled.overall.rows if row.result not in placed)
    groups: list[tuple[str, tuple[StudyRow, ...], Estimate | None]] = [
        (group.label, group.rows, group.estimates[0]) for group in pooled.groups
    ]
    if left:
        groups.append(("In no subgroup" if pooled.groups else "", left, None))
    symbols = footnote_symbols(pooled)
    return [
        {
            "label": label,
            "rows": [_row(row, contents, scale, names, symbols) for row in rows],
            "answer": headline(first, pooled.level, scale) if first is not None else "",
            "based_on": wording.studies_and_patients(first) if first is not None else "",
        }
        for label, rows, first in groups
    ]


def _row(
    row: StudyRow, contents: Contents, scale: Scale, names: tuple[str, ...], symbols: dict[str, str]
) -> dict[str, Any]:
    of = f"{row.n}" if row.time is None else f"{scale.time(row.time)} {scale.exposure}"
    sides = [_side(row.result, row.events, of, row.quote, row.report, contents)]
    if row.control:
        other = row.control
        sides.append(_side(other.result, other.events, f"{other.n}", other.quote, other.report, contents))
    return {
        "label": row.label,
        "address": contents.addresses.study(row.study),
        "marks": "".join(symbol for mark, symbol in symbols.items() if mark in row.marks),
        "sides": sides,
        "effect": scale.number(row.effect),
        "interval": scale.interval(row.lower, row.upper),
        "weight": "" if row.weight is None else f"{row.weight:.1f}",
        "columns": [readable(row.columns.get(name, "")) for name in names],
    }


def _side(keys: str, events: int, of: str, quote: str, report: str, contents: Contents) -> dict[str, Any]:
    return {
        "count": f"{events} / {of}",
        "addresses": contents.addresses.results(keys),
        "quote": quote,
        "report": report,
    }


def _beside(pooled: Pooled, scale: Scale) -> list[tuple[str, str]]:
    others = [one for one in pooled.overall.estimates[1:] if one.status == "estimated"]
    found = [(one.label, headline(one, pooled.level, scale)) for one in others]
    bayes = [series.rows[0] for series in pooled.series if series.id == "bayes" and series.rows]
    return found + [(f"{name} (posterior median)", headline(one, pooled.level)) for name, one in bayes]


def _prediction(first: Estimate, scale: Scale) -> str:
    if first.prediction_lower is None or first.prediction_upper is None:
        return ""
    low, high = scale.number(first.prediction_lower), scale.number(first.prediction_upper)
    return f"{low} and {high}{scale.unit}"


def _estimates(pooled: Pooled, scale: Scale) -> list[dict[str, str]]:
    named = [(group.label, one.label, one) for group in (*pooled.groups, pooled.overall) for one in group.estimates]
    named += [(f"Overall, {name}", one.label, one) for name, one in pooled.sensitivity]
    named += [
        (SERIES[series.id], name, one) for series in pooled.series if series.id in SERIES for name, one in series.rows
    ]
    return [_estimate(scale, group, name, one) for group, name, one in named]


def _estimate(scale: Scale, group: str, name: str, one: Estimate) -> dict[str, str]:
    estimated = one.status == "estimated"
    return {
        "group": group,
        "method": name,
        "based_on": wording.studies_and_patients(one),
        "effect": scale.effect(one.effect, one.lower, one.upper) if one.effect is not None else "",
        "prediction": scale.interval(one.prediction_lower, one.prediction_upper),
        "heterogeneity": wording.heterogeneity(one).partition(": ")[2] if estimated else wording.status_sentence(one),
        "notes": " ".join(one.notes),
    }


def _choice(choice: Any, contents: Contents) -> dict[str, Any]:
    return {
        "what": choice.what,
        "taken": [(key, contents.addresses.what(key)) for key in choice.taken.replace(" against ", " + ").split(" + ")],
        "reason": choice.reason,
        "left_out": [(text, contents.addresses.what(text.partition(" (")[0])) for text in choice.left_out],
    }


def _exclusions(pooled: Pooled, contents: Contents) -> list[dict[str, Any]]:
    """Return what was left out, by reason, the most frequent first."""
    counted = Counter(one.reason for one in pooled.exclusions)
    order = sorted(counted, key=lambda reason: (-counted[reason], reason))
    labels = {study.study: study_label(study) for study in contents.evidence.studies}
    return [
        {
            "reason": reason,
            "what": [
                (labels.get(one.what.partition("/")[0], one.label), one.what, contents.addresses.what(one.what))
                for one in pooled.exclusions
                if one.reason == reason
            ],
        }
        for reason in order
    ]


def _appraisal(pooled: Pooled, contents: Contents) -> list[dict[str, Any]]:
    shown = dict.fromkeys(row.study for row in pooled.overall.rows)
    return [
        {
            "label": study_label(contents.study(one)),
            "address": contents.addresses.study(one),
            "appraisals": appraisals(contents.study(one), contents),
        }
        for one in shown
    ]


def command(done: Done) -> str:
    """Return the command that asks the same question again."""
    question = done.analysis.question
    words = ["mscevidence", "pool", question.outcome]
    for name, value in question.model_dump(exclude_defaults=True, exclude={"outcome"}).items():
        for item in value if isinstance(value, tuple | list) else [value]:
            words += ["--" + name.replace("_", "-"), str(item)]
    return shlex.join(words)
