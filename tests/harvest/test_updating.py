"""What a new round of searches means for the studies of the review."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import pytest

from mscevidence.harvest import changes, new_records, since_of
from mscevidence.model import Document, Identifier, Notice, Posted, SearchRun
from mscevidence.screening import Record
from study_factory import report, study

KNOWN = study(
    "one",
    reports=[
        report(pmid="111", title="Cells in ITP"),
        report("r2", pmid="222", status="corrected", title="More cells"),
    ],
    registrations=["NCT00000001"],
)


def document(title: str, **fields: Any) -> Document:
    named = {kind: fields.pop(kind) for kind in ("pmid", "nct") if kind in fields}
    identifiers = tuple(Identifier(kind=kind, value=value) for kind, value in named.items())
    sha256 = hashlib.sha256(f"{title}{fields}".encode()).hexdigest()
    return Document(
        sha256=sha256, format="pubmed", reader="pubmed/1", text=title, title=title, identifiers=identifiers, **fields
    )


def notice(kind: Any) -> tuple[Notice, ...]:
    return (Notice(kind=kind, text="J Cells. 2026;1:1"),)


@pytest.mark.parametrize(
    ("found", "kind", "report_id"),
    [
        (document("Cells in ITP", pmid="111", notices=notice("retracted-by")), "retracted", "r1"),
        (document("Cells in ITP", pmid="111", status="retracted"), "retracted", "r1"),
        (document("Cells in ITP", pmid="111", notices=notice("corrected-by")), "corrected", "r1"),
        (
            document("Cells in ITP", pmid="111", notices=notice("expression-of-concern-by")),
            "expression-of-concern",
            "r1",
        ),
        (document("More cells", pmid="222", notices=notice("retracted-by")), "retracted", "r2"),
        (document("Five-year follow-up", pmid="333", nct="NCT00000001"), "new-report", "pmid:333"),
    ],
)
def test_what_changed_is_named_with_study_and_report(found: Document, kind: str, report_id: str) -> None:
    (change,) = changes([found, found], [KNOWN])
    assert (change.kind, change.study, change.report, change.document) == (kind, "one", report_id, found.sha256)
    assert change.sentence.startswith("one: ")


@pytest.mark.parametrize(
    "found",
    [
        document("Cells in ITP", pmid="111"),
        document("Cells in ITP", pmid="111", notices=notice("commented-by")),
        document("More cells", pmid="222", notices=notice("corrected-by")),
        document("Another trial", pmid="999", notices=notice("retracted-by")),
        document("Cells in ITP", nct="NCT00000001", kind="registry-entry"),
    ],
)
def test_what_the_study_files_know_or_what_is_about_no_study_is_no_change(found: Document) -> None:
    assert changes([found], [KNOWN]) == ()


def test_newly_posted_results_are_a_change_until_the_study_file_has_them() -> None:
    posted = (Posted(part="serious-adverse-events", title="Infection", group="MSC", value=1, at_risk=9),)
    found = document("Trial of cells", nct="NCT00000001", kind="registry-results", posted=posted)
    (change,) = changes([found], [KNOWN])
    assert (change.kind, change.study) == ("results-posted", "one")
    knows = study("one", reports=[report("r1"), report("r2", kind="registry-results")], registrations=["NCT00000001"])
    assert [one.kind for one in changes([found], [knows])] == []


def test_a_graver_standing_is_not_taken_back_by_a_lesser_notice() -> None:
    retracted = study("one", reports=[report(pmid="111", status="retracted")])
    assert changes([document("Cells", pmid="111", notices=notice("corrected-by"))], [retracted]) == ()


def test_the_next_search_begins_on_the_day_of_the_last_finished_one() -> None:
    def run(day: str, *, search: str = "itp", source: str = "pubmed", finished: bool = True) -> SearchRun:
        started = f"{day}T23:00:00"
        values = {"search": search, "source": source, "found_by": "database", "started": started}
        return SearchRun.model_validate(
            {"id": f"{day}-{source}-{search}", "finished": started if finished else None, **values}
        )

    runs = [
        run("2026-01-05"), run("2026-03-09"), run("2026-04-01", finished=False), run("2026-05-01", source="ctgov"),
        run("2026-06-01", search="lupus"),
    ]  # fmt: skip
    assert since_of(runs, "itp", "pubmed") == date(2026, 3, 9)
    assert since_of(runs, "itp", "ctgov") == date(2026, 5, 1)
    assert since_of(runs, "lupus", "ctgov") is None


def test_a_report_is_new_when_no_record_of_it_was_known() -> None:
    one, two = document("one"), document("two")
    records = [Record(one, frozenset({one.sha256, "a" * 64})), Record(two, frozenset({two.sha256}))]
    assert new_records(records, frozenset({"a" * 64})) == (records[1],)


@pytest.mark.parametrize(
    ("told", "identifier", "kind", "report_id"),
    [
        ("retraction-of", ("pmid", "111"), "retracted", "r1"),
        ("erratum-for", ("pmid", "111"), "corrected", "r1"),
        ("expression-of-concern-for", ("pmid", "222"), "expression-of-concern", "r2"),
        ("retraction-of", ("doi", "10.1000/THREE"), "retracted", "r3"),
    ],
)
def test_a_notice_with_a_record_of_its_own_tells_of_the_report_it_names(
    told: Any, identifier: tuple[str, str], kind: str, report_id: str
) -> None:
    known = study("one", reports=[*KNOWN.reports, report("r3", doi="10.1000/three", title="Other cells")])
    named = Identifier(kind=identifier[0], value=identifier[1])
    found = document("Retraction: Cells", pmid="999", notices=(Notice(kind=told, identifiers=(named,)),))
    assert [(one.kind, one.report) for one in changes([found], [known])] == [(kind, report_id)]


def test_a_correction_of_a_retracted_report_is_no_change() -> None:
    known = study("one", reports=[report(pmid="111", status="retracted")])
    named = (Identifier(kind="pmid", value="111"),)
    assert (
        changes([document("Erratum", pmid="9", notices=(Notice(kind="erratum-for", identifiers=named),))], [known])
        == ()
    )
