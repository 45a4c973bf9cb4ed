"""The question: what an analysis asks."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from mscevidence.model.noun import Frozen

Treatment = Literal["include", "exclude"]
Grouping = Literal["condition", "cell-source", "donor", "design", "phase"]
Method = Literal[
    "glmm", "cm.el", "cm.al", "um.fs", "um.rs", "mh", "peto",
    "reml", "ml", "dl", "pm", "pmm", "eb", "sj", "he", "hs", "hsk", "ee",
]  # fmt: skip
Measure = Literal["PLO", "PLN", "PAS", "PFT", "PR", "IRLN", "IR", "IRS", "OR", "RR", "RD"]
Test = Literal["z", "t", "knha", "adhoc"]

COMPARISONS = frozenset({"OR", "RR", "RD"})
"""The measures that compare an arm with cells to a control arm; the others are of one arm."""
INCIDENCES = frozenset({"IRLN", "IR", "IRS"})
"""The measures that count events over time at risk, or over treatments given; the others count patients."""


WITHOUT_A_MODEL = frozenset({"RR", "RD", "IR", "IRS"})
"""The measures whose analyses begin with REML. (The other measures of shares ask for a method by name.)"""


class Question(Frozen):
    """What an analysis asks: one outcome, in whom, grouped how, by which method.

    `at` is a time point such as ``12 months``. `derived` and `narrative_zeros` say what is done with results that the
    source does not print as counts. `allow_overlap` names families whose studies may all be counted (or ``all``): the
    explicit override of the protection against double counting.

    `measure` decides what a row of the analysis is: the rate of one arm (a share of its patients, or with IRLN, IR and
    IRS events over the time at risk in `time_unit`, which may also be ``infusion``), or a comparison of an arm with
    cells and a control arm (OR, RR, RD; `control` then names the only kind of control arm to be taken). `method` is a
    model of the counts (``glmm``: for logits the binomial-normal one, for logs of incidence rates the Poisson-normal
    one, for odds ratios ``cm.el``; RR, RD, IR and IRS have none and begin with ``reml``), a method without a model for
    each study (``mh``, ``peto``), or an estimator of tau2 on `measure`; `test` is t for a model, z for Mantel-Haenszel
    and Peto, and Hartung-Knapp otherwise unless told.
    """

    outcome: str
    condition: str | None = None
    by: Grouping | None = None
    method: Method = "glmm"
    measure: Measure = "PLO"
    test: Test | None = None
    time_unit: str = "year"
    at: str | None = None
    cell_source: str | None = None
    design: str | None = None
    control: str | None = None
    derived: Treatment = "include"
    narrative_zeros: Treatment = "exclude"
    allow_overlap: tuple[str, ...] = ()
    level: Annotated[float, Field(gt=0, lt=1)] = 0.95

    @model_validator(mode="before")
    @classmethod
    def _without_a_model(cls, values: Any) -> Any:
        """Give the measures that no model of counts is on the method they begin with."""
        if isinstance(values, dict) and values.get("measure") in WITHOUT_A_MODEL and values.get("method") is None:
            return {**values, "method": "reml"}
        return values

    @property
    def comparative(self) -> bool:
        """Return whether a row compares two arms."""
        return self.measure in COMPARISONS

    @property
    def incidence(self) -> bool:
        """Return whether events are counted over time at risk, not patients with the event."""
        return self.measure in INCIDENCES
