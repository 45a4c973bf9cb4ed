"""mscevidence.toml: what it may say, and the sentence for everything it may not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from mscevidence import protocol
from mscevidence.errors import ProtocolError

HEAD = '[review]\ntitle = "T"\n[[analysis]]\nid = "a"\n'


def load(tmp_path: Path, text: Any) -> Any:
    path = tmp_path / protocol.FILE_NAME
    path.write_text(text, encoding="utf-8")
    return protocol.load(path)


def test_an_analysis_resolves_words_to_terms(tmp_path: Path) -> None:
    made = load(tmp_path, HEAD + 'outcome = "SAE"\ncondition = "ITP"\nby = "donor"\ncolumns = ["dose"]\n')
    (analysis,) = made.analyses
    assert analysis.question.outcome == "serious-adverse-event"
    assert analysis.question.condition == "immune-thrombocytopenia"
    assert analysis.columns == ("dose",)
    assert made.extracted == tmp_path / "extracted"
    assert made.analysis("a") is analysis


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("title = ", "not valid TOML", "mend the line"),
        ("[reviews]\n", "unknown key 'reviews'", "review"),
        ('[review]\ntitel = "x"\n', "unknown key 'titel'", "title"),
        ("review = 3\n", "must be a table", "[name]"),
        ('analysis = "x"\n', "must be a list", "[[analysis]]"),
        ('[[analysis]]\nid = "a"\n', "outcome is missing", "outcome"),
        (HEAD + 'outcome = "respons"\n', "unknown outcome 'respons'", "response"),
        (
            HEAD + 'outcome = "response"\ncondition = "imune-thrombocytopenia"\n',
            "unknown condition 'imune-thrombocytopenia'",
            "did you mean",
        ),
        (HEAD + 'outcome = "response"\nby = "disease"\n', "unknown by 'disease'", "condition"),
        (HEAD + 'outcome = "response"\nmethod = "gllm"\n', "unknown method 'gllm'", "glmm"),
        (
            HEAD + 'outcome = "response"\nmeasure = "IRLN"\ntime_unit = "fortnight"\n',
            "unknown unit of time at risk 'fortnight'",
            "valid: cycle, day, hour, infusion, month, week, year",
        ),
        (HEAD + 'outcome = "response"\nlevel = 95\n', "level", "0.95"),
        (HEAD + 'outcome = "response"\ncolumns = "dose"\n', "columns must be a list", "columns = "),
        (
            HEAD + 'outcome = "response"\nnarrative_zeroes = "include"\n',
            "unknown key 'narrative_zeroes'",
            "narrative_zeros",
        ),
        (
            HEAD + 'outcome = "response"\n[[analysis]]\nid = "a"\noutcome = "death"\n',
            "two analyses have the id 'a'",
            "own id",
        ),
    ],
)
def test_mistakes_are_named_with_the_way_out(tmp_path: Path, text: Any, message: Any, hint: Any) -> None:
    with pytest.raises(ProtocolError) as caught:
        load(tmp_path, text)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_the_nearest_protocol_above_is_found(tmp_path: Path) -> None:
    load(tmp_path, '[review]\ntitle = "T"\n')
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert protocol.find(below).root == tmp_path.resolve()
    (tmp_path / protocol.FILE_NAME).unlink()
    with pytest.raises(ProtocolError, match=r"no mscevidence\.toml") as caught:
        protocol.find(below)
    assert "mscevidence init" in caught.value.hint


def test_a_new_protocol_is_valid_and_never_overwritten(tmp_path: Path) -> None:
    protocol.write_new(tmp_path / "new", title='A "quoted" title')
    assert protocol.find(tmp_path / "new").title == 'A "quoted" title'
    with pytest.raises(ProtocolError, match="already there"):
        protocol.write_new(tmp_path / "new", title="again")


@pytest.mark.parametrize(
    ("title", "read"),
    [("two\nlines", "two lines"), ("a\ttab \\ and\x7f", "a tab \\ and"), ("{braces} é 试验", "{braces} é 试验")],
)
def test_any_title_gives_a_valid_protocol(tmp_path: Path, title: str, read: str) -> None:
    protocol.write_new(tmp_path, title=title)
    assert protocol.find(tmp_path).title == read


@pytest.mark.parametrize(
    ("place", "own"),
    [
        ("mscevidence.toml", True),
        ("extracted/a.yaml", True),
        ("captured/0123456789abcdef/source.txt", True),
        ("screening/fe.jsonl", True),
        ("searches.jsonl", True),
        ("evidence.db-wal", True),
        ("output/figures/response.svg", True),
        ("page/index.html", True),
        ("page/studies/a.html", True),
        ("abstracts/a.txt", False),
        ("extracted.txt", False),
        ("../elsewhere/extracted/a.yaml", False),
    ],
)
def test_which_files_the_review_wrote_itself(tmp_path: Path, place: str, own: bool) -> None:
    protocol.write_new(tmp_path / "review", title="Review")
    (tmp_path / "review" / "page" / "data").mkdir(parents=True)
    (tmp_path / "review" / "page" / "data" / protocol.EDITION_NAME).touch()
    review = protocol.find(tmp_path / "review")
    assert review.wrote(review.root / place) is own


def test_a_broken_encoding_is_said(tmp_path: Path) -> None:
    path = tmp_path / protocol.FILE_NAME
    path.write_bytes(b'[review]\ntitle = "\xff"\n')
    with pytest.raises(ProtocolError, match="cannot read") as caught:
        protocol.load(path)
    assert "UTF-8" in caught.value.hint


ELIGIBILITY = """\
[eligibility]
reviewers = 1
criteria = ["Patients with ITP", "Mesenchymal stromal cells were given"]
reasons = { animals = "Not in humans" }

[[eligibility.rule]]
id = "mice"
reason = "animals"
field = "title"
pattern = '\\bmice\\b'

[[search]]
id = "itp"
query = "mesenchymal AND thrombocytopenia"
sources = ["pubmed", "ctgov"]
"""


def test_eligibility_and_searches_are_read(tmp_path: Path) -> None:
    path = tmp_path / "mscevidence.toml"
    path.write_text(ELIGIBILITY)
    found = protocol.load(path)
    assert found.eligibility.criteria == ("Patients with ITP", "Mesenchymal stromal cells were given")
    assert (found.eligibility.reviewers, found.eligibility.rules[0].pattern) == (1, r"\bmice\b")
    assert found.searches == (
        protocol.Search(id="itp", query="mesenchymal AND thrombocytopenia", sources=("pubmed", "ctgov")),
    )
    assert found.screening == tmp_path / "screening"


@pytest.mark.parametrize(
    ("right", "wrong", "message", "hint"),
    [
        ('reason = "animals"', 'reason = "animal"', "unknown reason 'animal'", "animals"),
        (r"'\bmice\b'", "'(mice'", "no regular expression", "single quotes"),
        ('field = "title"', 'field = "titel"', "rule.0.field", "criteria"),
        ("reviewers = 1", "reviewers = 3", "reviewers", "valid are"),
        ("criteria =", "criterias =", "criterias", "criteria"),
        ('query = "mesenchymal AND thrombocytopenia"', "", "query is missing", "query ="),
        ('sources = ["pubmed", "ctgov"]', 'sources = "pubmed"', "sources must be a list", "sources = ["),
        ('sources = ["pubmed", "ctgov"]', 'sources = ["pubmed"]\nsince = 2019', "unknown key 'since'", "sources"),
        ("[[search]]", "[search]", "search must be a list", "[[search]]"),
    ],
)
def test_what_is_wrong_in_eligibility_and_searches_is_named(
    tmp_path: Path, right: str, wrong: str, message: str, hint: str
) -> None:
    path = tmp_path / "mscevidence.toml"
    assert right in ELIGIBILITY
    path.write_text(ELIGIBILITY.replace(right, wrong))
    with pytest.raises(ProtocolError, match=re.escape(message)) as raised:
        protocol.load(path)
    assert hint in raised.value.hint


def test_two_searches_with_one_id_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "mscevidence.toml"
    path.write_text(ELIGIBILITY + ELIGIBILITY[ELIGIBILITY.index("[[search]]") :])
    with pytest.raises(ProtocolError, match="two searches have the id 'itp'"):
        protocol.load(path)


@pytest.mark.parametrize(
    ("given", "measure", "method"),
    [
        ({"measure": "OR"}, "OR", "glmm"),
        ({"measure": "odds-ratio", "method": "Mantel-Haenszel"}, "OR", "mh"),
        ({"measure": "or", "method": "conditional-exact"}, "OR", "cm.el"),
        ({"measure": "OR", "method": "UM.RS"}, "OR", "um.rs"),
        ({"measure": "risk-ratio"}, "RR", "reml"),
        ({"measure": "relative-risk", "method": "common"}, "RR", "ee"),
        ({"measure": "RD"}, "RD", "reml"),
        ({"measure": "Peto"}, "OR", "peto"),
        ({"measure": "peto-odds-ratio", "method": "PETO"}, "OR", "peto"),
        ({"measure": "logit"}, "PLO", "glmm"),
    ],
)
def test_measures_of_comparisons_and_their_methods(given: dict[str, str], measure: str, method: str) -> None:
    question = protocol.question_from({"outcome": "death", **given})
    assert (question.measure, question.method) == (measure, method)
    assert question.comparative == (measure != "PLO")
    assert type(question).model_validate(question.model_dump()) == question


def test_peto_is_a_measure_and_a_method_at_once() -> None:
    with pytest.raises(ProtocolError, match="mh is another"):
        protocol.question_from({"outcome": "death", "measure": "peto", "method": "mh"})


def test_a_kind_of_control_is_a_word_of_the_vocabulary() -> None:
    question = protocol.question_from({"outcome": "death", "measure": "OR", "control": "usual care"})
    assert question.control == "standard-care"
