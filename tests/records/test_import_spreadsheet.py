"""`mscevidence import spreadsheet` as a person meets it: all mistakes at once, counts, and files that are kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mscevidence.commands import build_app
from mscevidence.records import load_study

HEADER = "study,title,condition,design,report,report_kind,arm,arm_role,outcome,events,n,quote\r\n"
ROWS = "nct01,A,ITP,single-arm,r1,article,all,experimental,response,8,18,44.4% (8/18)\r\n,,,,,,,,fever,1,18,1 of 18\r\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "results.csv"
    path.write_text(HEADER + ROWS + ",,,,,,low,experimental,,,,\r\n", encoding="utf-8", newline="")
    return path


def run(file: Path, *words: str) -> Result:
    into = ["--into", str(file.parent / "extracted"), "--by", "AB", "--on", "2026-11-22"]
    return CliRunner().invoke(build_app(), ["import", "spreadsheet", str(file), *into, *words])


def test_rows_become_study_files_and_are_counted(file: Path) -> None:
    done = run(file)
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "in: 2 rows with a result, 1 rows that only describe",
        "out: 2 results, 1 studies",
        "written: 1: nct01",
        "unchanged: 0",
    ]
    study = load_study(file.parent / "extracted" / "nct01.yaml")
    assert [result.counts() for result in study.results] == [(8, 18), (1, 18)]
    assert {result.decision.by for result in study.results} == {"AB"}
    assert "# Imported from results.csv.\n" in (file.parent / "extracted/nct01.yaml").read_text(encoding="utf-8")
    assert "unchanged: 1: nct01" in run(file).stdout


def test_every_mistake_is_listed_and_nothing_written(file: Path) -> None:
    file.write_text(file.read_text(encoding="utf-8").replace(",8,18,", ",8/18,x,"), encoding="utf-8")
    done = run(file)
    assert done.exit_code == 1
    assert "column J (events): found '8/18'" in done.stderr
    assert "error: results.csv:2: row 2, column K (n): found 'x'" in done.stderr
    assert not (file.parent / "extracted").exists()


def test_a_file_that_differs_is_kept_unless_told_otherwise(file: Path) -> None:
    run(file)
    file.write_text(file.read_text(encoding="utf-8").replace(",8,18,", ",9,18,"), encoding="utf-8")
    kept = run(file)
    assert kept.exit_code == 1
    assert "kept although different: nct01" in kept.stderr
    path = file.parent / "extracted" / "nct01.yaml"
    assert load_study(path).results[0].events == 8
    assert run(file, "--overwrite").exit_code == 0
    assert load_study(path).results[0].events == 9


def test_a_day_that_does_not_exist_is_refused(file: Path) -> None:
    done = run(file, "--on", "2026-02-30")
    assert done.exit_code == 1
    assert "'2026-02-30' is not a day" in done.stderr
