"""The PRISMA 2020 flow of a review, counted from its searches, its screening and its study files.

Page MJ et al., The PRISMA 2020 statement, BMJ 2021;372:n71, figure 1. What is counted in one box is found again in
those that follow: `Flow.gaps` names every box where this does not hold, and why.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from mscevidence.model import FoundBy, SearchRun
from mscevidence.screening.standing import Standing

Column = Literal["dbr", "other"]
"""Databases and registers, or other methods (websites, organisations, citations)."""

COLUMN: dict[FoundBy, Column] = {
    "database": "dbr",
    "register": "dbr",
    "website": "other",
    "organisation": "other",
    "citation": "other",
}
IDENTIFIED = {
    "database": "database_results",
    "register": "register_results",
    "website": "website_results",
    "organisation": "organisation_results",
    "citation": "citations_results",
}


@dataclasses.dataclass(frozen=True)
class Included:
    """How many studies and reports are in a review: in the version before, now, and in a meta-analysis."""

    previous_studies: int | None
    previous_reports: int | None
    total_studies: int
    total_reports: int
    total_studies_ma: int | None = None
    total_reports_ma: int | None = None


@dataclasses.dataclass(frozen=True)
class Flow:
    """The counts of the diagram by their keys, and what the diagram has no box for.

    Attributes:
        counts: numbers by key of PRISMA.csv; None for the boxes of an earlier version in a new review.
        sources: records of each database and register, by the name of the source for people.
        excluded: reports excluded at full text by reason, for each column.
        waiting: records and reports that nobody, or not enough reviewers, judged yet, by what they wait for.
        gaps: sentences that name what does not add up.
    """

    counts: Mapping[str, int | None]
    sources: Mapping[FoundBy, Mapping[str, int]]
    excluded: Mapping[Column, Mapping[str, int]]
    waiting: Mapping[str, int]
    gaps: tuple[str, ...]


def flow(
    runs: Sequence[SearchRun],
    standings: Sequence[Standing],
    found_by: Mapping[str, frozenset[FoundBy]],
    included: Included,
    *,
    reasons: Mapping[str, str] | None = None,
    earlier: Sequence[Standing] = (),
) -> Flow:
    """Return the flow of a review.

    Args:
        runs: the search runs; what they read and could not read are the records identified.
        standings: where each report found by them stands, duplicates already taken together.
        found_by: how the records of each report were found, by the hash of its representative record. A report that
            any database or register holds is counted there.
        included: the studies and reports in the review.
        reasons: sentences of the reasons for exclusion, by id.
        earlier: where the reports stand that belong to the version before; counted in no box, but named where they
            still wait.
    """
    words = reasons or {}
    sides: dict[Column, list[Standing]] = {"dbr": [], "other": []}
    for each in standings:
        sides[_column(found_by.get(each.record.document.sha256, frozenset()))].append(each)
    counts: dict[str, int | None] = dict.fromkeys(IDENTIFIED.values(), 0)
    sources: dict[FoundBy, Counter[str]] = {}
    for run in runs:
        key = IDENTIFIED[run.found_by]
        counts[key] = (counts[key] or 0) + run.records + run.rejects
        sources.setdefault(run.found_by, Counter())[source_name(run.source)] += run.records + run.rejects
    dbr_runs = [run for run in runs if COLUMN[run.found_by] == "dbr"]
    counts["duplicates"] = sum(run.records for run in dbr_runs) - len(sides["dbr"])
    counts["excluded_automatic"] = _number(sides["dbr"], "excluded-by-rule")
    counts["excluded_other"] = sum(run.rejects for run in dbr_runs)
    judged = [each for each in sides["dbr"] if each.stage == "report" or each.state == "exclude"]
    counts["records_screened"] = len(judged)
    counts["records_excluded"] = sum(each.stage == "record" for each in judged)
    excluded: dict[Column, Counter[str]] = {}
    for column, side in sides.items():
        reports = [each for each in side if each.stage == "report"]
        counts[f"{column}_sought_reports"] = len(reports)
        counts[f"{column}_notretrieved_reports"] = _number(reports, "not-retrieved")
        counts[f"{column}_assessed"] = sum(each.state in ("include", "exclude") for each in reports)
        excluded[column] = Counter(
            words.get(each.reason or "", each.reason or "no reason given")
            for each in reports
            if each.state == "exclude"
        )
        counts[f"{column}_excluded"] = excluded[column].total()
    counts.update(_included(included))
    return Flow(
        counts=counts,
        sources={how: _by_name(found) for how, found in sources.items()},
        excluded={column: dict(found.most_common()) for column, found in excluded.items()},
        waiting=_waiting(standings),
        gaps=(*_gaps(counts, runs, standings, sides["other"]), *_left_behind(earlier)),
    )


def source_name(source: str) -> str:
    """Return the name of a source for people; names that come from searches made elsewhere stay as they are."""
    from mscevidence.fetch.sources import SOURCES

    return SOURCES.get(source, source)


def _by_name(numbers: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(numbers.items(), key=lambda item: item[0].casefold()))


def _column(how: Iterable[FoundBy]) -> Column:
    return "dbr" if not how or any(COLUMN[each] == "dbr" for each in how) else "other"


def _number(standings: Iterable[Standing], state: str) -> int:
    return sum(each.state == state for each in standings)


def _included(included: Included) -> dict[str, int | None]:
    counts = dataclasses.asdict(included)
    counts["new_studies"] = included.total_studies - (included.previous_studies or 0)
    counts["new_reports"] = included.total_reports - (included.previous_reports or 0)
    return counts


def _waiting(standings: Sequence[Standing]) -> dict[str, int]:
    what = {
        ("record", "open"): "records nobody has judged",
        ("record", "half"): "records that wait for the second reviewer",
        ("record", "conflict"): "records in conflict",
        ("report", "open"): "reports not yet assessed in full",
        ("report", "half"): "reports that wait for the second reviewer",
        ("report", "conflict"): "reports in conflict",
        ("report", "maybe"): "reports judged maybe",
    }
    found = Counter(what.get((each.stage, each.state), "") for each in standings)
    return {words: found[words] for words in what.values() if found[words]}


def _left_behind(earlier: Sequence[Standing]) -> Iterable[str]:
    waiting = sum(_waiting(earlier).values())
    if waiting:
        yield f"{waiting} records and reports of the searches before still wait: they are counted in no box"


def _gaps(
    counts: Mapping[str, int | None],
    runs: Sequence[SearchRun],
    standings: Sequence[Standing],
    others: Sequence[Standing],
) -> Iterable[str]:
    for run in runs:
        name = source_name(run.source)
        if run.finished is None:
            yield f"the search {run.id} of {name} did not come to its end: {run.records} of {run.total} records"
        elif run.total is not None and run.total != run.records + run.rejects:
            yield f"{name} announced {run.total} records for {run.id}, {run.records + run.rejects} came"
    boxless = sum(each.stage == "record" and each.state in ("exclude", "excluded-by-rule") for each in others)
    if boxless:
        yield f"{boxless} records found by other methods were excluded unassessed: the diagram has no box for them"
    chosen = sum(each.included for each in standings)
    new = counts["new_reports"] or 0
    if chosen != new:
        yield f"{new} new reports are in the study files, screening included {chosen}: link or extract the others"
