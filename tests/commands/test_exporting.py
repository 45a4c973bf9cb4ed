"""Exports and summaries of findings at the command line: kinds, places, every mistake."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mscevidence import records
from mscevidence.commands import build_app
from mscevidence.publish.export import KINDS
from study_factory import arm, result, study

PROTOCOL = """\
[review]
title = "Test review"

[[analysis]]
id = "response-itp"
outcome = "response"

[[analysis]]
id = "deaths"
outcome = "death"
measure = "RR"
method = "mh"

[[analysis]]
id = "infections"
outcome = "infection"
"""


@pytest.fixture
def review_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mscevidence.toml").write_text(PROTOCOL, encoding="utf-8")
    for name, events, n in (("alpha", 3, 9), ("beta", 5, 12)):
        records.write_study(study(name, result("response", events, n)), tmp_path / "extracted" / f"{name}.yaml")
    for name in ("gamma", "delta"):
        arms = [arm("msc"), arm("saline", role="placebo")]
        counts = [result("death", 2, 20, arm="msc"), result("death", 4, 20, arm="saline")]
        one = study(name, *counts, arms=arms, design="randomised-controlled")
        records.write_study(one, tmp_path / "extracted" / f"{name}.yaml")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(build_app(), list(words))


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_kinds_are_listed() -> None:
    done = run("export", "--list")
    assert done.exit_code == 0
    assert all(f"\n{name} " in done.stdout for name in (*KINDS, "all"))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "prisma"])
def test_each_kind_goes_into_its_folder(review_folder: Path, kind: str) -> None:
    done = run("export", kind, "-o", "out")
    assert done.exit_code == 0, done.stderr
    written = files_in(review_folder / "out")
    assert written
    assert {name.split("/")[0] for name in written} == {kind}
    assert f"wrote {len(written)} file" in done.stderr
    assert done.stdout == ""


def test_a_zip_holds_the_same_files_and_the_same_bytes_every_time(review_folder: Path) -> None:
    run("export", "metafor", "-o", "out")
    assert run("export", "metafor", "-o", "one.ZIP").exit_code == 0
    run("export", "metafor", "-o", "deep/er/two.zip")
    assert (review_folder / "one.ZIP").read_bytes() == (review_folder / "deep/er/two.zip").read_bytes()
    with zipfile.ZipFile(review_folder / "one.ZIP") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files_in(review_folder / "out")


def test_all_is_every_kind_and_names_what_is_empty(review_folder: Path) -> None:
    done = run("export", "all", "-o", "everything.zip")
    assert done.exit_code == 0, done.stderr
    assert done.stderr.startswith("left out prisma: no search was made")
    with zipfile.ZipFile(review_folder / "everything.zip") as archive:
        assert {name.split("/")[0] for name in archive.namelist()} == set(KINDS) - {"prisma"}


def test_a_flow_is_exported_once_a_search_was_made(review_folder: Path) -> None:
    (review_folder / "searches.jsonl").write_text("", encoding="utf-8")
    done = run("export", "prisma", "-o", "out")
    assert done.exit_code == 0, done.stderr
    rows = csv.DictReader(io.StringIO((review_folder / "out/prisma/PRISMA.csv").read_text("utf-8")))
    assert {row["data"]: row["n"] for row in rows}["total_studies"] == "4"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["metafour", "-o", "out"], "did you mean metafor"),
        (["everything", "-o", "out"], "valid: all, csl"),
        (["metafor", "-o", "studies.csv"], "name a folder to write into, or a file ending in .zip"),
        (["metafor", "-o", "mscevidence.toml"], "is a file, not a folder"),
        (["prisma", "-o", "out"], "no search was made"),
    ],
)
def test_mistakes_say_what_to_do(review_folder: Path, words: list[str], said: str) -> None:
    before = files_in(review_folder)
    done = run("export", *words)
    assert done.exit_code == 1
    assert said in done.stderr
    assert files_in(review_folder) == before


@pytest.mark.parametrize("words", [[], ["metafor"], ["-o", "out"]])
def test_a_kind_and_a_place_are_needed(words: list[str]) -> None:
    done = run("export", *words)
    assert done.exit_code == 2
    assert "--list shows the kinds" in done.stderr.replace("\n", " ")


@pytest.mark.parametrize("kind", [*KINDS, "all"])
def test_without_a_study_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    (tmp_path / "mscevidence.toml").write_text(PROTOCOL, encoding="utf-8")
    (tmp_path / "extracted").mkdir()
    monkeypatch.chdir(tmp_path)
    done = run("export", kind, "-o", "out")
    assert done.exit_code == 1
    assert "there is nothing to export: no study file in" in done.stderr
    assert not (tmp_path / "out").exists()


# sof


def test_a_summary_of_findings_of_every_analysis(review_folder: Path) -> None:
    done = run("sof")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("DRAFT for a human")
    assert "No row: infections: none of 4 studies reports infection" in done.stdout
    assert "risk of bias: not rated (no appraisal yet (0 of 2 studies appraised))" in done.stdout


def test_analyses_may_be_chosen_in_their_order(review_folder: Path) -> None:
    done = run("sof", "deaths", "response-itp", "--json")
    whole = json.loads(done.stdout)
    assert [row["analysis"] for row in whole["rows"]] == ["deaths", "response-itp"]
    assert [row["start"] for row in whole["rows"]] == ["High", "Very low"]
    assert whole["rows"][0]["effect"] == pytest.approx(0.5)


def test_the_question_changes_the_start(review_folder: Path) -> None:
    whole = json.loads(run("sof", "response-itp", "--question", "event-rate", "--json").stdout)
    assert (whole["question"], whole["rows"][0]["start"]) == ("event-rate", "High")


def test_csv_and_html(review_folder: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("sof", "--csv").stdout)))
    assert [(row["analysis"], bool(row["why_no_row"])) for row in rows] == [
        ("response-itp", False), ("deaths", False), ("infections", True),
    ]  # fmt: skip
    assert run("sof", "--html").stdout.startswith('<section class="summary-of-findings" data-status="draft">')


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["death"], 1, "did you mean deaths"),
        (["--question", "rate"], 1, "event-rate"),
        (["--json", "--csv"], 2, "exclude each other"),
    ],
)
def test_wrong_words(review_folder: Path, words: list[str], code: int, said: str) -> None:
    done = run("sof", *words)
    assert done.exit_code == code
    assert said in done.stderr


def test_a_protocol_without_analyses_has_no_summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mscevidence.toml").write_text('[review]\ntitle = "T"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    done = run("sof")
    assert done.exit_code == 1
    assert "add one to mscevidence.toml" in done.stderr
