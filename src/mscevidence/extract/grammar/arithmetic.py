"""The arithmetic between events, n and percent: what agrees, what follows, and which n a column of percents allows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Share:
    """Events and the percent printed beside them."""

    events: float
    percent: float
    decimals: int

    def agrees(self, n: float, *, slack: float = 0.5, cut: bool = False) -> bool:
        """Return whether events of n make the percent, to `slack` units of its last decimal, or cut off if `cut`."""
        if n <= 0 or self.events > n:
            return False
        exact, unit = 100 * self.events / n, 10.0**-self.decimals
        if cut and 0 <= exact - self.percent < unit - 1e-9:
            return True
        return bool(abs(exact - self.percent) <= slack * unit + 1e-9)

    def bounds(self) -> tuple[float, float]:
        """Return the least and the greatest n for which the percent is right."""
        half = 0.5 * 10**-self.decimals
        low = 100 * self.events / (self.percent + half)
        return math.ceil(low - 1e-9), math.floor(100 * self.events / max(self.percent - half, 1e-9) + 1e-9)


def events_of(percent: float, n: float) -> int:
    """Return the whole number of events nearest to a percent of n."""
    return int(percent * n / 100 + 0.5)


def possible(percent: float, decimals: int, n: float) -> bool:
    """Return whether some whole number of n patients makes the percent as printed."""
    return Share(events_of(percent, n), percent, decimals).agrees(n, slack=0.55)


def only_n(shares: Sequence[Share]) -> int | None:
    """Return the one n with which nearly all shares of a column agree; None where several do, or none.

    Four of five must agree, for tables have misprints; a share of zero or of everybody tells nothing about n.
    """
    told = [share for share in shares if 0 < share.percent < 100 and share.events > 0]
    if not told:
        return None
    low = min(share.bounds()[0] for share in told)
    high = min(max(share.bounds()[1] for share in told), low + 5000)
    if high - low > 4000:
        return None
    for cut in (False, True):
        agreeing = [n for n in range(int(low), int(high) + 1) if _most(told, n, cut=cut)]
        if agreeing:
            return agreeing[0] if len(agreeing) == 1 else None
    return None


def fitting(shares: Sequence[Share], candidates: Iterable[float]) -> float | None:
    """Return the one of some numbers of a document that fits nearly all shares of a column, at least three of them."""
    told = [share for share in shares if 0 < share.percent < 100 and share.events > 0]
    found = {n for n in candidates if _most(told, n)} if len(told) >= 3 else set()
    return found.pop() if len(found) == 1 else None


def _most(shares: Sequence[Share], n: float, *, cut: bool = False) -> bool:
    return sum(share.agrees(n, cut=cut) for share in shares) * 5 >= len(shares) * 4
