"""The evidence database: the only room that knows SQL.

`build` makes the file; `run_sql`, `ask`, `search` and `walk_back` read it, and nobody who reads can change it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mscevidence.store.full_text import Hit, search
from mscevidence.store.provenance import Chain, walk_back
from mscevidence.store.query import Rows, run_sql
from mscevidence.store.questions import Question, ask
from mscevidence.store.schema import sqlite_version

if TYPE_CHECKING:
    from mscevidence.store.copying import StoredTable, copied_tables
    from mscevidence.store.public import public_contents
    from mscevidence.store.writing import Contents, Counts, build, build_contents, upgrade

__all__ = [
    "Chain",
    "Contents",
    "Counts",
    "Hit",
    "Question",
    "Rows",
    "StoredTable",
    "ask",
    "build",
    "build_contents",
    "copied_tables",
    "public_contents",
    "run_sql",
    "search",
    "sqlite_version",
    "upgrade",
    "walk_back",
]

FOR_WRITING = {
    "Contents": "writing",
    "Counts": "writing",
    "StoredTable": "copying",
    "build": "writing",
    "build_contents": "writing",
    "copied_tables": "copying",
    "public_contents": "public",
    "upgrade": "writing",
}
"""What waits for sqlite-utils, and the module it is in."""


def __getattr__(name: str) -> Any:
    """Return what writing needs when it is asked for: who only reads does not wait for sqlite-utils."""
    if name not in FOR_WRITING:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{FOR_WRITING[name]}"), name)
