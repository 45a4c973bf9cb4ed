"""The log of search runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from mscevidence.errors import RecordError, WriteError
from mscevidence.harvest.log import load_runs, new_id, save_run
from mscevidence.model import SearchRun


def run(number: int, **fields: object) -> SearchRun:
    values: dict[str, object] = {"source": "pubmed", "found_by": "database", "started": f"2026-11-0{number}T08:00:00"}
    return SearchRun.model_validate({"id": f"2026-11-0{number}-pubmed", **values, **fields})


def test_runs_come_back_in_the_order_they_were_started(tmp_path: Path) -> None:
    path = tmp_path / "searches.jsonl"
    assert load_runs(path) == ()
    save_run(path, run(1, query='mesenchymal AND "ITP"', cursor="page-2"))
    save_run(path, run(2))
    save_run(path, run(1, finished="2026-11-01T09:00:00", records=7, files=("a" * 64,)))
    first, second = load_runs(path)
    assert (first.records, first.cursor, first.files) == (7, None, ("a" * 64,))
    assert second == run(2)
    assert len(path.read_text().splitlines()) == 2


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "searches.jsonl"
    save_run(path, run(1))
    path.write_text(path.read_text() + '{"id": "x"}\n')
    with pytest.raises(RecordError, match=r"searches\.jsonl:2: no search run: source"):
        load_runs(path)


def test_a_log_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file")
    with pytest.raises(WriteError):
        save_run(tmp_path / "folder" / "searches.jsonl", run(1))


def test_ids_are_new() -> None:
    taken = [run(1), run(1, id="2026-11-01-pubmed-2")]
    assert new_id("2026-11-01T10:00:00", "pubmed", taken) == "2026-11-01-pubmed-3"
    assert new_id("2026-11-01T10:00:00", "ctgov", taken) == "2026-11-01-ctgov"
