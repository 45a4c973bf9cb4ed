"""The library: all captured files in a folder, and how a document is found among them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from mscevidence.documents.folder import (
    DOCUMENTS,
    PREFIX,
    Captured,
    Read,
    document_of,
    lines_of,
    sha256_of_line,
    verified,
    write_folder,
)
from mscevidence.errors import DocumentError, WriteError
from mscevidence.model import Document, Finding

_FOLDER = re.compile(rf"[0-9a-f]{{{PREFIX}}}")
_BEGINNING = re.compile(r"[0-9a-f]{8,64}")


class DocumentLibrary:
    """Captured files in a folder, which is made when the first one is captured.

    Args:
        folder: where the library is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def capture(self, source: bytes | Path, read: Read, *, name: str | None = None) -> Captured:
        """Return a file as captured, with the documents that `read` finds in it; the same bytes change nothing.

        Args:
            source: the bytes, or the path of a file, which is copied as a stream.
            read: yields documents and rejects from the open file, given its hash.
            name: the name of the file, for the suffix of the stored bytes.

        Raises:
            DocumentError: the file cannot be read, or a document was not read from these bytes.
            WriteError: the library cannot be written; nothing of the file is left behind.
        """
        try:
            return write_folder(self.folder, source, read, name=name)
        except OSError as error:
            raise WriteError(
                f"the document could not be stored in {self.folder}: {error.strerror or error}",
                hint="nothing was changed; make room or make the folder writable and try again",
            ) from error

    def get(self, sha256: str) -> Document:
        """Return the document with a hash, or with a unique beginning of it.

        Raises:
            DocumentError: no such document, or several.
        """
        beginning = sha256.strip().casefold()
        found: dict[str, tuple[bytes, Path]] = {}
        for folder in self._folders() if beginning else ():
            for line in lines_of(folder / DOCUMENTS):
                if sha256_of_line(line).startswith(beginning):
                    found.setdefault(sha256_of_line(line), (line, folder))
        if len(found) > 1:
            names = ", ".join(each[:PREFIX] for each in list(found)[:8])
            raise DocumentError(f"{sha256} is the beginning of several documents", hint=f"give more digits: {names}")
        if not found:
            raise DocumentError(f"no captured document {sha256!r}", hint="capture it first: mscevidence ingest FILE")
        ((line, folder),) = found.values()
        return document_of(line, folder)

    def source_of(self, document: Document) -> Path:
        """Return the path of the bytes that a document was captured with: its own, or the file it is a record of.

        Raises:
            DocumentError: not captured here.
        """
        return self.file(document.container or document.sha256).source

    def file(self, sha256: str) -> Captured:
        """Return the captured file with a hash.

        Raises:
            DocumentError: not captured here.
        """
        place = self.folder / sha256[:PREFIX]
        if not (place / DOCUMENTS).is_file():
            hint = "captured files are not in git: copy the folder captured/ from where the search ran, or search again"
            raise DocumentError(f"the captured file {sha256[:PREFIX]} is not here", hint=hint)
        return Captured(place)

    def files(self) -> Iterator[Captured]:
        """Yield the captured files in the order of their hashes."""
        return (Captured(folder) for folder in self._folders())

    def __iter__(self) -> Iterator[Document]:
        """Yield every document once, in the order of the files and of the records in them."""
        seen: set[str] = set()
        for folder in self._folders():
            for line in lines_of(folder / DOCUMENTS):
                if (sha256 := sha256_of_line(line)) not in seen:
                    seen.add(sha256)
                    yield document_of(line, folder)

    def __len__(self) -> int:
        return len({sha256_of_line(line) for folder in self._folders() for line in lines_of(folder / DOCUMENTS)})

    def find(self, text: str) -> tuple[Document, ...]:
        """Return the documents that a text names: abstract number, ``ash-2023-687``, identifier, file name or hash.

        Eight digits and more of a hash are enough; a name goes before the beginning of a hash.
        """
        wanted = _key(text)
        named = tuple(document for document in self if wanted and wanted in _names(document))
        if named or not _BEGINNING.fullmatch(wanted):
            return named
        return tuple(document for document in self if document.sha256.startswith(wanted))

    def verify(self) -> tuple[Finding, ...]:
        """Return what is wrong in the library: bytes or texts other than those captured, unreadable folders."""
        return tuple(finding for folder in self._folders() for finding in verified(folder))

    def _folders(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return sorted(path for path in self.folder.iterdir() if path.is_dir() and _FOLDER.fullmatch(path.name))


def _names(document: Document) -> frozenset[str]:
    # The name of a file with many records names none of them.
    name = document.name or "" if document.container is None else ""
    meeting = f"{document.meeting} {document.number}" if document.meeting and document.number else ""
    words = [document.number or "", meeting, name, name.rsplit(".", 1)[0], document.sha256, document.sha256[:PREFIX]]
    words += [identifier.value for identifier in document.identifiers]
    words += [f"{identifier.kind}:{identifier.value}" for identifier in document.identifiers]
    return frozenset(_key(word) for word in words if word)


def _key(word: str) -> str:
    return re.sub(r"[\s#_-]+", "-", word.strip().casefold()).strip("-")
