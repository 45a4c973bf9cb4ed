"""Arithmetic and plausibility of candidates and records, and the chain from a number to its characters.

Every check has an id, a severity and a sentence (`CHECKS`). A check never changes a number: it attaches or returns
findings.
"""

from __future__ import annotations

from mscevidence.check.candidates import check_candidates
from mscevidence.check.provenance import check_provenance
from mscevidence.check.registry import CHECKS, Check
from mscevidence.check.study import check_study

__all__ = ["CHECKS", "Check", "check_candidates", "check_provenance", "check_study"]
