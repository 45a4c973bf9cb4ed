"""Polite pacing: between two requests to one host passes at least the time that its rate asks for."""

from __future__ import annotations

import threading

from mscevidence.fetch.answer import Clock


class Pace:
    """When each host may be asked next; may be shared by threads.

    Args:
        clock: the time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._next: dict[str, float] = {}
        self._slowest: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, host: str, rate: float) -> None:
        """Wait until a host may be asked again.

        Args:
            host: name of the host.
            rate: requests per second that it allows; a slower pace asked for by the host itself goes first.
        """
        with self._lock:
            now = self._clock.monotonic()
            turn = max(now, self._next.get(host, now))
            self._next[host] = turn + max(1.0 / rate, self._slowest.get(host, 0.0))
        if turn > now:
            self._clock.sleep(turn - now)

    def slow_down(self, host: str, seconds: float) -> None:
        """Let at least `seconds` pass between two requests to a host from now on."""
        with self._lock:
            self._slowest[host] = max(seconds, self._slowest.get(host, 0.0))

    def hold(self, host: str, seconds: float) -> None:
        """Ask a host nothing for `seconds` from now, in no thread."""
        with self._lock:
            self._next[host] = max(self._next.get(host, 0.0), self._clock.monotonic() + seconds)
