"""A small Datasette plugin: a page per result that shows its number inside its sentence; the review room.

It uses hooks only that mean the same in Datasette 0.65 and 1.0: `register_routes`, `render_cell`, `menu_links` and
`asgi_wrapper`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datasette import hookimpl
from datasette.utils import tilde_decode, tilde_encode
from datasette.utils.asgi import Response
from markupsafe import Markup, escape

from mscevidence.errors import MscevidenceError
from mscevidence.store import views, walk_back
from mscevidence.web import access, form_pages, review_pages, second_pages
from mscevidence.web.room import room_of, sources

if TYPE_CHECKING:
    from datasette.app import Datasette

STUDY = r"(?P<study>[a-z0-9][a-z0-9_()-]{0,119})"
DOCUMENT = r"/(?P<mode>document|blind)/(?P<document>[0-9a-f]{64})"
ROUTES: tuple[tuple[str, Any], ...] = (
    ("", review_pages.queue_page),
    ("/enter", access.enter),
    ("/leave", access.leave),
    (DOCUMENT, review_pages.document_page),
    (f"{DOCUMENT}/decide", review_pages.decide_page),
    (f"{DOCUMENT}/add", review_pages.add_page),
    ("/new", form_pages.new_study_page),
    (f"/study/{STUDY}", form_pages.study_page),
    (f"/study/{STUDY}/(?P<part>study|reports|arms|results)/(?P<index>new|[0-9]{{1,5}})", form_pages.form_page),
    (rf"/differences/{STUDY}/(?P<second>[a-z][a-z0-9-]{{0,19}})", second_pages.differences_page),
    (rf"/appraise/{STUDY}/(?P<tool>[a-z0-9-]{{1,60}})", second_pages.appraisal_page),
    (r"/forest/(?P<outcome>[a-z0-9-]{1,80})", form_pages.forest_page),
    (r"/forest/(?P<outcome>[a-z0-9-]{1,80})\.svg", form_pages.forest_figure),
)
"""The pages of the review room, below its address."""


@hookimpl  # type: ignore[untyped-decorator]
def register_routes() -> list[tuple[str, Any]]:
    """Return the page of a result, and the pages of the review room."""
    result = (r"^/-/result/(?P<database>[^/]+)/(?P<result>.+)$", result_page)
    return [result, *((f"^{access.ROOM}{path}$", page) for path, page in ROUTES)]


@hookimpl  # type: ignore[untyped-decorator]
def menu_links(datasette: Datasette) -> list[dict[str, str]]:
    """Return the way to the review room, on a server that has one."""
    has_room = room_of(datasette) is not None
    return [{"href": datasette.urls.path(access.ROOM), "label": "Review room"}] if has_room else []


@hookimpl  # type: ignore[untyped-decorator]
def asgi_wrapper() -> Any:
    """Return what adds the headers that keep scripts of others out."""
    return access.guarded_application


@hookimpl  # type: ignore[untyped-decorator]
def render_cell(value: object, column: str, table: str | None, database: str, datasette: Datasette) -> Markup | None:
    """Return a link where a cell holds the address of a result, or where a view or an answer names a study."""
    # Asked once per cell of a page: a name that is not one of these two answers at once.
    if column not in ("result", "study") or not isinstance(value, str) or not value:
        return None
    if column == "result" and value.count("/") >= 2:
        segments = "/".join(tilde_encode(segment) for segment in value.split("/"))
        page = datasette.urls.path(f"/-/result/{tilde_encode(database)}/{segments}")
    elif column == "study" and (table is None or table in views.load()):
        page = datasette.urls.row(database, "studies", tilde_encode(value))
    else:
        return None
    return Markup(f'<a href="{escape(page)}">{escape(value)}</a>')  # noqa: S704 - both are escaped


async def result_page(datasette: Datasette, request: Any) -> Response:
    """Return the page of a result: the number, its report, and the characters it was read from."""
    name, result = tilde_decode(request.url_vars["database"]), tilde_decode(request.url_vars["result"])
    if name not in datasette.databases:
        return await _not_found(datasette, request, f"no database {name}")
    try:
        chain = walk_back(sources[datasette].path, result)
    except MscevidenceError as error:
        return await _not_found(datasette, request, str(error))
    page = await datasette.render_template("result.html", {"chain": chain, "database": name}, request=request)
    return Response.html(page)


async def _not_found(datasette: Datasette, request: Any, words: str) -> Response:
    facts = {"ok": False, "error": words, "status": 404, "title": "Not found"}
    return Response.html(await datasette.render_template("error.html", facts, request=request), status=404)
