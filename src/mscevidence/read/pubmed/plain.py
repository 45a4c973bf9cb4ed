"""Plain markup: flat lists of short texts, which a strict pattern tells in a fraction of the time that a parser takes.

Two of three elements of a PubMed record stand in such lists. Markup that is written in any other way (a comment, an
entity, a text that is not canonical as it stands) is not plain, and the parser reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mscevidence.read.canonical import is_canonical

ATTRIBUTES = r'(?: [A-Za-z]+="[^"<]*")*'
GAP = r"\n? *"
"""What indents an element; its own spaces are no part of a text, so that each text stands as it is in the record."""


_TEXT = "[^< ][^<]*(?<! )"


def decoded(markup: bytes) -> str:
    """Return plain markup as characters; an empty text where it holds entities, but for ``&amp;``, or is no UTF-8."""
    try:
        text = markup.decode()
    except UnicodeDecodeError:
        return ""
    if "&" not in text:
        return text
    return text.replace("&amp;", "&") if text.count("&") == text.count("&amp;") else ""


def are_plain(texts: Iterable[str]) -> bool:
    """Return whether texts are canonical as they stand, and such as XML allows."""
    joined = "|".join(texts)
    return is_canonical(joined) and "]]>" not in joined


def leaf(name: str, attributes: str = "", *, group: bool = True) -> str:
    """Return a pattern of an element that holds a text, which is a group when it is kept."""
    text = f"({_TEXT})" if group else _TEXT
    return f"{GAP}<{name}{attributes}>{text}</{name}>"


def perhaps(*patterns: str) -> str:
    """Return a pattern in which each of some patterns may be missing; an empty choice is quicker than ``?``."""
    return "".join(f"(?:{pattern}|)" for pattern in patterns)


def wrapped(name: str, inside: str, attributes: str = "") -> str:
    """Return a pattern of an element that holds others."""
    return f"{GAP}<{name}{attributes}>{inside}{GAP}</{name}>"


def all_of(pattern: re.Pattern[str], text: str, start: int, end: int) -> list[tuple[str, ...]] | None:
    """Return the groups of the matches of a pattern whose first group is all of it; None when something stands between.

    Args:
        pattern: what to find.
        text: in which.
        start: where the first match begins.
        end: where the last match ends.
    """
    found: list[tuple[str, ...]] = pattern.findall(text, start, end)
    return found if sum([len(each[0]) for each in found]) == text.rfind(">", start, end) + 1 - start else None
