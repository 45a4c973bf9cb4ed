"""Documents to reports, reports to studies, overlapping cohorts to families: so that a patient is counted once."""

from mscevidence.identify.linking import Linkage, graph_of, link
from mscevidence.identify.matching import Match, match

__all__ = ["Linkage", "Match", "graph_of", "link", "match"]
