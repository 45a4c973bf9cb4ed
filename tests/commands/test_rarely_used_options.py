"""Options that nothing else asks for: each must change what comes out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mscevidence import records
from mscevidence.commands import build_app
from mscevidence.documents import DocumentLibrary
from mscevidence.protocol import find
from study_factory import arm, report, result, study

DERIVED = {"method": "sum", "steps": "1 + 2"}
PROTOCOL = """\
[review]
title = "Test review"

[[analysis]]
id = "response"
outcome = "response"
by = "condition"
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mscevidence.toml").write_text(PROTOCOL, encoding="utf-8")
    made = (
        study("alpha", result("response", 8, 18), cell_product={"source": "umbilical-cord"}),
        study("beta", result("response", 3, 7, derived=DERIVED), cell_product={"source": "bone-marrow"}),
        study(
            "gamma",
            result("response", 4, 9, arm="cells"),
            design="randomised-controlled",
            condition="systemic-lupus-erythematosus",
            cell_product={"source": "bone-marrow"},
            arms=[arm("cells"), arm("control", role="control")],
            reports=[report(first_author="Gamma A")],
        ),
    )
    for one in made:
        records.write_study(one, tmp_path / "extracted" / f"{one.study}.yaml")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MSCEVIDENCE_REVIEWER", raising=False)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(build_app(), list(words))


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ((), {"alpha", "beta", "gamma"}),
        (("--cell-source", "bone-marrow"), {"beta", "gamma"}),
        (("--design", "single-arm"), {"alpha", "beta"}),
        (("--derived", "exclude"), {"alpha", "gamma"}),
        (("--derived", "include", "--design", "randomised-controlled"), {"gamma"}),
    ],
)
def test_what_is_asked_for_is_what_is_pooled(options: tuple[str, ...], kept: set[str]) -> None:
    done = run("pool", "response", "--json", *options)
    assert done.exit_code == 0, done.stderr
    assert {row["study"] for row in json.loads(done.stdout)["overall"]["rows"]} == kept


def test_all_methods_are_drawn_below_the_first(folder: Path) -> None:
    for name, options in (("one.svg", ()), ("all.svg", ("--all-methods",))):
        assert run("forest", "response", "-o", name, *options).exit_code == 0
    one, every = ((folder / name).read_text(encoding="utf-8") for name in ("one.svg", "all.svg"))
    assert ("REML" in one, "REML" in every) == (False, True)


def test_groups_have_rows_of_their_own_before_the_whole() -> None:
    whole, groups = (run("sof", "response", "--csv", *more).stdout.splitlines() for more in ((), ("--groups",)))
    assert len(whole) == 2
    assert len(groups) == 4
    assert groups[-1] == whole[-1]


def test_notes_are_shown_and_warnings_count_when_that_is_asked_for(folder: Path) -> None:
    wrong = study("delta", result("response", 8, 18, percent=44.4), result("response", 9, 18, percent=50.0))
    records.write_study(wrong, folder / "extracted" / "delta.yaml")
    plain, noted, strict = (run("check", *more) for more in ((), ("--notes",), ("--strict",)))
    assert "1 warning" in plain.stderr
    assert (plain.exit_code, noted.exit_code, strict.exit_code) == (0, 0, 1)
    assert ("note  " in plain.stdout, "note  " in noted.stdout) == (False, True)


def test_the_address_and_the_format_that_are_told_are_kept(folder: Path) -> None:
    (folder / "page.txt").write_text(
        "<p>Cells in lupus.</p>\n\nResults: 3 of 9 patients responded.\n", encoding="utf-8"
    )
    done = run("ingest", "page.txt", "--url", "https://example.org/a", "--format", "plain-text")
    assert done.exit_code == 0, done.stderr
    (document,) = DocumentLibrary(find().captured)
    assert (document.url, document.format) == ("https://example.org/a", "plain-text")
    other = run("ingest", "page.txt", "--format", "nbib")
    assert "was read as plain-text before, and stays so" in other.stderr
    wrong = run("ingest", "page.txt", "--format", "plane-text")
    assert (wrong.exit_code, "plain-text" in wrong.stderr) == (1, True)


def test_a_remark_stays_with_a_judgement(folder: Path) -> None:
    (folder / "one.ris").write_text("TY  - JOUR\nTI  - Cells\nDO  - 10.1000/x\nER  - \n" * 2, encoding="utf-8")
    run("ingest", "one.ris")
    assert run("screen", "--by", "fe", "--maybe", "10.1000/x", "--note", "ask the authors").exit_code == 0
    (line,) = (folder / "screening" / "fe.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["note"] == "ask the authors"


def test_a_server_listens_where_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr("mscevidence.web.server.serve", lambda _, host, port, **__: asked.append((host, port)))
    run("build")
    assert run("serve", "--host", "0.0.0.0", "--port", "0").exit_code == 0
    assert asked == [("0.0.0.0", 0)]
