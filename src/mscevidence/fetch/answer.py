"""What is asked over the network and what comes back: a Request, the Limits it stands under, and the Answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit, urlunsplit

JSON = ("application/json", "application/vnd.crossref-api-message+json")
"""Content types of a JSON answer."""
XML = ("application/xml", "text/xml", "application/jats+xml")
"""Content types of an XML answer."""
PAGE = ("text/html", "application/xhtml+xml", "text/plain", *XML, *JSON)
"""Content types of a page that can be read."""

_SECRET = frozenset({"api_key", "apikey", "key", "token", "access_token", "email", "mailto", "password"})

REASONS = (
    "address",  # the url is not https, or has no host, or carries a password
    "refused-address",  # the host is on a private, loopback, link-local or multicast address
    "no-host",  # no host of this name
    "unreachable",  # no connection
    "certificate",  # the host's certificate is not valid
    "rate-limited",  # asked too often (429)
    "server-fault",  # the server is in trouble (5xx)
    "forbidden",  # 401, 403, 451
    "robots",  # the site's robots.txt asks programs not to fetch this page
    "not-found",  # 404, 410, or an answer without the record asked for
    "bad-request",  # any other 4xx: the source does not understand the query
    "redirects",  # a circle of redirects, too many, or one that names no address
    "too-large",
    "too-slow",  # the whole took longer than it may
    "silent",  # no byte came for longer than may be
    "truncated",  # the connection ended before the answer did
    "content-type",
    "malformed",  # the answer is not what the source's documentation says
    "cursor",  # a cursor of another search, or a source whose pages go round in circles
)
"""Every value of :attr:`mscevidence.errors.FetchError.reason`."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one request.

    Args:
        connect: seconds until a connection must stand.
        read: seconds that may pass without a byte.
        total: seconds from the first byte sent to the last byte read, however busy the server drips.
        size: bytes of the answer after decompression.
        hops: redirects followed.
        attempts: how often the same thing is asked where the server is in trouble.
        longest_wait: seconds; a server that asks for more patience than this is given up for now.
    """

    connect: float = 15.0
    read: float = 60.0
    total: float = 600.0
    size: int = 256 * 1024 * 1024
    hops: int = 8
    attempts: int = 5
    longest_wait: float = 120.0


@dataclass(frozen=True, slots=True)
class Clock:
    """The time, as three functions, so that tests need not wait.

    Args:
        now: the time of day, with its zone.
        monotonic: seconds that never go back.
        sleep: waits for seconds.
    """

    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Request:
    """One thing to ask for.

    Args:
        url: where, without parameters of its own when `parameters` are given.
        parameters: names and values of the query, unescaped. Keys and e-mail addresses among them are never recorded.
        method: ``GET``, or ``POST`` with the parameters as a form, for queries too long for an address.
        accept: content types that are right; none stands for any.
        rate: requests per second that the host allows.
        fresh_for: seconds for which an answer in the cache is as good as a new one.
        robots: whether the site's robots.txt has a say: yes for pages, no for interfaces made for programs.
        repeatable: False where asking again would not give the same (a cursor that moves on at every request).
    """

    url: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    accept: tuple[str, ...] = PAGE
    rate: float = 1.0
    fresh_for: float = 0.0
    robots: bool = False
    repeatable: bool = True

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that are never written down."""
        return tuple(value for name, value in self.parameters.items() if name.lower() in _SECRET and value)

    @property
    def address(self) -> str:
        """The url with all parameters, for the wire."""
        if not self.parameters or self.method == "POST":
            return self.url
        return f"{self.url}{'&' if '?' in self.url else '?'}{urlencode(self.parameters)}"

    @property
    def record(self) -> str:
        """The url with the parameters as it may be written down: without keys and e-mail addresses."""
        open_part = {name: value for name, value in self.parameters.items() if name.lower() not in _SECRET}
        bare = without_secrets(self.url)
        return f"{bare}{'&' if '?' in bare else '?'}{urlencode(open_part)}" if open_part else bare


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes that came back, as they are after transport compression is undone, and what is known of them.

    Args:
        data: the bytes.
        url: what was asked for, without secrets.
        final_url: where it came from after redirects, without secrets.
        content_type: as the server said, without parameters such as charset, in lower case.
        charset: as the server said; empty when it did not.
        status: HTTP status.
        sha256: of `data`.
        retrieved: when the bytes came over the wire; for a cached answer the time it was last confirmed.
        from_cache: whether the bytes were read from disk.
    """

    data: bytes = field(repr=False)
    url: str
    final_url: str
    content_type: str
    charset: str
    status: int
    sha256: str
    retrieved: datetime
    from_cache: bool = False


def without_secrets(url: str) -> str:
    """Return a url without user, password, fragment and the parameters that are keys or e-mail addresses."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    kept = [pair for pair in parts.query.split("&") if pair.partition("=")[0].lower() not in _SECRET]
    return urlunsplit((parts.scheme, place, parts.path, "&".join(kept), ""))


def host_of(url: str) -> str:
    """Return the host of a url in lower case; empty when it has none."""
    return (urlsplit(url).hostname or "").lower()
