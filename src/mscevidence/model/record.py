"""The record: reports, arms, results and decisions of one study, as its study file holds them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mscevidence.model.noun import Count, Frozen, NotReported, Number, Slug, Span, YearMonth, in_vocabulary


class Centre(Frozen):
    """A trial site."""

    name: str | None = None
    city: str | None = None
    country: str | None = None


class EnrolmentPeriod(Frozen):
    """First and last month of enrolment."""

    start: YearMonth | NotReported | None = Field(default=None, alias="from")
    end: YearMonth | NotReported | None = Field(default=None, alias="to")


class CellProduct(Frozen):
    """What was given. Every field may be ``not-reported``."""

    name: str | None = None
    source: Annotated[str | None, in_vocabulary("cell-source")] = None
    donor: Annotated[str | None, in_vocabulary("donor")] = None
    passage: str | None = None
    viability: str | None = None
    cryopreserved: bool | NotReported | None = None


class Dose(Frozen):
    """Cells per infusion. `text` keeps what a number cannot say (ranges, medians, every two weeks)."""

    value: Annotated[Number, Field(gt=0)] | NotReported | None = None
    unit: Annotated[str | None, in_vocabulary("dose-unit")] = None
    infusions: Annotated[int, Field(strict=True, gt=0)] | NotReported | None = None
    interval_days: Annotated[Number, Field(gt=0)] | NotReported | None = None
    route: Annotated[str | None, in_vocabulary("route")] = None
    text: str | None = None


class TimePoint(Frozen):
    """When an outcome was judged, counted from the first infusion; `text` where a number does not do."""

    value: Annotated[Number, Field(ge=0)] | None = None
    unit: Annotated[str | None, in_vocabulary("time-unit")] = None
    text: str | None = None


class Source(Frozen):
    """Where a number was read: report, quote (the few words around the numeral), and the exact place when captured.

    `document` is the sha256 of the captured bytes and `span` counts in that document's canonical text.
    """

    report: Slug
    quote: Annotated[str, Field(min_length=1, max_length=400)]
    section: str | None = None
    document: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    span: Span | None = None


class Decision(Frozen):
    """Who accepted a value, when, and what it came from (``rule:...``, ``person``, ``facts-sheet``, ``registry``)."""

    by: Annotated[str, Field(min_length=1)]
    on: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    origin: Annotated[str, Field(alias="from", min_length=1)]
    corrected: str | None = None
    reason: str | None = None


class Report(Frozen):
    """One publication about a study. `unverified` names bibliographic fields that the source seen did not show."""

    id: Slug
    kind: Annotated[str, in_vocabulary("report-kind")]
    status: Annotated[str, in_vocabulary("report-status")] = "published"
    year: Annotated[int, Field(strict=True, ge=1950, le=2100)] | None = None
    first_author: str | None = None
    title: str | None = None
    journal: str | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    doi: Annotated[str, Field(pattern=r"^10\.\d{4,9}/\S+$")] | None = None
    pmid: Annotated[str, Field(pattern=r"^\d+$")] | None = None
    number: str | None = None
    meeting: str | None = None
    url: str | None = None
    documents: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()
    note: str | None = None


class Arm(Frozen):
    """A group of patients. `combines` names arms that this one is the sum of."""

    id: Slug
    name: str | None = None
    role: Annotated[str, in_vocabulary("arm-role")]
    dose: Dose | None = None
    cell_product: CellProduct | None = None
    enrolled: Count | NotReported | None = None
    treated: Count | NotReported | None = None
    evaluable: Count | NotReported | None = None
    combines: tuple[Slug, ...] = ()


class Derivation(Frozen):
    """How a number that the source does not print was obtained."""

    method: Annotated[str, in_vocabulary("derivation")]
    steps: Annotated[str, Field(min_length=1)]


class NarrativeZero(Frozen):
    """A zero that rests on a phrase: its scope as worded (related? serious?), kept apart from a counted 0/n."""

    scope: Annotated[str, Field(min_length=1)]


class Result(Frozen):
    """One number pair: outcome, arm, events and n (or events and person-time; or mean, sd, n)."""

    outcome: Annotated[str, in_vocabulary("outcome")]
    arm: Slug
    events: Count | NotReported | None = None
    n: Count | NotReported | None = None
    person_time: Annotated[Number, Field(gt=0)] | None = None
    person_time_unit: Annotated[str | None, in_vocabulary("time-unit")] = None
    mean: Number | None = None
    sd: Annotated[Number, Field(ge=0)] | None = None
    percent: Annotated[Number, Field(ge=0, le=100)] | None = None
    definition: str | None = None
    term: str | None = None
    population: Annotated[str | None, in_vocabulary("population")] = None
    time_point: TimePoint | None = None
    derived: Derivation | None = None
    narrative_zero: NarrativeZero | None = None
    parts: tuple[Part, ...] = ()
    source: Source
    decision: Decision
    note: str | None = None

    def counts(self) -> tuple[int, int] | None:
        """Return (events, n) when both are numbers, else None."""
        return (self.events, self.n) if isinstance(self.events, int) and isinstance(self.n, int) else None


class Part(Frozen):
    """A share of a result's events, such as 2 of the 4 patients with serious events had bleeding."""

    term: Annotated[str, Field(min_length=1)]
    outcome: Annotated[str | None, in_vocabulary("outcome")] = None
    events: Count
    source: Source
    decision: Decision


class Overlap(Frozen):
    """Membership in a family of studies that share, or may share, patients."""

    family: Slug
    reason: Annotated[str, Field(min_length=1)]


class Verdict(Frozen):
    """What a reviewer said of a candidate of a document, so that it is not asked again (or, deferred, comes back)."""

    candidate: str
    document: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    verdict: Literal["accepted", "rejected", "deferred"]
    rule: str
    quote: str
    report: Slug
    by: Annotated[str, Field(min_length=1)]
    on: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    reason: str | None = None


class Appraisal(Frozen):
    """Answers of one rater to one appraisal tool: item or domain -> level.

    `support` holds where the words stand that each answer rests on. `result` is the address of the result that was
    judged, for tools that judge results (RoB 2, ROBINS-I); it is the whole study otherwise.
    """

    tool: Annotated[str, in_vocabulary("appraisal-tool")]
    by: Annotated[str, Field(min_length=1)]
    on: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    result: str | None = None
    answers: dict[str, str]
    overall: str | None = None
    support: dict[str, Source] = Field(default_factory=dict)


class Adjudication(Frozen):
    """One difference between two extractors and how it was settled; `place` says what of the record it was about."""

    place: Annotated[str, Field(min_length=1)]
    extractors: tuple[str, str]
    first: str
    second: str
    taken: Literal["first", "second"]
    reason: Annotated[str, Field(min_length=1)]
    by: Annotated[str, Field(min_length=1)]
    on: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Criterion(Frozen):
    """An eligibility criterion as reported: a bound or a range of a quantity, with its quote."""

    quantity: Annotated[str, Field(min_length=1)]
    minimum: Number | None = None
    maximum: Number | None = None
    unit: str | None = None
    source: Source
    decision: Decision


class Study(Frozen):
    """One trial or cohort of patients: the content of ``extracted/<study>.yaml``.

    `label` is the short name for figures where first author and year of a primary report do not give it.
    """

    study: Slug
    label: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    title: Annotated[str, Field(min_length=1)]
    condition: Annotated[str, in_vocabulary("condition")]
    condition_detail: str | None = None
    design: Annotated[str, in_vocabulary("design")]
    phase: Annotated[str | None, in_vocabulary("phase")] = None
    registrations: tuple[str, ...] = ()
    centres: tuple[Centre, ...] = ()
    enrolment: EnrolmentPeriod | None = None
    cell_product: CellProduct | None = None
    criteria: tuple[Criterion, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    reports: Annotated[tuple[Report, ...], Field(min_length=1)]
    arms: tuple[Arm, ...] = ()
    results: tuple[Result, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    appraisal: tuple[Appraisal, ...] = ()
    adjudications: tuple[Adjudication, ...] = ()
    notes: tuple[str, ...] = ()

    def arm(self, arm_id: str) -> Arm | None:
        """Return the arm with an id, or None."""
        return next((a for a in self.arms if a.id == arm_id), None)

    def report(self, report_id: str) -> Report | None:
        """Return the report with an id, or None."""
        return next((r for r in self.reports if r.id == report_id), None)


Result.model_rebuild()


def result_key(study: Study, index: int) -> str:
    """Return the address of a result: ``study/arm/outcome``, with ``@time`` and ``#2`` where needed to be unique."""
    keys: dict[str, int] = {}
    key = ""
    for result in study.results[: index + 1]:
        key = f"{study.study}/{result.arm}/{result.outcome}"
        if result.time_point is not None:
            key += f"@{time_point_text(result.time_point).replace(' ', '-')}"
        keys[key] = keys.get(key, 0) + 1
        if keys[key] > 1:
            key += f"#{keys[key]}"
    return key


def time_point_text(time_point: TimePoint | None) -> str:
    """Return a time point for reading, such as ``12 months``; empty when there is none."""
    if time_point is None:
        return ""
    if time_point.value is None:
        return time_point.text or ""
    number = f"{time_point.value:g}"
    unit = time_point.unit or ""
    return f"{number} {unit}{'' if time_point.value == 1 or not unit else 's'}".strip()
