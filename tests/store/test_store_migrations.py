from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import golden_evidence as golden
import pytest
from sqlite_utils import Database, Migrations

from mscevidence.errors import StoreError
from mscevidence.store import build, migrations, run_sql, schema, upgrade, views


def test_the_names_that_readers_know_are_the_migrations_there_are() -> None:
    with Database(memory=True) as empty:
        assert tuple(each.name for each in migrations.MIGRATIONS.pending(empty)) == schema.MIGRATION_NAMES


def older(path: Path, *, stop_before: str) -> None:
    with closing(sqlite3.connect(path)) as conn:
        db = Database(conn)
        migrations.MIGRATIONS.apply(db, stop_before=stop_before)
        db.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        values = ("a", "a", "Platelets went up", "immune-thrombocytopenia", "single-arm", "[]")
        db.execute(
            "INSERT INTO studies (id, label, title, condition, design, notes) VALUES (?, ?, ?, ?, ?, ?)", list(values)
        )


def test_an_older_database_is_refused_by_readers_and_brought_up_to_date_by_upgrade(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    older(path, stop_before="0002_search")
    with pytest.raises(StoreError, match="older mscevidence") as caught:
        run_sql(path, "SELECT 1")
    assert "build" in caught.value.hint
    assert upgrade(path) == ("0002_search", "views")
    found = run_sql(path, "SELECT rowid FROM studies_fts WHERE studies_fts MATCH 'platelet'")
    assert len(found) == 1, "what was there before is searched too"
    assert run_sql(path, "SELECT study FROM study_overview").rows == (("a",),)
    before = path.read_bytes()
    assert upgrade(path) == ()
    assert path.read_bytes() == before


def test_views_of_another_version_are_refused_by_readers_and_made_anew_by_upgrade(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    build(path, studies=golden.STUDIES)
    fresh = path.read_bytes()
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("DROP VIEW review_queue")
        conn.execute("UPDATE build_info SET value = 'older' WHERE key = 'views'")
    with pytest.raises(StoreError, match="views of another mscevidence"):
        run_sql(path, "SELECT 1")
    assert upgrade(path) == ("views",)
    assert len(run_sql(path, "SELECT * FROM review_queue")) == 0
    assert len(fresh) == len(path.read_bytes())


def test_an_older_database_can_simply_be_built_again(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    older(path, stop_before="0002_search")
    build(path, studies=golden.STUDIES)
    assert len(run_sql(path, "SELECT * FROM study_overview")) == 3


def test_a_newer_database_is_refused_by_readers_and_by_upgrade(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    build(path, studies=())
    later = Migrations("mscevidence")
    later(name="0099_from_the_future")(lambda db: None)
    with closing(sqlite3.connect(path)) as conn:
        later.apply(Database(conn))
    before = path.read_bytes()
    for act in (lambda: run_sql(path, "SELECT 1"), lambda: upgrade(path)):
        with pytest.raises(StoreError, match=r"newer mscevidence.*0099_from_the_future") as caught:
            act()
        assert "upgrade" in caught.value.hint
    assert path.read_bytes() == before


def test_upgrade_refuses_what_is_not_ours(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("notes")
    with pytest.raises(StoreError, match="not a SQLite database"):
        upgrade(path)


def test_a_migration_that_fails_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Database) -> None:
        raise StoreError("view")

    monkeypatch.setattr(views, "create", fail)
    with Database(memory=True) as db:
        with pytest.raises(StoreError, match="view"):
            migrations.bring_up_to_date(db)
        assert db.table_names() == []


def test_a_script_that_ends_inside_a_statement_is_refused() -> None:
    assert list(migrations.statements("SELECT 1; -- one\nSELECT\n 2;\n-- the end\n")) == [
        "SELECT 1; -- one",
        "SELECT\n 2;",
    ]
    with pytest.raises(StoreError, match="ends inside"):
        list(migrations.statements("SELECT 1;\nSELECT 2"))


def test_foreign_keys_of_the_schema_point_at_keys(evidence: Path) -> None:
    with closing(sqlite3.connect(evidence)) as conn:
        conn.execute("PRAGMA foreign_keys = ON")
        assert conn.execute("SELECT count(*) FROM pragma_foreign_key_list('results')").fetchone()[0] == 5
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            conn.execute("DELETE FROM studies WHERE id = 'nct04014166'")
        conn.rollback()


def test_every_table_and_view_is_described(evidence: Path) -> None:
    with closing(sqlite3.connect(evidence)) as conn:
        tables = {row[0] for row in conn.execute("SELECT name FROM pragma_table_list WHERE type = 'table'")}
        found = {row[0] for row in conn.execute("SELECT name FROM sqlite_schema WHERE type = 'view'")}
    assert {name for name in tables if not name.startswith("sqlite_")} == set(views.tables())
    assert found == set(views.load())
