"""One connection per request, to an address that was checked, ending when its time is over.

The name of a host is looked up once, every address found is judged, and the connection goes to one of these very
addresses: a name server that answers differently the second time (DNS rebinding) is never asked a second time. The
certificate is still checked against the name. No cookies, no proxies and no passwords from the environment: the adapter
of requests is used without its session.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from mscevidence.fetch.answer import Limits

Connect = Callable[[str, int, float], socket.socket]
"""From host, port and seconds to a connected socket."""


class Deadline:
    """The end of a request's time: connections that are still open then are shut, whatever they are doing.

    Timeouts of a socket count from byte to byte, so a server that sends one byte a second never meets one.

    Args:
        seconds: how long the request may take.
    """

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            for each in self._sockets:
                each.close()
            self._sockets.clear()

    def watch(self, connected: socket.socket) -> None:
        """Shut a connection when the time is over."""
        with self._lock:
            # A second handle on the connection: the first is taken over by TLS.
            self._sockets.append(connected.dup())
            if self.passed:
                self._shut()

    def _end(self) -> None:
        with self._lock:
            self.passed = True
            self._shut()

    def _shut(self) -> None:
        for each in self._sockets:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the other side has gone already


class _CheckedHTTP(HTTPConnection):
    def __init__(self, *arguments: Any, connect_to: Connect, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._connect_to = connect_to

    def _new_conn(self) -> socket.socket:
        return _connected(self, self._connect_to)


class _CheckedHTTPS(HTTPSConnection):
    def __init__(self, *arguments: Any, connect_to: Connect, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._connect_to = connect_to

    def _new_conn(self) -> socket.socket:
        return _connected(self, self._connect_to)


def _connected(connection: HTTPConnection, connect_to: Connect) -> socket.socket:
    seconds = connection.timeout if isinstance(connection.timeout, int | float) else 15.0
    try:
        return connect_to(connection.host, connection.port, float(seconds))
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, f"no connection after {seconds:g} s") from error
    except OSError as error:
        raise NewConnectionError(connection, str(error)) from error


class CheckedAdapter(HTTPAdapter):
    """The adapter of requests with connections made by a function of ours.

    Args:
        connect_to: makes the connection; may raise a FetchError, which passes through.
    """

    def __init__(self, connect_to: Connect) -> None:
        self._connect_to = connect_to
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Make the pools with connections of ours."""
        super().init_poolmanager(*arguments, **options)

        class Plain(HTTPConnectionPool):
            ConnectionCls = staticmethod(partial(_CheckedHTTP, connect_to=self._connect_to))  # type: ignore[assignment]

        class Secure(HTTPSConnectionPool):
            ConnectionCls = staticmethod(partial(_CheckedHTTPS, connect_to=self._connect_to))  # type: ignore[assignment]

        self.poolmanager.pool_classes_by_scheme = {"http": Plain, "https": Secure}


def send(
    prepared: requests.PreparedRequest, connect_to: Connect, *, limits: Limits, certificates: str | bool
) -> requests.Response:
    """Return the response to a request with its body still unread.

    Args:
        prepared: what to send.
        connect_to: makes the connection.
        limits: seconds to connect and to wait for a byte.
        certificates: path of a bundle of certificate authorities, or True for the usual ones.

    Raises:
        requests.RequestException: no response came.
        FetchError: the address may not be connected to.
    """
    return CheckedAdapter(connect_to).send(
        prepared, stream=True, timeout=(limits.connect, limits.read), verify=certificates, proxies=None
    )


def connect(address: str, port: int, seconds: float) -> socket.socket:
    """Return a socket connected to an address (not a name) within seconds."""
    connected = socket.create_connection((address, port), timeout=seconds)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected
