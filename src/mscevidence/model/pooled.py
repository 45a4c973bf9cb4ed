"""The pooled: the outcome of a synthesis, with everything a reader of the figure may ask."""

from __future__ import annotations

from pydantic import Field

from mscevidence.model.noun import Frozen
from mscevidence.model.question import Question


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


class ControlGroup(Frozen):
    """The control side of a comparison: its counts, and where they were read."""

    result: str
    report: str
    quote: str
    events: int
    n: int


class StudyRow(Frozen):
    """One study of an analysis, with its own effect and interval.

    `effect` is a rate on the 0-1 scale, or events per unit of `time` (person-time, or infusions, in the unit of the
    question; None in other analyses), or, where there is a `control` group to compare with, the odds ratio, risk ratio
    or risk difference of the analysis; it is None where a study has none of its own (no event in either arm). `events`
    and `n` are of the arms with cells; beside `time`, `n` is the patients, 0 where the source does not say. `numbers`
    are what a meta-regression may use: year, patients, dose (cells per kg and infusion). `marks` name the footnotes
    that apply, such as derived, narrative-zero, sum-of-arms. `columns` are the texts that a table or figure may show on
    request: dose, product, design, phase, follow-up, arm, control, reports, quote.
    """

    study: str
    label: str
    group: str
    result: str
    report: str
    quote: str
    events: int
    n: int
    time: float | None = None
    control: ControlGroup | None = None
    effect: float | None
    lower: float | None
    upper: float | None
    weight: float | None = None
    marks: tuple[str, ...] = ()
    numbers: dict[str, float] = Field(default_factory=dict)
    columns: dict[str, str] = Field(default_factory=dict)


class Estimate(Frozen):
    """What one method says of one set of studies.

    `effect` and its limits are on the scale of `StudyRow.effect`; `mu` and `tau2` on the scale of the analysis (logit,
    log ratio, ...). `events`, `patients` and `time` (of incidence rates) are of the arms with cells, `control_events`
    and `control_patients` of the control arms, None where there are none.

    `status` is ``estimated``, or says in one word why there is no estimate: ``boundary`` (all zero or all events),
    ``single`` (one study is shown, not pooled), ``none`` (no study), ``failed``. Missing numbers are None, never NaN.
    """

    method: str
    label: str
    status: str
    k: int
    events: int
    patients: int
    time: float | None = None
    control_events: int | None = None
    control_patients: int | None = None
    mu: float | None = None
    se: float | None = None
    effect: float | None = None
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

    @property
    def all_patients(self) -> int:
        """Return how many patients were counted, those of control arms too."""
        return self.patients + (self.control_patients or 0)


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


class Series(Frozen):
    """Named re-analyses that belong together: by every method, leaving one study out, adding study by study.

    `notes` are plain sentences about the whole series, such as that the conclusion depends on the method.
    """

    id: str
    title: str
    rows: tuple[tuple[str, Estimate], ...]
    notes: tuple[str, ...] = ()


class SmallStudyTest(Frozen):
    """One test for small-study effects: name, statistic with its degrees of freedom, p, and what it found in words."""

    name: str
    statistic: float | None
    df: float | None = None
    p: float | None = None
    finding: str


class Coefficient(Frozen):
    """A coefficient of a meta-regression on the scale of the analysis.

    `effect` and its limits are what a reader is told: its exponential (an odds ratio; in
    comparisons a ratio of ratios), or for risk differences itself.
    """

    name: str
    estimate: float
    se: float
    p: float
    effect: float
    lower: float
    upper: float


class Moderation(Frozen):
    """Whether the rate goes with a property of the studies: a mixed-effects meta-regression.

    `missing` are the studies without the property, which are left out. `p` tests all coefficients but the intercept;
    `r2` is the per cent of the variance between studies that they explain.
    """

    moderator: str
    k: int
    coefficients: tuple[Coefficient, ...] = ()
    statistic: float | None = None
    df: tuple[float, float | None] | None = None
    p: float | None = None
    tau2: float | None = None
    r2: float | None = None
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class BorrowedRate(Frozen):
    """A rate with its interval, as proportions."""

    rate: float
    lower: float
    upper: float


class BorrowedGroup(Frozen):
    """One disease without, with, and with robust borrowing from the others.

    `weight` is the share of the estimate under partial pooling that comes from other diseases; `alike` the posterior
    probability, in the robust mixture, that the disease is like the others.
    """

    name: str
    k: int
    events: int
    patients: int
    alone: BorrowedRate
    partial: BorrowedRate
    robust: BorrowedRate
    weight: float
    alike: float


class Borrowed(Frozen):
    """A hierarchical model of studies in diseases: what each disease borrows from the others.

    `highlight` is the sentence on the disease that was asked about, if one was.
    """

    groups: tuple[BorrowedGroup, ...]
    between: float
    within: float
    new: BorrowedRate
    highlight: str = ""
    notes: tuple[str, ...] = ()


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
    series: tuple[Series, ...] = ()
    borrowed: Borrowed | None = None
    moderation: tuple[Moderation, ...] = ()
    small_study_tests: tuple[SmallStudyTest, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    choices: tuple[Choice, ...] = ()
    overrides: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    footnotes: dict[str, str] = Field(default_factory=dict)
    question: Question
