"""The checklist of PRISMA: what the data can say of each item, and nothing that they cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mscevidence import protocol
from mscevidence.model import Question, SearchRun, Study
from mscevidence.protocol import Analysis
from mscevidence.publish.answers import answers_only
from mscevidence.publish.contents import Evidence
from mscevidence.publish.site import compare, take_snapshot
from mscevidence.publish.site.checklist import checklist_page
from mscevidence.publish.site.contents import Contents, gather_contents
from mscevidence.publish.site.methods_page import methods_page
from study_factory import result, study

PROTOCOL = """
[review]
title = "Cells"

[[search]]
id = "itp"
query = "cells AND purpura"
sources = ["pubmed", "ctgov"]

[[search]]
id = "never"
query = "nothing"
sources = ["pubmed"]

[[analysis]]
id = "response"
outcome = "response"
"""


def run(number: int, source: str, day: str, **more: Any) -> SearchRun:
    given: dict[str, Any] = {"id": f"run-{number}", "source": source, "found_by": "database", "records": 10 * number}
    given |= {"query": "cells AND purpura", "search": "itp"}
    given |= {"started": f"{day}T23:50:00Z", "finished": f"{day}T23:59:00Z"}
    return SearchRun.model_validate(given | more)


RUNS = (
    run(1, "pubmed", "2026-03-01"),
    run(2, "pubmed", "2026-10-05"),
    run(3, "ctgov", "2026-10-06", found_by="register", query="cells purpura"),
    run(4, "europepmc", "2026-11-01", finished=None),
)


def studies() -> tuple[Study, ...]:
    return (study("a", result("response", 3, 9)), study("b", result("response", 4, 8)))


def contents(folder: Path, *, runs: tuple[SearchRun, ...] = (), before: tuple[Analysis, ...] | None = None) -> Contents:
    (folder / "extracted").mkdir(exist_ok=True)
    (folder / protocol.FILE_NAME).write_text(PROTOCOL, encoding="utf-8")
    review = protocol.load(folder / protocol.FILE_NAME)
    done = answers_only(review.analyses, studies(), ())
    now = take_snapshot(studies(), done)
    changes = None
    if before is not None:
        changes = compare(take_snapshot(studies(), answers_only(before, studies(), ())), now)
    return gather_contents(review, Evidence(studies(), (), runs=runs), done, changes=changes)


def filled(page: dict[str, Any]) -> dict[str, str]:
    return {row["item"].number: row["filled"] for row in page["items"]}


def test_every_source_is_named_with_the_days_it_was_searched_and_what_came(tmp_path: Path) -> None:
    said = filled(checklist_page(contents(tmp_path, runs=RUNS)))
    assert said["6"] == (
        "PubMed: 2 searches from 2026-03-01 to 2026-10-05, 30 records · "
        "ClinicalTrials.gov: 1 search on 2026-10-06, 30 records"
    )
    assert said["7"] == "PubMed: cells AND purpura · ClinicalTrials.gov: cells purpura"
    assert "last asked on 2026-10-06" in said["LSR-a"]


def test_a_search_that_was_only_planned_is_said_to_be_planned(tmp_path: Path) -> None:
    said = filled(checklist_page(contents(tmp_path)))
    assert said["6"] == "Planned, not yet run: ClinicalTrials.gov, PubMed"
    assert said["7"] == "itp: cells AND purpura · never: nothing"
    assert "not yet asked" in said["LSR-a"]
    assert said["LSR-b"] == ""


RESPONSE = Analysis(id="response", question=Question(outcome="response"))
DEATH = Analysis(id="death", question=Question(outcome="death"), title="Death of anything")


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ((RESPONSE,), "the same analyses are asked"),
        ((), "asked for the first time: Response"),
        ((RESPONSE, DEATH), "no longer asked: Death of anything"),
    ],
)
def test_changes_of_the_questions_are_changes_of_method(
    before: tuple[Analysis, ...], said: str, tmp_path: Path
) -> None:
    found = filled(checklist_page(contents(tmp_path, before=before)))["LSR-b"]
    assert found.startswith("Since 2026-01-02")
    assert found.endswith(said)


def test_the_page_of_methods_says_when_each_search_was_last_asked(tmp_path: Path) -> None:
    page = methods_page(contents(tmp_path, runs=RUNS))
    assert [(search.id, last) for search, last in page["searches"]] == [("itp", "2026-10-06"), ("never", "not yet")]
