"""From records to the PRISMA flow on the command line: ingest, screen by two reviewers, settle, count."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mscevidence.commands import build_app

PROTOCOL = """\
[review]
title = "Cells in ITP"

[eligibility]
criteria = ["Patients with ITP", "Given mesenchymal stromal cells"]
reasons = { animals = "Not in humans", cells = "No mesenchymal stromal cells" }

[[eligibility.rule]]
id = "mice"
reason = "animals"
field = "title"
pattern = '\\bmice\\b'
"""

RECORDS = (
    ("Cells in five patients with ITP", "10.1000/five", "Of five patients four responded."),
    ("Cells in mice with ITP", "10.1000/mice", "Platelets rose."),
    ("Rituximab in ITP", "10.1000/ritux", "No cells were given."),
    ("Cells in seven patients with ITP", "10.1000/seven", "Three of seven patients responded."),
)


def ris(*numbers: int) -> str:
    return "".join(
        f"TY  - JOUR\nTI  - {title}\nDO  - {doi}\nPY  - 2020\nAB  - {abstract}\nER  - \n\n"
        for title, doi, abstract in (RECORDS[number] for number in numbers)
    )


def run(*words: str, text: str | None = None) -> Result:
    return CliRunner().invoke(build_app(), list(words), input=text)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MSCEVIDENCE_REVIEWER", raising=False)
    (tmp_path / "mscevidence.toml").write_text(PROTOCOL)
    (tmp_path / "first.ris").write_text(ris(0, 1, 2, 3) + "TY  - JOUR\nER  - \n")
    (tmp_path / "second.ris").write_text(ris(0, 3))
    return tmp_path


def ingest() -> Result:
    return run("ingest", "first.ris", "second.ris")


def test_a_file_of_records_is_captured_and_counted_with_what_was_rejected(folder: Path) -> None:
    done = ingest()
    assert done.exit_code == 0
    assert "first.ris: 4 records, 1 rejected" in done.stdout
    assert "rejected: record 5" in done.stdout
    assert "6 documents read, 0 candidates, 1 record rejected; 0 not read" in done.stderr
    assert len((folder / "searches.jsonl").read_text().splitlines()) == 2
    again = ingest()
    assert "already captured first.ris" in again.stderr
    assert len((folder / "searches.jsonl").read_text().splitlines()) == 2


def test_the_json_of_a_file_of_records_has_each_with_its_candidates(folder: Path) -> None:
    data = json.loads(run("ingest", "second.ris", "--json").stdout)
    assert [one["document"]["title"] for one in data] == [RECORDS[0][0], RECORDS[3][0]]
    assert [len(one["candidates"]) > 0 for one in data] == [True, True]


def test_one_who_screens_sees_criteria_title_and_abstract_and_answers_by_key(folder: Path) -> None:
    ingest()
    done = run("screen", "--by", "fe", text="i\ne cells\ns\n")
    assert "1. Patients with ITP" in done.stdout
    assert "e animals: Not in humans" in done.stdout
    assert "1 of 3   doi:10.1000/five, found 2 times" in done.stdout
    assert "Of five patients four responded." in done.stdout
    assert "mice" not in done.stdout
    assert "2 judged, 1 waiting" in done.stderr
    assert "1 of 1   doi:10.1000/seven" in run("screen", "--by", "fe", text="q\n").stdout


def test_a_judgement_can_be_taken_back_and_a_wrong_key_or_reason_is_asked_again(folder: Path) -> None:
    ingest()
    done = run("screen", "--by", "fe", text="x\ne celsl\ne cells\nu\ni\nq\n")
    assert "'x' is not a choice" in done.stderr
    assert "unknown reason 'celsl'" in done.stderr
    assert "did you mean cells" in done.stderr
    states = {row["record"]: row["state"] for row in json.loads(run("screen", "--list", "--json").stdout)}
    assert states == {
        "doi:10.1000/five": "half",
        "doi:10.1000/mice": "excluded-by-rule",
        "doi:10.1000/ritux": "open",
        "doi:10.1000/seven": "open",
    }
    assert "doi:10.1000/five: exclude (cells)" in done.stderr
    assert "doi:10.1000/five: include" in done.stderr


def screened(folder: Path) -> None:
    ingest()
    run(
        "screen",
        "--by",
        "fe",
        "--include",
        "doi:10.1000/five",
        "--maybe",
        "doi:10.1000/seven",
        "--exclude",
        "doi:10.1000/ritux",
    )
    run(
        "screen",
        "--by",
        "ab",
        "--include",
        "doi:10.1000/five",
        "--include",
        "doi:10.1000/ritux",
        "--include",
        "doi:10.1000/seven",
    )


def test_two_reviewers_disagree_and_a_third_settles_it(folder: Path) -> None:
    screened(folder)
    table = run("screen", "--agreement").stdout
    assert "ab and fe" in table
    conflicts = run("screen", "--by", "cd", "--conflicts", text="e cells no cells at all\n")
    assert "ab: include" in conflicts.stdout
    assert "fe: exclude" in conflicts.stdout
    assert "doi:10.1000/ritux: exclude (cells)" in conflicts.stderr
    rows = json.loads(run("screen", "--list", "--json", "--state", "exclude").stdout)
    assert [(row["record"], row["reason"]) for row in rows] == [("doi:10.1000/ritux", "cells")]
    (agreement,) = json.loads(run("screen", "--agreement", "--json").stdout)
    assert (agreement["records"], agreement["agreed"]) == (3, 2)


def test_the_flow_is_counted_written_and_drawn(folder: Path) -> None:
    screened(folder)
    run("screen", "--by", "cd", "--conflicts", "--exclude", "doi:10.1000/ritux", "--reason", "cells")
    for by in ("fe", "ab"):
        run("screen", "--by", by, "--stage", "report", "--include", "doi:10.1000/five")
        run("screen", "--by", by, "--stage", "report", "--exclude", "doi:10.1000/seven", "--reason", "animals")
    done = run("flow", "--csv", "PRISMA.csv", "--figure", "flow.svg")
    assert done.exit_code == 0
    for line in (
        "      7  records from databases",
        "      2  Duplicate records",
        "      1  Records marked as ineligible by automation tools",
        "      1  Records removed for other reasons",
        "      3  Records screened",
        "      1  Records excluded",
        "      2  Reports sought for retrieval",
        "      2  Reports assessed for eligibility",
        "      1  Reports excluded",
        "      1    Not in humans",
    ):
        assert line in done.stdout.splitlines()
    assert "screening included 1" in done.stderr
    with (folder / "PRISMA.csv").open() as file:
        numbers = {row["data"]: row["n"] for row in csv.DictReader(file)}
    assert (numbers["database_results"], numbers["dbr_excluded"]) == ("7", "Not in humans, 1")
    assert json.loads(run("flow", "--json").stdout)["records_screened"] == 3
    assert "Records screened" in (folder / "flow.svg").read_text()


def test_an_updated_review_counts_what_its_searches_found_since(folder: Path) -> None:
    run("ingest", "first.ris")
    log = folder / "searches.jsonl"
    log.write_text(re.sub(r'"(started|finished)":"[^T]*', r'"\1":"2021-03-01', log.read_text()))
    (folder / "second.ris").write_text(ris(0, 3) + "TY  - JOUR\nTI  - Cells in nine patients with ITP\nER  - \n")
    run("ingest", "second.ris")
    done = run("flow", "--previous", "2022-01-01", "--json")
    found = json.loads(done.stdout)
    assert (found["database_results"], found["duplicates"], found["excluded_automatic"]) == (3, 2, 0)
    assert "3 records and reports of the searches before still wait" in done.stderr
    whole = json.loads(run("flow", "--json").stdout)
    assert (whole["database_results"], whole["duplicates"], whole["excluded_automatic"]) == (8, 2, 1)


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (("screen",), "whose judgements are they", "--by"),
        (("screen", "--by", "fe", "--include", "doi:10.1000/fiev"), "unknown record", "doi:10.1000/five"),
        (("screen", "--by", "fe", "--stage", "full"), "unknown stage", "report"),
        (("screen", "--list", "--state", "opne"), "unknown state", "open"),
        (("screen", "--agreement"), "no two reviewers", "two reviewers"),
        (("screen", "--by", "fe", "--not-retrieved", "doi:10.1000/five"), "no judgement of a record", "include"),
        (("screen", "--by", "fe", "--stage", "report", "--include", "doi:10.1000/five"), "not passed title", "--stage"),
        (("screen", "--by", "fe", "--conflicts", "--include", "doi:10.1000/five"), "in no conflict", "--conflicts"),
        (("screen", "--by", "../x", "--include", "doi:10.1000/five"), "cannot name a reviewer", "initials"),
        (("flow", "--previous", "May 2026"), "no date", "2026-05-31"),
        (("flow", "--figure", "flow.docx"), "unknown figure format", "svg"),
        (("flow", "--csv", "."), "is a folder", "name a file"),
        (("ingest", "first.ris", "--found-by", "chance"), "unknown way of finding", "citation"),
    ],
)
def test_mistakes_are_named_with_their_way_out(folder: Path, words: tuple[str, ...], message: str, hint: str) -> None:
    ingest()
    done = run(*words)
    assert done.exit_code == 1
    assert message in done.stderr
    assert hint in done.stderr


def test_without_a_search_there_is_nothing_to_screen(folder: Path) -> None:
    done = run("screen", "--by", "fe")
    assert done.exit_code == 1
    assert "no search has found a record yet" in done.stderr


def test_a_captured_file_that_is_gone_is_named(folder: Path) -> None:
    ingest()
    for path in (folder / "captured").iterdir():
        path.rename(path.with_name("elsewhere-" + path.name))
    done = run("flow")
    assert done.exit_code == 1
    assert "is not here" in done.stderr
    assert "captured/" in done.stderr


def test_values_are_proposed_from_records_that_passed_screening_only(folder: Path) -> None:
    (folder / "alone.txt").write_text("A trial of cells\n\nResults: 8 of 18 patients responded.")
    (folder / "extracted").mkdir()
    screened(folder)
    run("ingest", "alone.txt")
    run("screen", "--by", "cd", "--conflicts", "--exclude", "doi:10.1000/ritux")
    assert (
        "8 documents cited or captured" in run("build").stdout or "documents cited or captured" in run("build").stdout
    )
    found = run("query", "select d.title from candidates c join documents d on d.sha256 = c.document", "--csv").stdout
    titles = set(found.splitlines()[1:])
    assert titles == {"A trial of cells", RECORDS[0][0], RECORDS[3][0]}
    for by in ("fe", "ab"):
        run("screen", "--by", by, "--stage", "report", "--exclude", "doi:10.1000/seven", "--reason", "cells")
    run("build")
    found = run("query", "select d.title from candidates c join documents d on d.sha256 = c.document", "--csv").stdout
    assert set(found.splitlines()[1:]) == {"A trial of cells", RECORDS[0][0]}


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (("--include", "10.1000/five", "--reason", "cells"), "--reason goes with --exclude", 2),
        (("--state", "open"), "--state goes with --list", 2),
        (("--include", "doi:10.1000/five", "--exclude", "DOI:10.1000/FIVE"), "is named twice", 1),
    ],
)
def test_what_would_be_left_aside_or_judged_both_ways_is_refused(
    folder: Path, words: tuple[str, ...], said: str, code: int
) -> None:
    ingest()
    done = run("screen", "--by", "fe", *words)
    assert done.exit_code == code
    assert said in " ".join(done.stderr.split())
    assert not (folder / "screening").exists()


def test_a_bare_doi_and_large_initials_are_understood(folder: Path) -> None:
    ingest()
    assert run("screen", "--by", "AB", "--include", "10.1000/five").exit_code == 0
    assert run("screen", "--by", "ab", "--include", "10.1000/seven").exit_code == 0
    assert [path.name for path in (folder / "screening").iterdir()] == ["ab.jsonl"]
    assert len((folder / "screening" / "ab.jsonl").read_text().splitlines()) == 2
