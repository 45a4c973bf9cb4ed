"""What the headers of a table say besides the name of a group: its size, and the unit of the numbers below."""

from __future__ import annotations

import re

from mscevidence.extract.tables import Row

WHOLE_PATH = 99
"""The level of groups that all headers of a column name together: "Once weekly" above "20 mg"."""


def lower_header(row: Row, column: int) -> str:
    """Return the last header of a column without sizes, when it has more than one."""
    path = row.headers[column]
    return without_size(path[-1]).casefold() if len(path) > 1 and not size_in_text(path[-1]) else ""


def without_size(name: str) -> str:
    """Return a header without the size of the group and the unit of its numbers."""
    return re.sub(r"\(?\s?\b[nN]\s?=\s?[\d ,]+\)?|,?\s?[nN]o?\.?\s?\(?%\)?|\(%\)", " ", name).strip()


def size_in_text(text: str) -> bool:
    """Return whether a header tells a number of patients."""
    return bool(re.search(r"\b[nN]\s?=\s?\d", text))


def header_at(path: tuple[str, ...], level: int) -> str:
    """Return the header of a column at a level, or all of them."""
    if not path or level == WHOLE_PATH:
        return " ".join(path)
    return path[min(level, len(path) - 1)]
