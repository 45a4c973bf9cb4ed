"""Documents to reports, reports to studies, overlapping cohorts to families: so that a patient is counted once.

Names are imported when they are first used: who asks for families does not wait for the comparing of citations.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mscevidence.identify.citation import Citation
    from mscevidence.identify.comparing import Pair
    from mscevidence.identify.decisions import Decision
    from mscevidence.identify.duplicates import Duplicates, find_duplicates
    from mscevidence.identify.groups import Group
    from mscevidence.identify.linking import Linkage, families_of, graph_of, link
    from mscevidence.identify.matching import Match, match
    from mscevidence.identify.reports import Patients, ReportLinks, link_reports

_HOMES = {
    "citation": ("Citation",),
    "comparing": ("Pair",),
    "decisions": ("Decision",),
    "duplicates": ("Duplicates", "find_duplicates"),
    "groups": ("Group",),
    "linking": ("Linkage", "families_of", "graph_of", "link"),
    "matching": ("Match", "match"),
    "reports": ("Patients", "ReportLinks", "link_reports"),
}
_HOME = {name: module for module, exported in _HOMES.items() for name in exported}

__all__ = [
    "Citation",
    "Decision",
    "Duplicates",
    "Group",
    "Linkage",
    "Match",
    "Pair",
    "Patients",
    "ReportLinks",
    "families_of",
    "find_duplicates",
    "graph_of",
    "link",
    "link_reports",
    "match",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
