"""The answers of an edition: every analysis pooled, drawn and tabulated into one folder, several at once."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from mscevidence import synthesis
from mscevidence.errors import SelectionError, StatisticsError
from mscevidence.model import Family, Pooled, Study
from mscevidence.protocol import Analysis
from mscevidence.publish import summary, table
from mscevidence.publish.columns import HEADINGS, available_columns
from mscevidence.publish.contents import Done, Evidence
from mscevidence.publish.figure import figure_bytes
from mscevidence.publish.figures import FIGURES, SERIES, describe_figure, draw_figure
from mscevidence.publish.forest import bias_discs, save_forest
from mscevidence.publish.study_columns import with_study_columns

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FEW = 4
"""Analyses up to which starting other processes costs more than it saves."""
ENOUGH = 10
"""Studies of one disease from which on borrowing from others is not drawn: it would hardly move anything."""


def answer_all(
    analyses: Sequence[Analysis],
    evidence: Evidence,
    work: Path,
    *,
    formats: Sequence[str],
    progress: Callable[[str], None],
) -> tuple[Done, ...]:
    """Return every analysis with its outcome, in the order asked; its figures and tables are written below `work`.

    Args:
        analyses: what is asked.
        evidence: the studies and their families.
        work: the folder; gets ``figures`` and ``tables``.
        formats: of the forest plots, such as ``svg``; the figures beside them are SVG.
        progress: told which analysis is done.

    Raises:
        StatisticsError: an analysis cannot take its numbers.
        OSError: the folder cannot be written.
    """
    for name in ("figures", "tables"):
        (work / name).mkdir(exist_ok=True)
    bare = Evidence(studies=evidence.studies, families=evidence.families)
    jobs = [(analysis, bare, work, tuple(formats)) for analysis in analyses]
    workers = min(len(jobs), os.cpu_count() or 1)
    if len(jobs) <= FEW or workers < 2:
        return tuple(_told(answer(*job), progress) for job in jobs)
    # Started anew, not forked: a copy of a process with threads may hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        return tuple(_told(done, progress) for done in pool.map(_answer, jobs))


def _told(done: Done, progress: Callable[[str], None]) -> Done:
    progress(f"analysis {done.analysis.id}")
    return done


def _answer(job: tuple[Analysis, Evidence, Path, tuple[str, ...]]) -> Done:
    return answer(*job)


def answer(analysis: Analysis, evidence: Evidence, work: Path, formats: Sequence[str]) -> Done:
    """Return one analysis with its outcome; its figures and tables are written."""
    try:
        pooled = synthesis.pool(evidence.studies, evidence.families, analysis.question, title=analysis.title)
    except SelectionError as error:
        return Done(analysis, None, error.message)
    if len(pooled.overall.rows) > 1:
        shares = not (pooled.question.comparative or pooled.question.incidence)
        bayes = ["bayes"] if shares else []
        pooled = synthesis.with_series(pooled, ["every-method", "leave-one-out", "cumulative", *bayes])
    figures, tables = work / "figures", work / "tables"
    paths = [figures / f"{analysis.id}.{form}" for form in formats]
    save_forest(pooled, *paths, columns=forest_columns(analysis, pooled, evidence.studies), studies=evidence.studies)
    if len(pooled.overall.rows) > 1:
        _draw_the_rest(pooled, evidence, analysis.id, figures)
    _write(tables / f"{analysis.id}-studies.csv", table.render(summary.study_rows(pooled), form="csv"))
    _write(tables / f"{analysis.id}-estimates.csv", table.render(summary.estimate_rows(pooled), form="csv"))
    _write(tables / f"{analysis.id}.json", pooled.model_dump_json(indent=2))
    explained = "\n".join(synthesis.explain(pooled))
    _write(tables / f"{analysis.id}.txt", f"{summary.page(pooled)}\n\nWhy these numbers\n{explained}")
    return Done(analysis, pooled)


def forest_columns(analysis: Analysis, pooled: Pooled, studies: Sequence[Study]) -> list[str]:
    """Return the columns of a forest plot: those asked for that a study fills, and discs where a study is appraised."""
    there = available_columns(with_study_columns(pooled, studies))
    inside = {row.study for row in pooled.overall.rows}
    judged = any(study.appraisal for study in studies if study.study in inside)
    asked = [name for name in analysis.columns if name != bias_discs.COLUMN]
    discs = [bias_discs.COLUMN] if judged else []
    return [*(name for name in asked if name in there or name not in HEADINGS), *discs]


def answers_only(
    analyses: Sequence[Analysis], studies: Sequence[Study], families: Sequence[Family]
) -> tuple[Done, ...]:
    """Return every analysis with its outcome, without figures, tables or re-analyses."""
    done = []
    for analysis in analyses:
        try:
            pooled = synthesis.pool(studies, families, analysis.question, title=analysis.title)
            done.append(Done(analysis, pooled))
        except SelectionError as error:
            done.append(Done(analysis, None, error.message))
    return tuple(done)


def _draw_the_rest(pooled: Pooled, evidence: Evidence, name: str, folder: Path) -> None:
    """Write the figures beside the forest plot that an analysis has the studies for."""
    from mscevidence.publish.series_plot import draw_series

    there = {series.id for series in pooled.series}
    for kind in FIGURES:
        if kind == "posterior" and not _borrows(pooled):
            continue
        try:
            known = SERIES.get(kind) in there
            figure = draw_series(pooled, SERIES[kind]) if known else _drawn(kind, pooled, evidence)
        except (SelectionError, StatisticsError):
            # Too few studies, or a figure of rates asked of a comparison: the page simply has one figure less.
            continue
        described = describe_figure(kind, pooled)
        svg = figure_bytes(figure, "svg", title=f"{kind}: {pooled.title}", description=described)
        (folder / f"{name}-{kind}.svg").write_bytes(svg)


def _drawn(kind: str, pooled: Pooled, evidence: Evidence) -> Figure:
    return draw_figure(kind, pooled, studies=evidence.studies, families=evidence.families)


def _borrows(pooled: Pooled) -> bool:
    """Return whether an analysis is of diseases, one of which has so few studies that others may tell more."""
    if pooled.by == "condition":
        return min(len(group.rows) for group in pooled.groups) < ENOUGH
    return pooled.condition is not None and len(pooled.overall.rows) < ENOUGH


def _write(path: Path, text: str) -> None:
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
