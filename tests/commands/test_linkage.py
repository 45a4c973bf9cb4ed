"""The command ``link`` as a person meets it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from mscevidence.commands import TranslatingGroup, linkage
from mscevidence.records import write_study
from study_factory import arm, report, study

FAMILY = {"overlaps": [{"family": "ward", "reason": "the same ward"}]}
CORD = {"cell_product": {"source": "umbilical-cord"}}


def trial(study_id: str, author: str, **more: Any) -> Any:
    first = report(f"r-{study_id}", first_author=author)
    return study(study_id, reports=[first, *more.pop("further", [])], arms=[arm(treated=10)], **more)


@pytest.fixture
def review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mscevidence.toml").write_text('[review]\ntitle = "Test"\n', encoding="utf-8")
    folder = tmp_path / "extracted"
    studies = [
        trial("two-reports", "Li X", further=[report("r-abstract", note="meeting version")]),
        trial("first", "Sun L", **FAMILY),
        trial("second", "Gu F", **FAMILY),
        trial("proposal-a", "Wang D", **CORD),
        trial("proposal-b", "Wang D", **CORD),
        trial("alike-a", "Hu J", **CORD),
        trial("alike-b", "Hu J", cell_product={"source": "bone-marrow"}),
        trial("alone", "Kim H"),
    ]
    for each in studies:
        write_study(each, folder / f"{each.study}.yaml")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> Result:
    app = typer.Typer(cls=TranslatingGroup)
    app.callback()(lambda: None)
    linkage.register(app)
    return CliRunner().invoke(app, ["link", *words])


def test_everything(review: Path) -> None:
    done = run()
    assert done.exit_code == 0, done.output
    for words in (
        "two-reports\n  r-two-reports\n  r-abstract: meeting version",
        "ward\n  first: the same ward\n  second: the same ward",
        "] proposal-a and proposal-b\n  same condition, first author Wang",
        "alike-a and alike-b\n  same condition, first author Hu; kept apart because the cells differ",
    ):
        assert words in done.stdout
    assert "alone" not in done.stdout


@pytest.mark.parametrize(
    ("what", "there", "absent"),
    [
        ("two-reports", "meeting version", "ward"),
        ("ward", "the same ward", "meeting version"),
        ("first", "the same ward", "alike"),
        ("alike-b", "kept apart", "proposal"),
        ("alone", "alone: one report, no family, no look-alike", "ward"),
    ],
)
def test_one_study_or_family(review: Path, what: str, there: str, absent: str) -> None:
    done = run(what)
    assert there in done.stdout
    assert absent not in done.stdout


def test_settled_look_alikes_come_from_the_file_of_decisions(review: Path) -> None:
    ends = 'left = "proposal-a"\nright = "proposal-b"\nreason = "another ward"\n'
    text = f'[[link]]\nkind = "different-patients"\n{ends}by = "ab"\non = "2026-01-02"\n'
    (review / "extracted" / "links.toml").write_text(text, encoding="utf-8")
    done = run("proposal-a")
    assert "proposal-a and proposal-b\n  another ward" in done.stdout
    assert "Proposals" not in done.stdout


def test_json(review: Path) -> None:
    data = json.loads(run("--json").stdout)
    assert data["studies"]["two-reports"] == ["r-two-reports", "r-abstract"]
    assert [family["id"] for family in data["families"]] == ["ward"]
    assert {one["kind"] for one in data["links"]} == {"same-study", "overlap", "look-alike"}
    only = json.loads(run("alone", "--json").stdout)
    assert (only["studies"], only["families"], only["links"]) == ({"alone": ["r-alone"]}, [], [])


def test_an_unknown_name_gets_the_nearest(review: Path) -> None:
    done = run("two-report")
    assert done.exit_code == 1
    assert "unknown study, family or report 'two-report'" in done.stderr
    assert "two-reports" in done.stderr


def test_a_shared_identifier_is_told_on_stderr(review: Path) -> None:
    for name, author in (("one", "Ma A"), ("other", "Mi B")):
        write_study(trial(name, author, registrations=["NCT00000009"]), review / "extracted" / f"{name}.yaml")
    done = run("one")
    assert done.exit_code == 0
    assert "error: one and other share NCT00000009" in done.stderr
