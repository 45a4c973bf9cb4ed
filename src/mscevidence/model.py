"""The nouns: document, report, study, arm, candidate, record, result, pooled.

All are frozen. A field that is ``None`` (or absent in a study file) was *not yet extracted*; the word ``not-reported``
says that somebody looked and the source does not tell; zero is zero. Fields marked with a vocabulary kind hold the id
of a term of `mscevidence.vocabulary`; the loader of study files checks them and the JSON Schema lists the valid ids.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

NOT_REPORTED = "not-reported"
NotReported = Literal["not-reported"]

Span = tuple[int, int]
"""Start and end (exclusive) in the canonical text of a document, in Unicode code points."""


def _whole_as_int(value: float) -> float | int:
    return int(value) if float(value).is_integer() and abs(value) < 1e15 else value


Number = Annotated[float, Field(strict=True), PlainSerializer(_whole_as_int)]
"""A number that is written without a trailing ``.0`` when it is whole."""


def in_vocabulary(kind: str, description: str = "") -> Any:
    """Return the pydantic field metadata of a string that must be the id of a term of `kind`."""
    extra: dict[str, Any] = {"vocabulary": kind}
    return Field(json_schema_extra=extra, description=description or None)


Count = Annotated[int, Field(strict=True, ge=0)]
"""A whole number of people or events."""

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._:/()-]*$", max_length=120)]
YearMonth = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]


class Frozen(BaseModel):
    """Base of the nouns: immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, coerce_numbers_to_str=True)


# --- document -------------------------------------------------------------------------------------------------------


class Section(Frozen):
    """A labelled part of a document; `span` covers the body without the label."""

    name: str
    span: Span


class Author(Frozen):
    """One author as printed; `presenting` and `member` are None where the format does not show them."""

    name: str
    degrees: tuple[str, ...] = ()
    affiliations: tuple[str, ...] = ()
    presenting: bool | None = None
    member: bool | None = None


class Identifier(Frozen):
    """An identifier found in a document, such as kind ``nct`` and value ``NCT04014166``."""

    kind: str
    value: str
    span: Span | None = None


class Document(Frozen):
    """One captured source and its canonical text.

    `sha256` is the hash of the bytes as captured. `text` is fixed once by the reader (Unicode NFC, dose exponents
    readable as ``10^6``) and every span of every candidate and result counts in it.
    """

    sha256: str
    format: str
    reader: str
    text: str
    title: str = ""
    status: Annotated[str, in_vocabulary("report-status")] = "published"
    kind: Annotated[str, in_vocabulary("report-kind")] = "article"
    number: str | None = None
    meeting: str | None = None
    program: str | None = None
    presentation: str | None = None
    session: str | None = None
    topics: tuple[str, ...] = ()
    date: str | None = None
    date_text: str | None = None
    journal: str | None = None
    authors: tuple[Author, ...] = ()
    affiliations: dict[str, str] = {}
    sections: tuple[Section, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    disclosures: str | None = None
    off_label_disclosure: str | None = None
    url: str | None = None
    name: str | None = None
    retrieved: str | None = None
    notes: tuple[str, ...] = ()

    def section_at(self, position: int) -> str:
        """Return the name of the section that contains a position of the text, or an empty string."""
        return next((s.name for s in self.sections if s.span[0] <= position < s.span[1]), "")

    def identifier(self, kind: str) -> str | None:
        """Return the first identifier of a kind, or None."""
        return next((i.value for i in self.identifiers if i.kind == kind), None)


# --- candidate ------------------------------------------------------------------------------------------------------

Severity = Literal["error", "warning", "note"]


class Finding(Frozen):
    """What a check says: id of the check, severity, one sentence, and what it is about."""

    check: str
    severity: Severity
    sentence: str
    subject: str = ""
    file: str = ""
    line: int = 0


class Value(Frozen):
    """One value inside a candidate, with its own place in the text.

    `role` says what the number is: events, n, percent, value, lower, upper, infusions, interval-days, from, to, text.
    `text` is the raw words at `span`; `number` the parsed value in `unit`; `normal` the settled form of a value that is
    no number, such as ``2019-11`` for ``November 2019``; `derived` tells a value that the characters of the candidate
    do not show: it was computed, or taken from another place (`span`).
    """

    role: str
    text: str
    span: Span | None
    number: Number | None = None
    unit: str | None = None
    normal: str | None = None
    derived: bool = False


CandidateKind = Literal["result", "part", "participants", "dose", "criterion", "enrolment-period", "registration"]


class Candidate(Frozen):
    """A value proposed by an extractor.

    A ``part`` splits the events of another candidate (`part_of`): its n is those events, not the patients.
    `certainty` is a class given by the rule: ``stated`` in the text, ``derived`` by arithmetic, ``ambiguous`` when the
    arm or the outcome could not be settled. `arm` is the label as the text gives it, ``all`` for everybody.
    """

    id: str
    document: str
    kind: CandidateKind
    rule: str
    span: Span
    quote: str
    section: str = ""
    values: tuple[Value, ...] = ()
    arm: str | None = None
    arm_span: Span | None = None
    outcome: str | None = None
    outcome_text: str | None = None
    outcome_span: Span | None = None
    time_point: str | None = None
    certainty: Literal["stated", "derived", "ambiguous"] = "stated"
    part_of: str | None = None
    findings: tuple[Finding, ...] = ()

    def value(self, role: str) -> Value | None:
        """Return the value with a role, or None."""
        return next((v for v in self.values if v.role == role), None)

    def number(self, role: str) -> float | None:
        """Return the number with a role, or None."""
        found = self.value(role)
        return found.number if found else None


# --- record: one study file -----------------------------------------------------------------------------------------


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
    """Answers of one rater to one appraisal tool: item or domain -> level."""

    tool: Annotated[str, in_vocabulary("appraisal-tool")]
    by: Annotated[str, Field(min_length=1)]
    on: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    answers: dict[str, str]


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


# --- linkage --------------------------------------------------------------------------------------------------------


class Link(Frozen):
    """An edge between two reports or studies, with its reason.

    `kind` is ``same-study`` (patients are the same), ``overlap`` (patients are, or may be, partly the same) or
    ``look-alike`` (alike, but judged different patients). `basis` names the evidence (registration, doi, declared,
    title, centre-and-dates, ...); `decided` tells a link that a person settled from one that is only proposed.
    """

    kind: Literal["same-study", "overlap", "look-alike"]
    left: str
    right: str
    basis: str
    reason: str
    decided: bool = False


class Family(Frozen):
    """Studies that share, or may share, patients: an analysis takes at most one of them."""

    id: str
    studies: tuple[str, ...]
    reasons: tuple[str, ...] = ()


# --- question -------------------------------------------------------------------------------------------------------

Treatment = Literal["include", "exclude"]
Grouping = Literal["condition", "cell-source", "donor", "design", "phase"]
Method = Literal["glmm", "reml"]


class Question(Frozen):
    """What an analysis asks: one outcome, in whom, grouped how, by which method.

    `at` is a time point such as ``12 months``. `derived` and `narrative_zeros` say what is done with results that the
    source does not print as counts. `allow_overlap` names families whose studies may all be counted (or ``all``): the
    explicit override of the protection against double counting.
    """

    outcome: str
    condition: str | None = None
    by: Grouping | None = None
    method: Method = "glmm"
    at: str | None = None
    cell_source: str | None = None
    design: str | None = None
    derived: Treatment = "include"
    narrative_zeros: Treatment = "exclude"
    allow_overlap: tuple[str, ...] = ()
    level: Annotated[float, Field(gt=0, lt=1)] = 0.95


# --- pooled ---------------------------------------------------------------------------------------------------------


class Exclusion(Frozen):
    """A study or result that is not in an analysis, and why. `what` is a result key, a study id or a report id."""

    what: str
    label: str
    reason: str


class Choice(Frozen):
    """Which result of a study (or study of a family) an analysis takes, why, and what it leaves out."""

    what: str
    taken: str
    reason: str
    left_out: tuple[str, ...] = ()


class StudyRow(Frozen):
    """One study of an analysis, with its exact interval on the 0-1 scale.

    `marks` name the footnotes that apply: derived, narrative-zero, sum-of-arms, secondary, cancelled, judged.
    `columns` are the texts that a table or figure may show on request: dose, product, design, phase, follow-up, arm,
    reports, quote.
    """

    study: str
    label: str
    group: str
    result: str
    report: str
    quote: str
    events: int
    n: int
    proportion: float
    lower: float
    upper: float
    weight: float | None = None
    marks: tuple[str, ...] = ()
    columns: dict[str, str] = {}


class Estimate(Frozen):
    """What one method says of one set of studies; proportions on the 0-1 scale, `mu` and `tau2` on the logit scale.

    `status` is ``estimated``, or says in one word why there is no estimate: ``boundary`` (all zero or all events),
    ``single`` (one study is shown, not pooled), ``none`` (no study), ``failed``. Missing numbers are None, never NaN.
    """

    method: str
    label: str
    status: str
    k: int
    events: int
    patients: int
    mu: float | None = None
    se: float | None = None
    proportion: float | None = None
    lower: float | None = None
    upper: float | None = None
    prediction_lower: float | None = None
    prediction_upper: float | None = None
    tau2: float | None = None
    i2: float | None = None
    q: float | None = None
    q_df: int | None = None
    q_p: float | None = None
    q_name: str | None = None
    log_likelihood: float | None = None
    notes: tuple[str, ...] = ()


class Group(Frozen):
    """The studies of one subgroup (or of the whole analysis, name ``overall``) and what each method makes of them.

    `estimates` holds the requested (or default) method first, the alternatives after it.
    """

    name: str
    label: str
    rows: tuple[StudyRow, ...]
    estimates: tuple[Estimate, ...] = ()


class BetweenGroups(Frozen):
    """Test between subgroups: Q, degrees of freedom, p, and what it was computed from."""

    q: float | None
    df: int
    p: float | None
    method: str
    note: str | None = None


class Pooled(Frozen):
    """The outcome of a synthesis, with everything a reader of the figure may ask.

    `groups` is empty without ``--by``; `overall` always holds every row in display order. `sensitivity` are named
    re-analyses (with narrative zeros, without derived results). `overrides` are the double-counting protections that
    the user lifted.
    """

    title: str
    outcome: str
    outcome_label: str
    condition: str | None = None
    by: str | None = None
    level: float = 0.95
    interval_method: str = "Clopper-Pearson"
    weighting: str = ""
    groups: tuple[Group, ...] = ()
    overall: Group
    between: BetweenGroups | None = None
    sensitivity: tuple[tuple[str, Estimate], ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    choices: tuple[Choice, ...] = ()
    overrides: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    footnotes: dict[str, str] = {}
    question: Question
