from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import golden_evidence as golden
import pytest

from mscevidence.errors import StoreError
from mscevidence.store import Rows, build, run_sql, walk_back
from mscevidence.store.query import open_read_only


def test_rows_have_distinct_columns_and_become_dictionaries(evidence: Path) -> None:
    rows = run_sql(evidence, "SELECT a.id, b.id, 1 AS id_2, a.id FROM studies a JOIN studies b USING (id) ORDER BY 1")
    assert len(set(rows.columns)) == 4
    assert len(rows) == 3
    assert rows.as_dicts()[0]["id"] == "nct04014166"
    assert not rows.truncated


def test_a_limit_says_that_there_was_more(evidence: Path) -> None:
    assert run_sql(evidence, "SELECT id FROM studies", limit=2).truncated
    assert len(run_sql(evidence, "SELECT id FROM studies", limit=2)) == 2
    assert not run_sql(evidence, "SELECT id FROM studies", limit=3).truncated


@pytest.mark.parametrize(
    "value",
    ["x' OR '1'='1", "'; DROP TABLE results; --", '" OR 1=1 --', "nct04014166' UNION SELECT sql FROM sqlite_schema --"],
)
def test_a_parameter_is_a_value_whatever_it_says(evidence: Path, value: str) -> None:
    assert run_sql(evidence, "SELECT id FROM studies WHERE id = :study", {"study": value}) == Rows(("id",), ())
    assert len(run_sql(evidence, "SELECT id FROM studies")) == 3


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM studies",
        "UPDATE results SET events = 18",
        "INSERT INTO build_info VALUES ('a', 'b')",
        "DROP VIEW all_results",
        "CREATE TABLE mine (x)",
        "CREATE TEMP TABLE mine (x)",
        "UPDATE sqlite_master SET sql = ''",
        "ATTACH ':memory:' AS other",
        "PRAGMA query_only = OFF",
        "PRAGMA writable_schema = ON",
        "PRAGMA journal_mode = WAL",
        "VACUUM",
        "BEGIN EXCLUSIVE",
        "SELECT load_extension('x')",
        "INSERT INTO studies_fts (studies_fts) VALUES ('rebuild')",
        "WITH gone AS (SELECT 1) DELETE FROM studies",
    ],
)
def test_nothing_but_reading_is_allowed(evidence: Path, sql: str) -> None:
    before = evidence.read_bytes()
    with pytest.raises(StoreError, match="only SELECT is allowed") as caught:
        run_sql(evidence, sql)
    assert "build" in caught.value.hint
    assert evidence.read_bytes() == before


def test_vacuum_into_a_file_is_refused(evidence: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        run_sql(evidence, f"VACUUM INTO '{tmp_path / 'copy.db'}'")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("sql", "message", "hint"),
    [
        ("SELECT * FROM response_rate", "there is no table 'response_rate'", "response_rates"),
        ("SELECT evnts FROM all_results", "there is no column 'evnts'", "events"),
        ("SELECT a.evnts FROM all_results a", "there is no column 'a.evnts'", "events"),
        ("SELEC 1", "syntax error", "--list"),
        ("SELECT 1; SELECT 2", "more than one SQL statement", "one question"),
        ("SELECT :condition, :n", "needs a value", "--condition, --n"),
        ("SELECT ?", "needs a value", ":study"),
        ("", "answers nothing", "SELECT"),
        ("-- nothing", "answers nothing", "SELECT"),
        ("SELECT length(zeroblob(900000000))", "too long", "less"),
        ("SELECT nonsense(1)", "no such function", "--list"),
        ("SELECT 'a\0b'", "SQL", "SELECT"),
        ("SELECT '\udcff'", "SQL", "SELECT"),
    ],
)
def test_a_mistake_is_explained(evidence: Path, sql: str, message: str, hint: str) -> None:
    with pytest.raises(StoreError) as caught:
        run_sql(evidence, sql)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_a_query_without_end_is_stopped(evidence: Path) -> None:
    endless = "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"
    with pytest.raises(StoreError, match=r"longer than 0\.2 s"):
        run_sql(evidence, endless, seconds=0.2)


def test_a_database_that_is_not_there_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no database") as caught:
        run_sql(tmp_path / "evidence.db", "SELECT 1")
    assert "mscevidence build" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def text_file(path: Path) -> None:
    path.write_text("not a database, but long enough to have a header " * 5)


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("CREATE TABLE mine (x)")


def damaged(path: Path) -> None:
    build(path, studies=())
    data = bytearray(path.read_bytes())
    data[100:] = bytes(len(data) - 100)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (Path.mkdir, "is a folder"),
        (Path.touch, "not a SQLite database"),
        (text_file, "not a SQLite database"),
        (foreign, "not an evidence database"),
        (damaged, "cannot be read"),
    ],
)
def test_what_is_no_evidence_database_is_refused(tmp_path: Path, make: Callable[[Path], None], words: str) -> None:
    path = tmp_path / "evidence.db"
    make(path)
    with pytest.raises(StoreError, match=words) as caught:
        run_sql(path, "SELECT 1")
    assert caught.value.hint


def test_a_locked_database_is_an_error_with_a_hint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "evidence.db"
    build(path, studies=())
    monkeypatch.setattr("mscevidence.store.query.WAIT_SECONDS", 0.1)
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="locked") as caught:
            run_sql(path, "SELECT count(*) FROM studies")
    assert "wait" in caught.value.hint


def test_a_read_only_file_in_a_folder_with_an_odd_name_can_be_read(evidence: Path, tmp_path: Path) -> None:
    path = tmp_path / "a%20b?c#d é" / "evi dence.db"
    path.parent.mkdir()
    shutil.copy(evidence, path)
    path.chmod(0o444)
    assert run_sql(path, "SELECT count(*) FROM studies").rows == ((3,),)


def test_the_connection_itself_cannot_write(evidence: Path) -> None:
    with open_read_only(evidence) as conn:
        conn.set_authorizer(None)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            conn.execute("DELETE FROM studies")


def test_a_result_walks_back_to_its_characters(evidence: Path) -> None:
    chain = walk_back(evidence, "nct04014166/all/response", around=14)
    assert (chain.before, chain.after) == (" were seen in ", " of patients. ")
    assert chain.at == chain.facts["quote"] == "44.4% (8/18)"
    assert chain.state == "agrees"
    assert (chain.facts["events"], chain.facts["n"], chain.facts["report_status"]) == (8, 18, "cancelled")


def test_a_quote_that_is_not_at_its_span_is_told(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    moved = golden.DOCUMENT.model_copy(update={"text": "x" + golden.TEXT})
    build(path, studies=golden.STUDIES, documents=(moved,))
    assert walk_back(path, "nct04014166/all/response").state == "DISAGREES"
    agrees = run_sql(path, "SELECT DISTINCT agrees FROM span_chain").rows
    assert agrees == (("NO",),)


def test_a_result_without_a_captured_document_says_so(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    build(path, studies=golden.STUDIES)
    assert "not captured here" in walk_back(path, "nct04014166/all/response").state
    assert "no captured document" in walk_back(path, "sun-2018/cells/remission").state


def test_spans_count_code_points(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    start = golden.TEXT.index("below 30×10^9/L")
    assert golden.TEXT[:start].isascii()
    text = golden.TEXT.replace("Umbilical", "\U0001f9ecmbilical")
    build(path, studies=golden.STUDIES, documents=(golden.DOCUMENT.model_copy(update={"text": text}),))
    assert run_sql(path, "SELECT DISTINCT agrees FROM span_chain").rows == (("yes",),)
