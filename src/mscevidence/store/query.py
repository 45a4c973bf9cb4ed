"""Read-only questions to evidence.db in SQL: nothing a user types here can change the file or run for ever."""

from __future__ import annotations

import dataclasses
import re
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from mscevidence.errors import StoreError, choice_hint, nearest
from mscevidence.store import schema

SECONDS = 20.0
"""How long one query may take."""

WAIT_SECONDS = 3.0
"""How long to wait for a program that is writing."""

LONGEST_VALUE = 200_000_000
"""No value a query makes may be longer (bytes)."""

HARMLESS_PRAGMAS = {"data_version", "table_info", "table_xinfo", "table_list", "foreign_key_list", "index_list"}
READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE}
LIST = "`mscevidence query --list` shows questions; tables and views: SELECT name FROM sqlite_schema"
MISTAKES = {
    "not authorized|authorization denied|may not be modified|readonly": (
        "the database is read-only here: only SELECT is allowed",
        "change the study files, then run `mscevidence build`",
    ),
    "one statement": ("more than one SQL statement", "ask one question at a time"),
    "has no name": ("the query needs a value for ?", "name the parameter, such as :study, and give --study"),
    "too big": ("a value of the answer is too long", "ask for less"),
}
"""What SQLite says (a pattern) -> what that means here and what to do."""
REBUILD = "run `mscevidence build` to make it"


@dataclasses.dataclass(frozen=True)
class Rows:
    """An answer: column names (all different), rows, and whether there were more rows than the limit."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    def as_dicts(self) -> list[dict[str, Any]]:
        """Return the rows as dictionaries, for printing and JSON."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@contextmanager
def open_read_only(path: Path, *, seconds: float = SECONDS) -> Iterator[sqlite3.Connection]:
    """Open an evidence database so that nothing can be written and no statement runs longer than `seconds`.

    Raises:
        StoreError: there is none, it is not ours, locked, or of another version.
    """
    _refuse_unreadable(path)
    with closing(_connect(path)) as conn:
        _refuse_other_version(conn, path)
        conn.execute("PRAGMA query_only = ON")
        conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
        conn.set_authorizer(_allow_reading)
        deadline = time.monotonic() + seconds
        conn.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
        yield conn


def run_sql(
    path: Path,
    sql: str,
    params: Mapping[str, object] | None = None,
    *,
    limit: int | None = None,
    seconds: float = SECONDS,
) -> Rows:
    """Return the answer to one SELECT, its ``:named`` parameters bound (never pasted) from `params`.

    Raises:
        StoreError: the SQL is wrong, would write, takes too long, or lacks a parameter.
    """
    with open_read_only(path, seconds=seconds) as conn:
        try:
            cursor = conn.execute(sql, dict(params or {}))
            wanted = cursor.fetchall() if limit is None else cursor.fetchmany(limit + 1)
        except (sqlite3.Error, sqlite3.Warning, OverflowError, UnicodeError) as error:
            raise _explained(conn, sql, error, seconds) from error
        if cursor.description is None:
            raise StoreError("the statement answers nothing", hint="write a SELECT")
        columns = _distinct([column[0] for column in cursor.description])
    kept = wanted if limit is None else wanted[:limit]
    return Rows(columns, tuple(map(tuple, kept)), truncated=len(kept) < len(wanted))


def _refuse_unreadable(path: Path) -> None:
    if path.is_dir():
        raise StoreError(f"{path} is a folder", hint=f"name a file in it, such as {path / 'evidence.db'}")
    if not path.exists():
        raise StoreError(f"there is no database {path}", hint=REBUILD)
    schema.refuse_foreign(path, hint=f"choose an evidence database, or {REBUILD}")


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=WAIT_SECONDS)


def _refuse_other_version(conn: sqlite3.Connection, path: Path) -> None:
    try:
        had = schema.applied(conn)
    except sqlite3.Error as error:
        hint = "wait for the program that writes to it" if "locked" in str(error) else f"it is damaged; {REBUILD} anew"
        raise StoreError(f"{path.name} cannot be read: {error}", hint=hint) from error
    schema.refuse_newer(had, place=path.name)
    if had != schema.MIGRATION_NAMES:
        raise StoreError(f"{path.name} was written by an older mscevidence", hint="run `mscevidence build` to renew it")
    if not schema.has_our_views(conn):
        raise StoreError(
            f"{path.name} has the views of another mscevidence", hint="run `mscevidence build` to renew it"
        )


def _allow_reading(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    harmless = (
        action in READING
        or (action == sqlite3.SQLITE_FUNCTION and second not in {"load_extension", "fts3_tokenizer"})
        or (action == sqlite3.SQLITE_PRAGMA and first in HARMLESS_PRAGMAS)
        # Asked when SQLite opens a virtual table (full-text search, json_each); nothing is written, and cannot be.
        or (action == sqlite3.SQLITE_UPDATE and first == "sqlite_master")
    )
    return sqlite3.SQLITE_OK if harmless else sqlite3.SQLITE_DENY


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    found: list[str] = []
    for name in names:
        alike = sum(1 for other in found if other == name or re.fullmatch(rf"{re.escape(name)}_\d+", other))
        found.append(f"{name}_{alike + 1}" if alike else name)
    return tuple(found)


def _explained(conn: sqlite3.Connection, sql: str, error: Exception, seconds: float) -> StoreError:
    """Return what went wrong in words that help."""
    text = str(error)
    if missing := re.search(r"no such table: (\S+)", text):
        return _unknown(missing[1], "table", _tables(conn))
    if missing := re.search(r"no such column: (\S+)", text):
        return _unknown(missing[1], "column", _columns(conn, sql))
    if "value for binding" in text:
        names = ", ".join(f"--{name}" for name in sorted(set(re.findall(r"[:@$](\w+)", sql))))
        return StoreError(f"the query needs a value: {text}", hint=f"give {names}")
    if "interrupted" in text:
        return StoreError(f"the query took longer than {seconds:g} s", hint="narrow it with WHERE, or ask for less")
    message, hint = next(
        (said for pattern, said in MISTAKES.items() if re.search(pattern, text)), (f"SQL: {text}", LIST)
    )
    return StoreError(message, hint=hint)


def _unknown(word: str, kind: str, choices: Sequence[str]) -> StoreError:
    return StoreError(
        f"there is no {kind} {word!r}", hint=choice_hint(nearest(word.rpartition(".")[2], choices), choices)
    )


def _tables(conn: sqlite3.Connection) -> tuple[str, ...]:
    rows = conn.execute(
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE '%\\_fts%' "
        "ESCAPE '\\' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_%' ESCAPE '\\'"
    )
    return tuple(sorted(name for (name,) in rows))


def _columns(conn: sqlite3.Connection, sql: str) -> tuple[str, ...]:
    """Return the columns of the tables that a query names."""
    named = [table for table in _tables(conn) if re.search(rf"\b{re.escape(table)}\b", sql, re.IGNORECASE)]
    found = set()
    for table in named:
        found |= {column[0] for column in conn.execute(f"SELECT * FROM [{table}] LIMIT 0").description}  # noqa: S608
    return tuple(sorted(found))
