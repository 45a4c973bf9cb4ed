"""A copy of a database for a server: its views are computed once, so that no page waits for them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from mscevidence.errors import StoreError
from mscevidence.store import views
from mscevidence.store.query import open_read_only

ROWS = "rows_of_"
"""What the names of the tables begin with that hold the rows of a view."""


def copy_for_serving(path: Path, target: Path) -> None:
    """Write a copy of a database whose views read tables of their own, with an index on what they are counted by.

    The rows of a view, their order and their columns are the same. The copy is for one server, which throws it away.

    Raises:
        StoreError: there is no such database, it is not of this version, or the copy cannot be written.
    """
    with open_read_only(path):
        pass
    try:
        with (
            closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
            # The copy is made anew when a server starts: nothing is lost when a crash leaves half of it.
            new.execute("PRAGMA synchronous = OFF")
            # 64 MB instead of 2: sorting a view and filling its indexes reads the same pages again and again.
            new.execute("PRAGMA cache_size = -64000")
            with new:
                _compute_views(new)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{path.name} cannot be served: {error}", hint="free some space for a copy") from error


def _compute_views(conn: sqlite3.Connection) -> None:
    # One after the other: those that read another view then read its table.
    for view in views.load().values():
        rows = f"{ROWS}{view.name}"
        conn.execute(f'CREATE TABLE "{rows}" AS SELECT * FROM "{view.name}"')  # noqa: S608
        conn.execute(f'DROP VIEW "{view.name}"')
        conn.execute(f'CREATE VIEW "{view.name}" AS SELECT * FROM "{rows}"')  # noqa: S608
        known = {row[1] for row in conn.execute(f'PRAGMA table_info("{rows}")')}
        single = dict.fromkeys((*view.facets, view.sort, view.sort_desc, "study", "result"))
        _index(conn, rows, (*((column,) for column in single if column in known), *view.indexes))
    for table in views.tables().values():
        _index(conn, table.name, (*((column,) for column in table.facets), *table.indexes))
    conn.execute("ANALYZE")


def _index(conn: sqlite3.Connection, table: str, wanted: Iterable[tuple[str, ...]]) -> None:
    for number, columns in enumerate(wanted, 1):
        conn.execute(f'CREATE INDEX "{ROWS}{table}_{number}" ON "{table}" ({", ".join(columns)})')
