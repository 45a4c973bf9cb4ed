"""A small Datasette plugin: a page per result that shows its number inside the sentence it was read from.

It uses two hooks only (`register_routes`, `render_cell`), which mean the same in Datasette 0.65 and 1.0.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasette import hookimpl
from datasette.utils import tilde_decode, tilde_encode
from datasette.utils.asgi import Response
from markupsafe import Markup

from mscevidence.errors import MscevidenceError
from mscevidence.store import views, walk_back

if TYPE_CHECKING:
    from datasette.app import Datasette


@hookimpl  # type: ignore[untyped-decorator]
def register_routes() -> list[tuple[str, Any]]:
    """Return the page of a result."""
    return [(r"^/-/result/(?P<database>[^/]+)/(?P<result>.+)$", result_page)]


@hookimpl  # type: ignore[untyped-decorator]
def render_cell(value: object, column: str, table: str | None, database: str, datasette: Datasette) -> Markup | None:
    """Return a link where a cell holds the address of a result, or where a view or an answer names a study."""
    if not isinstance(value, str) or not value:
        return None
    if column == "result" and value.count("/") >= 2:
        segments = "/".join(tilde_encode(segment) for segment in value.split("/"))
        page = datasette.urls.path(f"/-/result/{tilde_encode(database)}/{segments}")
    elif column == "study" and (table is None or table in views.load()):
        page = datasette.urls.row(database, "studies", tilde_encode(value))
    else:
        return None
    return Markup('<a href="{}">{}</a>').format(page, value)


async def result_page(datasette: Datasette, request: Any) -> Response:
    """Return the page of a result: the number, its report, and the characters it was read from."""
    name, result = tilde_decode(request.url_vars["database"]), tilde_decode(request.url_vars["result"])
    if name not in datasette.databases:
        return await _not_found(datasette, request, f"no database {name}")
    try:
        chain = walk_back(Path(datasette.databases[name].path), result)
    except MscevidenceError as error:
        return await _not_found(datasette, request, str(error))
    page = await datasette.render_template("result.html", {"chain": chain, "database": name}, request=request)
    return Response.html(page)


async def _not_found(datasette: Datasette, request: Any, words: str) -> Response:
    facts = {"ok": False, "error": words, "status": 404, "title": "Not found"}
    return Response.html(await datasette.render_template("error.html", facts, request=request), status=404)
