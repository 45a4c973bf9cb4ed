"""The question: what an analysis asks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mscevidence.model.noun import Frozen

Treatment = Literal["include", "exclude"]
Grouping = Literal["condition", "cell-source", "donor", "design", "phase"]
Method = Literal["glmm", "reml", "ml", "dl", "pm", "pmm", "eb", "sj", "he", "hs", "hsk", "ee"]
Measure = Literal["PLO", "PLN", "PAS", "PFT", "PR"]
Test = Literal["z", "t", "knha", "adhoc"]


class Question(Frozen):
    """What an analysis asks: one outcome, in whom, grouped how, by which method.

    `at` is a time point such as ``12 months``. `derived` and `narrative_zeros` say what is done with results that the
    source does not print as counts. `allow_overlap` names families whose studies may all be counted (or ``all``): the
    explicit override of the protection against double counting. `method` is the binomial-normal model (``glmm``, logit
    only) or an estimator of tau2 on `measure`; `test` is t for the model and Hartung-Knapp otherwise unless told.
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
    derived: Treatment = "include"
    narrative_zeros: Treatment = "exclude"
    allow_overlap: tuple[str, ...] = ()
    level: Annotated[float, Field(gt=0, lt=1)] = 0.95
