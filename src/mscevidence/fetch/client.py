"""The one object that speaks to the network; it is passed to whatever fetches."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from mscevidence import __version__
from mscevidence.errors import FetchError
from mscevidence.fetch import refusals
from mscevidence.fetch.addresses import Resolve, checked_addresses, checked_url, resolve
from mscevidence.fetch.answer import Answer, Clock, Limits, Request, host_of, without_secrets
from mscevidence.fetch.cache import AnswerCache, Entry
from mscevidence.fetch.pacing import Pace
from mscevidence.fetch.wishes import PROGRAM, Wishes

if TYPE_CHECKING:
    import socket

    from urllib3.util.retry import Retry

    from mscevidence.fetch.exchange import Response

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_AGAIN = frozenset({429, 500, 502, 503, 504})
_WORTH_ANOTHER_TRY = frozenset({"unreachable", "truncated", "silent"})
_CONTACT = re.compile(r"[^\s@()<>,;:]+@[^\s@()<>,;:]+\.[^\s@()<>,;:]+")


class Client:
    """Fetches one thing at a time: politely, within limits, from public addresses over https, and keeps what came.

    Args:
        contact: e-mail address of the person who searches; sources ask for one and write before they block.
        cache: where raw answers are kept; None keeps none.
        limits: of time, size, redirects and attempts.
        clock: the time.
        certificates: path of a bundle of certificate authorities; empty for the usual ones.
        resolver: from host and port to addresses.
        allowed: addresses that are right although they are not public, for tests against this machine.
        https_only: False lets http through, for tests against this machine.

    Raises:
        FetchError: `contact` is not an e-mail address.
    """

    def __init__(
        self,
        *,
        contact: str = "",
        cache: AnswerCache | None = None,
        limits: Limits | None = None,
        clock: Clock | None = None,
        certificates: str = "",
        resolver: Resolve = resolve,
        allowed: Collection[str] = (),
        https_only: bool = True,
    ) -> None:
        if contact and not _CONTACT.fullmatch(contact):
            raise FetchError(f"{contact!r} is not an e-mail address", hint="an example: reviewer@example.org")
        self.contact = contact
        self.clock = clock or Clock()
        self.limits = limits or Limits()
        self.pace = Pace(self.clock)
        self._wishes = Wishes(self.fetch, self.pace)
        self._cache = cache
        self._certificates = certificates
        self._resolver = resolver
        self._allowed = frozenset(allowed)
        self._https_only = https_only

    @property
    def user_agent(self) -> str:
        """Name, version and contact, as they are told to every server."""
        return f"{PROGRAM}/{__version__}" + (f" (mailto:{self.contact})" if self.contact else "")

    def fetch(self, request: Request) -> Answer:
        """Return the answer to a request, from the cache where the server confirms that it has not changed.

        Raises:
            FetchError: it did not come, or not whole, or it is not what was asked for; `reason` says which.
            WriteError: the cache cannot be written.
        """
        # Of a url from which something was left out, several may look alike.
        alike = without_secrets(request.url) != request.url.partition("#")[0]
        known = self._cache.entry(request.method, request.record) if self._cache and not alike else None
        kept = self._cache.data(known) if self._cache and known else None
        if known and kept is not None and (self.clock.now() - known.time).total_seconds() < request.fresh_for:
            return _answer(known, kept, from_cache=True)
        validators = _validators(known) if known and kept is not None else {}
        url, response = self._followed(request, validators)
        if response.status == 304 and known and kept is not None:
            return self._keep(kept, _confirmed(known, self.clock), from_cache=True)
        if response.status == 304:
            raise refusals.not_unchanged(request)
        content_type, charset = _content_type(response)
        refusals.check_content_type(request, content_type, response.data)
        entry = Entry(
            sha256=hashlib.sha256(response.data).hexdigest(),
            size=len(response.data),
            retrieved=self.clock.now().isoformat(),
            status=response.status,
            content_type=content_type,
            charset=charset,
            method=request.method,
            url=request.record,
            final_url=without_secrets(url),
            etag=response.headers.get("etag", ""),
            last_modified=response.headers.get("last-modified", ""),
        )
        return self._keep(response.data, entry, from_cache=False)

    def _keep(self, data: bytes, entry: Entry, *, from_cache: bool) -> Answer:
        if self._cache:
            self._cache.keep(data, entry)
        return _answer(entry, data, from_cache=from_cache)

    def _followed(self, request: Request, validators: dict[str, str]) -> tuple[str, Response]:
        url = checked_url(request.address, https_only=self._https_only)
        seen = [url]
        while True:
            if request.robots:
                self._wishes.check(url)
            response = self._patiently(request, url, validators)
            if response.status not in _REDIRECTS:
                refusals.check_status(request, url, response)
                return url, response
            url = self._next_hop(request, url, response)
            if url in seen:
                raise refusals.redirects(seen[0], f"come back to {without_secrets(url)}")
            seen.append(url)
            if len(seen) - 1 > self.limits.hops:
                raise refusals.redirects(seen[0], f"do not end after {self.limits.hops}")

    def _next_hop(self, request: Request, url: str, response: Response) -> str:
        place = _as_written(response.headers.get("location", ""))
        if not place:
            raise refusals.redirects(url, "lead nowhere: no address is given")
        if request.method == "POST":
            raise refusals.redirects(url, "lead a form to another address")
        try:
            target = urljoin(url, place)
        except ValueError:
            raise refusals.not_an_address(place) from None
        # Registrars of DOIs still hold many http addresses of publishers that have long been on https.
        if self._https_only and target.lower().startswith("http://"):
            target = f"https://{target[7:]}"
        return checked_url(target, https_only=self._https_only)

    def _patiently(self, request: Request, url: str, validators: dict[str, str]) -> Response:
        retry = self._retry()
        while True:
            self.pace.wait(host_of(url), request.rate)
            try:
                response = self._once(request, url, validators)
            except FetchError as error:
                last = retry.total == 0 or not request.repeatable
                if error.reason not in _WORTH_ANOTHER_TRY or last:
                    raise
                retry = retry.increment(request.method, url, error=error)
                self.clock.sleep(retry.get_backoff_time())
                continue
            if response.status not in _AGAIN or retry.total == 0:
                return response
            # A server that says how long gets that long; one that does not gets a pause that doubles.
            asked = _asked_patience(retry, response)
            if asked is not None and asked > self.limits.longest_wait:
                raise refusals.patience(url, response.status, asked)
            retry = retry.increment(request.method, url, response=response.raw)
            self.pace.hold(host_of(url), retry.get_backoff_time() if asked is None else asked)

    def _retry(self) -> Retry:
        from urllib3.util.retry import Retry

        return Retry(
            total=self.limits.attempts - 1,
            allowed_methods=None,
            status_forcelist=_AGAIN,
            backoff_factor=1.0,
            backoff_max=self.limits.longest_wait,
            raise_on_status=False,
        )

    def _once(self, request: Request, url: str, validators: dict[str, str]) -> Response:
        import requests

        from mscevidence.fetch.exchange import exchange

        form = dict(request.parameters) if request.method == "POST" else None
        headers = {
            "User-Agent": self.user_agent,
            "Accept": ", ".join([*request.accept, "*/*;q=0.1"]),
            "Accept-Encoding": "gzip, deflate",
            "Connection": "close",
            **validators,
        }
        try:
            prepared = requests.Request(request.method, url, headers=headers, data=form).prepare()
        except (requests.RequestException, ValueError):
            raise refusals.not_an_address(url) from None
        return exchange(prepared, self._connect, limits=self.limits, certificates=self._certificates or True)

    def _connect(self, host: str, port: int, seconds: float) -> socket.socket:
        from mscevidence.fetch.connection import connect

        bare = host.strip("[]")
        failure: OSError | None = None
        for address in checked_addresses(bare, port, self._resolver, allowed=self._allowed)[:4]:
            try:
                return connect(address, port, seconds)
            except OSError as error:
                failure = error
        raise failure or OSError(f"{bare} has no address")


def _validators(entry: Entry) -> dict[str, str]:
    pairs = (("If-None-Match", entry.etag), ("If-Modified-Since", entry.last_modified))
    return {name: value for name, value in pairs if value}


def _confirmed(entry: Entry, clock: Clock) -> Entry:
    from dataclasses import replace

    return replace(entry, retrieved=clock.now().isoformat())


def _answer(entry: Entry, data: bytes, *, from_cache: bool) -> Answer:
    return Answer(
        data=data,
        url=entry.url,
        final_url=entry.final_url,
        content_type=entry.content_type,
        charset=entry.charset,
        status=entry.status,
        sha256=entry.sha256,
        retrieved=entry.time,
        from_cache=from_cache,
    )


def _as_written(header: str) -> str:
    # Headers are read as latin-1; the addresses in them are mostly UTF-8.
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header


def _asked_patience(retry: Retry, response: Response) -> float | None:
    from urllib3.exceptions import InvalidHeader

    try:
        return retry.get_retry_after(response.raw)
    except InvalidHeader:
        return None


def _content_type(response: Response) -> tuple[str, str]:
    said, _, rest = response.headers.get("content-type", "").partition(";")
    charset = re.search(r"charset=[\"']?([\w.:-]+)", rest, re.IGNORECASE)
    return said.strip().lower(), charset[1].lower() if charset else ""
