from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from mscevidence.commands import TranslatingGroup, database

STUDY = """\
study: itp-one
title: Cells for ITP, one centre
condition: immune-thrombocytopenia
design: single-arm
reports:
  - {id: pmid-1, kind: article, year: 2024, first_author: Chen Y}
arms:
  - {id: all, role: experimental, treated: 18}
results:
  - outcome: response
    arm: all
    events: 8
    n: 18
    source: {report: pmid-1, quote: "44.4% (8/18) of patients responded"}
    decision: {by: ab, on: 2026-11-22, from: person}
  - outcome: serious-adverse-event
    arm: all
    events: not-reported
    n: 18
    source: {report: pmid-1, quote: "=HYPERLINK(1)"}
    decision: {by: ab, on: 2026-11-22, from: person}
"""


@pytest.fixture
def review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A review with one study, in the current folder, not yet built."""
    (tmp_path / "mscevidence.toml").write_text('[review]\ntitle = "Test"\nquestion = "Does it work?"\n')
    (tmp_path / "extracted").mkdir()
    (tmp_path / "extracted" / "itp-one.yaml").write_text(STUDY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def built(review: Path) -> Path:
    assert run("build").exit_code == 0
    return review / "evidence.db"


def run(*arguments: str) -> Result:
    app = typer.Typer(cls=TranslatingGroup, pretty_exceptions_enable=False)
    database.register(app)
    return CliRunner().invoke(app, list(arguments))


def test_build_counts_what_it_wrote_and_says_where(review: Path) -> None:
    done = run("build")
    assert done.exit_code == 0
    assert done.stdout.startswith("1 study, 1 report, 1 arm, 2 results, ")
    assert "wrote evidence.db;" in done.stderr
    first = (review / "evidence.db").read_bytes()
    run("build", "--output", "again.db")
    assert (review / "again.db").read_bytes() == first


def test_a_wrong_study_file_stops_the_build_and_keeps_the_database(built: Path) -> None:
    before = built.read_bytes()
    (built.parent / "extracted" / "itp-one.yaml").write_text(STUDY.replace("single-arm", "singel-arm"))
    done = run("build")
    assert done.exit_code == 1
    assert "single-arm" in done.stderr
    assert built.read_bytes() == before


def test_a_named_question_prints_a_table_and_counts_rows_on_stderr(built: Path) -> None:
    done = run("query", "response-rates", "--condition", "ITP")
    assert done.exit_code == 0
    assert "44.4% (8/18) of patients responded" in done.stdout
    assert done.stdout.splitlines()[0].split()[:2] == ["cited_as", "condition"]
    assert done.stderr == "1 row\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("response-rates", "--condition", "ITP", "--json"),
        ("--condition", "ITP", "response-rates", "--json"),
        ("--json", "--condition=ITP", "response_rates"),
        ("--json", "response-rates", "--limit", "5", "--condition=ITP"),
    ],
)
def test_parameters_stand_anywhere(built: Path, arguments: tuple[str, ...]) -> None:
    (row,) = json.loads(run("query", *arguments).stdout)
    assert (row["events"], row["n"], row["rate_percent"]) == (8, 18, 44.4)


def test_sql_with_parameters_as_csv(built: Path) -> None:
    done = run("query", "SELECT outcome, events_state, quote FROM all_results WHERE n = :n", "--n", "18", "--csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["events_state"] for row in rows] == ["reported", "not-reported"]
    assert rows[1]["quote"] == "'=HYPERLINK(1)", "a spreadsheet must not run it"


def test_a_question_without_answer_prints_its_columns(built: Path) -> None:
    done = run("query", "response-rates", "--condition", "lupus", "--csv")
    assert done.exit_code == 0
    assert done.stdout.startswith("cited_as,condition")
    assert done.stderr == "no rows\n"


def test_a_database_without_analyses_says_where_they_are(built: Path) -> None:
    assert "-d output/evidence.db" in run("query", "pooled").stderr
    named = run("query", "pooled", "--analysis", "response-itp")
    assert named.exit_code == 1
    assert "evidence.db holds no analysis" in named.stderr
    assert "mscevidence reproduce" in named.stderr


def test_a_limit_is_said(built: Path) -> None:
    done = run("query", "SELECT * FROM terms", "--limit", "3")
    assert "the first 3 rows; there are more" in done.stderr


def test_questions_can_be_listed_without_a_database(review: Path) -> None:
    for arguments in (("--list",), ()):
        done = run("query", *arguments)
        assert done.exit_code == 0
        assert re.search(r"response-rates .*--condition CONDITION", done.stdout)
    assert json.loads(run("query", "checks", "--list", "--json").stdout)[0]["parameters"] == (
        "--severity error|warning|note"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("query", "response-rate"), 1, "did you mean response-rates"),
        (("query", "response-rates", "--conditon", "ITP"), 1, "did you mean condition"),
        (("query", "response-rates", "--study", "itp-on"), 1, "did you mean itp-one"),
        (("query", "SELECT * FROM all_result"), 1, "all_results"),
        (("query", "DELETE FROM studies"), 1, "only SELECT is allowed"),
        (("query", "SELECT :study"), 1, "--study"),
        (("query", "studies", "--limit", "0"), 2, "--limit"),
        (("query", "studies", "--condition"), 2, "needs a value"),
        (("query", "select", "1"), 2, "quotes"),
        (("query", "studies", "-d", "nowhere.db"), 1, "mscevidence build"),
        (("find", "?!"), 1, "nothing to search for"),
        (("find",), 2, "WORDS"),
        (("serve", "-d", "nowhere.db"), 1, "mscevidence build"),
        (("serve", "--port", "99999"), 2, "port"),
        (("build", "-o", "extracted"), 1, "is a folder"),
    ],
)
def test_a_mistake_ends_with_its_code_and_a_hint(
    built: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = run(*arguments)
    assert done.exit_code == code
    assert words.casefold() in done.stderr.casefold()
    assert done.stdout == ""


def test_search_finds_and_says_when_it_does_not(built: Path) -> None:
    done = run("find", "patients", "responded", "--json")
    assert [hit["id"] for hit in json.loads(done.stdout)] == ["itp-one/all/response"]
    done = run("find", "zebrafish")
    assert done.exit_code == 0
    assert "nothing contains 'zebrafish'" in done.stderr


def test_serve_passes_on_the_title_and_the_question_of_the_review(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mscevidence.web import server

    made: list[tuple[Path, dict[str, object]]] = []
    served: list[tuple[object, ...]] = []

    def application(path: Path, **options: object) -> Path:
        made.append((path, options))
        return path

    def serve(*arguments: object, open_browser: bool, say: object) -> None:
        served.append((*arguments, open_browser))

    monkeypatch.setattr(server, "application", application)
    monkeypatch.setattr(server, "serve", serve)
    assert run("serve", "--port", "8123", "--open").exit_code == 0
    assert served == [(built, "127.0.0.1", 8123, True)]
    [(path, options)] = made
    assert path == built
    assert (options["title"], options["question"], options["room"]) == ("Test", "Does it work?", None)
    assert options["living"] is not None
    monkeypatch.chdir(built.parent.parent)
    assert run("serve", "-d", str(built)).exit_code == 0
    assert made[1][1]["title"] == "Test"
    assert made[1][1]["living"] is None


def test_outside_of_a_review_a_database_can_be_named(built: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "copy.db"
    elsewhere.write_bytes(built.read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(elsewhere.parent)
        assert run("query", "studies", "-d", "copy.db").exit_code == 0
        assert run("query", "studies").exit_code == 1


def test_the_commands_are_light_to_import() -> None:
    heavy = ("sqlite_utils", "datasette", "pandas", "numpy", "mscevidence.store", "mscevidence.model")
    code = f"import sys, mscevidence.commands.database; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
