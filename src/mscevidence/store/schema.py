"""How a file is known to be an evidence database, and of which version."""

from __future__ import annotations

import hashlib
import sqlite3
from importlib import resources
from pathlib import Path

from mscevidence import __version__
from mscevidence.errors import StoreError

APPLICATION_ID = 0x4D534345
"""``MSCE`` in the header of the file says that a SQLite database is ours."""

MIGRATION_NAMES = ("0001_tables", "0002_search")
"""The migrations this version knows, oldest first; `migrations` holds what they do."""

VIEWS_FILE = "views.toml"

HEADER = b"SQLite format 3\x00"


def applied(conn: sqlite3.Connection) -> tuple[str, ...]:
    """Return the names of the migrations a database has had, oldest first; empty when it is not ours."""
    if conn.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        return ()
    rows = conn.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = 'mscevidence' ORDER BY id")
    return tuple(name for (name,) in rows)


def fingerprint_of_views() -> str:
    """Return what tells the views of this version from those of another."""
    return hashlib.sha256((resources.files(__package__) / VIEWS_FILE).read_bytes()).hexdigest()


def has_our_views(conn: sqlite3.Connection) -> bool:
    """Return whether the views of a database are those of this version."""
    row = conn.execute("SELECT value FROM build_info WHERE key = 'views'").fetchone()
    return row is not None and row[0] == fingerprint_of_views()


def refuse_newer(had: tuple[str, ...], *, place: str) -> None:
    """Raise when a database has had migrations that this version does not know.

    Raises:
        StoreError: it was written by a newer version.
    """
    unknown = [name for name in had if name not in MIGRATION_NAMES]
    if unknown:
        raise StoreError(
            f"{place} was written by a newer mscevidence (its schema has {', '.join(unknown)}; this is {__version__})",
            hint="upgrade with `pip install --upgrade mscevidence`, or build the database again with this version",
        )


def refuse_foreign(path: Path, *, hint: str) -> None:
    """Raise when a file is not a database of mscevidence; only the header is read.

    Raises:
        StoreError: the file cannot be read, or is something else.
    """
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except OSError as error:
        raise StoreError(f"cannot read {path.name}: {error}", hint="check its permissions") from error
    if not header.startswith(HEADER):
        raise StoreError(f"{path.name} is not a SQLite database", hint=hint)
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise StoreError(f"{path.name} is a SQLite database, but not an evidence database", hint=hint)


def sqlite_version() -> str:
    """Return the version of the SQLite library; it decides on the bytes of a database."""
    return sqlite3.sqlite_version
