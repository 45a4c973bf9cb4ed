"""CSV files for other programs: no cell runs as a formula, and no character stops a reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mscevidence.publish.table import as_csv

_PICTURES = {code: 0x2400 + code for code in range(32) if code not in {9, 10, 13}} | {127: 0x2421}
"""Control characters become their pictures (NUL: U+2400): readers of CSV end a cell, or the file, at some of them."""


def csv_bytes(rows: Iterable[Mapping[str, object]], columns: Sequence[str], *, mark: bool = False) -> bytes:
    """Return rows as UTF-8 CSV with a header line; with `mark`, a byte order mark stands first.

    Text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    pictured = ({name: shown(value) for name, value in row.items()} for row in rows)
    text = as_csv(pictured, columns) + "\n"
    return text.encode("utf-8-sig" if mark else "utf-8")


def shown(value: object) -> object:
    """Return a cell in which control characters are pictures; anything but text stays what it is."""
    return value.translate(_PICTURES) if isinstance(value, str) else value
