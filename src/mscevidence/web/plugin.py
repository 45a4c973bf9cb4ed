"""A small Datasette plugin: a page per result that shows its number inside the sentence it was read from.

It uses two hooks only (`register_routes`, `render_cell`), which mean the same in Datasette 0.65 and 1.0.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from datasette import hookimpl
from datasette.utils import tilde_encode
from datasette.utils.asgi import NotFound, Response
from markupsafe import Markup

from mscevidence.errors import UnknownTermError
from mscevidence.store import views, walk_back

if TYPE_CHECKING:
    from datasette.app import Datasette

RESULT_COLUMNS = {("results", "id"), ("result_parts", "result")}


@hookimpl  # type: ignore[untyped-decorator]
def register_routes() -> list[tuple[str, Any]]:
    """Return the page of a result."""
    return [(r"^/-/result/(?P<database>[^/]+)/(?P<result>.+)$", result_page)]


@hookimpl  # type: ignore[untyped-decorator]
def render_cell(value: object, column: str, table: str | None, database: str, datasette: Datasette) -> Markup | None:
    """Return a link where a cell of a view or an answer holds the address of a result or a study."""
    if not isinstance(value, str) or not value:
        return None
    flat = table is None or table in views.load()
    if value.count("/") >= 2 and ((flat and column == "result") or (table, column) in RESULT_COLUMNS):
        page = datasette.urls.path(f"/-/result/{quote(database, safe='')}/{quote(value)}")
    elif flat and column == "study":
        page = datasette.urls.row(database, "studies", tilde_encode(value))
    else:
        return None
    return Markup('<a href="{}">{}</a>').format(page, value)


async def result_page(datasette: Datasette, request: Any) -> Response:
    """Return the page of a result: the number, its report, and the characters it was read from."""
    name, result = request.url_vars["database"], request.url_vars["result"]
    if name not in datasette.databases:
        raise NotFound(f"no database {name}")
    try:
        chain = walk_back(Path(datasette.databases[name].path), result)
    except UnknownTermError as error:
        raise NotFound(f"{error.message}; {error.hint}") from error
    page = await datasette.render_template("result.html", {"chain": chain, "database": name}, request=request)
    return Response.html(page)
