"""The wishes of a site about programs (robots.txt), read as RFC 9309 says.

The longest matching rule wins, ``*`` stands for anything and ``$`` for the end. Python's own reader takes the first
rule and knows neither sign, so it lets through what many publishers disallow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

_LONGEST_DELAY = 60.0


@dataclass(frozen=True, slots=True)
class Rules:
    """What a site allows one program.

    Args:
        rules: pairs of pattern and whether it allows.
        delay: seconds that the site wants between two requests.
    """

    rules: tuple[tuple[str, bool], ...] = ()
    delay: float = 0.0

    def allow(self, url: str) -> bool:
        """Return whether a url may be fetched (RFC 9309, 2.2.2)."""
        parts = urlsplit(url)
        path = _normal(parts.path or "/") + (f"?{_normal(parts.query)}" if parts.query else "")
        matching = [(len(pattern), allowed) for pattern, allowed in self.rules if _matches(pattern, path)]
        return max(matching)[1] if matching else True


EVERYTHING = Rules()
"""A site without wishes."""
NOTHING = Rules(rules=(("/", False),))
"""A site that could not say its wishes: nothing is fetched (RFC 9309, 2.3.1.4)."""


def rules_for(program: str, text: str) -> Rules:
    """Return the rules of a robots.txt for a program: those of the groups that name it, or else of the group ``*``."""
    groups: dict[str, list[tuple[str, str]]] = {}
    named: list[str] = []
    in_rules = False
    for line in text.splitlines():
        key, _, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if key == "user-agent":
            named = [value.lower()] if in_rules else [*named, value.lower()]
            in_rules = False
            groups.setdefault(value.lower(), [])
        elif key in {"allow", "disallow", "crawl-delay"}:
            in_rules = True
            for each in named:
                groups[each].append((key, value))
    own = groups.get(program.lower(), groups.get("*", []))
    rules = tuple((_normal(value), key == "allow") for key, value in own if key != "crawl-delay" and value)
    return Rules(rules=rules, delay=max([_seconds(value) for key, value in own if key == "crawl-delay"], default=0.0))


def _matches(pattern: str, path: str) -> bool:
    body, end = (pattern[:-1], r"\Z") if pattern.endswith("$") else (pattern, "")
    return re.match(".*".join(re.escape(part) for part in re.split(r"\*+", body)) + end, path) is not None


def _normal(text: str) -> str:
    return quote(unquote(text), safe="/*$?&=:@!'()+,;~%-._")


def _seconds(text: str) -> float:
    return min(float(text), _LONGEST_DELAY) if re.fullmatch(r"\d+(\.\d+)?", text) else 0.0
