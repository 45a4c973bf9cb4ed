"""Analyses as a user asks for them: a question and records to a `Pooled` that knows everything a reader may ask."""

from mscevidence.synthesis.additions import with_moderators, with_series, with_small_study_tests
from mscevidence.synthesis.borrowing import Densities, borrow, borrow_densities
from mscevidence.synthesis.doses import DoseArm, Doses, doses
from mscevidence.synthesis.explanation import explain
from mscevidence.synthesis.pooling import pool, title_of

__all__ = [
    "Densities",
    "DoseArm",
    "Doses",
    "borrow",
    "borrow_densities",
    "doses",
    "explain",
    "pool",
    "title_of",
    "with_moderators",
    "with_series",
    "with_small_study_tests",
]
