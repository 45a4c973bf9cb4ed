"""Documents to reports, reports to studies, overlapping cohorts to families: so that a patient is counted once."""

from mscevidence.identify.citation import Citation
from mscevidence.identify.comparing import Pair
from mscevidence.identify.decisions import Decision
from mscevidence.identify.duplicates import Duplicates, find_duplicates
from mscevidence.identify.groups import Group
from mscevidence.identify.linking import Linkage, families_of, graph_of, link
from mscevidence.identify.matching import Match, match
from mscevidence.identify.reports import Patients, ReportLinks, link_reports

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
