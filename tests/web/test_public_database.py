"""The database for everybody: no text of a document, no candidate, every record and quote."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from mscevidence import check, extract, read, review
from mscevidence.commands import TranslatingGroup, database, publishing
from mscevidence.documents import DocumentLibrary

ABSTRACT = Path(__file__).parents[2] / "examples" / "synthetic-abstract.txt"
PRIVATE = b"reports no real patient"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    analysis = '[[analysis]]\nid = "itp"\noutcome = "response"\n'
    (tmp_path / "mscevidence.toml").write_text(f'[review]\ntitle = "Test"\n\n{analysis}')
    (tmp_path / "extracted").mkdir()
    document = read.read(ABSTRACT.read_bytes(), name=ABSTRACT.name)
    DocumentLibrary(tmp_path / "captured").capture(ABSTRACT, lambda *_: iter((document,)), name=ABSTRACT.name)
    candidates = check.check_candidates(extract.extract(document), document)
    chosen = [review.Ruling(one, "accept") for one in candidates if one.kind == "result"]
    draft = review.draft_study(document, study_id="nct00000000", report_id="ash-2030-412")
    path = tmp_path / "extracted" / "nct00000000.yaml"
    review.decide(path, document, chosen, draft=draft, report="ash-2030-412", by="ab", on="2030-12-31")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> int:
    app = typer.Typer(cls=TranslatingGroup)
    database.register(app)
    publishing.register(app)
    return CliRunner().invoke(app, list(arguments)).exit_code


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as conn:
        return conn.execute(sql).fetchall()


def test_the_public_database_has_every_record_and_no_text(project: Path) -> None:
    assert run("build") == 0
    assert run("publish", "site", "--database", "public.db") == 0
    whole, public = project / "evidence.db", project / "public.db"
    assert PRIVATE in whole.read_bytes()
    assert PRIVATE not in public.read_bytes()
    assert rows(whole, "SELECT count(*) > 0 FROM candidates") == [(1,)]
    assert rows(public, "SELECT count(*) FROM candidates") == [(0,)]
    assert rows(public, "SELECT count(*) FROM documents WHERE text IS NOT NULL OR captured") == [(0,)]
    same = "SELECT id, events, n, quote, document, span_start FROM results ORDER BY id"
    assert rows(public, same) == rows(whole, same) != []
    assert rows(public, "SELECT id FROM analyses") == [("itp",)]
    assert not any(PRIVATE in path.read_bytes() for path in (project / "site").rglob("*") if path.is_file())


def test_a_finding_that_repeats_the_document_stays_private(project: Path) -> None:
    path = project / "extracted" / "nct00000000.yaml"
    path.write_text(path.read_text().replace("quote: 8/15", "quote: 8/16", 1).replace("(8/15)", "(8/16)", 1))
    assert run("publish", "site", "--database", "shown.db") == 0
    assert run("build") == 0
    about = "SELECT count(*) FROM findings WHERE check_id = 'quote-in-document'"
    assert rows(project / "evidence.db", about) == [(1,)]
    assert rows(project / "shown.db", about) == [(0,)]


def test_a_place_where_no_database_can_be_is_refused_before_the_work(project: Path) -> None:
    assert run("publish", "site", "--database", "nowhere/public.db") == 1
    assert not (project / "site").exists()
    assert run("publish", "site", "--database", "site/public.db") == 0
    assert rows(project / "site" / "public.db", "SELECT count(*) FROM studies") == [(1,)]
