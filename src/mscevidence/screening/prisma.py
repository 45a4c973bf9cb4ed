"""PRISMA.csv: the flow as the PRISMA 2020 flow diagram tools read it, and as a plain object with the same keys."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from mscevidence.model import FoundBy
from mscevidence.screening.flow import Column, Flow

COLUMNS = ("data", "node", "box", "description", "boxtext", "tooltips", "url", "n")

ROWS: tuple[tuple[str, str, str, str], ...] = (
    ("", "node4", "prevstud", "Previous studies"),
    ("previous_studies", "node5", "box1", "Studies included in previous version of review"),
    ("previous_reports", "", "box1", "Reports of studies included in previous version of review"),
    ("", "node6", "newstud", "Identification of new studies via databases and registers"),
    ("database_results", "node7", "box2", "Databases"),
    ("database_specific_results", "", "box2", "Databases by name"),
    ("register_results", "", "box2", "Registers"),
    ("register_specific_results", "", "box2", "Registers by name"),
    ("", "node16", "othstud", "Identification of new studies via other methods"),
    ("website_results", "node17", "box11", "Websites"),
    ("organisation_results", "", "box11", "Organisations"),
    ("citations_results", "", "box11", "Citation searching"),
    ("duplicates", "node8", "box3", "Duplicate records"),
    ("excluded_automatic", "", "box3", "Records marked as ineligible by automation tools"),
    ("excluded_other", "", "box3", "Records removed for other reasons"),
    ("records_screened", "node9", "box4", "Records screened"),
    ("records_excluded", "node10", "box5", "Records excluded"),
    ("dbr_sought_reports", "node11", "box6", "Reports sought for retrieval"),
    ("dbr_notretrieved_reports", "node12", "box7", "Reports not retrieved"),
    ("other_sought_reports", "node18", "box12", "Reports sought for retrieval"),
    ("other_notretrieved_reports", "node19", "box13", "Reports not retrieved"),
    ("dbr_assessed", "node13", "box8", "Reports assessed for eligibility"),
    ("dbr_excluded", "node14", "box9", "Reports excluded"),
    ("other_assessed", "node20", "box14", "Reports assessed for eligibility"),
    ("other_excluded", "node21", "box15", "Reports excluded"),
    ("new_studies", "node15", "box10", "New studies included in review"),
    ("new_reports", "", "box10", "Reports of new included studies"),
    ("total_studies", "node22", "box16", "Total studies included in review"),
    ("total_reports", "", "box16", "Reports of total included studies"),
    ("total_studies_ma", "", "box16", "Studies in a meta-analysis"),
    ("total_reports_ma", "", "box16", "Reports of studies in a meta-analysis"),
    ("", "node1", "identification", "Identification"),
    ("", "node2", "screening", "Screening"),
    ("", "node3", "included", "Included"),
)
"""Key, node, box and text of each row; rows without a key are the titles of the diagram."""


def prisma_csv(flow: Flow) -> str:
    """Return PRISMA.csv: one row per key, `n` a number or, by reason and by source, ``Reason, 3; Other reason, 1``."""
    values = prisma_values(flow)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for key, node, box, text in ROWS:
        value = values.get(key)
        shown = 0 if not key else "NA" if value is None else value
        writer.writerow(
            [key or "NA", node or "NA", box, text, text, text if node else "NA", f"{key or box}.html", shown]
        )
    return out.getvalue()


def prisma_values(flow: Flow) -> dict[str, int | str | None]:
    """Return the value of every key, in the order of the diagram; excluded reports by reason, results by source."""
    values: dict[str, int | str | None] = {key: flow.counts.get(key) for key, *_ in ROWS if key}
    values["database_specific_results"] = _listed(flow.sources.get("database", {}))
    values["register_specific_results"] = _listed(flow.sources.get("register", {}))
    columns: tuple[Column, ...] = ("dbr", "other")
    for column in columns:
        values[f"{column}_excluded"] = _listed(flow.excluded.get(column, {}))
    return values


def _listed(numbers: Mapping[str, int]) -> str:
    # The readers of this file split at semicolons and at the last comma.

    return "; ".join(f"{words.replace(';', ',')}, {number}" for words, number in numbers.items())


REGISTERS = frozenset(
    (
        "ctgov",
        "clinicaltrials.gov",
        "ictrp",
        "eudract",
        "ctis",
        "chictr",
        "isrctn",
        "umin",
        "jprn",
        "actrn",
        "drks",
        "ctri",
        "eu-clinical-trials-register",
        "anzctr",
        "umin-ctr",
        "jrct",
    )
)
"""Sources that are trial registers, by the names that searches and exports give them."""


def found_by_of(source: str) -> FoundBy:
    """Return whether a source is a register or a database."""
    return "register" if source.casefold() in REGISTERS else "database"
