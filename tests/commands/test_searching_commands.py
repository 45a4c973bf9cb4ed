"""`search`, `ingest` by identifier and `update` on the command line, against sources that answer from memory."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from mscevidence import records
from mscevidence.commands import build_app, living, searching
from mscevidence.errors import FetchError, UnknownTermError
from mscevidence.fetch import Page
from replayed_source import ReplayedSource, answer, ris
from study_factory import report, result, study

PROTOCOL = """\
[review]
title = "Cells in ITP"

[[analysis]]
id = "response"
outcome = "response"

[[search]]
id = "itp"
query = "cells AND ITP"
sources = ["pubmed", "ctgov"]
"""


class ReplayedSources:
    """Sources by name; `_record` answers for `ingest`, and `works` by DOI for `update`."""

    def __init__(self, **sources: ReplayedSource) -> None:
        self.sources = sources
        self.works: dict[str, bytes] = {}
        self.pubmed = SimpleNamespace(record=self._record, records=self._records, full_text=None)
        self.europepmc = self.ctgov = self.crossref = self.pages = SimpleNamespace(
            full_text=None, study=None, work=self._work, page=None, landing_page=self._work
        )

    def named(self, name: str) -> ReplayedSource:
        if name not in self.sources:
            raise UnknownTermError(name, kind="source", choices=self.sources)
        return self.sources[name]

    @staticmethod
    def _records(pmids: Sequence[str]) -> Page:
        found = answer(ris(*(f"report {pmid}" for pmid in pmids)), f"https://example.org/{','.join(pmids)}")
        return Page(source="pubmed", answer=found, records=len(pmids), total=len(pmids), delivered=len(pmids))

    def _work(self, doi: str) -> Page:
        if doi not in self.works:
            raise FetchError(f"{doi}: not found", hint="check it", host="example.org", reason="not-found")
        found = answer(self.works[doi], f"https://example.org/{doi}")
        return Page(source="crossref", answer=found, records=1, total=1, delivered=1)

    @staticmethod
    def _record(pmid: str) -> Page:
        if pmid == "404":
            raise FetchError("no record 404", hint="check the number", host="example.org", reason="not-found")
        found = answer(ris(f"report {pmid}"), f"https://example.org/{pmid}")
        return Page(source="pubmed", answer=found, records=1, total=1, delivered=1)


def run(*words: str) -> Result:
    return CliRunner().invoke(build_app(), list(words))


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReplayedSources:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mscevidence.toml").write_text(PROTOCOL)
    folder = tmp_path / "extracted"
    known = report(doi="10.1000/known", title="Cells in ITP, a trial")
    records.write_study(study("alpha", result("response", 8, 18), reports=[known]), folder / "alpha.yaml")
    records.write_study(study("beta", result("response", 3, 7)), folder / "beta.yaml")
    found = ReplayedSources(
        pubmed=ReplayedSource([ris("one", "two"), ris("three")]), ctgov=ReplayedSource([ris("four")], name="ctgov")
    )
    monkeypatch.setattr(searching, "sources_of", lambda *_: found)
    monkeypatch.setattr(living, "sources_of", lambda *_: found)
    return found


def test_a_search_of_two_sources_is_kept_and_listed(sources: ReplayedSources) -> None:
    done = run("search", "cells AND ITP", "--source", "pubmed", "--source", "ctgov", "--since", "2026-01-02")
    assert done.exit_code == 0
    assert [line.split()[1:5] for line in done.stdout.splitlines()[2:]] == [
        ["pubmed", "3", "3", "0"],
        ["ctgov", "1", "1", "0"],
    ]
    assert str(sources.sources["pubmed"].asked[0][1]) == "2026-01-02"
    listed = json.loads(run("search", "--list", "--json").stdout)
    assert [(one["source"], one["records"], one["found_by"]) for one in listed] == [
        ("pubmed", 3, "database"),
        ("ctgov", 1, "register"),
    ]


def test_a_dead_source_does_not_lose_the_others_and_goes_on_later(sources: ReplayedSources) -> None:
    sources.sources["pubmed"].fails_at = 1
    done = run("search", "cells", "--source", "pubmed", "--source", "ctgov")
    assert done.exit_code == 1
    assert "is silent" in done.stderr
    assert "to be continued" in done.stdout
    assert "done" in done.stdout
    again = run("search", "cells", "--source", "pubmed", "--source", "ctgov")
    assert again.exit_code == 0
    assert sources.sources["pubmed"].asked[-1] == ("cells", None, "1")
    assert [one["records"] for one in json.loads(run("search", "--list", "--json").stdout)] == [3, 1, 1]


def test_what_an_identifier_names_is_fetched_and_one_that_fails_stops_no_other(sources: ReplayedSources) -> None:
    done = run("ingest", "404", "PMID:111", "222")
    assert done.exit_code == 1
    assert "no record 404" in done.stderr
    assert "2 documents read" in done.stderr
    assert "report 111" in done.stdout
    assert "report 222" in done.stdout


def test_a_file_goes_before_an_identifier_of_the_same_name(sources: ReplayedSources, tmp_path: Path) -> None:
    (tmp_path / "111").write_text("A trial of cells\n\nResults: 8 of 18 patients responded.")
    assert "8/18" in run("ingest", "111").stdout


def test_a_list_of_identifiers_is_fetched_pubmed_numbers_together(sources: ReplayedSources, tmp_path: Path) -> None:
    sources.works["10.1000/one"] = ris("a work")
    (tmp_path / "list.txt").write_text("PMID:11111\n022222, 10.1000/one\n10.1000/two\n")
    done = run("ingest", "list.txt")
    assert done.exit_code == 1
    assert "list.txt lists 4 identifiers" in done.stderr
    assert "captured PMID:11111 and 1 more as 2 records" in done.stderr
    assert "10.1000/two: not found" in done.stderr
    assert "3 documents read" in done.stderr
    assert "a work" in done.stdout
    assert "1 document read" in CliRunner().invoke(build_app(), ["ingest", "-"], input="33333\n").stderr


def test_hidden_files_of_a_folder_are_passed_over_aloud(sources: ReplayedSources, tmp_path: Path) -> None:
    folder = tmp_path / "exports" / ".cache"
    folder.mkdir(parents=True)
    (folder / "old.ris").write_bytes(ris("hidden"))
    (folder.parent / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    (folder.parent / "new.ris").write_bytes(ris("shown"))
    done = run("ingest", "exports")
    assert done.exit_code == 0
    assert "note: exports: 2 hidden files not read" in done.stderr
    assert "1 document read" in done.stderr
    assert run("ingest", "exports/.cache/old.ris").exit_code == 0


def test_update_tells_what_is_new_what_changed_and_which_analysis_that_touches(sources: ReplayedSources) -> None:
    first = run("update")
    assert first.exit_code == 0
    assert "New: 4 reports" in first.stdout
    assert "pubmed: 3 records since ever" in first.stdout
    sources.sources["pubmed"].pages = [ris("one"), ris("five of nine patients responded")]
    again = run("update", "--json")
    data: dict[str, Any] = json.loads(again.stdout)
    assert [one["title"] for one in data["new"]] == ["five of nine patients responded"]
    assert data["new"][0]["candidates"] > 0
    assert sources.sources["pubmed"].asked[-1][1] is not None
    assert [one["search"] for one in data["runs"]] == ["itp", "itp"]
    assert data["touched"] == {}
    assert data["not_asked_again"] == ["10.1000/known: 10.1000/known: not found"]


def test_update_asks_again_for_the_reports_of_the_review(sources: ReplayedSources) -> None:
    retracted = "TY  - JOUR\nTI  - RETRACTED: Cells in ITP, a trial\nDO  - 10.1000/known\nER  - \n"
    sources.works["10.1000/known"] = retracted.encode()
    told = run("update").stdout
    assert "asked again: 1 record of reports and trials in the study files" in told
    assert "alpha: r1 is retracted; the study file says published" in told
    assert "response: alpha" in told


def test_what_an_interrupted_round_brought_is_new_in_the_next_one(sources: ReplayedSources) -> None:
    sources.sources["pubmed"].fails_at = 1
    assert run("update").exit_code == 1
    data: dict[str, Any] = json.loads(run("update", "--json").stdout)
    assert sorted(one["title"] for one in data["new"]) == ["one", "three", "two"]


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (("search",), "a query and at least one --source are needed", "--source pubmed"),
        (("search", "cells"), "a query and at least one --source are needed", "--source pubmed"),
        (("search", "cells", "--source", "pubmde"), "unknown source", "pubmed"),
        (("search", "--saved", "ipt"), "unknown saved search", "itp"),
        (("search", "cells", "--saved", "itp"), "not both", "saved search"),
        (("search", "cells", "--source", "pubmed", "--since", "May"), "is no date", "2026-05-31"),
        (("ingest", "no-such-file.ris"), "no-such-file.ris", "path"),
    ],
)
def test_mistakes_are_named(sources: ReplayedSources, words: tuple[str, ...], message: str, hint: str) -> None:
    done = run(*words)
    assert done.exit_code == 1
    assert message in done.stderr
    assert hint in done.stderr


def test_a_protocol_without_a_search_cannot_be_updated(sources: ReplayedSources, tmp_path: Path) -> None:
    (tmp_path / "mscevidence.toml").write_text('[review]\ntitle = "T"\n')
    done = run("update")
    assert done.exit_code == 1
    assert "[[search]]" in done.stderr


def test_a_search_that_is_stopped_by_hand_keeps_what_came_and_goes_on(
    sources: ReplayedSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    pubmed = sources.sources["pubmed"]
    whole = pubmed.search

    def stopped(query: str, *, since: Any = None, cursor: str = "") -> Any:
        for number, page in enumerate(whole(query, since=since, cursor=cursor)):
            if number:
                raise KeyboardInterrupt
            yield page

    monkeypatch.setattr(pubmed, "search", stopped)
    done = run("search", "cells", "--source", "pubmed")
    assert done.exit_code == 1
    assert "run the same command to go on" in done.stderr
    monkeypatch.setattr(pubmed, "search", whole)
    assert "done" in run("search", "cells", "--source", "pubmed").stdout
    (listed,) = json.loads(run("search", "--list", "--json").stdout)
    assert (listed["records"], len(listed["files"])) == (3, 2)
