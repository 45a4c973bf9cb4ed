"""What an edition is made of: the evidence, and each analysis with its outcome."""

from __future__ import annotations

import dataclasses

from mscevidence.model import Candidate, Document, Family, Finding, Link, Pooled, SearchRun, Study
from mscevidence.protocol import Analysis
from mscevidence.screening import Flow


@dataclasses.dataclass(frozen=True)
class Evidence:
    """Everything an edition is made from; a review that logs no searches has no `runs`, and `flow` is None."""

    studies: tuple[Study, ...]
    families: tuple[Family, ...]
    links: tuple[Link, ...] = ()
    documents: tuple[Document, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    findings: tuple[Finding, ...] = ()
    flow: Flow | None = None
    runs: tuple[SearchRun, ...] = ()


@dataclasses.dataclass(frozen=True)
class Done:
    """One analysis of an edition: its synthesis, or the sentence that says why there is none."""

    analysis: Analysis
    pooled: Pooled | None
    why_not: str = ""
