"""A small Datasette plugin: a page per result with its number inside its sentence, one per question; the review room.

It uses hooks only that mean the same in Datasette 0.65 and 1.0: `register_routes`, `render_cell`, `menu_links`,
`extra_css_urls`, `extra_js_urls` and `asgi_wrapper`.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasette import hookimpl
from datasette.utils import tilde_decode
from datasette.utils.asgi import Response
from markupsafe import Markup

from mscevidence.errors import MscevidenceError
from mscevidence.store import views, walk_back
from mscevidence.web import access, form_pages, question_pages, review_pages, second_pages
from mscevidence.web.cells import LINKED, cell_markup
from mscevidence.web.living import ADDRESS, living_page, living_pages
from mscevidence.web.question_pages import not_found
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
    """Return the page of a result, the pages of the questions, the living page, and those of the review room."""
    result = (r"^/-/result/(?P<database>[^/]+)/(?P<result>.+)$", result_page)
    question = (question_pages.route(), question_pages.question_page)
    site = (rf"^{ADDRESS}/?$", living_page)
    return [result, question, site, *((f"^{access.ROOM}{path}$", page) for path, page in ROUTES)]


@hookimpl  # type: ignore[untyped-decorator]
def menu_links(datasette: Datasette) -> list[dict[str, str]]:
    """Return the ways to the living page and to the review room, on a server that has them."""
    known = ((living_pages.get(datasette), ADDRESS, "Living page"), (room_of(datasette), access.ROOM, "Review room"))
    return [{"href": datasette.urls.path(path), "label": label} for has, path, label in known if has is not None]


@hookimpl  # type: ignore[untyped-decorator]
def extra_css_urls(datasette: Datasette) -> list[str]:
    """Return the style of our parts of the pages of Datasette."""
    return [datasette.urls.path(f"{access.ROOM}/static/pages.css")]


@hookimpl  # type: ignore[untyped-decorator]
def extra_js_urls(datasette: Datasette) -> list[dict[str, object]]:
    """Return what makes the pages of Datasette readable to a screen reader; a module runs when the page is there."""
    return [{"url": datasette.urls.path(f"{access.ROOM}/static/pages.js"), "module": True}]


@hookimpl  # type: ignore[untyped-decorator]
def asgi_wrapper() -> Any:
    """Return what adds the headers that keep scripts of others out."""
    return access.guarded_application


@hookimpl  # type: ignore[untyped-decorator]
def render_cell(
    row: Any, value: object, column: str, table: str | None, database: str, datasette: Datasette
) -> Markup | None:
    """Return a link where a cell holds a result or its quote, or where a view or an answer names a study."""
    if column not in LINKED or not isinstance(value, str) or not value:
        return None
    if column == "study" and table is not None and table not in views.load():
        return None
    return cell_markup(column, value, row, database, datasette.urls)


async def result_page(datasette: Datasette, request: Any) -> Response:
    """Return the page of a result: the number, its report, and the characters it was read from."""
    name, result = tilde_decode(request.url_vars["database"]), tilde_decode(request.url_vars["result"])
    if datasette not in sources or name != sources[datasette].path.stem:
        return await not_found(datasette, request, f"no database {name}")
    try:
        chain = await asyncio.to_thread(walk_back, Path(datasette.databases[name].path), result)
    except MscevidenceError as error:
        return await not_found(datasette, request, str(error))
    page = await datasette.render_template("result.html", {"chain": chain, "database": name}, request=request)
    return Response.html(page)
