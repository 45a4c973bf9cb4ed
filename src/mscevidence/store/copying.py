"""Every table as plain rows with its schema, for formats that are not SQLite."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

from sqlite_utils import Database

from mscevidence.store.writing import Contents, in_memory, own_tables


@dataclass(frozen=True)
class StoredColumn:
    """A column: its SQLite type (``TEXT``, ``INTEGER``, ``REAL``), and whether every row has a value."""

    name: str
    type: str
    required: bool


@dataclass(frozen=True)
class Link:
    """A foreign key: these columns of one table are those columns of another."""

    columns: tuple[str, ...]
    table: str
    others: tuple[str, ...]


@dataclass(frozen=True)
class StoredTable:
    """A table with its schema and all its rows, in the order in which they were written."""

    name: str
    description: str
    columns: tuple[StoredColumn, ...]
    primary_key: tuple[str, ...]
    links: tuple[Link, ...]
    rows: tuple[dict[str, Any], ...]


def copied_tables(contents: Contents) -> tuple[StoredTable, ...]:
    """Return every table of a database with these contents, in the order of the schema.

    Raises:
        StoreError: the contents contradict themselves.
    """
    text = (resources.files(__package__) / "tables.toml").read_text(encoding="utf-8")
    described = {name: entry.get("description", "") for name, entry in tomllib.loads(text).items()}
    with in_memory(contents) as db:
        return tuple(_copy(db, name, described.get(name, "")) for name in own_tables(db))


def _copy(db: Database, name: str, description: str) -> StoredTable:
    facts = db.execute(f"PRAGMA table_info([{name}])").fetchall()
    keys = sorted((fact for fact in facts if fact[5]), key=lambda fact: fact[5])
    links: dict[int, list[tuple[Any, ...]]] = {}
    for fact in db.execute(f"PRAGMA foreign_key_list([{name}])").fetchall():
        links.setdefault(fact[0], []).append(fact)
    return StoredTable(
        name=name,
        description=description,
        columns=tuple(StoredColumn(fact[1], fact[2], bool(fact[3] or fact[5])) for fact in facts),
        primary_key=tuple(fact[1] for fact in keys),
        links=tuple(_link(found) for _, found in sorted(links.items())),
        rows=tuple(db[name].rows),
    )


def _link(facts: list[tuple[Any, ...]]) -> Link:
    ordered = sorted(facts, key=lambda fact: fact[1])
    return Link(tuple(fact[3] for fact in ordered), ordered[0][2], tuple(fact[4] for fact in ordered))
