"""One request and its response, without redirects or second attempts: bytes within all limits, or a named error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from socket import socket

import requests
from urllib3.exceptions import DecodeError, HTTPError, IncompleteRead, ReadTimeoutError
from urllib3.response import BaseHTTPResponse, HTTPResponse

from mscevidence.errors import FetchError
from mscevidence.fetch import connection
from mscevidence.fetch.answer import Limits, host_of, without_secrets

_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Response:
    """What one exchange brought.

    Args:
        status: HTTP status.
        headers: names in lower case.
        data: the body after transport compression is undone.
        raw: the response as urllib3 has it, for its reading of ``Retry-After``.
    """

    status: int
    headers: Mapping[str, str]
    data: bytes = field(repr=False)
    raw: BaseHTTPResponse = field(repr=False)


def exchange(
    prepared: requests.PreparedRequest, connect_to: connection.Connect, *, limits: Limits, certificates: str | bool
) -> Response:
    """Return the response to a request, read to its end.

    Args:
        prepared: what to send.
        connect_to: makes the connection.
        limits: of time and size.
        certificates: path of a bundle of certificate authorities, or True for the usual ones.

    Raises:
        FetchError: no response, or one that is too slow, too large or cut short.
    """
    url = without_secrets(prepared.url or "")
    with connection.Deadline(limits.total) as deadline:

        def watched(host: str, port: int, seconds: float) -> socket:
            connected = connect_to(host, port, seconds)
            deadline.watch(connected)
            return connected

        try:
            response = connection.send(prepared, watched, limits=limits, certificates=certificates)
            try:
                data = _body(response, url, limits)
            finally:
                response.close()
        # What the libraries say holds the whole address, with its keys: it is neither quoted nor chained.
        except (requests.RequestException, HTTPError, OSError) as error:
            raise _named(error, url, limits, late=deadline.passed) from None
        if deadline.passed:
            raise _too_slow(url, limits)
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Response(status=response.status_code, headers=headers, data=data, raw=response.raw)


def _body(response: requests.Response, url: str, limits: Limits) -> bytes:
    announced = response.headers.get("Content-Length", "")
    if announced.isdigit() and int(announced) > limits.size:
        raise _too_large(url, limits, f"{int(announced):,} bytes are announced")
    raw = response.raw
    if not isinstance(raw, HTTPResponse):
        raise FetchError(f"{url}: the answer cannot be read", host=host_of(url), reason="malformed")
    pieces: list[bytes] = []
    size = 0
    # read1 hands over what has come; read would wait until a whole piece is there, however slowly it drips.
    while piece := raw.read1(_PIECE, decode_content=True):
        size += len(piece)
        if size > limits.size:
            raise _too_large(url, limits, "more came")
        pieces.append(piece)
    return b"".join(pieces)


def _named(error: Exception, url: str, limits: Limits, *, late: bool) -> FetchError:
    host = host_of(url)
    if late:
        return _too_slow(url, limits)
    if _caused_by(error, ReadTimeoutError, requests.ReadTimeout, TimeoutError) and not isinstance(
        error, requests.ConnectTimeout
    ):
        return FetchError(
            f"{url}: not a byte came for {limits.read:g} seconds",
            hint="try again later",
            host=host,
            reason="silent",
        )
    if _caused_by(error, IncompleteRead) or (isinstance(error, HTTPError) and not isinstance(error, DecodeError)):
        return FetchError(
            f"{url}: the answer was cut short",
            hint="the connection ended before the announced length; try again",
            host=host,
            reason="truncated",
        )
    if isinstance(error, DecodeError):
        return FetchError(
            f"{url}: the answer's compression is damaged", hint="try again", host=host, reason="truncated"
        )
    if isinstance(error, requests.exceptions.SSLError):
        return FetchError(
            f"{url}: the certificate of {host} is not valid",
            hint="nothing was sent; where a proxy of your institution opens connections, name its certificates",
            host=host,
            reason="certificate",
        )
    return FetchError(
        f"{url}: no connection to {host}", hint="check the network and try again", host=host, reason="unreachable"
    )


def _caused_by(error: BaseException, *kinds: type[BaseException]) -> bool:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, kinds) or any(isinstance(each, kinds) for each in seen.args):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _too_slow(url: str, limits: Limits) -> FetchError:
    return FetchError(
        f"{url}: not complete after {limits.total:g} seconds",
        hint="the server sends too slowly; try again later",
        host=host_of(url),
        reason="too-slow",
    )


def _too_large(url: str, limits: Limits, what: str) -> FetchError:
    return FetchError(
        f"{url}: larger than {limits.size:,} bytes ({what})",
        hint="download it yourself and ingest the file",
        host=host_of(url),
        reason="too-large",
    )
