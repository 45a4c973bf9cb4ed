"""The flat views: one row per thing that a clinician would ask about, with names a clinician understands.

Their SQL, titles, descriptions and column notes are data in ``views.toml``; the tables below them are described in
``tables.toml``.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mscevidence.store.schema import VIEWS_FILE

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclasses.dataclass(frozen=True, kw_only=True)
class View:
    """One flat view.

    Attributes:
        name: as in SQL.
        title: as a heading.
        description: one or two sentences on what a row is.
        sql: the SELECT.
        columns: what a column means, for those whose name does not say it.
        facets: the columns worth counting by.
        sort: the column to sort by at first; empty for the order of the view.
        sort_desc: the same, largest first.
        indexes: what a served copy keeps in order beside that: the order of a named question, then the columns that it
            can be restricted to.
    """

    name: str
    title: str
    description: str
    sql: str
    columns: Mapping[str, str] = dataclasses.field(default_factory=dict)
    facets: tuple[str, ...] = ()
    sort: str = ""
    sort_desc: str = ""
    indexes: tuple[tuple[str, ...], ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Table:
    """What a table holds, for people who browse; `label` is the column that names a row, `indexes` as of a view."""

    name: str
    description: str
    title: str = ""
    facets: tuple[str, ...] = ()
    label: str = ""
    hidden: bool = False
    indexes: tuple[tuple[str, ...], ...] = ()


@cache
def load() -> Mapping[str, View]:
    """Return the views by name, in the order in which they build on each other."""
    return MappingProxyType({name: View(name=name, **values) for name, values in _file(VIEWS_FILE).items()})


@cache
def tables() -> Mapping[str, Table]:
    """Return the descriptions of the tables by name."""
    return MappingProxyType({name: Table(name=name, **values) for name, values in _file("tables.toml").items()})


def create(db: Database) -> None:
    """Drop every view of a database and make the views of this version."""
    for name in db.view_names():
        db.view(name).drop()
    for view in load().values():
        db.create_view(view.name, view.sql.strip())


def _file(name: str) -> dict[str, dict[str, Any]]:
    text = (resources.files(__package__) / name).read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = tomllib.loads(text)
    for values in found.values():
        values["facets"] = tuple(values.get("facets", ()))
        values["indexes"] = tuple(map(tuple, values.get("indexes", ())))
    return found
