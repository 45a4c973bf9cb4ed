"""A server on this machine that answers what a test wrote, and a clock that nobody waits for."""

from __future__ import annotations

import functools
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import trustme

from mscevidence.fetch import AnswerCache, Client, Clock, Limits


@dataclass(frozen=True)
class Asked:
    """A request as the server saw it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]


@dataclass(frozen=True)
class Reply:
    """What the server sends: `announced` overrides the length, `drip` is the pause before every byte."""

    body: bytes = b""
    status: int = 200
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    announced: int | None = None
    drip: float = 0.0
    slow_headers: bool = False
    raw: bytes | None = None

    def but(self, **changes: Any) -> Reply:
        return replace(self, **changes)


Handler = Callable[[Asked], Reply]


@dataclass
class Server:
    base: str
    port: int
    asked: list[Asked] = field(default_factory=list)
    handler: Handler = field(default=lambda _: Reply(status=404))
    trusted: str = ""

    def replies(self, *replies: Reply) -> None:
        """Send these one after the other; the last one for ever."""
        waiting = list(replies)
        self.handler = lambda _: waiting.pop(0) if len(waiting) > 1 else waiting[0]

    @property
    def paths(self) -> list[str]:
        return [each.path for each in self.asked]


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: Server
    ended: threading.Event

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self._reply("")

    def do_POST(self) -> None:
        self._reply(self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode())

    def _reply(self, form: str) -> None:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, parts.path, dict(parse_qsl(form or parts.query)), headers)
        self.owner.asked.append(asked)
        reply = self.owner.handler(asked)
        with suppress(OSError):  # the client may have had enough
            self._send(reply)
        self.close_connection = True

    def _send(self, reply: Reply) -> None:
        if reply.raw is not None:
            self.wfile.write(reply.raw)
            return
        if reply.slow_headers:
            self._dripped(b"HTTP/1.1 200 OK\r\nX-Padding: " + b"a" * 4000, 0.02)
            return
        self.send_response(reply.status)
        headers = {"Content-Type": reply.content_type, **reply.headers}
        if "Transfer-Encoding" not in headers:
            headers["Content-Length"] = str(len(reply.body) if reply.announced is None else reply.announced)
        for name, value in headers.items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        if reply.drip:
            self._dripped(reply.body, reply.drip)
        else:
            self.wfile.write(reply.body)

    def _dripped(self, data: bytes, pause: float) -> None:
        for place in range(len(data)):
            if self.ended.wait(pause):
                return
            self.wfile.write(data[place : place + 1])
            self.wfile.flush()


@functools.cache
def authority() -> trustme.CA:
    """Return a certificate authority of this test run, trusted by nobody else."""
    return trustme.CA()


@pytest.fixture(name="trusted")
def certificate_file(tmp_path: Path) -> str:
    """Return the path of the authority's certificate."""
    path = tmp_path / "authority.pem"
    authority().cert_pem.write_to_path(str(path))
    return str(path)


@contextmanager
def serving(*, secure: bool = False) -> Iterator[Server]:
    """Run a server; a secure one has a certificate for registry.example."""
    server = Server(base="", port=0)
    ended = threading.Event()
    handler = type("Serving", (Answering,), {"owner": server, "ended": ended})
    listening = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    listening.daemon_threads = True
    listening.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients do hang up
    if secure:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority().issue_cert("registry.example").configure_cert(context)
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
    server.port = listening.server_address[1]
    server.base = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=listening.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        ended.set()
        listening.shutdown()
        listening.server_close()
        thread.join()


START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@dataclass
class FakeTime:
    """Time that passes only by sleeping."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.seconds += seconds

    @property
    def clock(self) -> Clock:
        return Clock(
            now=lambda: START + timedelta(seconds=self.seconds), monotonic=lambda: self.seconds, sleep=self.sleep
        )


def home(_: str, __: int) -> list[str]:
    return ["127.0.0.1"]


def client(fake: FakeTime, *, cache: Path | None = None, limits: Limits | None = None, **options: Any) -> Client:
    """Return a client that may speak http with this machine."""
    settings: dict[str, Any] = {"allowed": {"127.0.0.1"}, "https_only": False, "resolver": home}
    return Client(
        clock=fake.clock,
        cache=AnswerCache(cache) if cache else None,
        limits=limits or Limits(connect=5, read=5, total=20, attempts=4),
        **{**settings, **options},
    )


@pytest.fixture(name="fake")
def fake_time() -> FakeTime:
    return FakeTime()


@pytest.fixture(name="server")
def running_server() -> Iterator[Server]:
    with serving() as running:
        yield running
