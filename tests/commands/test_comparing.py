"""Comparing arms at the command line: options, forms of output, the edition, its database, every mistake."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mscevidence import records
from mscevidence.commands import build_app
from study_factory import arm, report, result, study

PROTOCOL = """\
[review]
title = "Test review"

[[analysis]]
id = "death-against-control"
outcome = "death"
measure = "odds-ratio"
by = "condition"
columns = ["control"]

[[analysis]]
id = "risk-difference"
outcome = "death"
measure = "RD"
method = "mh"
"""
TABLES = {"alpha": (3, 20, 1, 19), "beta": (0, 12, 2, 11), "gamma": (5, 40, 9, 41), "delta": (4, 30, 6, 28)}


@pytest.fixture
def review_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mscevidence.toml").write_text(PROTOCOL, encoding="utf-8")
    for index, (name, (a, n1, c, n2)) in enumerate(TABLES.items()):
        one = study(
            name,
            result("death", a, n1, arm="msc", quote=f"{a} of {n1}"),
            result("death", c, n2, arm="saline", quote=f"{c} of {n2}"),
            arms=[arm("msc"), arm("saline", role="placebo")],
            design="randomised-controlled",
            condition="multiple-sclerosis" if index % 2 else "lupus-nephritis",
            reports=[report(first_author=f"{name.title()} A", year=2010 + index)],
        )
        records.write_study(one, tmp_path / "extracted" / f"{name}.yaml")
    records.write_study(study("single", result("death", 1, 9)), tmp_path / "extracted" / "single.yaml")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(build_app(), list(words))


@pytest.mark.parametrize(
    ("words", "first"),
    [
        (["--measure", "OR"], "Exact conditional logistic model (maximum likelihood), t interval:"),
        (["--measure", "odds-ratio", "--method", "mantel-haenszel"], "Mantel-Haenszel odds ratio"),
        (["--measure", "or", "--method", "FIXED-study-effects"], "Logistic model with fixed study effects"),
        (["--measure", "peto"], "Peto odds ratio (one effect, nothing added), normal interval:"),
        (["--measure", "Risk-Ratio"], "REML on log risk ratios (0.5 added only where needed), Hartung-Knapp interval:"),
        (["--measure", "rd", "--method", "dl", "--test", "z"], "DerSimonian-Laird on risk differences"),
    ],
)
def test_measures_and_methods_by_their_names(review_folder: Path, words: list[str], first: str) -> None:
    done = run("pool", "death", *words)
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert next(line for line in lines if line.endswith("interval:")).startswith(first)


def test_every_option_works_for_a_comparison(review_folder: Path) -> None:
    shown = run(
        "pool", "death", "--measure", "OR", "--subgroup", "condition", "--leave-one-out", "--cumulative",
        "--compare-methods", "--moderator", "year", "--bias", "--explain", "--level", "0.9", "--control", "placebo",
    )  # fmt: skip
    assert shown.exit_code == 0, shown.stderr
    for text in (
        "Death by condition: odds ratio, MSC against placebo",
        "4 studies, 201 patients, the outcome in 12 of 102 with cells and 18 of 99 controls; 90% study intervals",
        "Odds ratio below 1: favours MSC; above: favours control",
        "Test between subgroups",
        "without Alpha 2010",
        "+ Delta 2013",
        "Does the conclusion depend on the method?",
        "Does the odds ratio go with year?",
        "Harbord's regression",
        'Alpha 2010: 3/20 from r1, "3 of 20" (alpha/msc/death)',
        '    against 1/19 from r1, "1 of 19" (alpha/saline/death)',
        "excluded single: no control arm of this kind (placebo)",
    ):
        assert text in shown.stdout


def test_as_data(review_folder: Path) -> None:
    data = json.loads(run("pool", "death", "--measure", "RR", "--json").stdout)
    row = data["overall"]["rows"][0]
    assert row["control"]["result"] == "alpha/saline/death"
    assert row["effect"] == pytest.approx(3 * 19 / 20)
    lines = run("pool", "death", "--measure", "RR", "--csv").stdout.splitlines()
    assert lines[0].startswith("study,label,group,events,n,control_events,control_n,risk_ratio,lower,upper,weight")
    assert len(lines) == 5


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["--measure", "OR", "--bayes"], "--bayes is for rates of one arm, not for OR", "--leave-one-out"),
        (["--measure", "RD", "--borrow"], "--borrow is for rates of one arm, not for RD", "--compare-methods"),
        (["--method", "peto"], "Peto's method compares two arms by OR", "--measure OR"),
        (["--measure", "peto", "--method", "dl"], "Peto's odds ratio is a method too", "--measure OR"),
        (["--measure", "odds"], "unknown measure 'odds'", "OR"),
        (["--measure", "OR", "--control", "placbo"], "unknown arm-role 'placbo'", "placebo"),
        (["--measure", "OR", "--control", "experimental"], "unknown kind of control arm", "placebo"),
        (["--control", "placebo"], "compared only by OR, RR or RD", "--measure OR"),
        (["--measure", "RR", "--method", "cm.el"], "compares two arms by OR", "methods for RR: mh"),
    ],
)
def test_what_does_not_apply_names_what_does(review_folder: Path, words: list[str], message: str, hint: str) -> None:
    done = run("pool", "death", *words)
    assert done.exit_code == 1
    assert message in done.stderr
    assert hint in done.stderr.split("hint:")[1]
    assert done.stdout == ""


def test_nothing_to_compare_says_so(review_folder: Path) -> None:
    done = run("pool", "relapse", "--measure", "OR")
    assert done.exit_code == 1
    assert "none of 5 studies reports relapse against a control arm" in done.stderr


def test_the_figure_of_a_comparison(review_folder: Path) -> None:
    done = run("forest", "death", "--measure", "OR", "--columns", "control", "-o", "f.svg")
    assert done.exit_code == 0, done.stderr
    drawn = (review_folder / "f.svg").read_text()
    assert "Favours MSC" in drawn
    assert "saline (placebo)" in drawn


def test_an_edition_with_comparisons_is_whole_the_same_again_and_walks_back_to_both_arms(review_folder: Path) -> None:
    hashes = []
    for _ in range(2):
        done = run("reproduce")
        assert done.exit_code == 0, done.stderr
        files = sorted(path for path in (review_folder / "output").rglob("*") if path.is_file())
        hashes.append({path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files})
    assert hashes[0] == hashes[1]
    pages = [path.read_text() for path in (review_folder / "output" / "analyses").glob("*.html")]
    page = next(text for text in pages if "odds ratio, MSC against control" in text)
    assert "odds ratio 0.61 (95% interval 0.17 to 2.18)" in page
    # Both arms of a comparison lead to the sentences they were read from.
    for link in (
        '#r-msc-death" title="Read from: 3 of 20">3 / 20</a>',
        '#r-saline-death" title="Read from: 1 of 19">1 / 19',
    ):
        assert f'href="../studies/alpha.html{link}' in page
    assert "<q>3 of 20</q>" in page
    assert "<q>1 of 19</q>" in page
    assert "--measure OR" in page
    with closing(sqlite3.connect(review_folder / "output" / "evidence.db")) as conn:
        the_database_holds_both_arms(conn)


def the_database_holds_both_arms(conn: sqlite3.Connection) -> None:
    estimates = conn.execute(
        "SELECT measure, percent, ratio, control_events, control_patients FROM pooled_estimates "
        "WHERE subgroup = 'Overall' AND role = 'main' ORDER BY analysis"
    ).fetchall()
    assert [(row[0], row[1] is None, row[2] is None) for row in estimates] == [("OR", True, False), ("RD", False, True)]
    assert estimates[0][3:] == (18, 99)
    studies = conn.execute(
        "SELECT result, events, n, control_events, control_n, quote FROM pooled_studies "
        "WHERE analysis = 'risk-difference' AND study = 'alpha' ORDER BY result"
    ).fetchall()
    assert studies == [
        ("alpha/msc/death", 3, 20, 1, 19, "3 of 20"),
        ("alpha/saline/death", 3, 20, 1, 19, "1 of 19"),
    ]
