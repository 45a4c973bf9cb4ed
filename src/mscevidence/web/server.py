"""Serve an evidence database with Datasette: read-only, on this computer only unless told otherwise."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
import weakref
import webbrowser
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path
from typing import Any

import uvicorn
from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm

from mscevidence.errors import StoreError
from mscevidence.store.serving import copy_for_serving
from mscevidence.web import plugin
from mscevidence.web.access import ROOM, only_forms, only_under_own_name
from mscevidence.web.living import ADDRESS, LivingPages, living_pages
from mscevidence.web.metadata import TITLE, datasette_metadata
from mscevidence.web.room import Room, Source, room_of, rooms, sources

HOST = "127.0.0.1"
PORT = 8001
OWN_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
"""Addresses that nobody else can reach."""
SETTINGS = {
    "sql_time_limit_ms": 5000,
    "facet_time_limit_ms": 1000,
    "suggest_facets": False,
    "default_page_size": 50,
    "truncate_cells_html": 400,
    "allow_download": True,
}


READING = frozenset(
    {"view-instance", "view-database", "view-database-download", "view-table", "view-query", "execute-sql"}
)
"""What everybody may do with the database of a review; there are no rules that would forbid it to somebody."""


class EvidenceServer(Datasette):  # type: ignore[misc]
    """Datasette over one database that everybody may read.

    Datasette asks for permission once per table and page, and each answer copies the descriptions of all tables: most
    of the time of a page. Here reading the served database is allowed without asking; all else is asked as ever.
    """

    async def permission_allowed(self, actor: Any, action: str, resource: Any = None, default: bool = False) -> Any:
        """Return whether somebody may do something; True for reading what is served here."""
        database = resource[0] if isinstance(resource, tuple) else resource
        ours = database is None or any(database == one.name and one.path for one in self.databases.values())
        if action in READING and ours:
            return True
        return await super().permission_allowed(actor, action, resource=resource, default=default)


class AnnouncingServer(uvicorn.Server):
    """A server that says when it can be reached."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], object]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: Any = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        if self.started:
            self._announce()


def application(
    path: Path,
    *,
    title: str = TITLE,
    question: str = "",
    room: Room | None = None,
    living: Callable[[Path], object] | None = None,
) -> Datasette:
    """Return Datasette with one database opened as immutable, our metadata and our plugin.

    Args:
        path: the database.
        title: of the review.
        question: what the review asks.
        room: the review room; without one nobody can write.
        living: writes the living page into a folder; without it there is none.

    Raises:
        StoreError: there is no such database, or it is not of this version.
    """
    copy = _copy(path)
    if not pm.is_registered(plugin):
        pm.register(plugin, name="mscevidence")
        _do_not_print_mistyped_addresses()
    files = resources.files(__package__)
    mounts = [(f"{ROOM.removeprefix('/')}/static", str(files / "static"))]
    pages = None
    if living is not None:
        pages = LivingPages(Path(tempfile.mkdtemp(prefix="mscevidence-")) / "site", living)
        mounts.append((ADDRESS.removeprefix("/"), str(pages.folder)))
    served = EvidenceServer(
        immutables=[str(copy)],
        metadata=datasette_metadata(database=path.stem, title=title, question=question, living=pages is not None),
        settings=SETTINGS,
        template_dir=str(files / "templates"),
        static_mounts=mounts,
    )
    sources[served] = Source(path, weakref.finalize(served, shutil.rmtree, copy.parent, ignore_errors=True))
    if room is not None:
        rooms[served] = room
    if pages is not None:
        living_pages[served] = pages
        weakref.finalize(served, shutil.rmtree, pages.folder.parent, ignore_errors=True)
    return served


def _copy(path: Path) -> Path:
    """Return a copy of a database for one server, in a folder that nobody else can read."""
    folder = Path(tempfile.mkdtemp(prefix="mscevidence-"))
    try:
        copy_for_serving(path, folder / path.name)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder / path.name


def reopen(served: Datasette, name: str) -> None:
    """Let a server read the file of a database anew, after a new one was put into its place."""
    source, old = sources[served], served.databases[name]
    copy = _copy(source.path)
    new = Database(served, path=str(copy), is_mutable=False)
    new.name, new.route = old.name, old.route
    read_before = _connections(old)
    # A page in the making still asks by the old name for the file: from now on it finds the new one there.
    old.path = new.path
    # Datasette keeps connections per thread and name: new threads are what makes it open the new file.
    threads, served.executor = served.executor, ThreadPoolExecutor(served.setting("num_sql_threads"))
    served.databases = {**served.databases, name: new}
    threads.shutdown(wait=True)
    # Those that such a page opens are kept by the new threads, and must stay open: `old.close()` would close them.
    for connection in read_before:
        connection.close()
    sources[served] = Source(source.path, weakref.finalize(served, shutil.rmtree, copy.parent, ignore_errors=True))
    source.remove_copy()
    if served in living_pages:
        living_pages[served].outdated()


def _connections(database: Database) -> list[sqlite3.Connection]:
    """Return the connections that Datasette has to a database; its lines 0.65 and 1.0 keep them under other names."""
    return [*getattr(database, "_all_file_connections", ()), *getattr(database, "_all_connections", ())]


def _do_not_print_mistyped_addresses() -> None:
    """Stop Datasette from printing pages of local variables for each 404, which it does wherever rich is installed."""
    # Asked of the plugin manager: importing the module by name, ahead of Datasette, would leave it without its hook.
    handler: Any = pm.get_plugin("datasette.handle_exception")
    if handler is not None:
        handler.rich = None


def serve(
    served: Datasette,
    host: str = HOST,
    port: int = PORT,
    *,
    open_browser: bool = False,
    say: Callable[[str], object] = print,
) -> None:
    """Serve a database until it is interrupted (Ctrl-C).

    Args:
        served: what `application` has made of it.
        host: address to listen on; the default is reachable from this computer only.
        port: port to listen on.
        open_browser: whether to show the first page when it is there.
        say: is told the address, and the one-time link of each reviewer.

    Raises:
        StoreError: the port is taken.
    """
    path, room = sources[served].path, room_of(served)
    if room is not None:
        room.when_rebuilt(lambda: reopen(served, path.stem))
        room.read_ahead()
    app = served.app()
    # Whoever opens the server to others gives it names that we cannot know.
    guarded = only_forms(only_under_own_name(app) if host in OWN_NAMES else app)
    config = uvicorn.Config(guarded, host=host, port=port, log_level="critical", lifespan="on")
    try:
        listening = config.bind_socket()
    except SystemExit as stop:
        raise StoreError(
            f"cannot listen on {host}:{port}: {stop.__context__}",
            hint="another program uses the port, or the address is not of this computer; choose another with --port",
        ) from stop
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listening.getsockname()[1]}/{path.stem}"

    def announce() -> None:
        say(f"serving {path.name} at {address} (stop with Ctrl-C)")
        if host not in OWN_NAMES:
            say("everybody who reaches this computer can read it, texts of documents too; for one without them:")
            say("  mscevidence publish --database public.db && mscevidence serve --database public.db")
        links = _links(room, address.rsplit("/", 1)[0])
        for reviewer, link in links.items():
            say(f"review room of {reviewer}, once: {link}")
        if open_browser:
            webbrowser.open(next(iter(links.values()), address))

    with contextlib.closing(listening), contextlib.suppress(KeyboardInterrupt):
        AnnouncingServer(config, announce).run(sockets=[listening])


def _links(room: Room | None, server: str) -> dict[str, str]:
    """Return the one-time link of each reviewer."""
    tokens = room.tokens() if room is not None else {}
    return {reviewer: f"{server}{ROOM}/enter?token={token}" for reviewer, token in tokens.items()}
