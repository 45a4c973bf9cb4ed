"""Who may write: one-time links, signed sessions, and what every answer tells a browser to forbid.

Datasette signs the session cookie with a secret of this run and checks the CSRF token of every form. Nothing here
stores a password or needs a network.
"""

from __future__ import annotations

import asyncio
import functools
import re
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from datasette.utils import baseconv
from datasette.utils.asgi import Response

from mscevidence.errors import DocumentError, EditConflictError, MscevidenceError, UnknownTermError
from mscevidence.web.living import ADDRESS, living_pages
from mscevidence.web.room import Room, room_of

if TYPE_CHECKING:
    from datasette.app import Datasette

ROOM = "/-/review"
COOKIE = "ds_actor"
SESSION_SECONDS = 12 * 3600
STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
"""For the review room, whose pages have neither inline scripts nor inline styles."""
OF_DATASETTE = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; object-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'self'"
)
"""For the pages of Datasette, which need inline scripts; nothing comes from, or goes to, another host."""


class Visit:
    """One request of a reviewer who may write."""

    def __init__(self, datasette: Datasette, request: Any, room: Room, reviewer: str, form: dict[str, str]) -> None:
        self.datasette = datasette
        self.request = request
        self.room = room
        self.reviewer = reviewer
        self.form = form

    @property
    def writes(self) -> bool:
        """Return whether something is sent to be written."""
        return str(self.request.method) == "POST"

    def part(self, name: str) -> str:
        """Return a part of the address."""
        return str(self.request.url_vars[name])

    def asked(self, name: str) -> str:
        """Return what stands behind the question mark, or an empty string."""
        return str(self.request.args.get(name) or "")

    def address(self, path: str) -> str:
        """Return the address of a page of the room, below the base address of the server."""
        return str(self.datasette.urls.path(ROOM + path))

    async def work(self, task: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Return what a task returns; the server answers others meanwhile."""
        return await asyncio.to_thread(task, *arguments, **named)

    async def page(self, template: str, facts: dict[str, Any], *, status: int = 200) -> Response:
        """Return a page of the room."""
        site = self.datasette.urls.path(ADDRESS) if self.datasette in living_pages else ""
        known = {"room": self.address(""), "reviewer": self.reviewer, "trouble": self.room.trouble, "site": site}
        shown = {**known, **facts}
        return await rendered(self.datasette, self.request, template, shown, status=status)

    def redirect(self, path: str) -> Response:
        """Return the answer that sends the browser on after a write, so that reloading does not write again."""
        return Response(status=303, body="", headers={"Location": self.address(path)})


UNTYPED = frozenset({"csrftoken", "version", "candidate", "condition", "start", "end"})
"""Fields of forms that nobody fills in."""

Page = Callable[[Visit], Awaitable[Response]]


def for_reviewers(page: Page) -> Callable[..., Awaitable[Response]]:
    """Return a page that only reviewers who are logged in may ask for; errors become answers in words."""

    @functools.wraps(page)
    async def guarded(datasette: Any, request: Any) -> Response:
        room = room_of(datasette)
        reviewer = _reviewer(request, room)
        if room is None or reviewer is None:
            words = "Reviewing needs a login." if room else "Nobody can review on this server."
            hint = "Ask for a link of your own: `mscevidence serve --reviewer <your initials>` prints it."
            return await refusal(datasette, request, words, hint, status=403)
        form = dict(await request.post_vars()) if request.method == "POST" else {}
        try:
            return await page(Visit(datasette, request, room, reviewer, form))
        except MscevidenceError as error:
            status = _status(error, request.method)
            typed = {name: text for name, text in form.items() if name not in UNTYPED and text}
            told = {"reviewer": reviewer, "trouble": room.trouble, "typed": typed}
            return await refusal(datasette, request, error.message, error.hint, status, **told)

    guarded.__annotations__ = {}
    del guarded.__wrapped__
    return guarded


def _status(error: MscevidenceError, method: str) -> int:
    if isinstance(error, EditConflictError):
        return 409
    return 404 if method == "GET" and isinstance(error, (DocumentError, UnknownTermError)) else 400


def _reviewer(request: Any, room: Room | None) -> str | None:
    actor = request.actor
    known = actor.get("id") if isinstance(actor, dict) and actor.get("room") == "review" else None
    return known if room is not None and known in room.reviewers else None


async def enter(datasette: Any, request: Any) -> Response:
    """Open a session for the reviewer of a one-time link."""
    room = room_of(datasette)
    reviewer = room.enter(request.args.get("token") or "") if room is not None else None
    if reviewer is None:
        words = "This link is wrong, or was used before."
        return await refusal(datasette, request, words, "Each link opens one session; start again for new ones.", 403)
    response = Response(status=303, body="", headers={"Location": datasette.urls.path(ROOM)})
    ends = baseconv.base62.encode(int(time.time()) + SESSION_SECONDS)
    session = datasette.sign({"a": {"id": reviewer, "room": "review"}, "e": ends}, "actor")
    response.set_cookie(COOKIE, session, httponly=True, samesite="strict", max_age=SESSION_SECONDS)
    return response


async def leave(datasette: Any, request: Any) -> Response:
    """End a session."""
    response = Response(status=303, body="", headers={"Location": datasette.urls.instance()})
    if request.method == "POST":
        response.set_cookie(COOKIE, "", max_age=0, expires=0, httponly=True, samesite="strict")
    return response


async def refusal(datasette: Any, request: Any, words: str, hint: str, status: int, **more: Any) -> Response:
    """Return a page that says why something was not done; with what was ``typed``, so that no work is lost."""
    facts = {"room": datasette.urls.path(ROOM), "words": words, "hint": hint, "status": status, **more}
    return await rendered(datasette, request, "room-refusal.html", facts, status=status)


async def rendered(datasette: Any, request: Any, template: str, facts: dict[str, Any], *, status: int) -> Response:
    """Return a template as a page that no cache keeps."""
    text = await datasette.render_template(template, facts, request=request)
    return Response.html(text, status=status, headers={"Cache-Control": "no-store"})


def guarded_application(app: Any) -> Any:
    """Return an ASGI application whose answers tell the browser what it must not do."""

    @functools.wraps(app)
    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        policy = STRICT if _is_ours(scope) else OF_DATASETTE

        async def send_with_policy(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), *_headers(policy)]}
            await send(message)

        await app(scope, receive, send_with_policy)

    return guarded


HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""Names of this computer."""


def only_under_own_name(app: Any) -> Any:
    """Return an ASGI application that answers only when it is asked by a name of this computer.

    A page of another host can point a name of its own at this computer and then read what it serves, as if it were
    the same host; such a request carries that name.
    """

    @functools.wraps(app)
    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        names = [value.decode("latin-1") for key, value in scope.get("headers", ()) if key == b"host"]
        if scope["type"] == "http" and [re.sub(r":\d+$", "", name).lower() in HERE for name in names] != [True]:
            await Response.text("This server answers to localhost only.", status=421).asgi_send(send)
            return
        await app(scope, receive, send)

    return guarded


LARGEST_FORM = 2_000_000
"""Bytes of a form that is read; the longest that a page of ours sends is a remark."""


def only_forms(app: Any) -> Any:
    """Return an ASGI application that is sent plain forms of a known and modest size, and nothing else.

    What is sent is held in memory before anybody looks whether it may be sent at all.
    """

    @functools.wraps(app)
    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        reason = _against_form(dict(scope.get("headers", ()))) if scope["type"] == "http" else None
        if reason is not None:
            await Response.text(reason[1], status=reason[0]).asgi_send(send)
            return
        await app(scope, receive, send)

    return guarded


def _against_form(headers: dict[bytes, bytes]) -> tuple[int, str] | None:
    """Return the status and the words with which what is sent is refused, or None."""
    length = headers.get(b"content-length", b"0")
    if b"transfer-encoding" in headers:
        return 411, "A form must say how long it is."
    if not length.isdigit() or len(length) > 9 or int(length) > LARGEST_FORM:
        return 413, f"A form may have {LARGEST_FORM:,} bytes."
    if headers.get(b"content-type", b"").lower().startswith(b"multipart/"):
        return 415, "Forms are read as application/x-www-form-urlencoded only."
    return None


def _is_ours(scope: Any) -> bool:
    path = str(scope.get("path", ""))
    return f"{path}/".endswith(f"{ROOM}/") or f"{ROOM}/" in path


def _headers(policy: str) -> list[tuple[bytes, bytes]]:
    return [
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        (b"referrer-policy", b"same-origin"),
        (b"cross-origin-opener-policy", b"same-origin"),
    ]
