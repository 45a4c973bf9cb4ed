"""Full-text search over documents, results and studies."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from mscevidence.errors import StoreError
from mscevidence.store.query import open_read_only

MARK = ("**", "**")
"""What stands before and after a matching word of a snippet."""


@dataclasses.dataclass(frozen=True)
class Hit:
    """One thing that was found: kind (study, result, document), id, title, and words around the match."""

    kind: str
    id: str
    title: str
    snippet: str


QUERIES = {
    "study": """
        SELECT s.id, s.title, snippet(studies_fts, -1, :before, :after, ' … ', 24)
        FROM studies_fts JOIN studies s ON s.rowid = studies_fts.rowid
        WHERE studies_fts MATCH :words ORDER BY rank, s.id LIMIT :limit""",
    "result": """
        SELECT r.id, s.title, snippet(results_fts, -1, :before, :after, ' … ', 24)
        FROM results_fts JOIN results r ON r.rowid = results_fts.rowid JOIN studies s ON s.id = r.study
        WHERE results_fts MATCH :words ORDER BY rank, r.id LIMIT :limit""",
    "document": """
        SELECT d.sha256, coalesce(nullif(d.title, ''), d.name, d.sha256),
            snippet(documents_fts, -1, :before, :after, ' … ', 24)
        FROM documents_fts JOIN documents d ON d.rowid = documents_fts.rowid
        WHERE documents_fts MATCH :words ORDER BY rank, d.sha256 LIMIT :limit""",
}


def search(path: Path, words: str, *, limit: int = 20, mark: tuple[str, str] = MARK) -> tuple[Hit, ...]:
    """Return the best matches of each kind, at most `limit` per kind: studies, then results, then documents.

    Words are searched in any form (platelet finds platelets) and all must occur. ``"exact phrase"``, ``AND``, ``OR``,
    ``NOT`` and ``word*`` work as in SQLite; what is not valid there is searched as plain words.

    Raises:
        StoreError: there are no words, or the database cannot be read.
    """
    plain = words.replace("\0", " ").strip()
    if not any(character.isalnum() for character in plain):
        raise StoreError(f"nothing to search for in {words!r}", hint="give a word or two, such as: platelet response")
    with open_read_only(path) as conn:
        try:
            return tuple(_hits(conn, plain, limit, mark))
        except sqlite3.OperationalError:
            return tuple(_hits(conn, quoted(plain), limit, mark))


def quoted(words: str) -> str:
    """Return each word in double quotes, so that full-text search takes every character of it as text."""
    kept = [word.replace('"', "") for word in words.split() if any(character.isalnum() for character in word)]
    return " ".join(f'"{word}"' for word in kept)


def _hits(conn: sqlite3.Connection, words: str, limit: int, mark: tuple[str, str]) -> Iterator[Hit]:
    values = {"words": words, "limit": limit, "before": mark[0], "after": mark[1]}
    for kind, sql in QUERIES.items():
        for found, title, snippet in conn.execute(sql, values):
            yield Hit(kind, found, title, " ".join(snippet.split()))
