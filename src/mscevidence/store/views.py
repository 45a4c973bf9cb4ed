"""The flat views: one row per thing that a clinician would ask about, with names a clinician understands.

Their SQL, titles, descriptions and column notes are data in ``views.toml``.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING

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
        units: column -> unit.
    """

    name: str
    title: str
    description: str
    sql: str
    columns: Mapping[str, str] = dataclasses.field(default_factory=dict)
    facets: tuple[str, ...] = ()
    sort: str = ""
    sort_desc: str = ""
    units: Mapping[str, str] = dataclasses.field(default_factory=dict)


@cache
def load() -> Mapping[str, View]:
    """Return the views by name, in the order in which they build on each other."""
    tables = tomllib.loads((resources.files(__package__) / "views.toml").read_text(encoding="utf-8"))
    for table in tables.values():
        table["facets"] = tuple(table.get("facets", ()))
    return MappingProxyType({name: View(name=name, **table) for name, table in tables.items()})


def create(db: Database) -> None:
    """Drop every view of a database and make the views of this version."""
    for name in db.view_names():
        db[name].drop()
    for view in load().values():
        db.create_view(view.name, view.sql.strip())
