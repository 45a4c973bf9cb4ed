"""The PRISMA counts: every record in exactly one box of its column."""

from __future__ import annotations

import csv
import io
from typing import Any

from screening_samples import record, said

from mscevidence.model import Eligibility, ExclusionRule, FoundBy, SearchRun
from mscevidence.screening import Included, Record, flow, prisma_csv, prisma_values, standings

RULES = (ExclusionRule(id="animals", reason="animals", field="title", pattern="mice"),)
REASONS = {"wrong-outcome": "No outcome of interest; or none counted", "animals": "Not in humans"}


def run(source: str, records: int, **fields: Any) -> SearchRun:
    return SearchRun(
        id=f"2026-11-01-{source}",
        source=source,
        found_by=fields.pop("found_by", "database"),
        started="2026-11-01T08:00:00",
        finished=fields.pop("finished", "2026-11-01T08:01:00"),
        records=records,
        **fields,
    )


RECORDS = [record("a", "a again"), *(record(title) for title in ("b", "c", "d", "e", "f", "in mice", "site"))]
JUDGEMENTS = [
    said("a", "fe", "include"),
    said("a", "fe", "include", stage="report"),
    said("b", "fe", "include"),
    said("b", "fe", "exclude", stage="report", reason="wrong-outcome"),
    said("c", "fe", "maybe"),
    said("c", "fe", "not-retrieved", stage="report"),
    said("d", "fe", "exclude", reason="animals"),
    said("e", "fe", "include"),
    said("site", "fe", "include"),
    said("site", "fe", "exclude", stage="report"),
]
RUNS = [
    run("pubmed", 5, total=5),
    run("embase", 1, rejects=2, total=3),
    run("ctgov", 2, found_by="register"),
    run("by-hand", 1, found_by="website"),
]
HOW: dict[str, frozenset[FoundBy]] = {
    each.document.sha256: frozenset({"website" if each.document.title == "site" else "database"}) for each in RECORDS
}
INCLUDED = Included(None, None, total_studies=1, total_reports=1, total_studies_ma=1, total_reports_ma=1)


def counted(records: list[Record] = RECORDS, runs: list[SearchRun] = RUNS, included: Included = INCLUDED) -> Any:
    where = standings(records, Eligibility(reviewers=1, rules=RULES), JUDGEMENTS)
    return flow(runs, where, HOW, included, reasons=REASONS)


def test_the_counts_of_every_box() -> None:
    assert counted().counts == {
        "database_results": 8,
        "register_results": 2,
        "website_results": 1,
        "organisation_results": 0,
        "citations_results": 0,
        "duplicates": 1,
        "excluded_automatic": 1,
        "excluded_other": 2,
        "records_screened": 5,
        "records_excluded": 1,
        "dbr_sought_reports": 4,
        "dbr_notretrieved_reports": 1,
        "dbr_assessed": 2,
        "dbr_excluded": 1,
        "other_sought_reports": 1,
        "other_notretrieved_reports": 0,
        "other_assessed": 1,
        "other_excluded": 1,
        "previous_studies": None,
        "previous_reports": None,
        "new_studies": 1,
        "new_reports": 1,
        "total_studies": 1,
        "total_reports": 1,
        "total_studies_ma": 1,
        "total_reports_ma": 1,
    }


def test_what_comes_in_goes_out() -> None:
    found = counted()
    n = found.counts
    left = n["duplicates"] + n["excluded_automatic"] + n["excluded_other"] + n["records_screened"]
    assert n["database_results"] + n["register_results"] == left + found.waiting["records nobody has judged"]
    assert n["records_screened"] == n["records_excluded"] + n["dbr_sought_reports"]
    unread = found.waiting["reports not yet assessed in full"]
    assert n["dbr_sought_reports"] == n["dbr_notretrieved_reports"] + n["dbr_assessed"] + unread


def test_reasons_and_sources_are_counted_by_name() -> None:
    values = prisma_values(counted())
    assert values["dbr_excluded"] == "No outcome of interest, or none counted, 1"
    assert values["other_excluded"] == "no reason given, 1"
    assert values["database_specific_results"] == "embase, 3; PubMed, 5"
    assert values["register_specific_results"] == "ClinicalTrials.gov, 2"


def test_an_updated_review_knows_what_it_had() -> None:
    n = counted(included=Included(4, 6, total_studies=7, total_reports=10)).counts
    assert (n["previous_studies"], n["new_studies"], n["total_studies"]) == (4, 3, 7)
    assert (n["previous_reports"], n["new_reports"], n["total_reports"]) == (6, 4, 10)


def test_gaps_are_named() -> None:
    assert counted().gaps == ()
    runs = [run("pubmed", 5, total=9), run("embase", 4, total=50, finished=None)]
    gaps = counted(runs=runs, included=Included(None, None, total_studies=9, total_reports=12)).gaps
    assert gaps == (
        "PubMed announced 9 records for 2026-11-01-pubmed, 5 came",
        "the search 2026-11-01-embase of embase did not come to its end: 4 of 50 records",
        "12 new reports are in the study files, screening included 1: link or extract the others",
    )


def test_the_csv_has_the_columns_and_keys_of_the_diagram_tools() -> None:
    rows = list(csv.DictReader(io.StringIO(prisma_csv(counted()))))
    assert list(rows[0]) == ["data", "node", "box", "description", "boxtext", "tooltips", "url", "n"]
    numbers = {row["data"]: row["n"] for row in rows if row["data"] != "NA"}
    assert len(numbers) == 28
    assert (numbers["duplicates"], numbers["previous_studies"], numbers["total_studies_ma"]) == ("1", "NA", "1")
    nodes = [row["node"] for row in rows if row["node"] != "NA"]
    assert sorted(nodes, key=lambda node: int(node[4:])) == [f"node{number}" for number in range(1, 23)]
