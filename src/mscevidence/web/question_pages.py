"""The named questions as pages: a form with a field per parameter, an answer in pages, all of it as CSV and JSON.

Datasette has canned queries of its own, in other places in 0.65 and 1.0; they show all rows on one page, and cut CSV
and JSON off at a limit. These pages are the same in both.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from datasette.utils import tilde_decode
from datasette.utils.asgi import Response
from markupsafe import Markup, escape

from mscevidence.errors import MscevidenceError
from mscevidence.publish.table import render
from mscevidence.store import questions, views
from mscevidence.store.questions import Question
from mscevidence.web.cells import LINKED, cell_markup
from mscevidence.web.room import sources

if TYPE_CHECKING:
    from datasette.app import Datasette

PAGE = 50
"""Rows of an answer on one page."""
ALL_OF = "all-"
"""What the name of a page begins with whose question is called like a table."""


def page_of(asked: Question) -> str:
    """Return the name of the page of a question; a table of the same name keeps its own page."""
    return f"{ALL_OF}{asked.id}" if asked.id in views.tables() else asked.id


def route() -> str:
    """Return the pattern of the addresses of the questions."""
    names = "|".join(page_of(one) for one in questions.load().values())
    return rf"^/(?P<database>[^/.]+)/(?P<question>{names})(?:\.(?P<form>csv|json))?$"


@dataclasses.dataclass(frozen=True)
class _Asked:
    """A question as somebody asks it."""

    datasette: Datasette
    database: str
    question: Question
    values: Mapping[str, str]

    @property
    def path(self) -> Path:
        """Return the file of the served copy."""
        return Path(self.datasette.databases[self.database].path)

    def address(self, form: str = "", **more: object) -> str:
        """Return the address of the answer: its page, or all of it in another form."""
        path = f"{self.datasette.urls.database(self.database)}/{page_of(self.question)}{form}"
        given = {name: value for name, value in {**self.values, **more}.items() if value}
        return f"{path}?{urlencode(given)}" if given else str(path)


async def question_page(datasette: Datasette, request: Any) -> Response:
    """Return the answer to a named question: a page of it as HTML, or all of it as CSV or JSON."""
    database = tilde_decode(request.url_vars["database"])
    if datasette not in sources or database != sources[datasette].path.stem:
        return await not_found(datasette, request, f"no database {database}")
    question = questions.question(request.url_vars["question"].removeprefix(ALL_OF))
    values = {key: request.args.get(key).strip() for key in request.args if key != "page" and not key.startswith("_")}
    asked = _Asked(datasette, database, question, values)
    if request.url_vars["form"]:
        shape = request.args.get("_shape") or "objects"
        return await asyncio.to_thread(_whole, asked, request.url_vars["form"], shape)
    number = request.args.get("page") or "1"
    page = max(1, int(number)) if number.isascii() and number.isdigit() and len(number) < 9 else 1
    facts = await asyncio.to_thread(_facts, asked, page)
    text = await datasette.render_template("question.html", facts, request=request)
    return Response.html(text, status=400 if facts["error"] else 200)


async def not_found(datasette: Datasette, request: Any, words: str) -> Response:
    """Return the page of Datasette that says that something is not there."""
    facts = {"ok": False, "error": words, "status": 404, "title": "Not found"}
    return Response.html(await datasette.render_template("error.html", facts, request=request), status=404)


def _whole(asked: _Asked, form: str, shape: str) -> Response:
    """Return every row of an answer."""
    try:
        answer = questions.ask(asked.path, asked.question, asked.values)
    except MscevidenceError as error:
        return Response.json({"ok": False, "error": error.message, "hint": error.hint, "status": 400}, status=400)
    rows = answer.as_dicts()
    if form == "csv":
        text = render(rows, form="csv", columns=answer.columns) + "\n"
        return Response(text, content_type="text/csv; charset=utf-8")
    told = rows if shape == "array" else {"ok": True, "rows": rows, "truncated": False}
    return Response(json.dumps(told, ensure_ascii=False), content_type="application/json; charset=utf-8")


def _facts(asked: _Asked, page: int) -> dict[str, Any]:
    """Return what a page of an answer shows."""
    first = (page - 1) * PAGE
    facts: dict[str, Any] = {"asked": asked.question, "database": asked.database, "fields": _fields(asked)}
    facts |= {"error": None, "columns": (), "rows": (), "total": 0, "first": first, "address": asked.address()}
    facts |= {"csv": asked.address(".csv"), "json": asked.address(".json"), "earlier": "", "later": ""}
    sql = {"sql": asked.question.sql.strip(), **{one.name: "" for one in asked.question.parameters}, **asked.values}
    facts["edit"] = f"{asked.datasette.urls.database(asked.database)}?{urlencode(sql)}"
    try:
        found = questions.ask_stretch(asked.path, asked.question, asked.values, first=first, most=PAGE)
    except MscevidenceError as error:
        return {**facts, "error": error}
    columns = found.rows.columns
    numeric = [any(isinstance(row[place], (int, float)) for row in found.rows.rows) for place in range(len(columns))]
    rows = [_cells(dict(zip(columns, row, strict=True)), asked) for row in found.rows.rows]
    if page > 1:
        facts["earlier"] = asked.address(page=page - 1 if page > 2 else "")
    if len(rows) == PAGE and (found.total is None or found.total > first + PAGE):
        facts["later"] = asked.address(page=page + 1)
    return {**facts, "columns": list(zip(columns, numeric, strict=True)), "rows": rows, "total": found.total}


def _fields(asked: _Asked) -> list[dict[str, Any]]:
    fields = []
    for one in asked.question.parameters:
        said = one.description or one.vocabulary or (f"id of {_a(one.lookup)}" if one.lookup else "")
        value = asked.values.get(one.name, one.default)
        choices = questions.choices_of(asked.path, one)
        kind = {"closed": bool(one.choices), "terms": one.vocabulary, "choices": choices}
        fields.append({"name": one.name, "said": said.replace("-", " "), "value": value, **kind})
    return fields


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _cells(row: dict[str, Any], asked: _Asked) -> Markup:
    """Return the cells of a row as HTML; every text is escaped."""
    cells = []
    for column, value in row.items():
        linked = None
        if column in LINKED and isinstance(value, str) and value:
            linked = cell_markup(column, value, row, asked.database, asked.datasette.urls)
        sign = ' class="number"' if isinstance(value, (int, float)) else ""
        cells.append(f"<td{sign}>{linked or escape('' if value is None else value)}</td>")
    return Markup("".join(cells))  # noqa: S704 - every part is escaped
