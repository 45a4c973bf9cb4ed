"""What Datasette needs to be told about evidence.db: titles, descriptions, facets and labels.

The format is the metadata of Datasette 0.65, which 1.0 reads too. Text comes from the files of the store and from the
protocol; it is escaped wherever Datasette takes HTML.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from mscevidence.store import questions, views
from mscevidence.store.serving import ROWS
from mscevidence.web.living import ADDRESS
from mscevidence.web.question_pages import page_of

TITLE = "Evidence on mesenchymal stromal cells"
FIRST = (
    "response_rates",
    "adverse_events",
    "study_overview",
    "pooled_estimates",
    "pooled_studies",
    "all_results",
    "review_queue",
)
"""The views that a visitor is pointed to."""


def datasette_metadata(
    *, database: str = "evidence", title: str = TITLE, question: str = "", living: bool = False
) -> dict[str, Any]:
    """Return the metadata for a database that Datasette serves under a name (the stem of its file).

    Args:
        database: the name.
        title: of the review.
        question: what the review asks, as free text.
        living: whether the server has a living page.
    """
    about = {"title": title, "description_html": _about(database, question, living=living)}
    tables = {**_tables(), **_views()}
    return {**about, "databases": {database: {**about, "tables": tables}}}


def _about(database: str, question: str, *, living: bool) -> str:
    asked = f"<p>{escape(question)}</p>" if question else ""
    known = views.load()
    starts = _list((f"/{database}/{name}", known[name].title, known[name].description) for name in FIRST)
    answers = _list((f"/{database}/{page_of(one)}", one.title, one.description) for one in questions.load().values())
    pages = (
        f'<p>As pages to read: <a href="{ADDRESS}">the living page</a>, with answers and figures.</p>' if living else ""
    )
    return (
        f"{asked}{pages}<p>Every result links to the words it was read from. The database is read-only; "
        f"it is rebuilt from the study files.</p><h2>Start here</h2>{starts}<h2>Questions</h2>{answers}"
    )


def _list(links: Iterable[tuple[str, str, str]]) -> str:
    items = (f'<li><a href="{escape(url)}">{escape(title)}</a>: {escape(said)}</li>' for url, title, said in links)
    return f"<ul>{''.join(items)}</ul>"


def _tables() -> dict[str, dict[str, Any]]:
    found = {}
    for table in views.tables().values():
        values = {"title": table.title, "description": table.description, "label_column": table.label}
        found[table.name] = {**_given(values), **_facets(table.facets), **({"hidden": True} if table.hidden else {})}
    return {**found, **{f"{ROWS}{name}": {"hidden": True} for name in views.load()}}


def _views() -> dict[str, dict[str, Any]]:
    found = {}
    for view in views.load().values():
        values = {"title": view.title, "description": view.description, "sort": view.sort, "sort_desc": view.sort_desc}
        columns = {"columns": dict(view.columns)} if view.columns else {}
        found[view.name] = {**_given(values), **columns, **_facets(view.facets)}
    return found


def _given(values: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _facets(columns: tuple[str, ...]) -> dict[str, list[str]]:
    return {"facets": list(columns)} if columns else {}
