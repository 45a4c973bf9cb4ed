"""Adverse events by term and grade: every study's rate as a dot with its exact interval, zeros in words told apart.

A term that no patient had is shown with what its zero still allows: the exact upper limit of all its patients together
(the rule of three, Hanley and Lippman-Hand 1983, JAMA 249:1743, made exact).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matplotlib.figure import Figure

from mscevidence import stats, synthesis, vocabulary
from mscevidence.errors import SelectionError
from mscevidence.model import Family, Pooled, Question, Study, StudyRow
from mscevidence.publish import wording
from mscevidence.publish.count_columns import ONE_ARM
from mscevidence.publish.figure import house_style
from mscevidence.publish.forest.axis import Axis, shares
from mscevidence.publish.forest.drawing import ForestDrawing
from mscevidence.publish.forest.layout import Words, lay_out
from mscevidence.publish.forest.rows import Row, Square
from mscevidence.publish.lettering import readable
from mscevidence.publish.scale import RATE

GRADES = ("fatal", "serious", "grade-3-or-higher", "dose-limiting", "any", "non-serious")
"""The gravest first."""

IN_WORDS = "Open squares: the source says in words that nobody had it, and gives no count. Filled squares: counted."
ONCE = (
    "One result of each study that shares no patients with another in the figure. A patient may stand in several rows."
)


def harms(studies: Sequence[Study], families: Sequence[Family], *, condition: str | None = None) -> tuple[Pooled, ...]:
    """Return the analysis of every adverse event that a study reports, the gravest first, zeros in words included.

    Raises:
        SelectionError: no study reports an adverse event.
    """
    terms = vocabulary.load("outcome")
    reported = {result.outcome for study in studies for result in study.results}
    wanted = [
        term
        for term in terms.values()
        if term.domain == "safety" and term.counting_unit == "patients" and term.id in reported
    ]
    wanted.sort(key=lambda term: (GRADES.index(term.grade), term.relatedness != "related", term.label))
    found = []
    for term in wanted:
        asked = Question(outcome=term.id, condition=condition, narrative_zeros="include")
        try:
            found.append(synthesis.pool(studies, families, asked))
        except SelectionError:
            # No study of this condition counts it in patients.
            continue
    if not found:
        raise SelectionError("no study reports an adverse event", hint="ask for another condition")
    return tuple(found)


def draw_harms(found: Sequence[Pooled], *, title: str = "Adverse events") -> Figure:
    """Return the figure: a heading per term, a row per study, all patients of a term together below it."""
    rows = tuple(row for number, pooled in enumerate(found) for row in _term(pooled, number))
    words = Words(
        title=readable(title),
        effect=f"Rate % [{wording.level_text(found[0].level)} CI]",
        axis="Patients with the event, %",
        notes=tuple(_notes(found)),
    )
    layout = lay_out(rows, words, columns=(), counts=ONE_ARM)
    with house_style():
        return ForestDrawing(layout, _axis(found), reference=None).drawn()


def _notes(found: Sequence[Pooled]) -> Iterator[str]:
    if any(_in_words(row) for pooled in found for row in pooled.overall.rows):
        yield IN_WORDS
    yield ONCE
    yield f"Intervals: {found[0].interval_method}, {wording.level_text(found[0].level)}."


def _in_words(row: StudyRow) -> bool:
    return "narrative-zero" in row.marks


def _axis(found: Sequence[Pooled]) -> Axis:
    rows = [row for pooled in found for row in pooled.overall.rows]
    points = [row.effect for row in rows if row.effect is not None]
    return shares(points, (), [row.upper for row in rows if row.upper is not None])


def _term(pooled: Pooled, number: int) -> Iterator[Row]:
    if number:
        yield Row("space")
    yield Row("heading", readable(_heading(pooled)), key=f"term-{number + 1}")
    for place, row in enumerate(sorted(pooled.overall.rows, key=lambda row: (-row.n, row.label)), 1):
        yield _study(row, f"term-{number + 1}-study-{place}")
    yield Row("remark", readable(_together(pooled)), indent=1, key=f"term-{number + 1}-together")


def _heading(pooled: Pooled) -> str:
    term = vocabulary.load("outcome")[pooled.outcome]
    grade = {"grade-3-or-higher": ", grade 3 or higher", "fatal": ", fatal"}.get(term.grade, "")
    said = pooled.outcome_label[:1].upper() + pooled.outcome_label[1:]
    return said if grade.strip(", ") in pooled.outcome_label or term.id.endswith("death") else f"{said}{grade}"


def _study(row: StudyRow, key: str) -> Row:
    cells = {
        "events": f"{row.events:,}",
        "total": f"{row.n:,}",
        "effect": RATE.effect(row.effect, row.lower, row.upper),
    }
    square = None if row.effect is None else Square(row.effect, row.lower, row.upper, None, hollow=_in_words(row))
    return Row("study", readable(row.label), cells, square, 1, key)


def _together(pooled: Pooled) -> str:
    rows = pooled.overall.rows
    events, n = sum(row.events for row in rows), sum(row.n for row in rows)
    counted = wording.count(len(rows), "study", "studies")
    if events and len(rows) == 1:
        return f"{counted}, {events:,}/{n:,}"
    if events:
        return f"{counted}, {events:,}/{n:,} in all; the pooled rate is in the analysis of this outcome"
    upper = stats.pooled_bound([0] * len(rows), [row.n for row in rows], level=pooled.level).bound.upper
    limit = f"{wording.percent(float(upper))}% is not ruled out (one-sided {wording.level_text(pooled.level)})"
    return f"{counted}, 0/{n:,}: nobody; a true rate up to {limit}"


def rows_of(found: Sequence[Pooled]) -> list[dict[str, object]]:
    """Return the figure as flat rows, one per study and term."""
    terms = vocabulary.load("outcome")
    return [
        {
            "event": pooled.outcome_label,
            "grade": terms[pooled.outcome].grade,
            "study": row.label,
            "events": row.events,
            "n": row.n,
            "rate": row.effect,
            "lower": row.lower,
            "upper": row.upper,
            "zero in words": "yes" if _in_words(row) else "no",
            "report": row.report,
            "quote": row.quote,
        }
        for pooled in found
        for row in pooled.overall.rows
    ]
