"""Make evidence.db from records, documents and analyses: a fresh file, the same bytes for the same input."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlite_utils import Database

from mscevidence.errors import StoreError
from mscevidence.model import Candidate, Document, Family, Finding, Link, Pooled, Study
from mscevidence.store import files, migrations, schema
from mscevidence.store.analysis_rows import analysis_rows
from mscevidence.store.document_rows import candidate_rows, cited_but_not_captured, document_rows, finding_rows
from mscevidence.store.judgement_rows import judgement_rows
from mscevidence.store.linkage_rows import family_rows, link_row
from mscevidence.store.result_rows import result_rows
from mscevidence.store.rows import Row
from mscevidence.store.study_rows import study_rows
from mscevidence.store.term_rows import term_rows

PAGE_SIZE = 4096


NAMED = {
    "studies": ("study", "studies"),
    "reports": ("report", "reports"),
    "arms": ("arm", "arms"),
    "results": ("result", "results"),
    "families": ("family", "families"),
    "documents": ("document cited or captured", "documents cited or captured"),
    "candidates": ("candidate", "candidates"),
    "findings": ("finding", "findings"),
    "analyses": ("analysis", "analyses"),
}
"""The tables whose size a reader asks for, and the words for one row and for several."""


@dataclasses.dataclass(frozen=True)
class Counts:
    """How many rows each table of a database has."""

    rows: Mapping[str, int]

    def __getitem__(self, table: str) -> int:
        return self.rows[table]

    def summary(self) -> str:
        """Return the counts a reader asks for, in one line."""
        said = ((self.rows[table], words[self.rows[table] != 1]) for table, words in NAMED.items())
        return ", ".join(f"{rows} {name}" for rows, name in said)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Contents:
    """Everything that goes into a database."""

    studies: Sequence[Study]
    documents: Sequence[Document] = ()
    candidates: Sequence[Candidate] = ()
    findings: Sequence[Finding] = ()
    families: Sequence[Family] = ()
    links: Sequence[Link] = ()
    analyses: Sequence[tuple[str, Pooled]] = ()


def build(
    path: Path,
    *,
    studies: Sequence[Study],
    documents: Sequence[Document] = (),
    candidates: Sequence[Candidate] = (),
    findings: Sequence[Finding] = (),
    families: Sequence[Family] = (),
    links: Sequence[Link] = (),
    analyses: Sequence[tuple[str, Pooled]] = (),
) -> Counts:
    """Write a database with these contents to a file and return the number of rows of each table.

    The file is complete or absent: what was there before stays until the new one is on the disk.

    Raises:
        StoreError: the contents contradict themselves (two studies with one id, a result of an arm that is not
            there), or the file cannot be written.
    """
    contents = Contents(
        studies=studies,
        documents=documents,
        candidates=candidates,
        findings=findings,
        families=families,
        links=links,
        analyses=analyses,
    )
    return build_contents(path, contents)


def build_contents(path: Path, contents: Contents) -> Counts:
    """Do what `build` does, for contents that are already put together.

    Raises:
        StoreError: as `build`.
    """
    files.refuse_target(Path(path).resolve())
    with in_memory(contents) as db:
        files.write(db.conn, path)
        return counts(db)


@contextmanager
def in_memory(contents: Contents) -> Iterator[Database]:
    """Open a database in memory with these contents.

    Raises:
        StoreError: the contents contradict themselves.
    """
    with closing(sqlite3.connect(":memory:")) as conn:
        conn.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        conn.execute("PRAGMA foreign_keys = ON")
        db = Database(conn)
        migrations.bring_up_to_date(db)
        _fill(db, rows_of(contents))
        yield db


def upgrade(path: Path) -> tuple[str, ...]:
    """Bring a database of an older version up to date and return the names of what it needed (migrations, ``views``).

    Raises:
        StoreError: the file is not ours, was written by a newer version, or cannot be written.
    """
    schema.refuse_foreign(path, hint=files.NOT_OURS)
    with closing(sqlite3.connect(":memory:")) as conn:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as old:
            old.backup(conn)
        before = schema.applied(conn)
        views = () if len(before) == len(schema.MIGRATION_NAMES) and schema.has_our_views(conn) else ("views",)
        done = (*migrations.bring_up_to_date(Database(conn), place=path.name), *views)
        if done:
            files.write(conn, path)
    return done


def rows_of(contents: Contents) -> Iterator[Row]:
    """Yield every row of a database, in an order that depends on the contents alone."""
    yield from term_rows()
    for document in contents.documents:
        yield from document_rows(document)
    yield from cited_but_not_captured(contents.documents, contents.studies, contents.candidates)
    for study in sorted(contents.studies, key=lambda each: each.study):
        yield from study_rows(study)
        yield from result_rows(study)
        yield from judgement_rows(study)
    for candidate in contents.candidates:
        yield from candidate_rows(candidate)
    yield from finding_rows(contents.findings, contents.candidates)
    for family in contents.families:
        yield from family_rows(family)
    for link in contents.links:
        yield link_row(link)
    for position, (analysis, pooled) in enumerate(contents.analyses, 1):
        yield from analysis_rows(analysis, position, pooled)


def counts(db: Database) -> Counts:
    """Return the number of rows of each table of ours, in the order of the schema."""
    return Counts(MappingProxyType({name: db[name].count for name in own_tables(db)}))


def own_tables(db: Database) -> list[str]:
    """Return the names of the tables of ours, in the order of the schema."""
    return [name for name in db.table_names() if not name.startswith("_") and "_fts" not in name]


def _fill(db: Database, rows: Iterable[Row]) -> None:
    by_table: dict[str, list[dict[str, Any]]] = {}
    for table, values in rows:
        by_table.setdefault(table, []).append(values)
    try:
        with db.atomic():
            # Checked once at the end, where the broken link can be named.
            db.execute("PRAGMA defer_foreign_keys = ON")
            for table, lines in by_table.items():
                _insert(db, table, lines)
            _refuse_broken_links(db)
            for table in migrations.SEARCHED:
                db.table(table).optimize()
    except OverflowError as error:
        raise StoreError(f"a number is too large for the database: {error}", hint="check the counts") from error


def _insert(db: Database, table: str, lines: list[dict[str, Any]]) -> None:
    try:
        db.table(table).insert_all(lines, batch_size=500)
    except sqlite3.IntegrityError as error:
        raise StoreError(
            f"{table}: {error}{_repeated(db, table, lines)}",
            hint="two things have one address, or a value is not allowed; `mscevidence check` says more",
        ) from error


def _repeated(db: Database, table: str, lines: list[dict[str, Any]]) -> str:
    keys = db.table(table).pks
    seen: set[tuple[Any, ...]] = set()
    for line in lines:
        key = tuple(line.get(name) for name in keys)
        if key in seen and None not in key:
            return f" ({', '.join(map(repr, key))} is there twice)"
        seen.add(key)
    return ""


def _refuse_broken_links(db: Database) -> None:
    broken = db.execute("PRAGMA foreign_key_check").fetchone()
    if broken is None:
        return
    table, rowid, parent, number = broken
    keys = {row[0]: row[3] for row in db.execute(f"PRAGMA foreign_key_list([{table}])")}
    column = keys[number]
    value = db.execute(f"SELECT [{column}] FROM [{table}] WHERE rowid = ?", [rowid]).fetchone()[0]  # noqa: S608
    raise StoreError(
        f"{table}.{column} names {value!r}, which is not among the {parent}",
        hint="run `mscevidence check`; a study file names something that it does not describe",
    )
