"""Entries of a BibTeX file that others refer to by ``crossref``, as chapters do to their proceedings."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping

from mscevidence.errors import DocumentError
from mscevidence.read.bibtex.entry import Entry, entry_of
from mscevidence.read.record_lines import BrokenRecordError

MAX_WAITING_BYTES = 5_000_000
"""As much is held back while an entry waits for the one it refers to, which BibTeX wants behind it."""

MAX_PARENT_BYTES = 20_000_000
"""As much is kept of entries that others may refer to: some 40,000 books."""

_PARENTS = frozenset(
    {b"book", b"collection", b"proceedings", b"mvbook", b"mvcollection", b"mvproceedings", b"reference"}
)
_HEAD = re.compile(rb"\s*(?:\xef\xbb\xbf)?@\s*([A-Za-z]+)\s*[{(]\s*([^,={}\"\s]+)\s*,")
_CROSSREF = re.compile(rb"(?i)[\s,]crossref\s*=\s*[{\"]\s*([^{}\"\s]+)\s*[}\"]")
_INHERITED = (
    "booktitle",
    "journal",
    "journaltitle",
    "volume",
    "number",
    "issue",
    "publisher",
    "issn",
    "isbn",
    "eventtitle",
)
"""What a chapter shares with its book; its DOI, abstract, authors and pages are its own."""

_DATES = ("date", "year", "month")


class Parents:
    """The entries of one file that others may refer to, while it is read."""

    def __init__(self) -> None:
        self._pieces: dict[bytes, bytes] = {}
        self._size = 0

    def behind_children(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield entries as they come, held back while one of them waits for the entry it refers to."""
        held: list[bytes] = []
        size = 0
        awaited: set[bytes] = set()
        try:
            for piece in pieces:
                held.append(piece)
                size += len(piece)
                self._look_at(piece, awaited)
                if not awaited or size > MAX_WAITING_BYTES:
                    yield from held
                    held.clear()
                    size = 0
                    awaited.clear()
        except DocumentError:
            yield from held
            raise
        yield from held

    def _look_at(self, piece: bytes, awaited: set[bytes]) -> None:
        head = _HEAD.match(piece)
        if head is not None:
            key = head[2].lower()
            may_be_named = key in awaited or head[1].lower() in _PARENTS
            if may_be_named and key not in self._pieces and self._size < MAX_PARENT_BYTES:
                self._pieces[key] = piece
                self._size += len(piece)
            awaited.discard(key)
        named = _CROSSREF.search(piece)
        if named is not None and named[1].lower() not in self._pieces:
            awaited.add(named[1].lower())

    def completed(self, entry: Entry, macros: Mapping[str, str]) -> Entry:
        """Return an entry with what it lacks and the one that it refers to tells; its notes say what that is."""
        name = entry.fields.get("crossref", "").strip()
        if not name:
            return entry
        parent = self._entry(name, macros)
        if parent is None:
            note = f"refers to the entry {name}, which is not found: what that tells is missing"
            return dataclasses.replace(entry, notes=(*entry.notes, note))
        taken = {field: parent[field] for field in _INHERITED if field in parent and field not in entry.fields}
        if "title" in parent and "booktitle" not in entry.fields:
            taken["booktitle"] = parent["title"]
        if not any(field in entry.fields for field in _DATES):
            taken |= {field: parent[field] for field in _DATES if field in parent}
        note = f"taken from the entry {name} that it refers to: {', '.join(taken) or 'nothing'}"
        return dataclasses.replace(entry, fields={**entry.fields, **taken}, notes=(*entry.notes, note))

    def _entry(self, name: str, macros: Mapping[str, str]) -> dict[str, str] | None:
        piece = self._pieces.get(name.encode().lower())
        try:
            return entry_of(piece.decode("utf-8", "replace"), macros).fields if piece is not None else None
        except BrokenRecordError:
            return None
