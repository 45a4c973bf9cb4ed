from __future__ import annotations

from pathlib import Path

import golden_evidence as golden
import pytest

from mscevidence.errors import StoreError
from mscevidence.store import build, run_sql, search
from mscevidence.store.full_text import quoted


def kinds(path: Path, words: str) -> list[str]:
    return [hit.kind for hit in search(path, words)]


def test_documents_results_and_studies_are_found_with_the_match_marked(evidence: Path) -> None:
    hits = search(evidence, "refractory ITP")
    assert [(hit.kind, hit.id) for hit in hits] == [("study", "nct04014166"), ("document", golden.SHA)]
    assert "**refractory** **ITP**" in hits[0].snippet
    assert hits[1].title == "Umbilical cord cells for refractory ITP"


@pytest.mark.parametrize("words", ["platelet", "platelets", "PLATELETS"])
def test_words_are_found_in_any_form(evidence: Path, words: str) -> None:
    assert "document" in kinds(evidence, words)


def test_results_are_found_by_quote_and_by_outcome(evidence: Path) -> None:
    assert "nct04014166/all/response" in [hit.id for hit in search(evidence, '"8/18"')]
    assert "result" in kinds(evidence, "sustained-response")


def test_operators_work(evidence: Path) -> None:
    assert kinds(evidence, "bleeding NOT thrombosis") == []
    assert kinds(evidence, "bleeding AND thrombosis") == ["document"]
    assert "document" in kinds(evidence, "thromb*")
    assert kinds(evidence, '"cord cells"') == ["study", "document"]


@pytest.mark.parametrize(
    "words", ["COVID-19", "title:platelets", '"open quote', "(8/18", "NEAR(", "AND", "10^9/L", "a AND", "x'y", "^", "*"]
)
def test_no_input_breaks_the_search(evidence: Path, words: str) -> None:
    if any(character.isalnum() for character in words):
        search(evidence, words)
    else:
        with pytest.raises(StoreError, match="nothing to search for"):
            search(evidence, words)


def test_what_is_no_query_is_searched_as_words(evidence: Path) -> None:
    assert "document" in kinds(evidence, "30×10^9/L")
    assert quoted('say "hi" ( 10^9/L') == '"say" "hi" "10^9/L"'


@pytest.mark.parametrize("words", ["", "  ", "\0", "?!"])
def test_nothing_to_search_for_is_said(evidence: Path, words: str) -> None:
    with pytest.raises(StoreError, match="nothing to search for") as caught:
        search(evidence, words)
    assert "word" in caught.value.hint


def test_nothing_found_is_empty(evidence: Path) -> None:
    assert search(evidence, "zebrafish") == ()


def test_the_limit_is_per_kind_and_the_marks_can_be_chosen(evidence: Path) -> None:
    assert len([hit for hit in search(evidence, "lupus OR remission", limit=1) if hit.kind == "result"]) == 1
    assert "<b>refractory</b>" in search(evidence, "refractory", mark=("<b>", "</b>"))[0].snippet


def test_a_nul_in_words_or_text_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    document = golden.DOCUMENT.model_copy(update={"text": "before\0after platelets"})
    build(path, studies=(), documents=(document,))
    assert [hit.kind for hit in search(path, "before\0platelets")] == ["document"]
    assert run_sql(path, "SELECT count(*) FROM documents").rows == ((1,),)


def test_searching_a_missing_database_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no database"):
        search(tmp_path / "evidence.db", "platelets")
