"""The commands ``import reports`` and ``import registry`` as a person meets them."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from mscevidence.commands import TranslatingGroup, importing
from sheet_factory import outcome, sheet, write

LINKAGE = """
[decided]
by = "ab"
on = "2026-01-02"
[study.one]
title = "Study one"
[study.two]
title = "Study two"
condition = "psoriasis"
[sheet.a]
study = "one"
report = "r-a"
kind = "article"
reason = "the only report of it"
[registry.NCT00000002]
study = "two"
reason = "psoriasis, MSC"
arms = { EG000 = "cells" }
"""

GROUPS = (
    "nct,title,conditions,group_id,group_title,serious_affected,serious_at_risk,other_affected,other_at_risk,"
    "deaths_affected,deaths_at_risk\n"
    "NCT00000002,Trial two,Psoriasis,EG000,Cells,1,6,2,6,0,6\n"
    "NCT00000003,Trial three,Knee osteoarthritis,EG000,Cells,1,6,2,6,0,6\n"
)


@pytest.fixture
def review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mscevidence.toml").write_text('[review]\ntitle = "Test"\n', encoding="utf-8")
    (tmp_path / "extracted").mkdir()
    (tmp_path / "extracted" / "linkage.toml").write_text(LINKAGE, encoding="utf-8")
    (tmp_path / "groups.csv").write_text(GROUPS, encoding="utf-8")
    write(tmp_path / "sheets", sheet("a", outcome("response", 4, 10)), sheet("b", outcome("death", 0, 10)))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> Result:
    app = typer.Typer(cls=TranslatingGroup)
    app.callback()(lambda: None)
    importing.register(app)
    return CliRunner().invoke(app, ["import", *words])


def test_reports(review: Path) -> None:
    done = run("reports", "sheets")
    assert done.exit_code == 0, done.output
    assert "in: 2 sheets, 2 arms, 2 outcomes" in done.stdout
    assert "out: 1 studies, 1 reports, 1 arms, 1 results" in done.stdout
    assert "written: 1: one" in done.stdout
    assert "left out: 1" in done.stdout
    assert "not in the linkage file" in done.stdout
    text = (review / "extracted" / "one.yaml").read_text(encoding="utf-8")
    assert "# Imported from facts sheets: a." in text
    assert "decision: {by: ab, on: '2026-01-02', from: facts-sheet}" in text


def test_twice_and_after_a_change(review: Path) -> None:
    run("reports", "sheets")
    assert "unchanged: 1" in run("reports", "sheets").stdout
    write(review / "sheets", sheet("a", outcome("response", 5, 10)))
    assert "kept although different (--overwrite replaces): 1: one" in run("reports", "sheets").stdout
    assert "written: 1: one" in run("reports", "sheets", "--overwrite").stdout


def test_who_and_when_can_be_given(review: Path) -> None:
    run(
        "reports",
        "sheets",
        "--by",
        "xy",
        "--on",
        "2026-02-03",
        "--into",
        "elsewhere",
        "--linkage",
        "extracted/linkage.toml",
    )
    text = (review / "elsewhere" / "one.yaml").read_text(encoding="utf-8")
    assert "decision: {by: xy, on: '2026-02-03', from: facts-sheet}" in text


def test_registry(review: Path) -> None:
    done = run("registry", "groups.csv")
    assert done.exit_code == 0, done.output
    assert "in: 2 trials, 2 groups" in done.stdout
    assert "written: 1: two" in done.stdout
    assert "NCT00000003" in done.stdout
    assert (review / "extracted" / "two.yaml").exists()


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (("reports", "nowhere"), "there are no facts sheets", "name the folder"),
        (("reports", "sheets", "--on", "yesterday"), "'yesterday' is not a day", "2026-11-22"),
        (("reports", "sheets", "--linkage", "none.toml"), "none.toml: cannot be read", "which sheet is which study"),
        (("registry", "sheets/a.yaml"), "has no column nct", "needed:"),
        (("registry", "nothing.csv"), "cannot be read as CSV", ""),
    ],
)
def test_mistakes(review: Path, words: tuple[str, ...], message: str, hint: str) -> None:
    done = run(*words)
    assert done.exit_code == 1
    assert message in done.stderr
    assert hint in done.stderr


def test_outside_a_review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("reports", "sheets")
    assert done.exit_code == 1
    assert "no mscevidence.toml" in done.stderr


@pytest.mark.parametrize("words", [(), ("reports", "--help"), ("registry", "--help")])
def test_help(words: tuple[str, ...]) -> None:
    assert "Usage" in run(*words).output
