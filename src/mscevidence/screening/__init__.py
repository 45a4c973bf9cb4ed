"""Eligibility decisions, and the PRISMA counts that follow from them."""

from mscevidence.screening.agreement import Agreement, agreements, cohen_kappa
from mscevidence.screening.eligibility import excluded_by_rule, year
from mscevidence.screening.flow import Flow, Included, flow, source_name
from mscevidence.screening.judgements import FOLDER, append_judgements, load_judgements
from mscevidence.screening.prisma import found_by_of, prisma_csv, prisma_values
from mscevidence.screening.standing import Record, Standing, State, standings

__all__ = [
    "FOLDER",
    "Agreement",
    "Flow",
    "Included",
    "Record",
    "Standing",
    "State",
    "agreements",
    "append_judgements",
    "cohen_kappa",
    "excluded_by_rule",
    "flow",
    "found_by_of",
    "load_judgements",
    "prisma_csv",
    "prisma_values",
    "source_name",
    "standings",
    "year",
]
