"""Summary of findings: what each analysis found, and a draft of how certain it is after GRADE.

A draft only: indirectness, rating up and every number's meaning are left to a person, and no row is ever final.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from mscevidence import vocabulary
from mscevidence.errors import UnknownTermError
from mscevidence.model import Estimate, Group, Pooled, Study
from mscevidence.publish.contents import Done
from mscevidence.publish.sof.domains import (
    imprecision,
    inconsistency,
    indirectness,
    publication_bias,
    risk_of_bias,
)
from mscevidence.publish.sof.evidence import Body, Effect, body_of, risks_with
from mscevidence.publish.sof.rating import Rating

Asked = Literal["effect", "event-rate"]
LEVELS = ("Very low", "Low", "Moderate", "High")
DRAFT = "DRAFT for a human: no rating here is final"
CHOSEN_CASES = frozenset({"case-series", "retrospective-case-series", "case-report"})
"""Designs without a cohort that was followed up."""
VERY_LOW, LOW, HIGH = (LEVELS.index(level) for level in ("Very low", "Low", "High"))
ASKED: dict[str, str] = {"effect": "do the cells work?", "event-rate": "which rate is to be expected?"}
"""The questions, and what they ask; where the certainty of one arm starts depends on them."""


@dataclass(frozen=True)
class Start:
    """The level of certainty that the design gives before anything is rated, and why."""

    level: str
    why: str


@dataclass(frozen=True)
class Risks:
    """Patients with the event among 1000: control, with cells, and the difference, each with its limits."""

    control: float
    treated: tuple[float, float, float]

    @property
    def difference(self) -> tuple[float, float, float]:
        """Return how many more (or, below zero, fewer) have the event with cells."""
        value, lower, upper = (each - self.control for each in self.treated)
        return value, lower, upper


@dataclass(frozen=True)
class Row:
    """One row: an outcome in a group of studies. `certainty` is at most what is named while a domain is open.

    `time` is the time at risk of an incidence rate in the unit of its question; then `patients` is 0 where not told.
    """

    analysis: str
    group: str
    title: str
    pooled: Pooled
    estimate: Estimate
    studies: int
    patients: int
    control_patients: int | None
    time: float | None
    events: int
    control_events: int | None
    effect: Effect
    risks: Risks | None
    start: Start
    ratings: tuple[Rating, ...]

    @property
    def certainty(self) -> str:
        """Return the level that the rated domains leave."""
        return LEVELS[max(0, LEVELS.index(self.start.level) + sum(one.steps or 0 for one in self.ratings))]

    @property
    def open(self) -> tuple[str, ...]:
        """Return the domains that nobody has rated; what they take off is not in `certainty`."""
        return tuple(one.domain for one in self.ratings if one.steps is None)


@dataclass(frozen=True)
class Summary:
    """A summary of findings; `missing` says of analyses why they have no row."""

    title: str
    rows: tuple[Row, ...]
    missing: tuple[tuple[str, str], ...]
    asked: Asked
    status: str = DRAFT


def summary_of_findings(
    title: str, analyses: Iterable[Done], studies: Sequence[Study], *, asked: str = "effect", groups: bool = False
) -> Summary:
    """Return the draft for some analyses.

    Args:
        title: of the review.
        analyses: with their outcomes.
        studies: the records, for designs and appraisals.
        asked: ``effect``: do the cells work? ``event-rate``: which rate is to be expected? It decides on the start of
            analyses of one arm.
        groups: whether each subgroup has a row of its own before the whole.

    Raises:
        UnknownTermError: another question is asked.
    """
    question = next((each for each in get_args(Asked) if each == asked), None)
    if question is None:
        raise UnknownTermError(asked, kind="question", choices=get_args(Asked))
    by_id = {study.study: study for study in studies}
    rows: list[Row] = []
    missing: list[tuple[str, str]] = []
    for done in analyses:
        if done.pooled is None:
            missing.append((done.analysis.id, done.why_not))
            continue
        wanted = (*done.pooled.groups, done.pooled.overall) if groups else (done.pooled.overall,)
        rows += [_row(done.analysis.id, done.pooled, group, by_id, question) for group in wanted]
    return Summary(title, tuple(rows), tuple(missing), question)


def _row(analysis: str, pooled: Pooled, group: Group, studies: dict[str, Study], asked: Asked) -> Row:
    body = body_of(group, measure=pooled.question.measure, level=pooled.level, studies=studies)
    one, treated, control = body.first, risks_with(body), body.control_risk
    return Row(
        analysis=analysis,
        group=group.name,
        title=pooled.title if group.name == pooled.overall.name else f"{pooled.title}: {group.label}",
        pooled=pooled,
        estimate=one,
        studies=one.k,
        patients=one.patients,
        control_patients=one.control_patients,
        time=one.time,
        events=one.events,
        control_events=one.control_events,
        effect=body.effect,
        risks=None if control is None or treated is None else Risks(control, treated),
        start=start_of(body, asked),
        ratings=(
            risk_of_bias(body),
            inconsistency(body),
            imprecision(body),
            indirectness(body),
            publication_bias(body),
        ),
    )


def start_of(body: Body, asked: Asked) -> Start:
    """Return where the certainty starts: randomised comparisons High, others Low, single arms Very low.

    Where a rate to be expected is asked for, single arms start High. Balshem H et al., J Clin Epidemiol 2011;64:401
    (GRADE 3); Higgins JPT, Green S (editors), Cochrane Handbook 5.1.0, table 12.2.a (case series are Very low); Iorio A
    et al., BMJ 2015;350:h870 for rates.
    """
    if not body.comparative:
        return _start_of_rate(body, asked)
    of = {name: vocabulary.load("design")[study.design] for name, study in body.studies.items()}
    drawn = sum(row.study in of and of[row.study].randomised for row in body.group.rows)
    k = len(body.group.rows)
    if drawn == k:
        return Start(LEVELS[HIGH], f"High: {drawn} of {k} comparisons randomised (GRADE 3)")
    why = f"Low: {k - drawn} of {k} comparisons not randomised (GRADE 3)"
    tools = {appraisal.tool for study in body.studies.values() for appraisal in study.appraisal}
    if any(tool.startswith("robins-i") for tool in tools):
        why += "; appraised by ROBINS-I it may start High instead (Schünemann HJ et al., J Clin Epidemiol 2019;111:105)"
    return Start(LEVELS[LOW], why)


def _start_of_rate(body: Body, asked: Asked) -> Start:
    if asked == "event-rate":
        why = (
            "High: asked is which rate to expect, and cohorts followed up can tell (Iorio A et al., BMJ 2015;350:h870)"
        )
        chosen = sum(study.design in CHOSEN_CASES for study in body.studies.values())
        if chosen:
            why += f"; {chosen} of {len(body.studies)} are case series or reports, whose patients were chosen"
        return Start(LEVELS[HIGH], why)
    return Start(
        LEVELS[VERY_LOW],
        "Very low: asked is whether the cells work, and no arm is compared (as case series in table 12.2.a of the "
        "Cochrane Handbook 5.1.0); as a rate to be expected it would start High (Iorio A et al., BMJ 2015;350:h870)",
    )
