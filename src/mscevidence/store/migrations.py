"""The schema of evidence.db as an ordered list of named migrations.

The tables are in ``0001_tables.sql``, full-text search is a second migration, and views hold no data: they are dropped
and made again whenever a database is brought up to date. A change of the schema is a new migration at the end of this
file; those above it are never edited once released.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from importlib import resources

from sqlite_utils import Database, Migrations

from mscevidence import __version__
from mscevidence.errors import StoreError
from mscevidence.store import views
from mscevidence.store.schema import APPLICATION_ID, MIGRATION_NAMES, applied, fingerprint_of_views, refuse_newer

SEARCHED = {
    "documents": ("title", "text"),
    "results": ("outcome", "term", "definition", "quote", "note"),
    "studies": ("title", "condition", "condition_detail"),
}
"""What full-text search reads: table -> columns."""

MIGRATIONS = Migrations("mscevidence")


@MIGRATIONS(name="0001_tables")
def _tables(db: Database) -> None:
    script = (resources.files(__package__) / "0001_tables.sql").read_text(encoding="utf-8")
    for statement in statements(script):
        db.execute(statement)


@MIGRATIONS(name="0002_search")
def _search(db: Database) -> None:
    for table, columns in SEARCHED.items():
        db.table(table).enable_fts(columns, create_triggers=True, tokenize="porter unicode61")


def statements(script: str) -> Iterator[str]:
    """Yield the statements of an SQL script one by one, so that they can run inside a transaction."""
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement.strip()
            statement = ""
    if any(line and not line.startswith("--") for line in map(str.strip, statement.splitlines())):
        raise StoreError(f"SQL script ends inside {statement.strip()[:80]!r}", hint="end it with a semicolon")


def bring_up_to_date(db: Database, *, place: str = "the database") -> tuple[str, ...]:
    """Apply what is missing, make the views anew and return the names of the migrations that were applied.

    Nothing is left half done: it is one transaction.

    Raises:
        StoreError: the database was written by a newer version.
    """
    before = applied(db.conn)
    refuse_newer(before, place=place)
    with db.atomic():
        MIGRATIONS.apply(db)
        # The time of a migration would make two builds from the same input differ.
        db.execute("UPDATE _sqlite_migrations SET applied_at = ''")
        views.create(db)
        _note_version(db)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    return tuple(name for name in applied(db.conn) if name not in before)


def _note_version(db: Database) -> None:
    facts = {
        "package": "mscevidence",
        "package version": __version__,
        "schema": MIGRATION_NAMES[-1],
        "views": fingerprint_of_views(),
    }
    rows = ({"key": key, "value": value} for key, value in facts.items())
    db.table("build_info").insert_all(rows, pk="key", replace=True)
