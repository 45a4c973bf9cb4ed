"""Figures from the command line: those that go back to the records, maps, and columns of the forest plot."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from mscevidence import records
from mscevidence.commands import build_app
from mscevidence.model import Study
from study_factory import arm, report, result, study


def trials() -> list[Study]:
    doses = [
        arm(name, treated=n, dose={"value": value, "unit": "cells/kg"})
        for name, value, n in (("low", 1e6, 6), ("high", 2e6, 8))
    ]
    arms = [arm("msc", treated=20), arm("saline", role="placebo", treated=19)]
    return [
        study("one", result("response", 2, 6, arm="low"), result("response", 5, 8, arm="high"), arms=doses),
        study("two", result("response", 12, 20, arm="msc"), result("response", 4, 19, arm="saline"), arms=arms,
              condition="systemic-lupus-erythematosus", design="randomised-controlled",
              reports=[report(first_author="Two A", status="corrected")]),
    ]  # fmt: skip


@pytest.fixture
def review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mscevidence.toml").write_text('[review]\ntitle = "T"\n')
    for one in trials():
        records.write_study(one, tmp_path / "extracted" / f"{one.study}.yaml")
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ["figure", "response", "--kind", "posterior"],
        ["figure", "response", "--kind", "dose-response"],
        ["map", "network"],
        ["map", "network", "--doses"],
        ["map", "studies"],
        ["forest", "response", "--columns", "completeness,dose", "--per", "1000"],
    ],
)
def test_a_figure_is_written(review: Path, arguments: list[str]) -> None:
    outcome = CliRunner().invoke(build_app(), [*arguments, "-o", "drawn.svg"])
    assert outcome.exit_code == 0, outcome.output
    assert b"<text" in (review / "drawn.svg").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["figure", "response", "--kind", "posteriors"], "posterior"),
        (["map", "studys"], "studies"),
        (["forest", "response", "--columns", "completness"], "completeness"),
        (["forest", "response", "--per", "50"], "100"),
        (["forest", "response", "--columns", "rob"], "no study of the analysis is appraised"),
        (["figure", "response", "--kind", "dose-response", "--condition", "sle"], "for two doses"),
    ],
)
def test_what_cannot_be_drawn_is_said_and_nothing_is_written(review: Path, arguments: list[str], said: str) -> None:
    outcome = CliRunner().invoke(build_app(), [*arguments, "-o", "drawn.svg"])
    assert outcome.exit_code == 1
    assert said in outcome.output
    assert not (review / "drawn.svg").exists()


def test_maps_are_tables_too(review: Path) -> None:
    edges = CliRunner().invoke(build_app(), ["map", "network", "--csv"])
    assert "placebo,1,20,19,Two 2020" in edges.output
    reports = CliRunner().invoke(build_app(), ["map", "studies", "--csv"])
    assert "corrected" in reports.output
    assert not list(review.glob("*.svg"))
