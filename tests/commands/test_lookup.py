"""Asking a document from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mscevidence.commands import build_app

ARTICLE = """<abstract><p>Phase 2 trial. Patients were randomised to MSC (n = 20) or placebo (n = 18).</p></abstract>
<sec><title>Results</title><p>See below.</p><table-wrap><label>Table 1</label><caption><p>Outcomes, n (%)</p></caption>
<table><thead><tr><th/><th>MSC (n = 20)</th><th>Placebo (n = 18)</th></tr></thead>
<tbody><tr><td>Relapse</td><td>1 (5)</td><td>22.2%</td></tr></tbody></table></table-wrap></sec>"""


@pytest.fixture
def article(tmp_path: Path) -> str:
    path = tmp_path / "article.xml"
    path.write_text(ARTICLE, encoding="utf-8")
    return str(path)


def run(*words: str) -> Result:
    return CliRunner().invoke(build_app(), list(words))


def lookup(article: str, outcome: str, *more: str) -> Result:
    return run("lookup", article, "--outcome", outcome, "--intervention", "MSC", "--comparator", "placebo", *more)


def test_an_answer_is_a_table_with_the_places(article: str) -> None:
    shown = lookup(article, "relapse")
    assert shown.exit_code == 0
    assert "MSC" in shown.stdout
    assert "4*" in shown.stdout
    assert "Table 1: Relapse" in shown.stdout
    assert "* computed, not printed" in shown.stdout


def test_json_holds_every_number_with_its_span(article: str) -> None:
    told = json.loads(lookup(article, "relapse", "--json").stdout)
    assert told["intervention_events"]["number"] == 1
    assert told["comparator_events"] == told["comparator_events"] | {"number": 4, "text": "22.2", "derived": True}
    assert len(told["comparator_n"]["span"]) == 2


def test_no_answer_says_what_is_known_and_leaves_with_1(article: str) -> None:
    shown = lookup(article, "fever")
    assert shown.exit_code == 1
    assert "20 and 18 patients" in shown.stderr
    assert "nothing is guessed" in shown.stderr


def test_no_answer_in_json_has_no_events(article: str) -> None:
    told = json.loads(lookup(article, "fever", "--json").stdout)
    assert told["intervention_events"] is None
    assert (
        run("lookup", article, "--outcome", "x", "--intervention", "A", "--comparator", "B", "--json").stdout
        == "null\n"
    )


def test_describe_lists_facts(article: str) -> None:
    shown = run("describe", article)
    assert shown.exit_code == 0
    assert "randomised-controlled" in shown.stdout
    assert json.loads(run("describe", article, "--json").stdout)["phase"]["normal"] == "2"


def test_a_missing_file_is_a_clear_error(tmp_path: Path) -> None:
    shown = run("describe", str(tmp_path / "none.xml"))
    assert shown.exit_code == 1
    assert "No such file" in shown.stderr
