"""What the rules propose from captured documents, read once and kept on disk.

What a version of the rules reads in a text never changes: the candidates of a document are kept under its hash, with a
fingerprint of its text and of the code and the vocabulary that read it. The folder can be deleted at any time; it is
then filled anew.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from mscevidence import __version__, check, extract
from mscevidence.model import Candidate, Document

FOLDER = ".proposals"
"""Beside the captured documents, whose words the candidates quote."""
MADE_BY = ("extract", "check", "vocabulary", "model")
"""The rooms whose code and data decide on what is proposed."""

_CANDIDATES = TypeAdapter(tuple[Candidate, ...])


class Proposals:
    """The candidates of documents, kept in a folder.

    Args:
        folder: where they are kept; it is made when the first one is.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, document: Document) -> tuple[Candidate, ...]:
        """Return the checked candidates of a document; they are read in it when nothing is kept yet."""
        read = hashlib.sha256(f"{fingerprint_of_rules()}\0{document.model_dump_json()}".encode()).hexdigest()
        place = self._folder / f"{document.sha256}.{read[:16]}.json"
        try:
            return _CANDIDATES.validate_json(place.read_bytes())
        except (OSError, ValidationError):
            found = check.check_candidates(extract.extract(document), document)
            self._keep(place, found)
            return found

    def _keep(self, place: Path, found: tuple[Candidate, ...]) -> None:
        """Keep candidates; where that is not possible they are read again the next time."""
        temporary = place.with_name(f".{os.getpid()}.{secrets.token_hex(6)}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / ".gitignore").write_text("*\n", encoding="utf-8")
            for old in self._folder.glob(f"{place.name.partition('.')[0]}.*.json"):
                old.unlink(missing_ok=True)
            temporary.write_bytes(_CANDIDATES.dump_json(found))
            temporary.replace(place)
        except OSError:
            return
        finally:
            _remove(temporary)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return


@cache
def fingerprint_of_rules() -> str:
    """Return what tells the rules of this version from those of another: a hash of their code and data."""
    digest = hashlib.sha256(__version__.encode())
    for room in MADE_BY:
        for name, content in _files(resources.files(f"mscevidence.{room}"), room):
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _files(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        place = f"{name}/{entry.name}"
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _files(entry, place)
        elif entry.is_file() and not entry.name.endswith(".pyc"):
            yield place, entry.read_bytes()
