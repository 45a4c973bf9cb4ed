"""What Datasette needs to be told about evidence.db: titles, descriptions, facets, labels and the named questions.

The format is the metadata of Datasette 0.65. Text comes from the files of the store and from the protocol; it is
escaped wherever Datasette takes HTML.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from mscevidence.store import questions, views
from mscevidence.store.questions import Question
from mscevidence.store.serving import ROWS

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


def datasette_metadata(*, database: str = "evidence", title: str = TITLE, question: str = "") -> dict[str, Any]:
    """Return the metadata for a database that Datasette serves under a name (the stem of its file).

    Args:
        database: the name.
        title: of the review.
        question: what the review asks, as free text.
    """
    about = {"title": title, "description_html": _about(database, question)}
    tables = {**_tables(), **_views()}
    return {**about, "databases": {database: {**about, "tables": tables, "queries": _queries(database)}}}


def page_of(asked: Question) -> str:
    """Return the name of the page of a question; a table of the same name keeps its own page."""
    return f"all-{asked.id}" if asked.id in views.tables() else asked.id


def _about(database: str, question: str) -> str:
    asked = f"<p>{escape(question)}</p>" if question else ""
    known = views.load()
    starts = _list((f"/{database}/{name}", known[name].title, known[name].description) for name in FIRST)
    return (
        f"{asked}<p>Every result links to the words it was read from. The database is read-only; "
        f"it is rebuilt from the study files.</p><h3>Start here</h3>{starts}"
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


def _queries(database: str) -> dict[str, dict[str, Any]]:
    return {
        page_of(one): {
            "sql": one.sql.strip(),
            "title": one.title,
            "description_html": _parameters(database, one),
            "hide_sql": True,
        }
        for one in questions.load().values()
    }


def _parameters(database: str, asked: Question) -> str:
    items = []
    for parameter in asked.parameters:
        said = escape(parameter.kind)
        if parameter.vocabulary:
            terms = f"/{database}/terms?kind={parameter.vocabulary}"
            said = f'<a href="{escape(terms)}">{said}</a>, by any of its names; finds narrower terms too'
        items.append(f"<li><strong>{escape(parameter.name)}</strong>: {said}</li>")
    told = f"<p>Leave a field empty for no restriction.</p><ul>{''.join(items)}</ul>" if items else ""
    return f"<p>{escape(asked.description)}</p>{told}"


def _given(values: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _facets(columns: tuple[str, ...]) -> dict[str, list[str]]:
    return {"facets": list(columns)} if columns else {}
