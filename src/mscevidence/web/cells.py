"""Cells of tables that lead somewhere: results and quotes to the words they were read from, studies to their row."""

from __future__ import annotations

from typing import Any, TypeGuard

from datasette.utils import tilde_encode
from markupsafe import Markup, escape

LINKED = frozenset({"result", "study", "quote"})
"""Columns whose cells are not plain text; asked once per cell of a page, so that all others answer at once."""
LONGEST_QUOTE = 400
"""Characters of a quote that a table shows; the page of the result has all of them."""


def result_path(database: str, result: str) -> str:
    """Return the address of the page of a result, below the base address of the server."""
    segments = "/".join(tilde_encode(segment) for segment in result.split("/"))
    return f"/-/result/{tilde_encode(database)}/{segments}"


def cell_markup(column: str, value: str, row: Any, database: str, urls: Any) -> Markup | None:
    """Return a cell of one of the `LINKED` columns as HTML; None where it is plain text.

    Args:
        column: its name.
        value: what it holds.
        row: the row that it is in, by the names of the columns.
        database: the name of the served database.
        urls: makes addresses of the server.
    """
    if column == "study":
        return _link(urls.row(database, "studies", tilde_encode(value)), value)
    if column == "result":
        return _link(urls.path(result_path(database, value)), value) if _is_result(value) else None
    words = value if len(value) <= LONGEST_QUOTE else f"{value[:LONGEST_QUOTE]}…"
    quote = Markup('<q dir="auto">{}</q>').format(words)
    result = _field(row, "result") or _field(row, "id")
    return _link(urls.path(result_path(database, result)), quote) if _is_result(result) else quote


def _is_result(value: object) -> TypeGuard[str]:
    """Return whether something is the address of a result: study/arm/outcome."""
    return isinstance(value, str) and value.count("/") >= 2


def _field(row: Any, name: str) -> object:
    return row[name] if name in row.keys() else None  # noqa: SIM118 - iterating a row of SQLite gives values, not names


def _link(address: str, words: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(address, escape(words))
