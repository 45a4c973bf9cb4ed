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
Measure = Literal["PLO", "PLN", "PAS", "PFT", "PR", "OR", "RR", "RD"]
Test = Literal["z", "t", "knha", "adhoc"]

COMPARISONS = frozenset({"OR", "RR", "RD"})
"""The measures that compare an arm with cells to a control arm; the others are of one arm."""


class Question(Frozen):
    """What an analysis asks: one outcome, in whom, grouped how, by which method.

    `at` is a time point such as ``12 months``. `derived` and `narrative_zeros` say what is done with results that the
    source does not print as counts. `allow_overlap` names families whose studies may all be counted (or ``all``): the
    explicit override of the protection against double counting.

    `measure` decides what a row of the analysis is: the rate of one arm, or a comparison of an arm with cells and a
    control arm (OR, RR, RD; `control` then names the only kind of control arm to be taken). `method` is a binomial
    model (``glmm``: for logits the binomial-normal one, for odds ratios ``cm.el``; RR and RD have none and begin with
    ``reml``), a method without a model for each study (``mh``, ``peto``), or an estimator of tau2 on `measure`;
    `test` is t for a model, z for Mantel-Haenszel and Peto, and Hartung-Knapp otherwise unless told.
    """

    outcome: str
    condition: str | None = None
    by: Grouping | None = None
    method: Method = "glmm"
    measure: Measure = "PLO"
    test: Test | None = None
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
        """Give risk ratios and differences, which have no binomial model here, the method they begin with."""
        if isinstance(values, dict) and values.get("measure") in {"RR", "RD"} and values.get("method") is None:
            return {**values, "method": "reml"}
        return values

    @property
    def comparative(self) -> bool:
        """Return whether a row compares two arms."""
        return self.measure in COMPARISONS
