"""The living page on a server: the same pages that `publish` writes, made when somebody asks for them.

Making them takes a while. The first visitor is told so; whoever comes after a decision sees the pages as they were,
while new ones are made.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from datasette.utils.asgi import Response

ADDRESS = "/-/site"
RETRY_SECONDS = 3

living_pages: WeakKeyDictionary[Any, LivingPages] = WeakKeyDictionary()
"""The living page of each Datasette that has one."""


class LivingPages:
    """The pages of a review in a folder of a server.

    Args:
        folder: where they are written; it appears, and is replaced, whole.
        write: writes them into a folder.
    """

    def __init__(self, folder: Path, write: Callable[[Path], object]) -> None:
        self.folder = folder
        self.trouble = ""
        self._write = write
        self._outdated = True
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    @property
    def ready(self) -> bool:
        """Return whether there are pages to show."""
        return (self.folder / "index.html").is_file()

    def outdated(self) -> None:
        """Note that something has changed: the next visit has the pages made anew."""
        self._outdated = True

    def bring_up_to_date(self) -> None:
        """Begin to make the pages in the background, when they are outdated and nobody does so already."""
        with self._lock:
            if self._outdated and self._thread is None:
                self._outdated = False
                self._thread = threading.Thread(target=self._make, name="mscevidence-living-page", daemon=True)
                self._thread.start()

    def settle(self) -> None:
        """Wait until nobody makes pages."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _make(self) -> None:
        try:
            self._write(self.folder)
            self.trouble = ""
        except Exception as error:  # noqa: BLE001 - told on the page; the server must go on
            self.trouble = str(error)
        finally:
            self._thread = None


async def living_page(datasette: Any, request: Any) -> Response:
    """Return the way to the first of the living pages, or the word that they are being made."""
    pages = living_pages.get(datasette)
    if pages is None:
        facts = {"ok": False, "error": "this server has no living page", "status": 404, "title": "Not found"}
        return Response.html(await datasette.render_template("error.html", facts, request=request), status=404)
    pages.bring_up_to_date()
    if pages.ready:
        return Response(status=302, body="", headers={"Location": datasette.urls.path(f"{ADDRESS}/index.html")})
    facts = {"trouble": pages.trouble}
    text = await datasette.render_template("site-coming.html", facts, request=request)
    again = {} if pages.trouble else {"Refresh": str(RETRY_SECONDS)}
    return Response.html(text, headers={"Cache-Control": "no-store", **again}, status=500 if pages.trouble else 200)
