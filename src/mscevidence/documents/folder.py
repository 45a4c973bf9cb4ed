"""One captured file: a folder named by the first 16 digits of the hash of its bytes.

::

    7b5e0c2a91d4f3e8/
        source.txt        the bytes, unchanged (source.xml, source.ris, ... by the name they came with)
        documents.jsonl   a Document with its canonical text on each line, in the order of the file
        rejects.jsonl     records that could not be read, each with its reason; absent when there are none
        SHA256SUMS        hashes of all of them, as `sha256sum --check` reads them

A folder appears whole or not at all: it is written under another name and renamed. What is stored is never rewritten,
for spans of accepted numbers count in its texts.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from mscevidence.errors import DocumentError
from mscevidence.model import Document, Finding, Reject

PREFIX = 16
DOCUMENTS, REJECTS, SUMS = "documents.jsonl", "rejects.jsonl", "SHA256SUMS"
_A_DAY = 24 * 60 * 60
_SUFFIX = re.compile(r"\.[a-z0-9]{1,6}")

Read = Callable[[BinaryIO, str], Iterable[Document | Reject]]
"""What reads an open file with a given hash; see `mscevidence.read.read_all`."""


@dataclasses.dataclass(frozen=True)
class Captured:
    """A captured file, its documents and its rejects.

    Attributes:
        folder: where it is.
        new: whether this capture stored it; False when the same bytes were there already.
    """

    folder: Path
    new: bool = False

    @property
    def sha256(self) -> str:
        """Return the hash of the bytes as captured.

        Raises:
            DocumentError: the folder is damaged.
        """
        for line in lines_of(self.folder / SUMS):
            digest, _, name = line.decode("ascii", "replace").strip().partition("  ")
            if name == self.source.name:
                return digest
        raise DocumentError(f"{self.folder.name}/{SUMS} does not name the captured file", hint="capture it again")

    @property
    def source(self) -> Path:
        """Return the path of the bytes as captured."""
        return next(iter(sorted(self.folder.glob("source.*"))), self.folder / "source.txt")

    def __iter__(self) -> Iterator[Document]:
        """Yield the documents in the order of the file.

        Raises:
            DocumentError: the folder is damaged.
        """
        for line in lines_of(self.folder / DOCUMENTS):
            yield document_of(line, self.folder)

    @property
    def rejects(self) -> tuple[Reject, ...]:
        """Return the records that could not be read."""
        path = self.folder / REJECTS
        return tuple(Reject.model_validate_json(line) for line in lines_of(path)) if path.exists() else ()


def lines_of(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file of the library.

    Raises:
        DocumentError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            yield from file
    except OSError as error:
        raise DocumentError(f"{path.parent.name}/{path.name} cannot be read: {error.strerror}") from error


def document_of(line: bytes, folder: Path) -> Document:
    """Return the document of a stored line.

    Raises:
        DocumentError: it is not one.
    """
    try:
        return Document.model_validate_json(line)
    except ValidationError as error:
        where = f"{folder.name}/{DOCUMENTS} holds a line that is no document: {error.errors()[0]['msg']}"
        raise DocumentError(where, hint="delete the folder and capture the file again") from error


def sha256_of_line(line: bytes) -> str:
    """Return the hash of the document of a stored line without parsing the line; it is written first."""
    return line[len(b'{"sha256":"') :][:64].decode("ascii", "replace")


def write_folder(library: Path, source: bytes | Path, read: Read, *, name: str | None) -> Captured:
    """Return a file as captured in a library; the same bytes again change nothing.

    Raises:
        DocumentError: the file cannot be read, or a document was not read from these bytes.
        OSError: the library cannot be written; nothing of the file is left behind.
    """
    _refuse_unreadable(source)
    library.mkdir(parents=True, exist_ok=True)
    _sweep(library)
    temporary = library / f".{os.getpid()}.{secrets.token_hex(6)}"
    try:
        temporary.mkdir()
        copy = temporary / f"source{_suffix(name)}"
        sha256 = _copy(source, copy)
        place = library / sha256[:PREFIX]
        if not place.exists():
            _write_documents(temporary, copy, sha256, read)
            _write_sums(temporary)
            try:
                temporary.rename(place)
            except OSError:
                # Somebody else captured the same bytes in the meantime: theirs is as good.
                if not (place / DOCUMENTS).exists():
                    raise
            else:
                return Captured(place, new=True)
        return _the_same(place, sha256)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _sweep(library: Path) -> None:
    """Remove what captures that were killed left behind; anything younger than a day may still be written to."""
    for path in library.glob(".*"):
        if re.fullmatch(r"\.\d+\.[0-9a-f]{12}", path.name):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < time.time() - _A_DAY:
                    shutil.rmtree(path, ignore_errors=True)


def _refuse_unreadable(source: bytes | Path) -> None:
    if isinstance(source, Path):
        try:
            mode = source.stat().st_mode
            if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
                hint = "give a file, or - for standard input"
                raise DocumentError(f"{source} is a device, and may never end", hint=hint)
            # Opening a pipe and closing it again would tell its writer that nobody reads.
            if not stat.S_ISFIFO(mode):
                source.open("rb").close()
        except OSError as error:
            hint = "check the path and that you may read it"
            raise DocumentError(f"{source}: {error.strerror}", hint=hint) from error


def _the_same(place: Path, sha256: str) -> Captured:
    stored = Captured(place)
    try:
        with stored.source.open("rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError as error:
        raise DocumentError(f"{place.name} cannot be read: {error.strerror}") from error
    if not same:
        raise DocumentError(f"{place.name} holds another file", hint="move the library's folder aside")
    return stored


def _suffix(name: str | None) -> str:
    found = Path(name.replace("\\", "/").rsplit("/", 1)[-1].lower()).suffix if name else ""
    return found if _SUFFIX.fullmatch(found) else ".txt"


def _copy(source: bytes | Path, target: Path) -> str:
    digest = hashlib.sha256()
    with target.open("xb") as file:
        if isinstance(source, bytes):
            digest.update(source)
            file.write(source)
        else:
            with source.open("rb") as original:
                while piece := original.read(1 << 20):
                    digest.update(piece)
                    file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _write_documents(folder: Path, source: Path, sha256: str, read: Read) -> None:
    rejects: list[Reject] = []
    with source.open("rb") as stream, (folder / DOCUMENTS).open("xb") as documents:
        for found in read(stream, sha256):
            if isinstance(found, Reject):
                rejects.append(found)
                continue
            if sha256 not in (found.sha256, found.container):
                raise DocumentError("the document was not read from these bytes", hint="read the bytes again")
            documents.write(found.model_dump_json(exclude_defaults=True).encode() + b"\n")
        documents.flush()
        os.fsync(documents.fileno())
    if rejects:
        lines = "".join(f"{each.model_dump_json(exclude_defaults=True)}\n" for each in rejects)
        _write_synced(folder / REJECTS, lines.encode())


def _write_sums(folder: Path) -> None:
    sums = "".join(f"{digest}  {name}\n" for name, digest in hashes_of(folder).items())
    _write_synced(folder / SUMS, sums.encode())


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def hashes_of(folder: Path) -> dict[str, str]:
    """Return the hashes of the files of a folder by name, SHA256SUMS aside."""
    found = {}
    for path in sorted(folder.iterdir()):
        if path.name != SUMS:
            with path.open("rb") as file:
                found[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def verified(folder: Path) -> Iterator[Finding]:
    """Yield what is wrong with a captured file: other bytes, other texts, unreadable or missing parts."""

    def broken(sentence: str) -> Finding:
        return Finding(check="captured-document", severity="error", sentence=sentence, subject=folder.name)

    try:
        sums = (folder / SUMS).read_text()
        recorded = {name: digest for digest, name in (line.split("  ", 1) for line in sums.splitlines())}
        hashes = hashes_of(folder)
        documents = [sha256_of_line(line) for line in lines_of(folder / DOCUMENTS)]
    except (OSError, ValueError, DocumentError) as error:
        yield broken(f"{folder.name} cannot be read: {type(error).__name__}")
        return
    source = Captured(folder).source.name
    if hashes.get(source) != recorded.get(source) or hashes.get(source, "")[:PREFIX] != folder.name:
        yield broken(f"the bytes in {folder.name}/{source} are not the bytes that were captured")
    for name in (DOCUMENTS, REJECTS):
        if hashes.get(name) != recorded.get(name):
            yield broken(f"{folder.name}/{name} was changed after it was captured")
    if len(set(documents)) != len(documents):
        yield Finding(
            check="captured-document",
            severity="note",
            sentence=f"{folder.name}/{source} holds {len(documents) - len(set(documents))} records more than once",
            subject=folder.name,
        )
