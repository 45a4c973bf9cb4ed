"""A snapshot: what one edition says, small enough to be kept with it and compared with the next one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from mscevidence import __version__
from mscevidence.effects import study_label
from mscevidence.errors import SelectionError
from mscevidence.model import Pooled, Result, Study, result_key, time_point_text
from mscevidence.model.noun import Frozen
from mscevidence.protocol import EDITION_NAME
from mscevidence.publish.contents import Done
from mscevidence.publish.headline import headline
from mscevidence.publish.scale import scale_of

FILE_NAME = EDITION_NAME


class SeenResult(Frozen):
    """A result as an edition showed it; `value` is its numbers in words, `why` the reason of its last decision."""

    key: str
    place: str
    value: str
    quote: str
    report: str
    on: str
    by: str
    why: str = ""


class SeenStudy(Frozen):
    """A study as an edition showed it; `reports` are report ids with their status."""

    id: str
    label: str
    title: str
    condition: str
    reports: dict[str, str]
    results: tuple[SeenResult, ...]


class SeenAnalysis(Frozen):
    """An analysis as an edition showed it; numbers are None where there was no estimate."""

    id: str
    title: str
    answer: str
    outcome: str = ""
    unit: str = ""
    comparative: bool = False
    k: int = 0
    patients: int = 0
    effect: float | None = None
    lower: float | None = None
    upper: float | None = None
    studies: tuple[str, ...] = ()


class Snapshot(Frozen):
    """The studies and analyses of one state of the records; `day` is that of the newest decision in them."""

    day: str
    version: str
    studies: tuple[SeenStudy, ...]
    analyses: tuple[SeenAnalysis, ...]


def take_snapshot(studies: Sequence[Study], done: Sequence[Done]) -> Snapshot:
    """Return what an edition of these studies and analyses says."""
    return Snapshot(
        day=newest_decision(studies),
        version=__version__,
        studies=tuple(_study(study) for study in studies),
        analyses=tuple(_analysis(one) for one in done),
    )


def newest_decision(studies: Sequence[Study]) -> str:
    """Return the date of the last accepted value, such as ``2026-11-22``; empty when there is none."""
    return max((result.decision.on for study in studies for result in study.results), default="")


def read_snapshot(folder: Path) -> Snapshot:
    """Return the snapshot of a published folder.

    Raises:
        SelectionError: the folder holds none.
    """
    path = folder / "data" / FILE_NAME
    try:
        return Snapshot.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError) as error:
        hint = f"it must hold data/{FILE_NAME}: publish it again, or name a date"
        raise SelectionError(f"{folder} is not a published edition that can be compared", hint=hint) from error


def value_text(result: Result) -> str:
    """Return the numbers of a result: ``8/18``, ``12.5 %``, ``mean 4.2 (SD 1.1), n = 18``, ``not reported``."""
    if result.mean is not None:
        spread = f" (SD {result.sd:g})" if result.sd is not None else ""
        size = f", n = {result.n}" if isinstance(result.n, int) else ""
        return f"mean {result.mean:g}{spread}{size}"
    if isinstance(result.events, int):
        if result.person_time is not None:
            return f"{result.events} in {result.person_time:g} patient-{result.person_time_unit or 'time'}s"
        return f"{result.events}/{result.n}" if isinstance(result.n, int) else f"{result.events} of ?"
    if result.percent is not None:
        size = f" of {result.n}" if isinstance(result.n, int) else ""
        return f"{result.percent:g} %{size}"
    return "not reported" if result.events is not None else "no count"


def _study(study: Study) -> SeenStudy:
    return SeenStudy(
        id=study.study,
        label=study_label(study),
        title=study.title,
        condition=study.condition,
        reports={report.id: report.status for report in study.reports},
        results=tuple(_result(study, index) for index in range(len(study.results))),
    )


def _result(study: Study, index: int) -> SeenResult:
    result = study.results[index]
    decision = result.decision
    why = "; ".join(
        part
        for part in (f"corrected: {decision.corrected}" if decision.corrected else "", decision.reason or "")
        if part
    )
    at = time_point_text(result.time_point)
    return SeenResult(
        key=result_key(study, index),
        place=", ".join(part for part in (result.outcome, result.arm, at, result.source.report) if part),
        value=value_text(result),
        quote=result.source.quote,
        report=result.source.report,
        on=decision.on,
        by=decision.by,
        why=why,
    )


def _analysis(done: Done) -> SeenAnalysis:
    pooled = done.pooled
    if pooled is None:
        return SeenAnalysis(id=done.analysis.id, title=done.analysis.title or done.analysis.id, answer=done.why_not)
    return _answered(done.analysis.id, pooled)


def _answered(analysis_id: str, pooled: Pooled) -> SeenAnalysis:
    first, scale = pooled.overall.estimates[0], scale_of(pooled)
    return SeenAnalysis(
        id=analysis_id,
        title=pooled.title,
        outcome=pooled.outcome,
        answer=headline(first, pooled.level, scale),
        unit="points" if scale.id == "rate" else scale.unit.strip(),
        comparative=scale.comparative,
        k=first.k,
        patients=first.all_patients,
        effect=first.effect,
        lower=first.lower,
        upper=first.upper,
        studies=tuple(sorted({row.study for row in pooled.overall.rows})),
    )
