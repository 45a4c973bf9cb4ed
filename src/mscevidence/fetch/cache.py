"""Raw answers on disk: what came over the wire is a file first, so that a fault found later is a file to look at.

::

    cache/
        objects/7b/7b5e0c2a…   the bytes, named by their sha256
        index.jsonl            one line per answer: hash, time, status, content type, url without secrets, validators

Lines are only ever added. A line that was cut by a kill, and bytes that no longer have their hash, count as never
fetched.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import threading
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from mscevidence.errors import WriteError


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the index.

    Args:
        sha256: of the bytes.
        size: their number.
        retrieved: when they came, as ISO 8601 with zone.
        status: HTTP status.
        content_type: without parameters.
        charset: as the server said.
        method: ``GET`` or ``POST``; with the url the key of the index.
        url: what was asked for, without secrets.
        final_url: where it came from, without secrets.
        etag: validator for asking again, or empty.
        last_modified: validator for asking again, or empty.
    """

    sha256: str
    size: int
    retrieved: str
    status: int
    content_type: str
    charset: str
    method: str
    url: str
    final_url: str
    etag: str = ""
    last_modified: str = ""

    @property
    def time(self) -> datetime:
        """When the bytes came."""
        return datetime.fromisoformat(self.retrieved)


class AnswerCache:
    """Raw answers in a folder, which is made when the first one is kept; may be shared by threads.

    Args:
        folder: where the answers are.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._entries: dict[tuple[str, str], Entry] | None = None

    def entry(self, method: str, url: str) -> Entry | None:
        """Return what is known of the last answer to a method and url (without secrets), or None."""
        with self._lock:
            return self._known().get((method, url))

    def data(self, entry: Entry) -> bytes | None:
        """Return the bytes of an answer, or None when they are gone or damaged."""
        try:
            data = self._place(entry.sha256).read_bytes()
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == entry.sha256 else None

    def keep(self, data: bytes, entry: Entry) -> None:
        """Write the bytes and then the line that tells of them.

        Raises:
            WriteError: the folder cannot be written.
        """
        with self._lock:
            known = self._known()
            try:
                if self.data(entry) is None:
                    self._write(self._place(entry.sha256), data)
                self._append(json.dumps(asdict(entry), ensure_ascii=False, sort_keys=True))
            except OSError as error:
                raise WriteError(
                    f"{self.folder}: the answer could not be kept ({error.strerror or error})",
                    hint="make room or choose another folder; nothing else was changed",
                ) from error
            known[entry.method, entry.url] = entry

    def _place(self, sha256: str) -> Path:
        return self.folder / "objects" / sha256[:2] / sha256

    def _write(self, place: Path, data: bytes) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        unfinished = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
        try:
            with unfinished.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(place)
        finally:
            unfinished.unlink(missing_ok=True)

    def _append(self, line: str) -> None:
        with (self.folder / "index.jsonl").open("ab+") as index:
            end = index.seek(0, os.SEEK_END)
            if end:
                index.seek(end - 1)
            torn = bool(end) and index.read(1) != b"\n"
            index.write(("\n" if torn else "").encode() + line.encode() + b"\n")
            index.flush()
            os.fsync(index.fileno())

    def _known(self) -> dict[tuple[str, str], Entry]:
        if self._entries is None:
            self._entries = {}
            try:
                lines = (self.folder / "index.jsonl").read_bytes().splitlines()
            except OSError:
                lines = []
            for line in lines:
                try:
                    entry = Entry(**json.loads(line))
                except (ValueError, TypeError):
                    continue  # cut by a kill: never fetched
                self._entries[entry.method, entry.url] = entry
        return self._entries
