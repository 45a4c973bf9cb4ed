"""Whether a site lets programs fetch a page: its robots.txt, fetched once a day, as RFC 9309 says."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from mscevidence.errors import FetchError
from mscevidence.fetch.answer import Answer, Request, host_of, without_secrets
from mscevidence.fetch.pacing import Pace
from mscevidence.fetch.robots import EVERYTHING, NOTHING, Rules, rules_for

PROGRAM = "mscevidence"
"""The name under which a robots.txt may speak of this program."""

_DAY = 24 * 3600.0
_MOST = 500 * 1024  # RFC 9309, 2.5: at least this much is to be read
_NO_WISHES = frozenset({"not-found", "forbidden", "bad-request", "redirects"})  # RFC 9309, 2.3.1.3
_UNSAID = frozenset({"rate-limited", "server-fault", "unreachable", "silent", "too-slow", "truncated"})  # 2.3.1.4
# A resolver of identifiers is an interface for programs; the pages it leads to are asked for theirs.
_RESOLVERS = frozenset({"doi.org", "dx.doi.org", "www.doi.org"})


class Wishes:
    """The rules of the sites seen so far.

    Args:
        fetch: fetches a robots.txt.
        pace: is told how much time a site wants between two requests.
    """

    def __init__(self, fetch: Callable[[Request], Answer], pace: Pace) -> None:
        self._fetch = fetch
        self._pace = pace
        self._known: dict[str, Rules] = {}

    def check(self, url: str) -> None:
        """Let a url pass that programs may fetch.

        Raises:
            FetchError: the site does not want it, or could not say.
        """
        host = host_of(url)
        if host in _RESOLVERS:
            return
        site = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        if site not in self._known:
            self._known[site] = self._rules(site)
        rules = self._known[site]
        if rules.delay:
            self._pace.slow_down(host, rules.delay)
        if not rules.allow(url):
            why = "could not be read" if rules is NOTHING else "asks programs not to fetch this"
            raise FetchError(
                f"{without_secrets(url)}: the robots.txt of {host} {why}",
                hint="open it in a browser, save the page and ingest the file",
                host=host,
                reason="robots",
            )

    def _rules(self, site: str) -> Rules:
        try:
            answer = self._fetch(Request(f"{site}/robots.txt", accept=(), fresh_for=_DAY))
        except FetchError as error:
            if error.reason in _NO_WISHES:
                return EVERYTHING
            if error.reason in _UNSAID:
                return NOTHING
            raise
        return rules_for(PROGRAM, answer.data[:_MOST].decode("utf-8-sig", "replace"))
