"""Searches: what came is on disk and in the log, and an interrupted one goes on where it stopped."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mscevidence.documents import DocumentLibrary
from mscevidence.errors import FetchError
from mscevidence.harvest import load_runs, log_file, run_search, take_answer, take_file
from mscevidence.model import SearchRun
from replayed_source import ReplayedSource, answer, ris

PAGES = [ris("one", "two"), ris("three"), ris("four", "five", "six")]


@pytest.fixture
def library(tmp_path: Path) -> DocumentLibrary:
    return DocumentLibrary(tmp_path / "captured")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "searches.jsonl"


def test_a_search_keeps_every_record_with_where_and_when_it_was_found(library: DocumentLibrary, log: Path) -> None:
    seen: list[int] = []
    run = run_search(
        ReplayedSource(PAGES), "msc", library=library, log=log, progress=lambda run: seen.append(run.records)
    )
    assert (run.records, run.rejects, run.total, len(run.files)) == (6, 0, 6, 3)
    assert (run.finished is not None, run.cursor, run.note) == (True, None, "the query was widened")
    assert seen == [2, 3, 6]
    assert load_runs(log) == (run,)
    documents = {document.title: document for document in library}
    assert set(documents) == {"one", "two", "three", "four", "five", "six"}
    four = documents["four"]
    assert (four.source, four.retrieved, four.position) == ("pubmed", "2026-11-01T08:00:00+00:00", 1)
    assert four.url == "https://example.org/search"


@pytest.mark.parametrize("fails_at", [0, 1, 2])
def test_an_interrupted_search_goes_on_where_it_stopped(library: DocumentLibrary, log: Path, fails_at: int) -> None:
    source = ReplayedSource(PAGES, fails_at=fails_at)
    with pytest.raises(FetchError, match="silent"):
        run_search(source, "msc", library=library, log=log)
    (stopped,) = load_runs(log)
    assert (stopped.finished, len(stopped.files)) == (None, fails_at)
    run = run_search(source, "msc", library=library, log=log)
    assert source.asked[-1] == ("msc", None, str(fails_at) if fails_at else "")
    assert (run.id, run.records, len(run.files)) == (stopped.id, 6, 3)
    assert load_runs(log) == (run,)


def test_pages_that_come_again_are_counted_once(library: DocumentLibrary, log: Path) -> None:
    run = run_search(ReplayedSource([PAGES[0], PAGES[1], PAGES[0]]), "msc", library=library, log=log)
    assert (run.records, len(run.files)) == (3, 2)


def test_a_source_that_begins_again_with_other_bytes_is_counted_once(library: DocumentLibrary, log: Path) -> None:
    with pytest.raises(FetchError):
        run_search(ReplayedSource(PAGES, fails_at=2), "msc", library=library, log=log)
    again = ReplayedSource([ris("three", "one"), ris("two", "four", "five", "six")])
    again.forgets = True
    run = run_search(again, "msc", library=library, log=log)
    assert (run.records, len(run.files), run.total) == (6, 2, 6)


def test_another_query_or_day_is_another_run(library: DocumentLibrary, log: Path) -> None:
    source = ReplayedSource(PAGES, fails_at=1)
    with pytest.raises(FetchError):
        run_search(source, "msc", library=library, log=log)
    run_search(source, "msc", library=library, log=log, since=date(2026, 5, 1))
    first, second = load_runs(log)
    assert (first.finished, second.since) == (None, "2026-05-01")
    assert second.id == f"{first.id}-2"


def test_a_search_that_finds_nothing_is_a_run_all_the_same(library: DocumentLibrary, log: Path) -> None:
    run = run_search(ReplayedSource([], name="ctgov"), "zebrafish", library=library, log=log)
    assert (run.records, run.files, run.found_by) == (0, (), "register")
    assert run.finished


def test_a_broken_record_is_counted_as_a_reject(library: DocumentLibrary, log: Path) -> None:
    broken = ris("one") + b"TY  - JOUR\nER  - \n"
    run = run_search(ReplayedSource([broken]), "msc", library=library, log=log)
    assert (run.records, run.rejects, run.total) == (1, 1, 2)


def test_a_file_of_records_counts_as_a_search_made_elsewhere_once(library: DocumentLibrary, log: Path) -> None:
    captured = take_file(library, PAGES[2], name="export.ris")
    run = log_file(log, captured, name="export.ris", found_by=None)
    assert run is not None
    assert (run.records, run.source, run.found_by) == (3, "file", "database")
    assert run.note == "records taken in from the file export.ris"
    again = take_file(library, PAGES[2], name="copy.ris")
    assert log_file(log, again, name="copy.ris", found_by=None) is None
    assert load_runs(log) == (run,)


def test_a_single_document_counts_only_when_it_is_said_how_it_was_found(library: DocumentLibrary, log: Path) -> None:
    captured = take_file(
        library, b"A title\n\nResults: 8 of 18 patients responded.", name="page.txt", url="https://x.org/a"
    )
    assert log_file(log, captured, name="page.txt", found_by=None) is None
    run = log_file(log, captured, name="page.txt", found_by="website")
    assert run is not None
    assert (run.found_by, run.records) == ("website", 1)


def test_a_fetched_answer_is_captured_with_its_address(library: DocumentLibrary) -> None:
    (document,) = take_answer(library, answer(ris("one"), "https://example.org/one"))
    assert (document.url, document.retrieved) == ("https://example.org/one", "2026-11-01T08:00:00+00:00")


def test_a_log_of_runs_has_no_cursor_once_it_is_finished(library: DocumentLibrary, log: Path) -> None:
    run_search(ReplayedSource(PAGES), "msc", library=library, log=log)
    assert "cursor" not in log.read_text()
    assert SearchRun.model_validate_json(log.read_text()).finished
