"""The library of captured documents on disk: the bytes as given, and the Document that was read from them.

One folder per document, named by the first 16 digits of the hash of its bytes::

    7b5e0c2a91d4f3e8/
        source.txt      the bytes, unchanged
        document.json   the Document with its canonical text
        SHA256SUMS      hashes of both, as `sha256sum --check` reads them

A folder appears whole or not at all: it is written under another name and renamed. What is stored is never rewritten,
for spans of accepted numbers count in its text.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from mscevidence.errors import DocumentError, WriteError
from mscevidence.model import Document, Finding

_PREFIX = 16
_FOLDER = re.compile(rf"[0-9a-f]{{{_PREFIX}}}")
_JSON, _SUMS = "document.json", "SHA256SUMS"


class DocumentLibrary:
    """Captured documents in a folder, which is made when the first one is captured.

    Args:
        folder: where the library is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def capture(self, data: bytes, document: Document) -> tuple[Document, bool]:
        """Return the stored document, and whether it is new; the same bytes again change nothing.

        Raises:
            DocumentError: the document was not read from these bytes.
            WriteError: the library cannot be written; nothing of the document is left behind.
        """
        if hashlib.sha256(data).hexdigest() != document.sha256:
            raise DocumentError("the document was not read from these bytes", hint="read the bytes again")
        place = self._place(document.sha256)
        if not place.exists():
            try:
                if self._write(place, data, document):
                    return document, True
            except OSError as error:
                raise _write_error(self.folder, error) from error
        stored = self._load(place)
        if stored.sha256 != document.sha256:
            raise DocumentError(f"{place.name} holds another document", hint="move the library's folder aside")
        return stored, False

    def get(self, sha256: str) -> Document:
        """Return the document with a hash, or with a unique beginning of it.

        Raises:
            DocumentError: no such document, or several.
        """
        return self._load(self._folder_of(sha256))

    def bytes_of(self, document: Document | str) -> bytes:
        """Return the bytes as captured.

        Args:
            document: a document, its hash, or a unique beginning of its hash.

        Raises:
            DocumentError: not captured here.
        """
        folder = self._folder_of(document if isinstance(document, str) else document.sha256)
        try:
            return _source(folder).read_bytes()
        except OSError as error:
            raise DocumentError(f"the bytes of {folder.name} cannot be read: {error.strerror}") from error

    def __iter__(self) -> Iterator[Document]:
        return (self._load(folder) for folder in self._folders())

    def __len__(self) -> int:
        return len(self._folders())

    def find(self, text: str) -> tuple[Document, ...]:
        """Return the documents that a text names: abstract number, ``ash-2023-687``, identifier, file name or hash."""
        wanted = _key(text)
        return tuple(document for document in self if wanted and wanted in _names(document))

    def verify(self) -> tuple[Finding, ...]:
        """Return what is wrong in the library: bytes or texts other than those captured, unreadable folders."""
        return tuple(finding for folder in self._folders() for finding in _verified(folder))

    def _place(self, sha256: str) -> Path:
        return self.folder / sha256[:_PREFIX]

    def _folders(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return sorted(path for path in self.folder.iterdir() if path.is_dir() and _FOLDER.fullmatch(path.name))

    def _folder_of(self, sha256: str) -> Path:
        beginning = sha256.strip().casefold()
        found = [folder for folder in self._folders() if beginning and folder.name.startswith(beginning[:_PREFIX])]
        if len(found) > 1:
            names = ", ".join(folder.name for folder in found)
            raise DocumentError(f"{sha256} is the beginning of several documents", hint=f"give more digits: {names}")
        if not found or not self._load(found[0]).sha256.startswith(beginning):
            raise DocumentError(f"no captured document {sha256!r}", hint="capture it first: mscevidence ingest FILE")
        return found[0]

    def _load(self, folder: Path) -> Document:
        try:
            return Document.model_validate_json((folder / _JSON).read_bytes())
        except OSError as error:
            raise DocumentError(f"{folder.name}/{_JSON} cannot be read: {error.strerror}") from error
        except ValidationError as error:
            where = f"{folder.name}/{_JSON} is not a document: {error.errors()[0]['msg']}"
            raise DocumentError(where, hint="delete the folder and capture the document again") from error

    def _write(self, place: Path, data: bytes, document: Document) -> bool:
        """Write a document under another name and rename it; return False when somebody else was faster."""
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = self.folder / f".{place.name}.{os.getpid()}.{secrets.token_hex(4)}"
        try:
            temporary.mkdir()
            for name, content in _files(data, document).items():
                _write_synced(temporary / name, content)
            temporary.rename(place)
        except OSError:
            if (place / _JSON).exists():
                return False
            raise
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        return True


def _files(data: bytes, document: Document) -> dict[str, bytes]:
    source = "source.html" if "html" in document.format else "source.txt"
    files = {source: data, _JSON: (document.model_dump_json(indent=2) + "\n").encode()}
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))
    return {**files, _SUMS: sums.encode()}


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _write_error(folder: Path, error: OSError) -> WriteError:
    return WriteError(
        f"the document could not be stored in {folder}: {error.strerror or error}",
        hint="nothing was changed; make room or make the folder writable and try again",
    )


def _source(folder: Path) -> Path:
    return next((path for path in sorted(folder.glob("source.*"))), folder / "source.txt")


def _names(document: Document) -> frozenset[str]:
    name = document.name or ""
    meeting = f"{document.meeting} {document.number}" if document.meeting and document.number else ""
    words = [document.number or "", meeting, name, name.rsplit(".", 1)[0], document.sha256, document.sha256[:_PREFIX]]
    words += [identifier.value for identifier in document.identifiers]
    words += [f"{identifier.kind}:{identifier.value}" for identifier in document.identifiers]
    return frozenset(_key(word) for word in words if word)


def _key(word: str) -> str:
    return re.sub(r"[\s#_-]+", "-", word.strip().casefold()).strip("-")


def _verified(folder: Path) -> Iterator[Finding]:
    def broken(sentence: str) -> Finding:
        return Finding(check="captured-document", severity="error", sentence=sentence, subject=folder.name)

    try:
        document = Document.model_validate_json((folder / _JSON).read_bytes())
        recorded = _sums((folder / _SUMS).read_text())
        source = _source(folder)
        hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (source, folder / _JSON)}
    except (OSError, ValueError) as error:
        yield broken(f"{folder.name} cannot be read: {type(error).__name__}")
        return
    if hashes[source.name] != document.sha256:
        yield broken(f"the bytes in {folder.name}/{source.name} are not the bytes that were captured")
    if hashes[_JSON] != recorded.get(_JSON):
        yield broken(f"{folder.name}/{_JSON} was changed after it was captured")
    if folder.name != document.sha256[:_PREFIX]:
        yield broken(f"{folder.name} holds the document {document.sha256[:_PREFIX]}")


def _sums(text: str) -> dict[str, str]:
    pairs = (line.split("  ", 1) for line in text.splitlines())
    return {name: digest for digest, name in pairs}
