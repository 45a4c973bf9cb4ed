"""A real Chromium without a screen, driven through chromedriver over a loopback socket, with what Python brings."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
PATIENCE = 20.0
"""Seconds that a page may take on a busy machine."""


def missing() -> str:
    """Return why no browser can be driven here; empty when one can."""
    absent = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    return f"{' and '.join(absent)} not installed" if absent else ""


class BrowserError(Exception):
    """What chromedriver says went wrong."""


class Chromium:
    """One window of a browser."""

    def __init__(self, port: int, profile: Path, *, width: int = 1280, height: int = 900) -> None:
        self._port = port
        flags = [*FLAGS, f"--user-data-dir={profile}", f"--window-size={width},{height}"]
        options = {"args": flags, "binary": shutil.which("chromium")}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        made = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self._session = f"/session/{made['sessionId']}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ask("DELETE", self._session)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        with contextlib.closing(connection):
            sent = json.dumps(body if body is not None else {}) if method == "POST" else None
            connection.request(method, path, sent, {"Content-Type": "application/json"})
            value = json.loads(connection.getresponse().read())["value"]
        if isinstance(value, dict) and "error" in value:
            raise BrowserError(f"{value['error']}: {value['message']}")
        return value

    def _tell(self, path: str, **body: Any) -> Any:
        return self._ask("POST", self._session + path, body)

    def open(self, address: str) -> None:
        self._tell("/url", url=address)

    @property
    def address(self) -> str:
        return str(self._ask("GET", f"{self._session}/url"))

    def run(self, script: str, *arguments: Any) -> Any:
        """Return what a script of the test returns; the page's own policy does not bind it."""
        return self._tell("/execute/sync", script=script, args=list(arguments))

    def find(self, selector: str) -> str:
        return str(self._tell("/element", using="css selector", value=selector)[ELEMENT])

    def click(self, selector: str) -> None:
        self.run("document.querySelector(arguments[0]).scrollIntoView({block: 'center'})", selector)
        self._tell(f"/element/{self.find(selector)}/click")

    def fill(self, selector: str, text: str) -> None:
        self._tell(f"/element/{self.find(selector)}/clear")
        self._tell(f"/element/{self.find(selector)}/value", text=text)

    def choose(self, selector: str, value: str) -> None:
        self.click(f"{selector} option[value='{value}']")

    def text(self, selector: str = "body") -> str:
        return str(self._ask("GET", f"{self._session}/element/{self.find(selector)}/text"))

    def count(self, selector: str) -> int:
        return int(self.run("return document.querySelectorAll(arguments[0]).length", selector))

    def press(self, key: str) -> None:
        strokes = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self._tell("/actions", actions=[{"type": "key", "id": "keys", "actions": strokes}])

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Select with the mouse from one point of the window to another."""
        moves: list[dict[str, Any]] = [
            {"type": "pointerMove", "duration": 0, "x": round(start[0]), "y": round(start[1])},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerMove", "duration": 50, "x": round(end[0]), "y": round(end[1])},
            {"type": "pointerUp", "button": 0},
        ]
        mouse = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": moves}
        self._tell("/actions", actions=[mouse])

    def until(self, done: Callable[[], Any]) -> Any:
        """Return the first true answer of something; a page that is being left counts as not yet."""
        end = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(BrowserError):
                if found := done():
                    return found
            if time.monotonic() > end:
                raise AssertionError(f"nothing came in {PATIENCE:g} s; the page says: {self.text()[:600]}")
            time.sleep(0.05)

    def complaints(self) -> list[str]:
        """Return what the console holds since it was last asked: errors and warnings."""
        lines = self._tell("/se/log", type="browser")
        return [line["message"] for line in lines if line["level"] in ("SEVERE", "WARNING")]

    def frame(self, width: int, height: int = 844, *, dark: bool = False, printed: bool = False) -> None:
        """Show pages as on a screen of this size, narrower than a window can be, or as they are printed."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._tell("/goog/cdp/execute", cmd="Emulation.setDeviceMetricsOverride", params=size)
        scheme: dict[str, Any] = {"media": "print" if printed else "screen"}
        scheme["features"] = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self._tell("/goog/cdp/execute", cmd="Emulation.setEmulatedMedia", params=scheme)

    def picture(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self._ask("GET", f"{self._session}/screenshot")))


@contextlib.contextmanager
def driver() -> Iterator[int]:
    """Start chromedriver and yield its port."""
    command = [shutil.which("chromedriver") or "chromedriver", "--port=0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield _told(process, r"started successfully on port (\d+)")
        finally:
            process.terminate()


def _told(process: subprocess.Popen[str], pattern: str) -> int:
    for line in process.stdout or ():
        if found := re.search(pattern + r"\.?$", line.strip()):
            return int(found.group(1))
    raise AssertionError("the program ended before it said its port")
